"""Compiles questions for a date, a time or a moment, and judges the answers by the range of the question.

Of all days and times that a text can mean, only those count that lie in the range and are not over: “at seven” is
19:00 if tables are kept from 14:00 on.  If two are left, the reply names both and asks which.  A moment may come in
two answers, the day and then the time.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from flows.answers.dates.alternatives import read_date_or_alternatives, settle_by_question
from flows.answers.dates.answer_case import AnswerCase, ask_date_again, ask_later, ask_which, format_day_or_time
from flows.answers.dates.asked_days import asks_of_something
from flows.answers.dates.date_range import Wanted, check_order, parse_range_end, resolve_range
from flows.answers.dates.opening_times import PROPOSED, name_week, propose_opening, read_proposal
from flows.answers.dates.result import DateAnswer, DayOptions, DayPart, TimeOptions
from flows.answers.dates.unexpected_days import find_dropped, is_unexpected
from flows.answers.question import AcceptedAnswer, AnswerContext, AnswerJudge, RejectedAnswer
from flows.answers.user_input import UserInput
from flows.language.model import Ask
from language import cldr

PARTS: dict[DayPart, tuple[time, time]] = {
    "morning": (time(4), time(11, 59)), "noon": (time(11), time(14)), "afternoon": (time(12), time(18)),
    "evening": (time(17), time(23, 59)), "night": (time(18), time(23, 59)),
}  # fmt: skip
"""First and last time of each part of the day."""
NIGHT_ENDS = time(6)
NOT_TOLD = "-"
"""Stands for a missing part in a partial answer."""


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
        if asks_of_something(user_input.text, context.language.split("-", maxsplit=1)[0]):
            return replace(ask_date_again(wanted, case), partial_answer=context.partial_answer)
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
        return replace(ask_date_again(case.wanted, case), partial_answer=case.context.partial_answer)
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
    if day and case.wanted != "time" and (dropped := find_dropped(answer.days, day)):
        return _ask_about_dropped(dropped, day, answer, times, case)
    verdict = _accept_whole(day, at, case)
    if isinstance(verdict, AcceptedAnswer):
        return replace(verdict, said_back=_say_back(answer, day, at, case))
    return verdict or replace(
        _ask_for_rest(answer, days, times, case), partial_answer=_encode_partial_answer(day, answer.part, times)
    )


def _accept_whole(day: date | None, at: time | None, case: AnswerCase) -> AcceptedAnswer | RejectedAnswer | None:
    """Judge an answer that holds all that is asked for; None if something is missing."""
    if case.wanted == "date" and day:
        return AcceptedAnswer(value=day.isoformat())
    if case.wanted == "time" and at:
        return AcceptedAnswer(value=f"{at:%H:%M}")
    if case.wanted == "moment" and day and at:
        return _accept_moment(datetime.combine(day, at, tzinfo=case.context.zone), case)
    return None


def _say_back(answer: DateAnswer, day: date | None, at: time | None, case: AnswerCase) -> str:
    """Return the day, or the moment, if it is not the one that people think of first; else an empty text."""
    if day is None or not is_unexpected(answer.days, day, case.today):
        return ""
    if at is None:
        return format_day_or_time(day, case.context)
    told = datetime.combine(day, at, tzinfo=case.context.zone).isoformat()
    return cldr.format_moment(told, case.context.language, case.context.zone.key)


def _ask_about_dropped(
    dropped: date, day: date, answer: DateAnswer, times: list[time] | None, case: AnswerCase
) -> RejectedAnswer:
    """Return the reply that names the one of two days on which it does not go, and proposes the other."""
    opening = case.opening
    if opening is None or opening.spans_on(dropped) or not case.limits.allows_day(dropped):
        is_past = case.ahead_only and dropped < case.today
        asked = replace(ask_date_again("date", case), reply="again_over" if is_past else "again_range_day")
        return replace(asked, partial_answer=_encode_partial_answer(None, answer.part, times))
    ahead = opening.next_openings(datetime.combine(day, time.min))
    fitting = datetime.combine(day, times[0]) if times else next(ahead, datetime.combine(day, time.min))
    return propose_opening(dropped, fitting, opening, case.context, with_time=case.wanted == "moment")


def _ask_for_rest(
    answer: DateAnswer, days: list[date] | None, times: list[time] | None, case: AnswerCase
) -> RejectedAnswer:
    """Return the reply that asks for the first part that is not settled."""
    for fitting in (days, times):
        if fitting and len(fitting) > 1:
            return ask_which(*(format_day_or_time(option, case.context) for option in fitting[:2]))
    if days is not None and not days:
        is_past = case.ahead_only and answer.days is not None and max(answer.days.options) < case.today
        return replace(ask_date_again("date", case), reply="again_over" if is_past else "again_range_day")
    if times is not None and not times:
        return replace(ask_date_again("time", case), reply="again_range")
    if case.wanted != "moment" or not (days or times):
        return ask_date_again(case.wanted, case)
    if days:
        return replace(ask_date_again("time", case), reply="again_which_time")
    return replace(ask_date_again("date", case), reply="again_which_day")


def _accept_moment(at: datetime, case: AnswerCase) -> AcceptedAnswer | RejectedAnswer:
    """Accept a moment that is not over."""
    # Through UTC: 2:30 on the night of summer time does not exist and becomes 3:30.
    at = at.astimezone(UTC).astimezone(case.context.zone)
    if at < case.local_now and case.ahead_only:
        return replace(ask_date_again("moment", case), reply="again_over")
    if at < case.earliest:
        return ask_later(case)
    return AcceptedAnswer(value=at.isoformat())


def _accept_time_ahead(ahead: timedelta, case: AnswerCase) -> AcceptedAnswer | RejectedAnswer:
    # Added in UTC, because “in 5 hours” means elapsed time also in the night when clocks change.
    at = (case.local_now.astimezone(UTC) + ahead).astimezone(case.context.zone).replace(second=0, microsecond=0)
    if case.wanted == "moment" and (closed := find_closed(at.date(), [at.time()], case)):
        return _propose_opening(closed, case)
    if case.wanted == "moment" and at < case.earliest.replace(second=0, microsecond=0):
        return ask_later(case)
    if case.wanted == "date" or not (case.limits.allows_time(at.time()) and case.limits.allows_day(at.date())):
        return ask_date_again(case.wanted, case)
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
        return ask_date_again(case.wanted, case)
    return propose_opening(closed.date(), fitting, opening, case.context, with_time=case.wanted == "moment")


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
    if options.halves:
        # “10 or 2” leaves a choice only if both can be: neither is taken because the other half was read as the night.
        each = [_pick_times(replace(answer, times=TimeOptions(options=half)), case, day) for half in options.halves]
        return [half[-1] for half in each] if all(each) else []
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
