"""When an issue leaves, as authors write it: “Friday 09:00 their time”, “2026-12-04 09:00”.  Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from language.durations import LocalTime, UnclearTimeError, parse_clock, parse_local_time

_THEIRS = "their time"
_DATED = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2}) (?P<clock>\d{1,2}:\d{2})")
EXAMPLE = "Write it such as “Friday 09:00 their time” or “2026-12-04 09:00”."


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueMoment:
    """A time of day on one day, by the workspace's clock or by each reader's own."""

    text: str
    at: time
    """Wall-clock time, without a zone."""
    day: date | None = None
    """None if it is the next such time after the release."""
    weekday: int | None = None
    """0 Monday … 6 Sunday; None if any day."""
    is_theirs: bool = False
    """True if each reader's own clock counts."""

    def find_start(self, released_at: datetime, home: ZoneInfo, reader: ZoneInfo) -> datetime:
        """Return when the mail may begin for a reader of this zone, aware and in UTC; may be past."""
        zone = reader if self.is_theirs else home
        if self.day is None:
            # A reader west of the release may have this hour still before them, one east of it behind them.
            return LocalTime(at=self.at, weekday=self.weekday).next_after(released_at, zone)
        return datetime.combine(self.day, self.at, tzinfo=zone).astimezone(UTC)

    def is_past(self, now: datetime, home: ZoneInfo, late: timedelta) -> bool:
        """Return True if it is over for everybody, by the workspace's clock, and too late by ``late`` as well."""
        # A weekday comes again, so it is never past.
        return self.day is not None and self.find_start(now, home, home) + late <= now


def parse_issue_moment(text: str) -> IssueMoment:
    """Return the moment; raises :class:`UnclearTimeError`."""
    written = " ".join(text.split())
    if written.casefold() == "now":
        message = "“now” is said when the issue is released, not in its file"
        raise UnclearTimeError(message, "Take “send” out, and say: doorstep issue send NAME --now")
    # “Their time” is taken off first, since without it the same text is the workspace's clock.
    is_theirs = written.casefold().endswith(_THEIRS)
    plain = written[: -len(_THEIRS)].strip() if is_theirs else written
    if dated := _DATED.fullmatch(plain):
        return IssueMoment(
            text=written, at=parse_clock(dated["clock"]), day=_read_day(dated["day"]), is_theirs=is_theirs
        )
    try:
        local = parse_local_time(f"{plain} {_THEIRS}")
    except UnclearTimeError as error:
        # The words were added above, and the author did not write them.
        told = str(error).replace(f" {_THEIRS}", "")
        raise UnclearTimeError(told, error.hint if error.hint.startswith("Did") else EXAMPLE) from None
    return IssueMoment(text=written, at=local.at, weekday=local.weekday, is_theirs=is_theirs)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"“{text}” is not in the calendar"
        raise UnclearTimeError(message, EXAMPLE) from None
