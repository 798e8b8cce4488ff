"""Compiles questions for a date, a time or a moment, and judges the answers by the range of the question.

Of all days and times that a text can mean, only those count that lie in the range and are not over: “at seven” is
19:00 if tables are kept from 14:00 on.  If two are left, the reply names both and asks which.  A moment may come in
two answers, the day and then the time.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from flows.answers.dates.alternatives import read_date_or_alternatives, settle_by_question
from flows.answers.dates.date_range import DateRange, Wanted, check_order, parse_range_end, resolve_range
from flows.answers.dates.opening_times import PROPOSED, name_week, propose_opening, read_proposal
from flows.answers.dates.result import DateAnswer, DayOptions, DayPart, TimeOptions
from flows.answers.question import AcceptedAnswer, AnswerContext, AnswerJudge, RejectedAnswer
from flows.answers.user_input import UserInput
from flows.language.model import Ask
from language import cldr
from language.opening_hours import OpeningHours

PARTS: dict[DayPart, tuple[time, time]] = {
    "morning": (time(4), time(11, 59)), "noon": (time(11), time(14)), "afternoon": (time(12), time(18)),
    "evening": (time(17), time(23, 59)), "night": (time(18), time(23, 59)),
}  # fmt: skip
"""First and last time of each part of the day."""
NIGHT_ENDS = time(6)
EXAMPLE_TIMES = (time(19, 0), time(15, 0), time(11, 0), time(9, 0))
"""Times of day for an example; the first that fits is named."""
FAR_AWAY = timedelta(days=300)
"""From here on a day is said with its year."""
_EVER = datetime(1900, 1, 1, tzinfo=UTC)
NOT_TOLD = "-"
"""Stands for a missing part in a partial answer."""


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
    def opening(self) -> OpeningHours | None:
        """The opening hours that the answer has to keep; None for questions about the past."""
        return self.context.opening if self.ahead_only else None

    def is_open(self, day: date | None, at: time) -> bool:
        """Tell whether a time lies in the opening hours, of any day if that is not known yet."""
        if self.opening is None:
            return True
        return self.opening.is_open(datetime.combine(day, at)) if day else self.opening.is_ever_open(at)

    @property
    def earliest(self) -> datetime:
        """The first moment that fits, of a question with “at least 1 hour from now”."""
        ahead = self.limits.ahead or timedelta()
        return (self.local_now.astimezone(UTC) + ahead).astimezone(self.context.zone) if ahead else _EVER

    @property
    def ahead_only(self) -> bool:
        """Whether the range excludes the past, so that an earlier moment cannot be meant."""
        return self.limits.first >= self.today


def compile_date_question(ask: Ask, wanted: Wanted) -> AnswerJudge:
    """Return the judge of a date, time or moment.  Raises :class:`flows.answers.question.AskError`."""
    low, high = parse_range_end(ask.lowest, "from", wanted), parse_range_end(ask.highest, "to", wanted)
    check_order(ask, low, high)

    def judge(user_input: UserInput, context: AnswerContext) -> AcceptedAnswer | RejectedAnswer:
        local_now = context.now.astimezone(context.zone)
        case = AnswerCase(
            wanted=wanted, limits=resolve_range(low, high, local_now), context=context, local_now=local_now
        )
        proposed = read_proposal(user_input.text, context)
        if proposed:
            return AcceptedAnswer(value=proposed)
        return _judge_answer(settle_by_question(_read_answer(user_input.text, context, local_now), wanted), case)

    return judge


def _read_answer(text: str, context: AnswerContext, local_now: datetime) -> DateAnswer:
    """Return the day and time in an answer, completed by those of earlier answers."""
    answer = read_date_or_alternatives(text, context.language.split("-", maxsplit=1)[0], local_now.date())
    # “in two hours” is a whole moment and needs no earlier half.
    if not context.partial_answer or context.partial_answer.startswith(PROPOSED) or answer.ahead is not None:
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
    times = _pick_times(answer, case, day) if answer.times and case.wanted != "date" else None
    at = times[0] if times and len(times) == 1 else None
    if day and case.wanted != "time" and (closed := find_closed(day, times, case)):
        return _propose_opening(closed, case)
    if not day and times and not any(case.is_open(None, option) for option in times):
        return name_week(case.opening, case.context)
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
        return replace(_ask_again("date", case), reply="again_over" if is_past else "again_range_day")
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
    if at < case.earliest:
        return _ask_later(case)
    return AcceptedAnswer(value=at.isoformat())


def _accept_time_ahead(ahead: timedelta, case: AnswerCase) -> AcceptedAnswer | RejectedAnswer:
    # Added in UTC, because “in 5 hours” means elapsed time also in the night when clocks change.
    at = (case.local_now.astimezone(UTC) + ahead).astimezone(case.context.zone).replace(second=0, microsecond=0)
    if case.wanted == "moment" and (closed := find_closed(at.date(), [at.time()], case)):
        return _propose_opening(closed, case)
    if case.wanted == "moment" and at < case.earliest.replace(second=0, microsecond=0):
        return _ask_later(case)
    if case.wanted == "date" or not (case.limits.allows_time(at.time()) and case.limits.allows_day(at.date())):
        return _ask_again(case.wanted, case)
    return AcceptedAnswer(value=f"{at:%H:%M}" if case.wanted == "time" else at.isoformat())


def find_closed(day: date, times: list[time] | None, case: AnswerCase) -> datetime | None:
    """Return the moment that was said if it is outside the opening hours; None if it, or a reading of it, is not."""
    opening = case.opening
    if opening is None or not case.limits.allows_day(day):
        return None
    if not times:  # no time is known yet
        return None if opening.spans_on(day) else datetime.combine(day, time.min)
    if any(case.is_open(day, at) for at in times):
        return None
    # Of 7:00 and 19:00 the later one is likelier meant.
    return datetime.combine(day, times[-1])


def _propose_opening(closed: datetime, case: AnswerCase) -> RejectedAnswer:
    """Return the reply that names the hours of the day that was said, and the next time that fits."""
    limits, opening = case.limits, case.opening
    now = case.local_now.replace(tzinfo=None)
    options = opening.next_openings(closed) if opening else iter(())
    fitting = next(
        (at for at in options if at > now and limits.allows_day(at.date()) and limits.allows_time(at.time())), None
    )
    if opening is None or fitting is None:
        return _ask_again(case.wanted, case)
    return propose_opening(closed.date(), fitting, opening, case.context, with_time=case.wanted == "moment")


def _ask_later(case: AnswerCase) -> RejectedAnswer:
    """Return the reply to a moment that is nearer than the flow allows; it names the first that is not."""
    # Rounded up to five minutes: nobody proposes 15:03.
    spare = timedelta(minutes=-(case.earliest.minute % -5), seconds=-case.earliest.second)
    at = (case.earliest + spare).replace(second=0, microsecond=0).isoformat()
    first = cldr.format_moment(at, case.context.language, case.context.zone.key)
    return RejectedAnswer(reply="again_soon", fits_reply="fits_from", first=first)


def _pick_days(days: DayOptions, case: AnswerCase) -> list[date]:
    """Return the days that are meant: several if that is not certain, none if no day fits."""
    fitting = [day for day in days.options if case.limits.allows_day(day)]
    if case.opening and len(fitting) > 1 and not days.by_year:
        fitting = [day for day in fitting if case.opening.spans_on(day)] or fitting
    if not fitting or not days.by_year:
        return fitting
    coming = [day for day in fitting if day >= case.today]
    # The nearest year: the coming one for an appointment, the last one for a birthday (range up to today).
    return [min(coming) if coming else max(fitting)]


def _pick_times(answer: DateAnswer, case: AnswerCase, day: date | None) -> list[time]:
    """Return the times of day that are meant; those in the opening hours, and still ahead today, are preferred."""
    options = answer.times or TimeOptions(options=())
    low, high = PARTS.get(answer.part, (time.min, time.max))
    # “7 in the evening” is 19:00; “14:00 in the morning” contradicts itself, and the figures win.
    # “3 Uhr nachts” is behind midnight.
    small_hours = NIGHT_ENDS if answer.part == "night" else time.min
    in_part = [at for at in dict.fromkeys(options.options) if low <= at <= high or at < small_hours]
    in_part = in_part or list(options.options)
    fitting = [at for at in in_part if case.limits.allows_time(at)]
    if case.opening and len(fitting) > 1:
        # “Saturday at 3” is 15:00 where nobody is there at 3:00.
        fitting = [at for at in fitting if case.is_open(day, at)] or fitting
    if day == case.today and len(fitting) > 1:
        # At 15:00, “today at 4” is 16:00.
        fitting = [at for at in fitting if at > case.local_now.time()] or fitting
        soonest = case.earliest.time() if case.earliest.date() == day else time.min
        fitting = [at for at in fitting if at >= soonest] or fitting
    return [at for at in fitting if at == options.literal] or fitting


def _format_for_person(value: date | time, context: AnswerContext) -> str:
    if isinstance(value, time):
        return cldr.format_time_of_day(f"{value:%H:%M}", context.language, context.zone.key)
    named = cldr.format_weekday(value.isoformat(), context.language, context.zone.key)
    return f"{named}, {cldr.format_day(value.isoformat(), context.language, context.zone.key)}"


def _format_end(day: date, case: AnswerCase) -> str:
    """Return an end of a range, such as “Tuesday, 24 November”; with its year only if it is far away."""
    if abs(day - case.today) > FAR_AWAY:
        return _format_for_person(day, case.context)
    return cldr.format_near_day(day.isoformat(), case.context.language, case.context.zone.key)


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
        return RejectedAnswer(reply=reply, first=_format_for_person(_example_time(case), context))
    if wanted == "date" and any(limits.declared[:2]):
        return _ask_in_range(
            reply, _format_end(limits.first, case), _format_end(limits.last, case), limits.declared[:2]
        )
    # In five days, moved into the range.
    example = min(max(case.today + timedelta(days=5), limits.first), limits.last)
    if wanted == "date":
        return RejectedAnswer(reply=reply, first=_format_for_person(example, context))
    moment = datetime.combine(example, _example_time(case))
    if case.opening:
        moment = next((at for at in case.opening.next_openings(moment) if limits.allows_day(at.date())), moment)
    told = moment.replace(tzinfo=context.zone).isoformat()
    return RejectedAnswer(reply=reply, first=cldr.format_moment(told, context.language, context.zone.key))


def _example_time(case: AnswerCase) -> time:
    fitting = (at for at in EXAMPLE_TIMES if case.limits.allows_time(at) and case.is_open(None, at))
    return next(fitting, case.limits.opens)


def _ask_in_range(reply: str, first: str, last: str, declared: tuple[bool, ...]) -> RejectedAnswer:
    if all(declared):
        return RejectedAnswer(reply=reply, fits_reply="fits_between", first=first, second=last)
    return RejectedAnswer(
        reply=reply, fits_reply="fits_from" if declared[0] else "fits_until", first=first if declared[0] else last
    )
