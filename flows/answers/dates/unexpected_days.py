"""Days that are not the nearest ones a person may mean: they are said back, or asked about.

“Friday at 4”, typed on a Friday where only later days fit, is the Friday in a week: people are told.  Of “Monday or
Tuesday” with a closed Monday, Tuesday is proposed and not taken in silence.
"""

from datetime import date

from flows.answers.dates.result import DayOptions


def is_unexpected(days: DayOptions | None, taken: date, today: date) -> bool:
    """Tell whether a weekday was named and not its coming day was taken."""
    if days is None or days.weekday is None:
        return False
    nearest = min((day for day in days.options if day >= today), default=taken)
    return taken > nearest


def find_dropped(days: DayOptions | None, taken: date | None) -> date | None:
    """Return the day of two named ones that was not taken; None if one was named, or neither was taken."""
    if days is None or taken is None or taken not in days.alternatives:
        return None
    return next((day for day in days.alternatives if day != taken), None)
