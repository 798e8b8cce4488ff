"""An answer to a question for a date, a time or a moment while it is judged, and the replies that ask again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flows.answers.dates.date_range import DateRange, Wanted
from flows.answers.question import AnswerContext, RejectedAnswer
from language import cldr
from language.opening_hours import OpeningHours

EXAMPLE_TIMES = (time(19, 0), time(15, 0), time(11, 0), time(9, 0))
"""Times of day for an example; the first that fits is named."""
FAR_AWAY = timedelta(days=300)
"""From here on a day is said with its year."""
_EVER = datetime(1900, 1, 1, tzinfo=UTC)


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


def ask_later(case: AnswerCase) -> RejectedAnswer:
    """Return the reply to a moment that is nearer than the flow allows; it names the first that is not."""
    # Rounded up to five minutes: nobody proposes 15:03.
    spare = timedelta(minutes=-(case.earliest.minute % -5), seconds=-case.earliest.second)
    at = (case.earliest + spare).replace(second=0, microsecond=0).isoformat()
    first = cldr.format_moment(at, case.context.language, case.context.zone.key)
    return RejectedAnswer(reply="again_soon", fits_reply="fits_from", first=first)


def format_day_or_time(value: date | time, context: AnswerContext) -> str:
    """Return a day with its weekday, or a time of day, as it is said in the person's language."""
    if isinstance(value, time):
        return cldr.format_time_of_day(f"{value:%H:%M}", context.language, context.zone.key)
    named = cldr.format_weekday(value.isoformat(), context.language, context.zone.key)
    return f"{named}, {cldr.format_day(value.isoformat(), context.language, context.zone.key)}"


def _format_end(day: date, case: AnswerCase) -> str:
    """Return an end of a range, such as “Tuesday, 24 November”; with its year only if it is far away."""
    if abs(day - case.today) > FAR_AWAY:
        return format_day_or_time(day, case.context)
    return cldr.format_near_day(day.isoformat(), case.context.language, case.context.zone.key)


def ask_which(first: str, second: str) -> RejectedAnswer:
    """Return the reply that asks which of two is meant."""
    return RejectedAnswer(reply="again_which", fits_reply="fits_either", first=first, second=second)


def ask_date_again(wanted: Wanted, case: AnswerCase) -> RejectedAnswer:
    """Return the reply that asks again, with an example or the range."""
    limits, context, reply = case.limits, case.context, f"again_{wanted}"
    if wanted == "time":
        if any(limits.declared[2:]):
            return _ask_in_range(
                reply,
                format_day_or_time(limits.opens, context),
                format_day_or_time(limits.closes, context),
                limits.declared[2:],
            )
        return RejectedAnswer(reply=reply, first=format_day_or_time(_example_time(case), context))
    if wanted == "date" and any(limits.declared[:2]):
        return _ask_in_range(
            reply, _format_end(limits.first, case), _format_end(limits.last, case), limits.declared[:2]
        )
    # In five days, moved into the range.
    example = min(max(case.today + timedelta(days=5), limits.first), limits.last)
    if wanted == "date":
        return RejectedAnswer(reply=reply, first=format_day_or_time(example, context))
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
