"""Formats days, times, numbers and plurals in a person's language (CLDR, by Babel).

Values come as they are stored (see :class:`domain.workspace_config.FieldDeclaration`): ISO texts such as
``2026-12-24``, ``19:00``, ``2026-12-24T19:00:00+01:00``, and numbers.  Any other value is returned unchanged, because a
text that people read must never fail.

A moment is said by the clock it was said by: ``T19:00:00+01:00`` is 19:00 for everybody, and “19:00 (Berlin time)” for
whoever's clock shows another time then.  One that ends in ``Z`` belongs to no place and is said in the person's zone.
"""

import functools
import math
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_gmt, get_timezone_location
from babel.numbers import format_currency, format_decimal

Length = Literal["short", "medium", "long"]

PLURAL_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""Plural categories (CLDR), in the order in which their texts are written."""
COUNT_SIGN = "#"
"""Placeholder of the number in a plural text (as in ICU MessageFormat)."""
YES_NO = {
    "en": ("yes", "no"), "de": ("ja", "nein"), "fr": ("oui", "non"), "es": ("sí", "no"), "it": ("sì", "no"),
    "nl": ("ja", "nee"), "pt": ("sim", "não"), "pl": ("tak", "nie"), "da": ("ja", "nej"), "sv": ("ja", "nej"),
}  # fmt: skip
"""By language (CLDR, posix messages); all other languages use English."""
_ZONE_NAMES = {"en": "{} time", "de": "Ortszeit {}", "nl": "tijd in {}", "fr": "heure de {}", "es": "hora de {}"}
"""By language: the time of a city; in all others the city stands alone."""
LARGEST_NUMBER = 10**15
"""Larger numbers are shown unformatted: they are ids, and floats lose digits there."""


@functools.lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Return the locale of a BCP 47 code; plain ``en`` means British English, with the day before the month."""
    try:
        return Locale.parse("en-GB" if language == "en" else language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


@functools.lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; UTC if the name is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def format_day(value: object, language: str, zone: str, *, length: Length = "long") -> str:
    """Return the day of a date or moment, such as “24 December 2026”."""
    parsed = _parse_moment(value, zone) or _parse_date(value)
    return format_date(parsed, length, locale=locale_of(language)) if parsed else str(value)


def format_weekday(value: object, language: str, zone: str) -> str:
    """Return the day of the week, such as “Thursday”."""
    parsed = _parse_moment(value, zone) or _parse_date(value)
    return format_date(parsed, "EEEE", locale=locale_of(language)) if parsed else str(value)


def format_time_of_day(value: object, language: str, zone: str, home: str = "") -> str:
    """Return the time of day of a time or moment, such as “19:00”.

    ``home`` is the workspace's zone; its name is added where the person's clock shows another time.
    """
    moment = _parse_moment(value, zone)
    parsed = moment or _parse_time(value)
    if parsed is None:
        return str(value)
    told = format_time(parsed, "short", locale=locale_of(language))
    return f"{told}{_name_other_zone(moment, language, zone, home)}" if moment else told


def format_near_day(value: object, language: str, zone: str) -> str:
    """Return day of the week and day without its year, such as “Thursday, 24 December”."""
    parsed = _parse_moment(value, zone) or _parse_date(value)
    if parsed is None:
        return str(value)
    # “24 December”, “24. Dezember”; the skeleton takes a moment only.
    moment = parsed if isinstance(parsed, datetime) else datetime.combine(parsed, time())
    return f"{format_weekday(value, language, zone)}, {format_skeleton('MMMMd', moment, locale=locale_of(language))}"


def format_moment(value: object, language: str, zone: str, home: str = "") -> str:
    """Return day of the week, day and time of a moment, such as “Thursday, 24 December, 19:00”; ``home`` as above."""
    moment = _parse_moment(value, zone)
    if moment is None:
        return format_day(value, language, zone) if _parse_date(value) else format_time_of_day(value, language, zone)
    return f"{format_near_day(value, language, zone)}, {format_time_of_day(value, language, zone, home)}"


def format_yes_no(value: object, language: str) -> str:
    """Return “yes” or “no” in the language."""
    yes, no = YES_NO.get(language.split("-", 1)[0].casefold(), YES_NO["en"])
    return yes if value else no


def format_number(value: object, language: str) -> str:
    """Return a number with the language's separators, such as “1.234,5” in German."""
    parsed = _parse_number(value)
    return str(value) if parsed is None else format_decimal(parsed, locale=locale_of(language))


def format_money(value: object, language: str, currency: str) -> str:
    """Return an amount with its currency (ISO 4217), such as “12,90 €”."""
    amount = _parse_number(value)
    if amount is None or len(currency) != 3 or not currency.isalpha():  # noqa: PLR2004  ISO 4217 codes have three
        return str(value)
    return format_currency(amount, currency.upper(), locale=locale_of(language))


def choose_plural(value: object, language: str, forms: Sequence[str]) -> str:
    """Return the plural form for a number, with ``#`` replaced by the number.

    ``forms`` stand in the order of the language's plural categories (CLDR: zero, one, two, few, many, other); if there
    are fewer forms, the last one serves all other categories.
    """
    parsed = _parse_number(value)
    if parsed is None or not forms:
        return str(value)
    rule = locale_of(language).plural_form
    # English has one and other, Polish one, few, many and other: “1 cup”, “2 cups” is categories 0 and 1.
    categories = [category for category in PLURAL_CATEGORIES if category in (*rule.tags, "other")]
    index = min(categories.index(str(rule(abs(parsed)))), len(forms) - 1)
    return forms[index].replace(COUNT_SIGN, format_number(value, language))


def _parse_number(value: object) -> int | float | None:
    if isinstance(value, bool) or value is None:  # bool is an int to Python
        return None
    if isinstance(value, int | float):
        return value if abs(value) <= LARGEST_NUMBER else None
    try:
        parsed = float(str(value)[:32])
    except ValueError:
        return None
    if not math.isfinite(parsed) or abs(parsed) > LARGEST_NUMBER:  # “inf” and “nan” are floats to Python
        return None
    return int(parsed) if parsed.is_integer() else parsed


def _parse_moment(value: object, zone: str) -> datetime | None:
    """Return a moment by its own clock, or None; without an offset it is local to this zone, with “Z” moved to it."""
    text = str(value)
    if "T" not in text:  # a date alone is a midnight to ``datetime.fromisoformat``
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=zone_of(zone))
        # Near the ends of the calendar an offset overflows; nobody keeps such a moment, so it is none.
        moved = moment.astimezone(zone_of(zone))
        return moved if text.endswith(("Z", "z")) else moment
    except (ValueError, OverflowError):
        return None


def fitting_zone(value: object, zones: Sequence[str]) -> str:
    """Return the first of these zones in which a moment can have been said; else the last."""
    moment = _parse_moment(value, zones[-1])
    if moment is None:
        return zones[-1]
    fitting = (zone for zone in zones if zone and moment.astimezone(zone_of(zone)).utcoffset() == moment.utcoffset())
    return next(fitting, zones[-1])


def _name_other_zone(moment: datetime, language: str, zone: str, home: str) -> str:
    """Return “ (Berlin time)” if the person's clock shows another time at this moment, else an empty text."""
    if moment.astimezone(zone_of(zone)).utcoffset() == moment.utcoffset():
        return ""
    locale = locale_of(language)
    if home and moment.astimezone(zone_of(home)).utcoffset() == moment.utcoffset():
        city = get_timezone_location(zone_of(home), locale=locale, return_city=True)
        return f" ({_ZONE_NAMES.get(locale.language, '{}').format(city)})"
    return f" ({get_timezone_gmt(moment, 'long', locale=locale)})"  # “GMT+01:00”


def _parse_date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _parse_time(value: object) -> time | None:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        return None
