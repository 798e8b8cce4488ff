"""Compiles questions for a date, a time or a moment, and judges the answers by the range of the question.

Of all days and times that a text can mean, only those count that lie in the range and are not over: “at seven” is
19:00 if tables are kept from 14:00 on.  If two are left, the reply names both and asks which.  A moment may come in
two answers, the day and then the time.

The days of ``from`` and ``to`` bound the day; their times of day bound the time of each day.  So ``from: today 14:00``
with ``to: in 60 days 20:30`` means the afternoons and evenings of the next two months.  Without a day in ``from`` the
range begins today, unless ``to`` lies in the past or is today: birthdays are asked for with ``to: today``.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from flows.answers.dates.grammar import read_date_answer
from flows.answers.dates.result import DateAnswer, DayOptions, DayPart, TimeOptions
from flows.answers.question import AcceptedAnswer, AnswerContext, AnswerJudge, AskError, RejectedAnswer
from flows.answers.user_input import UserInput
from flows.language.model import Ask
from language import cldr
from language.durations import DayExpression, UnclearTimeError, parse_clock, parse_day

Wanted = Literal["date", "time", "moment"]

PARTS: dict[DayPart, tuple[time, time]] = {
    "morning": (time(4), time(11, 59)), "noon": (time(11), time(14)), "afternoon": (time(12), time(18)),
    "evening": (time(17), time(23, 59)), "night": (time(18), time(23, 59)),
}  # fmt: skip
"""First and last time of each part of the day."""
EXAMPLE_TIME = time(19, 0)
"""Time of day in an example."""
NOT_TOLD = "-"
"""Stands for a missing part in a partial answer."""
_ANY_DAY = (date(1900, 1, 1), date(2199, 12, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeEnd:
    """One end of a range."""

    day: DayExpression | None = None
    clock: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """The days and times that fit, as seen on one day."""

    first: date
    last: date
    opens: time
    closes: time
    declared: tuple[bool, bool, bool, bool]
    """Whether the flow file gives each of the four."""

    def allows_day(self, day: date) -> bool:
        """Tell whether a day fits."""
        return self.first <= day <= self.last

    def allows_time(self, at: time) -> bool:
        """Tell whether a time of day fits; a range may go over midnight."""
        # “from 22:00 to 2:00” goes over midnight: a time fits if it lies behind the start or before the end.
        if self.opens <= self.closes:
            return self.opens <= at <= self.closes
        return at >= self.opens or at <= self.closes


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCase:
    """One answer being judged."""

    wanted: Wanted
    limits: DateRange
    context: AnswerContext
    local_now: datetime
    """Now, in the time zone of the question."""

    @property
    def today(self) -> date:
        """The current day in the time zone of the question."""
        return self.local_now.date()

    @property
    def ahead_only(self) -> bool:
        """Whether the range excludes the past, so that an earlier moment cannot be meant."""
        return self.limits.first >= self.today


def compile_date_question(ask: Ask, wanted: Wanted) -> AnswerJudge:
    """Return the judge of a date, time or moment.  Raises :class:`flows.answers.question.AskError`."""
    low, high = _parse_range_end(ask.lowest, "from", wanted), _parse_range_end(ask.highest, "to", wanted)
    _check_order(ask, low, high)

    def judge(user_input: UserInput, context: AnswerContext) -> AcceptedAnswer | RejectedAnswer:
        local_now = context.now.astimezone(context.zone)
        case = AnswerCase(
            wanted=wanted, limits=_resolve_range(low, high, local_now.date()), context=context, local_now=local_now
        )
        return _judge_answer(_read_answer(user_input.text, context, local_now), case)

    return judge


def _parse_range_end(text: str, key: str, wanted: Wanted) -> RangeEnd:
    """Read “today”, “in 60 days”, “14:00”, or a day and a time.  Raises ``AskError`` if it is none of them."""
    if not text.strip():
        return RangeEnd()
    *days, last = text.split()
    # “in 60 days 20:30”: only a clock time has a colon, and it stands last.
    timed = ":" in last
    try:
        at = parse_clock(last) if timed else None
        day_words = " ".join(days if timed else text.split())
        limit = RangeEnd(day=parse_day(day_words) if day_words else None, clock=at)
    except UnclearTimeError as error:
        message = f"{error}."
        raise AskError(message, error.hint, key=key) from None
    unused = "day" if wanted == "time" and limit.day else "time of day" if wanted == "date" and limit.clock else ""
    if unused:
        message = f"A {wanted} has no {unused}, so “{text[:40]}” bounds nothing."
        raise AskError(message, "Ask for a moment to have both.", key=key)
    return limit


def _check_order(ask: Ask, low: RangeEnd, high: RangeEnd) -> None:
    # Any day will do: both ends are relative to it, or both are fixed; a mixture cannot be compared in advance.
    sample_day = date(2026, 1, 1)
    first, last = (end.day.resolve(sample_day) if end.day else None for end in (low, high))
    comparable = low.day and high.day and (low.day.fixed is None) is (high.day.fixed is None)
    if comparable and first and last and first > last:
        message = f"From {ask.lowest} to {ask.highest} there is no day."
        raise AskError(message, "Turn them round.", key="to")


def _resolve_range(low: RangeEnd, high: RangeEnd, today: date) -> DateRange:
    last = high.day.resolve(today) if high.day else _ANY_DAY[1]
    first = low.day.resolve(today) if low.day else today if last > today else _ANY_DAY[0]
    return DateRange(
        first=first,
        last=last,
        opens=low.clock or time.min,
        closes=high.clock or time.max,
        declared=(low.day is not None, high.day is not None, low.clock is not None, high.clock is not None),
    )


def _read_answer(text: str, context: AnswerContext, local_now: datetime) -> DateAnswer:
    """Return the day and time in an answer, completed by those of earlier answers."""
    answer = read_date_answer(text, context.language.split("-", maxsplit=1)[0], local_now.date())
    # “in two hours” is a whole moment and needs no earlier half.
    if not context.partial_answer or answer.ahead is not None:
        return answer
    # “2026-12-24 evening -” or “- - 07:00,19:00”: see `_encode_partial_answer`.
    day, part, times = context.partial_answer.split(" ")
    return replace(
        answer,
        days=answer.days or (DayOptions(options=(date.fromisoformat(day),)) if day != NOT_TOLD else None),
        part=answer.part or next((known for known in PARTS if known == part), ""),
        times=answer.times
        or (
            TimeOptions(options=tuple(time.fromisoformat(clock) for clock in times.split(",")))
            if times != NOT_TOLD
            else None
        ),
    )


def _encode_partial_answer(day: date | None, part: DayPart, times: list[time] | None) -> str:
    """Return the known parts of an incomplete answer as a text, for the answer that completes it; empty if none."""
    if not (day or part or times):
        return ""
    told = ",".join(f"{clock:%H:%M}" for clock in times or ())
    return f"{day.isoformat() if day else NOT_TOLD} {part or NOT_TOLD} {told or NOT_TOLD}"


def _judge_answer(answer: DateAnswer, case: AnswerCase) -> AcceptedAnswer | RejectedAnswer:
    # What an earlier answer told is kept: “hm?” after “Friday” does not lose the Friday.
    if not answer.clear or answer.either:
        return replace(_ask_again(case.wanted, case), partial_answer=case.context.partial_answer)
    if answer.ahead is not None:
        return _accept_time_ahead(answer.ahead, case)
    # None means “not told”, an empty list “told, but nothing of it fits”: the replies differ.
    days = _pick_days(answer.days, case) if answer.days and case.wanted != "time" else None
    day = days[0] if days and len(days) == 1 else None
    times = _pick_times(answer, case, today=day == case.today) if answer.times and case.wanted != "date" else None
    at = times[0] if times and len(times) == 1 else None
    if case.wanted == "date" and day:
        return AcceptedAnswer(value=day.isoformat())
    if case.wanted == "time" and at:
        return AcceptedAnswer(value=f"{at:%H:%M}")
    if case.wanted == "moment" and day and at:
        return _accept_moment(datetime.combine(day, at, tzinfo=case.context.zone), case)
    return replace(
        _ask_for_rest(answer, days, times, case), partial_answer=_encode_partial_answer(day, answer.part, times)
    )


def _ask_for_rest(
    answer: DateAnswer, days: list[date] | None, times: list[time] | None, case: AnswerCase
) -> RejectedAnswer:
    """Return the reply that asks for the first part that is not settled."""
    for fitting in (days, times):
        if fitting and len(fitting) > 1:
            return _ask_which(*(_format_for_person(option, case.context) for option in fitting[:2]))
    if days is not None and not days:
        is_past = case.ahead_only and answer.days is not None and max(answer.days.options) < case.today
        return replace(_ask_again("date", case), reply="again_over" if is_past else "again_range")
    if times is not None and not times:
        return replace(_ask_again("time", case), reply="again_range")
    if case.wanted != "moment" or not (days or times):
        return _ask_again(case.wanted, case)
    if days:
        return replace(_ask_again("time", case), reply="again_which_time")
    return replace(_ask_again("date", case), reply="again_which_day")


def _accept_moment(at: datetime, case: AnswerCase) -> AcceptedAnswer | RejectedAnswer:
    """Accept a moment that is not over."""
    # Through UTC: 2:30 on the night of summer time does not exist and becomes 3:30.
    at = at.astimezone(UTC).astimezone(case.context.zone)
    if at < case.local_now and case.ahead_only:
        return replace(_ask_again("moment", case), reply="again_over")
    return AcceptedAnswer(value=at.isoformat())


def _accept_time_ahead(ahead: timedelta, case: AnswerCase) -> AcceptedAnswer | RejectedAnswer:
    # Added in UTC, because “in 5 hours” means elapsed time also in the night when clocks change.
    at = (case.local_now.astimezone(UTC) + ahead).astimezone(case.context.zone).replace(second=0, microsecond=0)
    if case.wanted == "date" or not (case.limits.allows_time(at.time()) and case.limits.allows_day(at.date())):
        return _ask_again(case.wanted, case)
    return AcceptedAnswer(value=f"{at:%H:%M}" if case.wanted == "time" else at.isoformat())


def _pick_days(days: DayOptions, case: AnswerCase) -> list[date]:
    """Return the days that are meant: several if that is not certain, none if no day fits."""
    fitting = [day for day in days.options if case.limits.allows_day(day)]
    if not fitting or not days.by_year:
        return fitting
    coming = [day for day in fitting if day >= case.today]
    # The nearest year: the coming one for an appointment, the last one for a birthday (range up to today).
    return [min(coming) if coming else max(fitting)]


def _pick_times(answer: DateAnswer, case: AnswerCase, *, today: bool) -> list[time]:
    """Return the times of day that are meant; if the day is ``today``, those still ahead are preferred."""
    options = answer.times or TimeOptions(options=())
    low, high = PARTS.get(answer.part, (time.min, time.max))
    # “7 in the evening” is 19:00; “14:00 in the morning” contradicts itself, and the figures win.
    in_part = [at for at in dict.fromkeys(options.options) if low <= at <= high] or list(options.options)
    fitting = [at for at in in_part if case.limits.allows_time(at)]
    if today and len(fitting) > 1:
        # At 15:00, “today at 4” is 16:00.
        fitting = [at for at in fitting if at > case.local_now.time()] or fitting
    return [at for at in fitting if at == options.literal] or fitting


def _format_for_person(value: date | time, context: AnswerContext) -> str:
    if isinstance(value, time):
        return cldr.format_time_of_day(f"{value:%H:%M}", context.language, context.zone.key)
    named = cldr.format_weekday(value.isoformat(), context.language, context.zone.key)
    return f"{named}, {cldr.format_day(value.isoformat(), context.language, context.zone.key)}"


def _ask_which(first: str, second: str) -> RejectedAnswer:
    return RejectedAnswer(reply="again_which", fits_reply="fits_either", first=first, second=second)


def _ask_again(wanted: Wanted, case: AnswerCase) -> RejectedAnswer:
    """Return the reply that asks again, with an example or the range."""
    limits, context, reply = case.limits, case.context, f"again_{wanted}"
    if wanted == "time":
        if any(limits.declared[2:]):
            return _ask_in_range(
                reply,
                _format_for_person(limits.opens, context),
                _format_for_person(limits.closes, context),
                limits.declared[2:],
            )
        return RejectedAnswer(reply=reply, first=_format_for_person(EXAMPLE_TIME, context))
    if wanted == "date" and any(limits.declared[:2]):
        return _ask_in_range(
            reply,
            _format_for_person(limits.first, context),
            _format_for_person(limits.last, context),
            limits.declared[:2],
        )
    # In five days, moved into the range.
    example = min(max(case.today + timedelta(days=5), limits.first), limits.last)
    if wanted == "date":
        return RejectedAnswer(reply=reply, first=_format_for_person(example, context))
    at = EXAMPLE_TIME if limits.allows_time(EXAMPLE_TIME) else limits.opens
    moment = datetime.combine(example, at, tzinfo=context.zone).isoformat()
    return RejectedAnswer(reply=reply, first=cldr.format_moment(moment, context.language, context.zone.key))


def _ask_in_range(reply: str, first: str, last: str, declared: tuple[bool, ...]) -> RejectedAnswer:
    if all(declared):
        return RejectedAnswer(reply=reply, fits_reply="fits_between", first=first, second=last)
    return RejectedAnswer(
        reply=reply, fits_reply="fits_from" if declared[0] else "fits_until", first=first if declared[0] else last
    )
