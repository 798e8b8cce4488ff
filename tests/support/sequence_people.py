"""Sequences and walks through them that the onboarding tests share."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

import onboarding
from domain.events import AnyEvent, ProductEvent
from domain.record import Subscriber
from language.findings import Finding
from onboarding.language.catalog import SequenceCatalog
from onboarding.language.compile import compile_sequences
from onboarding.tuning.simulate import SimulatedMoment, confirmed_person, simulate
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC, deciding_context

DAY = timedelta(days=1)
SHIPPED = (Path(str(onboarding.__file__)).parent / "library" / "tasting_book.yaml").read_text("utf-8")
NAME = "tasting_book"


def compile_texts(*texts: str) -> tuple[SequenceCatalog, list[Finding]]:
    """Compile sequence files."""
    return compile_sequences({f"sequences/{number}.yaml": text for number, text in enumerate(texts)}, SHIPPED_CONFIG)


def compile_clean(*texts: str) -> SequenceCatalog:
    """Compile sequence files that have nothing wrong."""
    catalog, findings = compile_texts(*texts)
    assert findings == []
    return catalog


def sequence_text(steps: str, *, goal: str = "") -> str:
    """Return a sequence file with these steps."""
    return f"sequence: s\ntopic: {TOPIC}\nstart: confirmed\n{goal}\nsteps:\n{steps}"


CATALOG = compile_clean(SHIPPED)


def timed_event(
    name: str, delay: timedelta, *, late: timedelta = timedelta(0), start: datetime = NOON
) -> tuple[timedelta, AnyEvent]:
    """Return something the person does at ``delay``, told ``late`` after it happened."""
    return delay + late, ProductEvent(id=f"{name}{delay}", at=start + delay, name=name)


def simulate_person(
    timed_events: Sequence[tuple[timedelta, AnyEvent]],
    *,
    catalog: SequenceCatalog = CATALOG,
    psid: str = "mia",
    timezone: str = "",
    start: datetime = NOON,
) -> list[SimulatedMoment]:
    """Return what one person lives through."""
    person = confirmed_person(SHIPPED_CONFIG, KEYS, TOPIC, start, psid=psid, timezone=timezone)
    moments = simulate(catalog, person, TOPIC, timed_events, replace(deciding_context(), now=start))
    return [moment for moment in moments if not moment.ending]


def sent_mails(moments: Sequence[SimulatedMoment]) -> list[tuple[str, str]]:
    """Return when (UTC) which mail went out."""
    return [(f"{moment.at:%a %d %b %H:%M}", mail.template) for moment in moments for mail in moment.mails]


def onboarding_sentences(moments: Sequence[SimulatedMoment]) -> list[str]:
    """Return every reason of onboarding."""
    return [reason.text for moment in moments for reason in moment.reasons if reason.room == "onboarding"]


def confirmed_newcomer(psid: str = "mia", *, timezone: str = "") -> Subscriber:
    """Return somebody who has just confirmed and is in no sequence yet."""
    return confirmed_person(SHIPPED_CONFIG, KEYS, TOPIC, NOON, psid=psid, timezone=timezone)
