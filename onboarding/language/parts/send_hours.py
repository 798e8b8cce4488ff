"""When mails of a sequence may leave: ``hours: workday 09:00 to 17:00``, ``at: their usual hour``.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from language.durations import UnclearTimeError, parse_local_time
from language.findings import suggest_name
from language.mail_times.workdays import less_holidays
from language.opening_hours import OpeningHours, UnclearHoursError, read_hours_cell

USUAL_HOUR = "their usual hour"
AT_LEAST = timedelta(hours=1)
"""A mail ``at`` a time of day may leave within this time of it, so that a late wake costs no day."""

_DAY_WORDS = ("workday", "workdays")
_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SendHours:
    """Hours in which a mail may leave, where the person is."""

    text: str
    """As written, such as ``workday 09:00 to 17:00``."""
    opening: OpeningHours | None
    """None if it is the hour before the person's usual one."""


def parse_sequence_hours(text: str, holidays: Sequence[str]) -> SendHours:
    """Return what ``hours`` of a sequence says; raises :class:`UnclearTimeError` if it cannot be read."""
    written = " ".join(text.split())
    if written.casefold() == USUAL_HOUR:
        return SendHours(text=USUAL_HOUR, opening=None)
    try:
        opening = read_hours_cell(written)
    except UnclearHoursError as error:
        hint = suggest_name(written, [USUAL_HOUR]) if "usual" in written else error.hint
        raise UnclearTimeError(str(error).rstrip("."), hint or error.hint) from None
    if opening is None or not any(opening.week):
        message = f"“{written[:40]}” says no hours"
        raise UnclearTimeError(message, "Write it such as “workday 09:00 to 17:00”.")
    if written.casefold().startswith(_DAY_WORDS):
        opening = less_holidays(opening, tuple(holidays))
    return SendHours(text=written, opening=opening)


def parse_send_moment(text: str) -> SendHours:
    """Return what ``at`` of a send says; raises :class:`UnclearTimeError` if it cannot be read."""
    written = " ".join(text.split())
    if written.casefold() == USUAL_HOUR:
        return SendHours(text=USUAL_HOUR, opening=None)
    try:
        local = parse_local_time(written)
    except UnclearTimeError as error:
        hint = suggest_name(written, [USUAL_HOUR]) if "usual" in written else error.hint
        raise UnclearTimeError(str(error), hint or error.hint) from None
    opens = local.at.hour * 60 + local.at.minute
    span = ((opens, opens + int(AT_LEAST.total_seconds()) // 60),)
    week = tuple(span if local.weekday in (None, day) else () for day in range(7))
    return SendHours(text=written, opening=OpeningHours(week=week))


def hour_of_day(hour: int) -> OpeningHours:
    """Return hours that hold one hour of every day."""
    return OpeningHours(week=(((hour * 60, hour * 60 + 60),),) * 7)


def never_meet(hours: OpeningHours, quiet_from: int, quiet_until: int) -> bool:
    """Return True if every minute of these hours lies in the quiet hours."""
    opens, closes = quiet_until % 24 * 60, quiet_from % 24 * 60
    if opens == closes:  # no hour is quiet
        return False
    span = (opens, closes if closes > opens else closes + _A_DAY)
    return share_no_minute(hours, OpeningHours(week=((span,),) * 7))


def share_no_minute(one: OpeningHours, other: OpeningHours) -> bool:
    """Return True if two weeks of hours have no minute in common."""
    first, second = _minutes_of_week(one), _minutes_of_week(other)
    return not any(
        max(opens, begins + turn) < min(closes, ends + turn)
        for opens, closes in first
        for begins, ends in second
        for turn in (-7 * _A_DAY, 0, 7 * _A_DAY)  # a span of Sunday can go on into Monday
    )


def _minutes_of_week(hours: OpeningHours) -> list[tuple[int, int]]:
    return [
        (day * _A_DAY + opens, day * _A_DAY + closes) for day, spans in enumerate(hours.week) for opens, closes in spans
    ]
