"""Reckons how many mails are likely in the next days.  Pure: the dice are handed in.

Whoever waits at a step since some days is taken to go on like those who waited there as long, at this time of a day, on
the 28 days before: what those got in the days that followed is known.  Where nobody stood before, people are taken to
do nothing.  Newcomers come as on the same weekdays of those weeks, and get what those who came then got.  The range is
that of 200 resamplings of people; nineteen of twenty lie in it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from service.forecast.past_passes import PastPass, Stay

LEARNT_DAYS = 28
RESAMPLINGS = 200
CUT_OFF = 5
"""Of the resamplings, the lowest and the highest that are left out of the range."""

Place = tuple[str, str, int]
"""Sequence, step, and whole days since it was entered."""
Future = tuple[tuple[int, str], ...]
"""What somebody got: days ahead, and ``SEQUENCE/STEP``."""


class Dice(Protocol):
    """Draws by lot."""

    def choices(self, population: Sequence[Future], /, *, k: int) -> list[Future]:
        """Return so many, each of which may come several times."""
        ...

    def randrange(self, stop: int, /) -> int:
        """Return a number from 0 up to below this."""
        ...


class DayForecast(Struct, frozen=True, kw_only=True):
    """The mails of one day of the workspace."""

    day: date
    expected: float
    low: int
    high: int
    at_most: int
    """Mails to those who wait, if nobody does anything; newcomers come on top."""
    steps: dict[str, float]
    """What is expected of each ``SEQUENCE/STEP``."""
    steps_at_most: dict[str, float]
    """What each sends if nobody does anything."""


@dataclass(slots=True, kw_only=True)
class Waiting:
    """Those who wait now, and what each gets if nothing happens."""

    futures: dict[Place, list[Future]] = field(default_factory=lambda: defaultdict(list))
    scale: float = 1.0
    """People in all, for each of these."""


@dataclass(slots=True, kw_only=True)
class PastFutures:
    """What followed in the days after each of the 28 days whose following days are known."""

    zone: ZoneInfo
    now: datetime
    days: int
    """Days ahead, today included."""
    scale: float = 1.0
    """People in all, for each that is read."""
    stood: dict[Place, list[Future]] = field(default_factory=lambda: defaultdict(list))
    begun: dict[date, list[tuple[bool, Future]]] = field(default_factory=lambda: defaultdict(list))
    """By day: for each who began, whether after this time of the day, and what they got."""
    first: date | None = None
    """The first day on which anybody is known to have begun."""

    @property
    def today(self) -> date:
        """The day where the workspace is."""
        return self.now.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        """The latest day of which is known what followed."""
        return self.today - timedelta(days=self.days)

    def add(self, past: PastPass) -> None:
        """Take in one pass."""
        day = past.started_at.astimezone(self.zone).date()
        self.first = min(day, self.first or day)
        if self._is_learnt(day):
            is_late = past.started_at > self._moment_of(day)
            self.begun[day].append((is_late, self._future_of(past, day, past.started_at)))
        for stay in past.stays:
            for day in self._days_of(stay):
                waited = (day - stay.since.astimezone(self.zone).date()).days
                future = self._future_of(past, day, self._moment_of(day))
                self.stood[past.sequence, stay.step, waited].append(future)

    def newcomer_days(self, ahead: int) -> list[date]:
        """Return the learnt days with the weekday of a day ahead."""
        wanted = (self.today + timedelta(days=ahead)).weekday()
        days = (self.last_day - timedelta(days=number) for number in range(LEARNT_DAYS))
        return [day for day in days if day.weekday() == wanted and self.first is not None and day >= self.first]

    def newcomers(self, ahead: int, day: date) -> list[Future]:
        """Return what those got who came on a learnt day; for today, only who came after this time of the day."""
        return [future for is_late, future in self.begun.get(day, ()) if is_late or ahead > 0]

    def _is_learnt(self, day: date) -> bool:
        return self.last_day - timedelta(days=LEARNT_DAYS) < day <= self.last_day

    def _moment_of(self, day: date) -> datetime:
        """Return this time of the day on another day."""
        local = self.now.astimezone(self.zone)
        return local.replace(year=day.year, month=day.month, day=day.day).astimezone(self.now.tzinfo)

    def _days_of(self, stay: Stay) -> Iterator[date]:
        day = max(stay.since.astimezone(self.zone).date(), self.last_day - timedelta(days=LEARNT_DAYS - 1))
        while day <= self.last_day and self._moment_of(day) < stay.until:
            if self._moment_of(day) >= stay.since:
                yield day
            day += timedelta(days=1)

    def _future_of(self, past: PastPass, day: date, after: datetime) -> Future:
        ahead = (((at.astimezone(self.zone).date() - day).days, place) for at, place in past.mails if at >= after)
        return tuple((number, place) for number, place in ahead if number < self.days)


def expect_mails(past: PastFutures, waiting: Waiting, dice: Dice) -> list[DayForecast]:
    """Return the forecast of each day, today first."""
    known = {place: past.stood.get(place) or None for place in waiting.futures}
    expected = _sum_expected(past, waiting, known)
    at_most = _sum_futures(waiting.futures, waiting.scale)
    ranges = _find_ranges(past, waiting, known, dice)
    result = []
    for ahead in range(past.days):
        steps = {place: number for (day, place), number in sorted(expected.items()) if day == ahead}
        most = {place: number for (day, place), number in sorted(at_most.items()) if day == ahead}
        result.append(
            DayForecast(
                day=past.today + timedelta(days=ahead),
                expected=sum(steps.values()),
                low=ranges[ahead][0],
                high=ranges[ahead][1],
                at_most=round(sum(most.values())),
                steps=steps,
                steps_at_most=most,
            )
        )
    return result


def _sum_futures(groups: Mapping[Place, list[Future]], scale: float) -> dict[tuple[int, str], float]:
    counts = Counter(mail for futures in groups.values() for future in futures for mail in future)
    return {mail: number * scale for mail, number in counts.items()}


def _sum_expected(
    past: PastFutures, waiting: Waiting, known: Mapping[Place, list[Future] | None]
) -> dict[tuple[int, str], float]:
    expected: defaultdict[tuple[int, str], float] = defaultdict(float)
    for place, own in waiting.futures.items():
        futures = known[place] or own
        for future in futures:
            for mail in future:
                expected[mail] += waiting.scale * len(own) / len(futures)
    for ahead in range(past.days):
        days = past.newcomer_days(ahead)
        for day in days:
            for future in past.newcomers(ahead, day):
                for later, step in future:
                    if ahead + later < past.days:
                        expected[ahead + later, step] += past.scale / len(days)
    return expected


def _find_ranges(
    past: PastFutures, waiting: Waiting, known: Mapping[Place, list[Future] | None], dice: Dice
) -> list[tuple[int, int]]:
    groups = [(known[place] or own, len(own)) for place, own in waiting.futures.items()]
    newcomers = [[past.newcomers(ahead, day) for day in past.newcomer_days(ahead)] for ahead in range(past.days)]
    totals = [_resample(dice, past, waiting.scale, groups, newcomers) for _ in range(RESAMPLINGS)]
    ranges = []
    for ahead in range(past.days):
        numbers = sorted(total[ahead] for total in totals)
        ranges.append((round(numbers[CUT_OFF]), round(numbers[-CUT_OFF - 1])))
    return ranges


def _resample(
    dice: Dice,
    past: PastFutures,
    scale: float,
    groups: list[tuple[list[Future], int]],
    newcomers: list[list[list[Future]]],
) -> list[float]:
    """Return the mails of each day if other people had been met in those weeks."""
    totals = [0.0] * past.days
    for futures, people in groups:
        for future in dice.choices(futures, k=people):
            for ahead, _ in future:
                totals[ahead] += scale
    for ahead, cohorts in enumerate(newcomers):
        cohort = cohorts[dice.randrange(len(cohorts))] if cohorts else []
        for future in dice.choices(cohort, k=len(cohort)) if cohort else ():
            for later, _ in future:
                if ahead + later < past.days:
                    totals[ahead + later] += past.scale
    return totals
