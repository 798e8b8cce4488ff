"""What is stored of one person, as it is read for the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.ports import SendLine
from domain.record import Subscriber
from onboarding.tuning.forecast import RunOutlook
from service.engine.build_commit import LogLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """All that is stored of one person."""

    record: Subscriber
    sends: Sequence[SendLine]
    ledger: Sequence[bytes]
    log: Sequence[LogLine]
    wordings: dict[str, str]
    """Exact consent texts by hash."""
    outlook: Sequence[RunOutlook]


def plain(name: str) -> str:
    """Return a template's or step's name as it is said: “come back”."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """Return a sentence with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def quoted(text: str, run: RunOutlook) -> str:
    """Return a sentence with the templates in it as they are said."""
    for one in run.mails:
        text = text.replace(one.template, f"“{plain(one.template)}”")
    return text
