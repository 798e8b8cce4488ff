"""Dates, times and moments as answers: what was understood (``grammar``), within the range asked for.

Of all that words can stand for, only what lies in the range and is not over counts: “at seven” is 19:00 where tables
are kept from 14:00 on.  What is still two things is asked back with both named.  A moment may come in two answers, the
day and then the time.

Range: the days of ``from`` and ``to`` bound the day, their times of day the time of each day; so ``from: today 14:00``
and ``to: in 60 days 20:30`` are the evenings of the next two months.  Without a day in ``from``, nothing before today,
unless ``to`` lies there: birthdays are asked for with ``to: today``.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from flows.answers.dates import other_languages
from flows.answers.dates.grammar import read
from flows.answers.dates.result import DateAnswer, Days, Part, Times
from flows.answers.dates.vocabulary import LEXICONS
from flows.answers.question import AnswerContext, AskError, Fit, Judge, Unfit
from flows.answers.user_input import UserInput
from flows.language.model import Ask
from language import cldr
from language.durations import DayExpression, UnclearTimeError, parse_clock, parse_day

Wanted = Literal["date", "time", "moment"]

PARTS: dict[Part, tuple[time, time]] = {
    "morning": (time(4), time(11, 59)), "noon": (time(11), time(14)), "afternoon": (time(12), time(18)),
    "evening": (time(17), time(23, 59)), "night": (time(18), time(23, 59)),
}  # fmt: skip
"""Between which times a part of the day lies."""
USUAL = time(19, 0)
"""The time of day in an example."""
NONE = "-"
"""Stands for what is not told yet, in half an answer."""
_NEVER = (date(1900, 1, 1), date(2199, 12, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One end of a range."""

    day: DayExpression | None = None
    at: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What days and times fit, seen from one moment."""

    first: date
    last: date
    opens: time
    closes: time
    said: tuple[bool, bool, bool, bool]
    """Whether the file gives each of the four."""

    def has_day(self, day: date) -> bool:
        """Tell whether a day fits."""
        return self.first <= day <= self.last

    def has_time(self, at: time) -> bool:
        """Tell whether a time of day fits; a range may go over midnight."""
        if self.opens <= self.closes:
            return self.opens <= at <= self.closes
        return at >= self.opens or at <= self.closes


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One answer being judged."""

    wanted: Wanted
    limits: Range
    scene: AnswerContext
    local: datetime
    """Now, in the person's time zone."""

    @property
    def today(self) -> date:
        """The person's day."""
        return self.local.date()

    @property
    def ahead_only(self) -> bool:
        """Whether what is over cannot be meant."""
        return self.limits.first >= self.today


def compile_when(ask: Ask, wanted: Wanted) -> Judge:
    """Return the judge of a date, time or moment.  Raises :class:`flows.answers.question.AskError`."""
    low, high = _limit(ask.lowest, "from", wanted), _limit(ask.highest, "to", wanted)
    _check(ask, low, high)

    def judge(given: UserInput, scene: AnswerContext) -> Fit | Unfit:
        local = scene.now.astimezone(scene.zone)
        case = Case(wanted=wanted, limits=_range(low, high, local.date()), scene=scene, local=local)
        return _judge(_understood(given.text, scene, local), case)

    return judge


# -- the range ------------------------------------------------------------------------------------------------
def _limit(text: str, key: str, wanted: Wanted) -> Limit:
    """Read “today”, “in 60 days”, “14:00”, or a day and a time."""
    if not text.strip():
        return Limit()
    *days, last = text.split()
    timed = ":" in last
    try:
        at = parse_clock(last) if timed else None
        day_words = " ".join(days if timed else text.split())
        limit = Limit(day=parse_day(day_words) if day_words else None, at=at)
    except UnclearTimeError as error:
        message = f"{error}."
        raise AskError(message, error.hint, key=key) from None
    unused = "day" if wanted == "time" and limit.day else "time of day" if wanted == "date" and limit.at else ""
    if unused:
        message = f"A {wanted} has no {unused}, so “{text[:40]}” bounds nothing."
        raise AskError(message, "Ask for a moment to have both.", key=key)
    return limit


def _check(ask: Ask, low: Limit, high: Limit) -> None:
    anyday = date(2026, 1, 1)
    first, last = (one.day.resolve(anyday) if one.day else None for one in (low, high))
    comparable = low.day and high.day and (low.day.fixed is None) is (high.day.fixed is None)
    if comparable and first and last and first > last:
        message = f"From {ask.lowest} to {ask.highest} there is no day."
        raise AskError(message, "Turn them round.", key="to")


def _range(low: Limit, high: Limit, today: date) -> Range:
    last = high.day.resolve(today) if high.day else _NEVER[1]
    first = low.day.resolve(today) if low.day else today if last > today else _NEVER[0]
    return Range(
        first=first,
        last=last,
        opens=low.at or time.min,
        closes=high.at or time.max,
        said=(low.day is not None, high.day is not None, low.at is not None, high.at is not None),
    )


# -- understanding --------------------------------------------------------------------------------------------
def _understood(text: str, scene: AnswerContext, local: datetime) -> DateAnswer:
    """Return what an answer says; what earlier ones have said already completes it."""
    language = scene.language.split("-", maxsplit=1)[0]
    if language in LEXICONS:
        said = read(text, language, local.date())
    else:
        said = other_languages.read(text, scene.language, local.replace(tzinfo=None))
    if not scene.half or said.ahead is not None:
        return said
    day, part, times = scene.half.split(" ")
    return replace(
        said,
        days=said.days or (Days(options=(date.fromisoformat(day),)) if day != NONE else None),
        part=said.part or next((one for one in PARTS if one == part), ""),
        times=said.times
        or (Times(options=tuple(time.fromisoformat(one) for one in times.split(","))) if times != NONE else None),
    )


def _half(day: date | None, part: Part, times: list[time] | None) -> str:
    """Return what is certain of an answer that is not whole, for the answer that completes it."""
    if not (day or part or times):
        return ""
    told = ",".join(f"{one:%H:%M}" for one in times or ())
    return f"{day.isoformat() if day else NONE} {part or NONE} {told or NONE}"


# -- judging --------------------------------------------------------------------------------------------------
def _judge(said: DateAnswer, case: Case) -> Fit | Unfit:
    if not said.clear or said.either:
        return replace(_again(case.wanted, case), half=case.scene.half)
    if said.ahead is not None:
        return _ahead(said.ahead, case)
    days = _days(said.days, case) if said.days and case.wanted != "time" else None
    day = days[0] if days and len(days) == 1 else None
    times = _times(said, case, today=day == case.today) if said.times and case.wanted != "date" else None
    at = times[0] if times and len(times) == 1 else None
    if case.wanted == "date" and day:
        return Fit(value=day.isoformat())
    if case.wanted == "time" and at:
        return Fit(value=f"{at:%H:%M}")
    if case.wanted == "moment" and day and at:
        return _checked(datetime.combine(day, at, tzinfo=case.scene.zone), case)
    return replace(_doubt(said, days, times, case), half=_half(day, said.part, times))


def _doubt(said: DateAnswer, days: list[date] | None, times: list[time] | None, case: Case) -> Unfit:
    """Return what is to be asked back: the first thing that is not settled."""
    for fitting in (days, times):
        if fitting and len(fitting) > 1:
            return _either(*(_say(one, case.scene) for one in fitting[:2]))
    if days is not None and not days:
        over = case.ahead_only and said.days is not None and max(said.days.options) < case.today
        return replace(_again("date", case), reply="again_over" if over else "again_range")
    if times is not None and not times:
        return replace(_again("time", case), reply="again_range")
    if case.wanted != "moment" or not (days or times):
        return _again(case.wanted, case)
    if days:
        return replace(_again("time", case), reply="again_which_time")
    return replace(_again("date", case), reply="again_which_day")


def _checked(at: datetime, case: Case) -> Fit | Unfit:
    """Return a moment that is not over; a time that the clock skips in spring is moved on by what is skipped."""
    at = at.astimezone(UTC).astimezone(case.scene.zone)
    if at < case.local and case.ahead_only:
        return replace(_again("moment", case), reply="again_over")
    return Fit(value=at.isoformat())


def _ahead(ahead: timedelta, case: Case) -> Fit | Unfit:
    at = (case.local.astimezone(UTC) + ahead).astimezone(case.scene.zone).replace(second=0, microsecond=0)
    if case.wanted == "date" or not (case.limits.has_time(at.time()) and case.limits.has_day(at.date())):
        return _again(case.wanted, case)
    return Fit(value=f"{at:%H:%M}" if case.wanted == "time" else at.isoformat())


def _days(days: Days, case: Case) -> list[date]:
    """Return the days that are meant: one, or several if that cannot be told, or none that fits."""
    fitting = [one for one in days.options if case.limits.has_day(one)]
    if not fitting or not days.by_year:
        return fitting
    coming = [one for one in fitting if one >= case.today]
    return [min(coming) if coming else max(fitting)]


def _times(said: DateAnswer, case: Case, *, today: bool) -> list[time]:
    """Return the times of day that are meant, as with days.  ``today``: it must be ahead."""
    told = said.times or Times(options=())
    low, high = PARTS.get(said.part, (time.min, time.max))
    in_part = [one for one in dict.fromkeys(told.options) if low <= one <= high] or list(told.options)
    fitting = [one for one in in_part if case.limits.has_time(one)]
    if today and len(fitting) > 1:
        fitting = [one for one in fitting if one > case.local.time()] or fitting
    return [one for one in fitting if one == told.literal] or fitting


# -- saying what would fit ------------------------------------------------------------------------------------
def _say(one: date | time, scene: AnswerContext) -> str:
    if isinstance(one, time):
        return cldr.format_time_of_day(f"{one:%H:%M}", scene.language, scene.zone.key)
    named = cldr.format_weekday(one.isoformat(), scene.language, scene.zone.key)
    return f"{named}, {cldr.format_day(one.isoformat(), scene.language, scene.zone.key)}"


def _either(first: str, second: str) -> Unfit:
    return Unfit(reply="again_which", form="fits_either", first=first, second=second)


def _again(wanted: Wanted, case: Case) -> Unfit:
    """Return that nothing was understood, and an example or the range that fits."""
    limits, scene, reply = case.limits, case.scene, f"again_{wanted}"
    if wanted == "time":
        if any(limits.said[2:]):
            return _between(reply, _say(limits.opens, scene), _say(limits.closes, scene), limits.said[2:])
        return Unfit(reply=reply, first=_say(USUAL, scene))
    if wanted == "date" and any(limits.said[:2]):
        return _between(reply, _say(limits.first, scene), _say(limits.last, scene), limits.said[:2])
    example = min(max(case.today + timedelta(days=5), limits.first), limits.last)
    if wanted == "date":
        return Unfit(reply=reply, first=_say(example, scene))
    at = USUAL if limits.has_time(USUAL) else limits.opens
    told = datetime.combine(example, at, tzinfo=scene.zone).isoformat()
    return Unfit(reply=reply, first=cldr.format_moment(told, scene.language, scene.zone.key))


def _between(reply: str, first: str, last: str, said: tuple[bool, ...]) -> Unfit:
    if all(said):
        return Unfit(reply=reply, form="fits_between", first=first, second=last)
    return Unfit(reply=reply, form="fits_from" if said[0] else "fits_until", first=first if said[0] else last)
