"""What is stored of one person, and how names are written in sentences.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.ports import SendLine
from domain.record import Subscriber
from onboarding.tuning.forecast import RunForecast
from service.engine.build_commit import HistoryLine


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPerson:
    """All that is stored of one person, with the forecast of their sequences."""

    record: Subscriber
    sends: Sequence[SendLine]
    ledger: Sequence[bytes]
    log: Sequence[HistoryLine]
    wordings: dict[str, str]
    """Exact consent texts by hash."""
    forecasts: Sequence[RunForecast]


def plain_name(name: str) -> str:
    """Return the name of a template or step as it is read: ``come back`` for ``come_back``."""
    return name.replace("_", " ")


def capitalize_first(text: str) -> str:
    """Return a sentence that begins with a capital."""
    return text[:1].upper() + text[1:]


def quote_templates(text: str, run: RunForecast) -> str:
    """Return a sentence with the names of this run's templates in quotes, as they are read."""
    for one in run.mails:
        text = text.replace(one.template, f"“{plain_name(one.template)}”")
    return text
