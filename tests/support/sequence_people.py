"""Sequences and walks through them that the onboarding tests share."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

import onboarding
from domain.events import AnyEvent, ProductEvent
from domain.record import Subscriber
from language.findings import Finding
from onboarding.language.catalog import SequenceBook
from onboarding.language.compile import compile_sequences
from onboarding.tuning.simulate import Moment, confirmed_person, simulate
from tests.support.people import HOUSE, KEYS, NOON, TOPIC, context

DAY = timedelta(days=1)
SHIPPED = (Path(str(onboarding.__file__)).parent / "library" / "tasting_book.yaml").read_text("utf-8")
NAME = "tasting_book"


def compiled(*texts: str) -> tuple[SequenceBook, list[Finding]]:
    """Compile sequence files."""
    return compile_sequences({f"sequences/{number}.yaml": text for number, text in enumerate(texts)}, HOUSE)


def good(*texts: str) -> SequenceBook:
    """Compile sequence files that have nothing wrong."""
    book, findings = compiled(*texts)
    assert findings == []
    return book


def sequence(steps: str, *, goal: str = "") -> str:
    """Return a sequence file with these steps."""
    return f"sequence: s\ntopic: {TOPIC}\nstart: confirmed\n{goal}\nsteps:\n{steps}"


BOOK = good(SHIPPED)


def did(
    name: str, delay: timedelta, *, late: timedelta = timedelta(0), start: datetime = NOON
) -> tuple[timedelta, AnyEvent]:
    """Return something the person does at ``delay``, told ``late`` after it happened."""
    return delay + late, ProductEvent(id=f"{name}{delay}", at=start + delay, name=name)


def walk(
    happenings: Sequence[tuple[timedelta, AnyEvent]],
    *,
    book: SequenceBook = BOOK,
    psid: str = "mia",
    timezone: str = "",
    start: datetime = NOON,
) -> list[Moment]:
    """Return what one person lives through."""
    person = confirmed_person(HOUSE, KEYS, TOPIC, start, psid=psid, timezone=timezone)
    return list(simulate(book, person, TOPIC, happenings, replace(context(), now=start)))


def mails(moments: Sequence[Moment]) -> list[tuple[str, str]]:
    """Return when (UTC) which mail went out."""
    return [(f"{moment.at:%a %d %b %H:%M}", mail.template) for moment in moments for mail in moment.mails]


def sentences(moments: Sequence[Moment]) -> list[str]:
    """Return every reason of onboarding."""
    return [one.text for moment in moments for one in moment.reasons if one.room == "onboarding"]


def newcomer(psid: str = "mia", *, timezone: str = "") -> Subscriber:
    """Return somebody who has just confirmed and is in no sequence yet."""
    return confirmed_person(HOUSE, KEYS, TOPIC, NOON, psid=psid, timezone=timezone)
