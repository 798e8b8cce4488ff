"""Phone numbers as people write them, kept as E.164 (ITU-T): “0170 1234567” is +491701234567 in Germany.

The country of a number without + is that of the person's time zone, else that of the language.  The library knows every
country's plan of numbers; it takes 3 MB and is loaded when a number is asked for.
"""

import functools
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.core import get_global

from flows.answers.question import AnswerContext, Fit, Unfit
from flows.answers.user_input import UserInput

if TYPE_CHECKING:
    from types import ModuleType

MOST_CHARACTERS = 200
_NOWHERE = "001"
"""Territory of a time zone that belongs to no country (CLDR)."""


def judge_phone(given: UserInput, scene: AnswerContext) -> Fit | Unfit:
    """Take the one valid phone number in what was sent."""
    country = country_of(scene.zone, scene.language)
    for text in (given.payload, given.text):
        found = find_phones(text, country) if text else set()
        if len(found) == 1:
            return Fit(value=found.pop())
    return Unfit(reply="again_phone", first=example(country))


def find_phones(text: str, country: str) -> set[str]:
    """Return the valid phone numbers in a text."""
    library = _library()
    matches = library.PhoneNumberMatcher(text[:MOST_CHARACTERS], country)
    return {library.format_number(one.number, library.PhoneNumberFormat.E164) for one in matches}


@functools.cache
def country_of(zone: ZoneInfo, language: str) -> str:
    """Return the country (ISO 3166) that a time zone lies in, else the one that a language is spoken most in."""
    country = get_global("zone_territories").get(zone.key, _NOWHERE)
    if country != _NOWHERE:
        return str(country)
    code, _, region = language.partition("-")
    likely = str(get_global("likely_subtags").get(code, "en_Latn_US"))
    return region.upper() or likely.rsplit("_", 1)[-1]


@functools.cache
def example(country: str) -> str:
    """Return a number of this country as it is written abroad."""
    library = _library()
    number = library.example_number_for_type(country, library.PhoneNumberType.MOBILE)
    if number is None:
        return "+49 1512 3456789"
    return str(library.format_number(number, library.PhoneNumberFormat.INTERNATIONAL))


def _library() -> "ModuleType":
    import phonenumbers  # noqa: PLC0415  3 MB that only workspaces that ask for a number need

    return phonenumbers
