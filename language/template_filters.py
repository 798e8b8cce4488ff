"""Values as people read them in texts and mails: filters for templates that follow language and time zone.

Both come with the values, under names that no template can use.  A value that is no date or number is said as it
stands; nothing here fails.
"""

from collections.abc import Callable, Mapping
from typing import Self

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from domain.record import Value
from language import cldr

LANGUAGE, ZONE = "@language", "@zone"
"""Names under which the values carry the language and the time zone."""


class Told(str):
    """A value as it is said, which remembers how it is kept: what filters and conditions look at."""

    __slots__ = ("kept",)
    kept: object

    def __new__(cls, said: str, kept: object) -> Self:
        """Make one."""
        made = super().__new__(cls, said)
        made.kept = kept
        return made

    def __bool__(self) -> bool:
        """Whether there is something: “no” is nothing."""
        return bool(self.kept)


def _said(form: Callable[..., str], *, zoned: bool) -> Callable[..., str]:
    """Return a filter that says a value in the language (and zone) of the values."""

    @pass_context
    def fill(context: Context, value: object, *parts: object) -> str:
        if isinstance(value, Undefined):
            return str(value)  # raises: the text ends before it, as with any variable that is missing
        where = (str(context.get(ZONE, "UTC")),) if zoned else ()
        kept = value.kept if isinstance(value, Told) else value
        return form(kept, str(context.get(LANGUAGE, "en")), *where, *parts)

    return fill


def _plural(value: object, language: str, *forms: object) -> str:
    return cldr.plural(value, language, [str(one) for one in forms])


def _money(value: object, language: str, currency: object = "EUR") -> str:
    return cldr.money(value, language, str(currency))


def _day(value: object, language: str, zone: str) -> str:
    return cldr.day(value, language, zone)


SPOKEN: Mapping[str, Callable[..., str]] = {
    "day": _said(_day, zoned=True),
    "weekday": _said(cldr.weekday, zoned=True),
    "time": _said(cldr.clock_time, zoned=True),
    "date_time": _said(cldr.date_time, zoned=True),
    "number": _said(cldr.number, zoned=False),
    "money": _said(_money, zoned=False),
    "plural": _said(_plural, zoned=False),
}
"""Filters that follow language and zone: ``{{ tasting_at | day }}``, ``{{ cups | plural('one cup', '# cups') }}``."""


USED: Mapping[str, tuple[int, int, str]] = {
    **{name: (0, 0, f"{{{{ field|{name} }}}}") for name in ("day", "weekday", "time", "date_time", "number")},
    "money": (0, 1, "{{ price|money('EUR') }}"),
    "plural": (1, len(cldr.CATEGORIES), "{{ cups|plural('one cup', '# cups') }}"),
}
"""By filter: least and most it takes in brackets, and how it is written."""


def misused(name: str, count: int) -> str:
    """Return how a filter is written if it cannot be used with so many values in brackets; empty if it can."""
    least, most, sample = USED.get(name, (0, count, ""))
    return "" if least <= count <= most else sample


def said(value: Value, kind: str, language: str, zone: str, *, plain: bool = True) -> object:
    """Return a field's value as it is said; a number stays one unless the text only says it (``plain``)."""
    match kind:
        case "date":
            return Told(cldr.day(value, language, zone), value)
        case "time":
            return Told(cldr.clock_time(value, language, zone), value)
        case "moment":
            return Told(cldr.date_time(value, language, zone), value)
        case "number" if plain:
            return cldr.number(value, language)
        case "yes_no" if isinstance(value, bool):
            return Told(cldr.yes_no(value, language), value)
    return value
