"""Days, times, numbers and plurals as a language writes them (CLDR, by Babel).

Values come as they are kept (see :class:`domain.workspace_config.FieldDeclaration`): ISO texts such as
``2026-12-24``, ``19:00``, ``2026-12-24T19:00:00+01:00``, and numbers.  What is no such value is given back as it
is: a text that people read must never fail.
"""

import functools
import math
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal

Length = Literal["short", "medium", "long"]

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""Plural categories (CLDR), in the order in which their texts are written."""
COUNT = "#"
"""Stands for the number in a plural text (as in ICU MessageFormat)."""
YES_NO = {
    "en": ("yes", "no"), "de": ("ja", "nein"), "fr": ("oui", "non"), "es": ("sí", "no"), "it": ("sì", "no"),
    "nl": ("ja", "nee"), "pt": ("sim", "não"), "pl": ("tak", "nie"), "da": ("ja", "nej"), "sv": ("ja", "nej"),
}  # fmt: skip
"""By language (CLDR, posix messages); another one says it in English."""
LARGEST = 10**15
"""A number beyond this is shown as it is."""


@functools.lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Return the locale of a BCP 47 code; plain English is read with British dates, the day before the month."""
    try:
        return Locale.parse("en-GB" if language == "en" else language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


@functools.lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; UTC if there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day(value: object, language: str, zone: str, *, length: Length = "long") -> str:
    """Return the day of a date or moment, such as “24 December 2026”."""
    found = _moment(value, zone) or _date(value)
    return format_date(found, length, locale=locale_of(language)) if found else str(value)


def weekday(value: object, language: str, zone: str) -> str:
    """Return the day of the week, such as “Thursday”."""
    found = _moment(value, zone) or _date(value)
    return format_date(found, "EEEE", locale=locale_of(language)) if found else str(value)


def clock_time(value: object, language: str, zone: str) -> str:
    """Return the time of day of a time or moment, such as “19:00”."""
    found = _moment(value, zone) or _time(value)
    return format_time(found, "short", locale=locale_of(language)) if found else str(value)


def date_time(value: object, language: str, zone: str) -> str:
    """Return day of the week, day and time of a moment, such as “Thursday, 24 December, 19:00”."""
    found = _moment(value, zone)
    if found is None:
        return day(value, language, zone) if _date(value) else clock_time(value, language, zone)
    named, month_day = weekday(value, language, zone), format_skeleton("MMMMd", found, locale=locale_of(language))
    return f"{named}, {month_day}, {clock_time(value, language, zone)}"


def yes_no(value: object, language: str) -> str:
    """Return “yes” or “no”."""
    yes, no = YES_NO.get(language.split("-", 1)[0].casefold(), YES_NO["en"])
    return yes if value else no


def number(value: object, language: str) -> str:
    """Return a number with the language's signs, such as “1.234,5”."""
    found = _number(value)
    return str(value) if found is None else format_decimal(found, locale=locale_of(language))


def money(value: object, language: str, currency: str) -> str:
    """Return an amount with its currency (ISO 4217), such as “12,90 €”."""
    found = _number(value)
    if found is None or len(currency) != 3 or not currency.isalpha():  # noqa: PLR2004  ISO 4217 codes have three
        return str(value)
    return format_currency(found, currency.upper(), locale=locale_of(language))


def plural(value: object, language: str, forms: Sequence[str]) -> str:
    """Return the form of a text that goes with a number; ``#`` in it becomes the number.

    ``forms`` stand in the order of the language's plural categories (CLDR: zero, one, two, few, many, other); the
    last counts where there are fewer.
    """
    found = _number(value)
    if found is None or not forms:
        return str(value)
    rule = locale_of(language).plural_form
    order = [one for one in CATEGORIES if one in (*rule.tags, "other")]
    at = min(order.index(str(rule(abs(found)))), len(forms) - 1)
    return forms[at].replace(COUNT, number(value, language))


def _number(value: object) -> int | float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value if abs(value) <= LARGEST else None
    try:
        found = float(str(value)[:32])
    except ValueError:
        return None
    if not math.isfinite(found) or abs(found) > LARGEST:
        return None
    return int(found) if found.is_integer() else found


def _moment(value: object, zone: str) -> datetime | None:
    """Return a moment in this zone; one without a zone of its own is in this one."""
    text = str(value)
    if "T" not in text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(zone_of(zone)) if found.tzinfo else found.replace(tzinfo=zone_of(zone))
    except (ValueError, OverflowError):
        return None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _time(value: object) -> time | None:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        return None
