"""What is forecast, likely or if nobody does anything, against what then happens to a population."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251  dice of a statistic
from zoneinfo import ZoneInfo

from domain.decision import Context
from domain.effects import SendMail
from domain.ports import SendStatus
from service.forecast.expect import PastFutures, Waiting, expect_mails
from service.forecast.night_notes import load_notes, note_forecast
from service.forecast.past_passes import PastPass, Stay
from service.forecast.read_people import draw_people, forecast_mails_ahead, last_moment
from service.forecast.step_mails import StepMails
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG
from tests.support.sequence_people import CATALOG, DAY
from tests.unit.service.reports.sequences.population import Life

HOUR = timedelta(hours=1)


def _context(now: datetime) -> Context:
    return Context(now=now, entropy=bytes(16), keys=KEYS, config=SHIPPED_CONFIG)


async def test_what_is_forecast_comes() -> None:
    """For each day and step; people who began at different times, of whom some noted cups."""
    store, lives = MemoryStore(4, server_ms=lambda: 0), []
    came: Counter[tuple[object, str]] = Counter()
    zone = ZoneInfo(SHIPPED_CONFIG.timezone)

    def settle(mail: SendMail) -> tuple[SendStatus, str]:
        came[mail.queued_at.astimezone(zone).date(), f"{mail.sequence}/{mail.step}"] += 1
        return "sent", ""

    for number in range(40):
        life = Life(store=store, catalog=CATALOG, settling=settle)
        deeds = [(DAY, "cup.noted")] if number % 3 else []
        await life.live(f"{number}", deeds, start=NOON + number * timedelta(hours=5), until=NOON + 9 * DAY)
        lives.append(life)
    now = NOON + 9 * DAY
    found = await forecast_mails_ahead(store, CATALOG, _context(now), 14)
    some, known = await draw_people(store, CATALOG, _context(now), 2)
    again, _ = await draw_people(store, CATALOG, _context(now), 2)
    assert (some.drawn, some.scale) == (2, found.waiting / 2)
    assert known.total == 40
    drawn = [
        [one.id for people in [p async for p in each.read_people(store)] for one in people] for each in (some, again)
    ]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 2
    came.clear()
    for life in lives:
        await life.wait_until(last_moment(now, zone, 14))

    told = {(day.day, step): number for day in found.days for step, number in day.steps_at_most.items()}
    assert told == came
    assert sum(told.values()) == 4
    # Nothing lies fourteen days back, so nothing else is likely.
    assert found.learnt == 0
    assert [(day.expected, day.low, day.high) for day in found.days] == [
        (day.at_most, day.at_most, day.at_most) for day in found.days
    ]


async def test_newcomers_and_habits_are_learnt() -> None:
    """Three begin each day, and two of three act: three newcomers are welcomed, one is reminded."""
    store = MemoryStore(4, server_ms=lambda: 0)
    now = NOON + 42 * DAY
    for number in range(126):
        deeds = [(DAY, "cup.noted")] if number % 3 else []
        await Life(store=store, catalog=CATALOG).live(f"{number}", deeds, start=NOON + number * 8 * HOUR, until=now)
    found = await forecast_mails_ahead(store, CATALOG, _context(now), 3)

    assert found.learnt > 100
    tomorrow = found.days[1]
    assert tomorrow.steps["tasting_book/welcome"] == 3
    assert (tomorrow.low, round(tomorrow.expected), tomorrow.high) == (4, 4, 4)
    assert tomorrow.at_most == 1


def test_a_wait_of_so_many_days_goes_on_like_others() -> None:
    """Half of those who stood there for three days got the mail the next day; ten stand so now."""
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    past = PastFutures(zone=ZoneInfo("UTC"), now=now, days=2)
    for number in range(20):
        begun = now - 20 * DAY
        stay = Stay(step="a", since=begun, until=begun + 6 * DAY)
        mails = ((begun + 4 * DAY, "s/b"),) if number % 2 else ()
        past.add(PastPass(sequence="s", started_at=begun, stays=(stay,), mails=mails))
    waiting = Waiting()
    waiting.futures["s", "a", 3] = [()] * 10
    days = expect_mails(past, waiting, Random(0))  # noqa: S311  no secret

    assert [day.expected for day in days] == [0, 5]
    assert 0 < days[1].low < 5 < days[1].high < 10
    assert [day.at_most for day in days] == [0, 0]


async def test_each_day_is_noted_once_and_compared() -> None:
    """In the first hours of a day; the next night tells what went out.  Another edition is noted beside it."""
    store = MemoryStore(4, server_ms=lambda: 0)
    zone = ZoneInfo(SHIPPED_CONFIG.timezone)
    await Life(store=store, catalog=CATALOG).live("1", start=NOON, until=NOON + DAY)
    night = (NOON + DAY).astimezone(zone).replace(hour=0, minute=5).astimezone(UTC)
    assert await note_forecast(store, CATALOG, _context(night), 1, StepMails())
    assert not await note_forecast(store, CATALOG, _context(night + HOUR), 1, StepMails())
    assert await note_forecast(store, CATALOG, _context(night + 12 * HOUR), 2, StepMails())
    day = night.astimezone(zone).date().isoformat()
    sent = StepMails(days={day: {"tasting_book/welcome": 2, "tasting_book/come_back": 1}})
    assert await note_forecast(store, CATALOG, _context(night + DAY), 2, sent)

    notes = await load_notes(store)
    assert [(note.day, note.sent) for note in notes.nights] == [
        (day, 3), ((night + DAY).astimezone(zone).date().isoformat(), None),
    ]  # fmt: skip
    assert "tasting_book/come_back" in notes.steps


async def test_who_was_erased_since_they_were_drawn_is_left_out() -> None:
    """Records are read again, a few at a time."""
    store = MemoryStore(4, server_ms=lambda: 0)
    for number in range(3):
        await Life(store=store, catalog=CATALOG).live(f"{number}", start=NOON, until=NOON + DAY)
    waiting, _ = await draw_people(store, CATALOG, _context(NOON + DAY), 10)
    names = [person.id for people in [p async for p in waiting.read_people(store)] for person in people]
    await store.erase(names[0])
    assert [person.id for people in [p async for p in waiting.read_people(store)] for person in people] == names[1:]
    assert len(names) == 3
