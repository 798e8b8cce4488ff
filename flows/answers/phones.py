"""Phone numbers as people write them, kept as E.164 (ITU-T): “0170 1234567” is +491701234567 in Germany.

The country of a number without + is that of the person's time zone, else that of the language.  The library holds the
numbering plan of every country; it takes 3 MB and is loaded when the first number is asked for.
"""

import functools
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.core import get_global

from flows.answers.question import AcceptedAnswer, AnswerContext, RejectedAnswer
from flows.answers.user_input import UserInput

if TYPE_CHECKING:
    from types import ModuleType

MOST_CHARACTERS = 200
_NO_COUNTRY = "001"
"""Territory of a time zone that belongs to no country (CLDR)."""


def judge_phone(user_input: UserInput, context: AnswerContext) -> AcceptedAnswer | RejectedAnswer:
    """Accept the one valid phone number in a payload or a text."""
    country = guess_country(context.zone, context.language)
    # The quick reply “user_phone_number” carries the number in its payload, and only its label as text.
    for text in (user_input.payload, user_input.text):
        phones = find_phones(text, country) if text else set()
        # “030 1234567 or 0170 1234567”: of two numbers neither is chosen, the person is asked again.
        if len(phones) == 1:
            return AcceptedAnswer(value=phones.pop())
    return RejectedAnswer(reply="again_phone", first=example_number(country))


def find_phones(text: str, country: str) -> set[str]:
    """Return the valid phone numbers in a text, as E.164."""
    library = _load_library()
    matches = library.PhoneNumberMatcher(text[:MOST_CHARACTERS], country)
    # A set: the same number written twice, “0170 ...” and “+49 170 ...”, is one.
    return {library.format_number(match.number, library.PhoneNumberFormat.E164) for match in matches}


@functools.cache
def guess_country(zone: ZoneInfo, language: str) -> str:
    """Return the country (ISO 3166) of a time zone, else the country where most people speak the language."""
    # “Europe/Berlin” gives DE; “UTC” and “Etc/GMT+1” belong to no country.
    country = get_global("zone_territories").get(zone.key, _NO_COUNTRY)
    if country != _NO_COUNTRY:
        return str(country)
    # “de-AT” says AT itself; for “de” CLDR's likely subtags “de_Latn_DE” end in the country.
    code, _, region = language.partition("-")
    likely = str(get_global("likely_subtags").get(code, "en_Latn_US"))
    return region.upper() or likely.rsplit("_", 1)[-1]


@functools.cache
def example_number(country: str) -> str:
    """Return an example of a mobile number of this country, in international form."""
    library = _load_library()
    number = library.example_number_for_type(country, library.PhoneNumberType.MOBILE)
    # Some territories (Antarctica) have no example in the library.
    if number is None:
        return "+49 1512 3456789"
    return str(library.format_number(number, library.PhoneNumberFormat.INTERNATIONAL))


def _load_library() -> "ModuleType":
    import phonenumbers  # noqa: PLC0415  3 MB that only workspaces that ask for a number need

    return phonenumbers
