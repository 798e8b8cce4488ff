"""Template filters that format values for people, in their language and time zone.

Language and zones come with the values, under names that no template can use.  A value that is not a date or number is
printed unchanged; no filter raises.
"""

from collections.abc import Callable, Mapping
from typing import Self

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from domain.record import Value
from language import cldr
from language.lists import format_list

LANGUAGE, ZONE, HOME = "@language", "@zone", "@home"
"""Names of the language, and of the time zones of person and workspace, among the values; no template can use them."""


class FormattedValue(str):
    """A formatted value that remembers the stored one, which filters and conditions look at."""

    __slots__ = ("stored_value",)
    stored_value: object

    def __new__(cls, text: str, stored_value: object) -> Self:
        """Keep the stored value beside its text."""
        formatted = super().__new__(cls, text)
        formatted.stored_value = stored_value
        return formatted

    def __bool__(self) -> bool:
        """Return True if the stored value is true: ``{% if subscribed %}`` asks about the value, not its text “no”."""
        return bool(self.stored_value)


def _make_filter(formatter: Callable[..., str], *, zoned: bool) -> Callable[..., str]:
    """Return a filter that formats a value in the person's language (and zone, if ``zoned``)."""

    @pass_context
    def apply_filter(context: Context, value: object, *parts: object) -> str:
        if isinstance(value, Undefined):
            return str(value)  # raises UndefinedError, as any missing variable does
        zones = (str(context.get(ZONE, "UTC")), str(context.get(HOME, ""))) if zoned else ()
        stored = value.stored_value if isinstance(value, FormattedValue) else value
        return formatter(stored, str(context.get(LANGUAGE, "en")), *zones, *parts)

    return apply_filter


def _choose_plural(value: object, language: str, *forms: object) -> str:
    return cldr.choose_plural(value, language, [str(form) for form in forms])


def _format_money(value: object, language: str, currency: object = "EUR") -> str:
    return cldr.format_money(value, language, str(currency))


def _format_day(value: object, language: str, zone: str, _home: str) -> str:
    return cldr.format_day(value, language, zone)


def _format_weekday(value: object, language: str, zone: str, _home: str) -> str:
    return cldr.format_weekday(value, language, zone)


TEMPLATE_FILTERS: Mapping[str, Callable[..., str]] = {
    "day": _make_filter(_format_day, zoned=True),
    "weekday": _make_filter(_format_weekday, zoned=True),
    "time": _make_filter(cldr.format_time_of_day, zoned=True),
    "date_time": _make_filter(cldr.format_moment, zoned=True),
    # Numbers and sums do not depend on the time zone.
    "number": _make_filter(cldr.format_number, zoned=False),
    "money": _make_filter(_format_money, zoned=False),
    "plural": _make_filter(_choose_plural, zoned=False),
}
"""Filters by name: ``{{ tasting_at | day }}``, ``{{ cups | plural('one cup', '# cups') }}``."""


FILTER_USAGE: Mapping[str, tuple[int, int, str]] = {
    **{name: (0, 0, f"{{{{ field|{name} }}}}") for name in ("day", "weekday", "time", "date_time", "number")},
    "money": (0, 1, "{{ price|money('EUR') }}"),
    "plural": (1, len(cldr.PLURAL_CATEGORIES), "{{ cups|plural('one cup', '# cups') }}"),
}
"""By filter: its fewest and most arguments in brackets, and an example."""


def correct_usage(name: str, count: int) -> str:
    """Return an example of a filter's use if it does not take ``count`` arguments; empty if it does."""
    least, most, sample = FILTER_USAGE.get(name, (0, count, ""))
    return "" if least <= count <= most else sample


def format_field(value: Value, kind: str, language: str, zones: tuple[str, str], *, plain: bool = True) -> object:
    """Return a field's value formatted for people; ``zones`` are those of the person and of the workspace.

    A number is formatted only where the text prints it (``plain``): templates that calculate or compare need a number.
    """
    zone, home = zones
    match kind:
        case "date":
            return FormattedValue(cldr.format_day(value, language, zone), value)
        case "time":
            return FormattedValue(cldr.format_time_of_day(value, language, zone, home), value)
        case "moment":
            return FormattedValue(cldr.format_moment(value, language, zone, home), value)
        case "list":
            return FormattedValue(format_list(value, language), value)
        case "number" if plain:
            return cldr.format_number(value, language)
        case "yes_no" if isinstance(value, bool):
            return FormattedValue(cldr.format_yes_no(value, language), value)
    return value
