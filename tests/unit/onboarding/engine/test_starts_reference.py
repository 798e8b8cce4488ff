"""Starts without polling begin when a slow reference begins them that looks every half hour.

The short form runs always; ``make starts`` runs the long one: ``DOORSTEP_STARTS`` people for ``DOORSTEP_STARTS_DAYS``.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from random import Random  # noqa: TID251  a life from a number, so that it can be lived again
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from domain.deeds import add_occurrence
from domain.events import ProductEvent
from domain.record import Subscriber
from language.conditions.parse import read_condition
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceCatalog
from tests.support.people import deciding_context
from tests.support.sequence_people import DAY, confirmed_newcomer
from tests.unit.onboarding.engine.test_timed_starts import CONFIG, compile_start

PEOPLE = int(os.environ.get("DOORSTEP_STARTS", "12"))
DAYS = int(os.environ.get("DOORSTEP_STARTS_DAYS", "70"))
PORTION = 100
"""People that one process lives in one go."""
LOOK = timedelta(minutes=30)
PAUSE = timedelta(days=3)
CONDITIONS = (
    "no app.opened for 5 days", "app.opened at least twice in 3 days", "app.opened at most once in 7 days",
    "field plan is pro", "field plan is pro and no app.opened for 2 days", "field ends is in 3 days",
    "field ends is before today and not field plan is pro", "weekday is Monday or Friday and app.opened in 4 days",
    "not engagement in 6 days", "date is after 2027-03-27 and field plan is pro", "time is between 09:00 and 17:00",
    "app.opened falls or field ends is today",
)  # fmt: skip
DATES = (
    "7 days before ends", "1 day before ends", "2 days after ends", "every year on birthday",
    "3 days before every year on birthday", "5 days after every year on birthday",
)  # fmt: skip
ZONES = ("", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland",
         "America/Santiago", "Africa/Cairo")  # fmt: skip
CATALOGS: dict[str, SequenceCatalog] = {
    text: compile_start(text, "  a: {tag: reader}\n", "again: after 3 days\n")
    for text in (*(f"when {condition}" for condition in CONDITIONS), *DATES)
}
Change = tuple[datetime, str, str]
"""When (a whole half hour), which field or event, and its value."""


def make_life(random: Random, begin: datetime) -> list[Change]:
    """Return what happens to a person, in order."""
    changes: list[Change] = []
    for _ in range(random.randrange(3, 6 + DAYS // 4)):
        at = begin + LOOK * random.randrange(1, 48 * DAYS)
        kind = random.choice(("event", "event", "plan", "ends", "birthday"))
        value = {
            "event": "app.opened",
            "plan": random.choice(("pro", "")),
            "ends": random.choice(("", f"{at + random.randrange(-6, 20) * DAY:%Y-%m-%d}")),
            "birthday": random.choice(("1996-02-29", "2000-01-02", f"1990-{random.randrange(1, 13):02}-28")),
        }[kind]
        changes.append((at, kind, value))
    return sorted(changes)


def begin_when_woken(start: str, person: Subscriber, life: list[Change], begin: datetime) -> list[datetime]:
    """Return when passes begin, looking only when something happens or the record says so."""
    catalog, begun, record = CATALOGS[start], list[datetime](), person

    def look(record: Subscriber, now: datetime, event: ProductEvent | None = None) -> Subscriber:
        context = replace(deciding_context(), now=now, config=CONFIG)
        outcome = decide(catalog, record, event, (), context)
        begun.extend(now for reason in outcome.reasons if " starts: " in reason.text)
        return outcome.record

    def let_pass(record: Subscriber, until: datetime) -> Subscriber:
        while (due := wake_at(catalog, record)) is not None and due <= until:
            record = look(record, due)
        return record

    record = look(record, begin)
    for at, kind, value in life:
        record = let_pass(record, at)
        if kind == "event":
            record = look(replace(record, engaged_at=at), at, ProductEvent(id=f"{at}", at=at, name=value))
        else:
            record = look(replace(record, fields={**record.fields, kind: value}), at)
    let_pass(record, begin + DAYS * DAY)
    return begun


def begin_by_looking(start: str, person: Subscriber, life: list[Change], begin: datetime) -> list[datetime]:
    """Return when passes begin, looking every half hour; the engine only tells whether a condition holds."""
    zone = ZoneInfo(person.profile.timezone or "UTC")
    condition = read_condition(start.removeprefix("when "), CONFIG, "s")[0] if start.startswith("when ") else None
    begun, before, record, todo = list[datetime](), None, person, list(life)
    for step in range(48 * DAYS + 1):
        now = begin + step * LOOK
        for changed in (False, *(True for at, _, _ in todo if at == now)):
            told = ""
            if changed:
                _, told, value = todo.pop(0)
                record = apply_change(record, told, value, now)
            if condition:
                holds = condition.holds(record, now)
                edge, before = before is False and holds, holds
            else:
                edge = bool(step) and _comes(start, record, zone, now, told)
            if edge and (not begun or now - begun[-1] >= PAUSE):
                begun.append(now)
    return begun


def apply_change(record: Subscriber, kind: str, value: str, now: datetime) -> Subscriber:
    """Return the record after one change of a life."""
    if kind != "event":
        return replace(record, fields={**record.fields, kind: value})
    deed = add_occurrence(record.behaviour.get(value), now)
    return replace(record, engaged_at=now, behaviour={**record.behaviour, value: deed})


def _comes(start: str, record: Subscriber, zone: ZoneInfo, now: datetime, told: str) -> bool:
    """Return True if a date comes with this half hour, or is told while it is ahead."""
    field = start.rsplit(maxsplit=1)[-1]
    today, earlier = now.astimezone(zone).date(), (now - LOOK).astimezone(zone).date()
    days = int(start.split(maxsplit=1)[0]) * (-1 if " before " in start else 1) if start[0].isdigit() else 0
    written = str(record.fields.get(field) or "")
    if not written:
        return False
    moments = [(day + days * DAY, day) for day in _days_of(date.fromisoformat(written), "every year" in start, today)]
    if told:
        # The last that has come decides: the same value told again is no news, and is never told here.
        return told == field and any(at <= today < day for at, day in moments)
    return any(earlier < at <= today for at, _ in moments)


def _days_of(day: date, yearly: bool, today: date) -> Iterator[date]:  # noqa: FBT001  a property of the start
    for year in range(today.year - 1, today.year + 2) if yearly else (day.year,):
        try:
            yield day.replace(year=year)
        except ValueError:
            yield date(year, 2, 28)


def test_starts_begin_when_one_who_looks_all_the_time_begins_them() -> None:
    """Random people, zones and lives: not one start more, fewer, or at another time."""
    portions = [range(first, min(first + PORTION, PEOPLE)) for first in range(0, PEOPLE, PORTION)]
    if len(portions) == 1:
        begun = compare_starts(portions[0])
    else:
        with ProcessPoolExecutor() as processes:
            begun = sum(processes.map(compare_starts, portions))
    print(f"\n{PEOPLE:,} people, {DAYS} days each: {begun:,} starts, none otherwise")  # noqa: T201  the figures are the result


def compare_starts(seeds: Iterable[int]) -> int:
    """Live a life of each seed both ways, which must agree; return the number of starts."""
    begun = 0
    for number in seeds:
        random = Random(number)  # noqa: S311  no secret comes of it
        start = random.choice(tuple(CATALOGS))
        begin = datetime(2026, 11, 23, tzinfo=UTC) + LOOK * random.randrange(48 * 365)
        newcomer = confirmed_newcomer(timezone=random.choice(ZONES))
        person = replace(
            newcomer, created_at=begin - 30 * DAY, last_event_at=begin, engaged_at=begin, profiled_at=begin
        )
        life = _without_repeats(make_life(random, begin))
        expected = begin_by_looking(start, person, life, begin)
        assert begin_when_woken(start, person, life, begin) == expected, (number, start, person.profile.timezone)
        begun += len(expected)
    return begun


def _without_repeats(life: list[Change]) -> list[Change]:
    """Return a life in which no field is told what it says already: that changes nothing."""
    said: dict[str, str] = {}
    kept: list[Change] = []
    for at, kind, value in life:
        if kind == "event" or said.get(kind) != value:
            kept.append((at, kind, value))
            said[kind] = value
    return kept
