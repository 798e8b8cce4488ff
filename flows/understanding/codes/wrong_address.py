"""Who waits for a code tells that the address was mistyped: “typo in my email”, “hab mich bei der Mail vertippt”.

The question may have a choice for it in other words, such as “Change address”.
"""

import re
from collections.abc import Mapping

from flows.language.remember import remember_short_texts

_SLIPPED_WORDS = (
    "wrong typo typos mistyped misspelled misspelt misspell mistake incorrect falsch falsche falscher vertippt "
    "verschrieben tippfehler vertippert schreibfehler fehler"
)
_SLIPPED = frozenset(_SLIPPED_WORDS.split())
_ADDRESS_WORDS = (
    "email mail address emailaddress adresse email mailadresse emailadresse mailaddress e emailadress adress"
)
_ADDRESS = frozenset(_ADDRESS_WORDS.split())
_AROUND_WORDS = (
    "oops ups uups ugh argh oh sorry hm ah no nope wait a an the my its it is was i ive made have gave entered typed "
    "put in there theres with of think just that thats to you one "
    "ach mist oje moment ich hab habe hob mich da bei der die das meine meiner mein war ist is in im beim ein eine "
    "einen leider glaub glaube gerade grad angegeben eingegeben geschrieben getippt drin mit von"
)
_AROUND = frozenset(_AROUND_WORDS.split())
_ALL = _SLIPPED | _ADDRESS | _AROUND
_NOT_MINE = re.compile(
    rf"\b(?:not|isnt|aint) (?:my|the right|correct|mine) ?(?:{'|'.join(_ADDRESS)})?\b(?: address)?"
    rf"|\b(?:nicht|ned|net|keine) (?:meine?|richtige?|die richtige) (?:{'|'.join(_ADDRESS)})\b"
)
"""“That's not my email”: the wrong one was typed."""
_CHANGES = re.compile(
    r"(?:change|another|other|different|new|wrong|correct|edit|fix|ändern|andere|anderen?|neue|falsche|korrigieren)\b"
    r".*\b(?:e ?mail|(?:mail ?)?address|(?:e ?)?(?:mail ?)?adresse|mail)\b"
    r"|\b(?:e ?mail|(?:mail ?)?adresse|mail) (?:ändern|korrigieren|falsch)\b"
)


@remember_short_texts
def says_wrong_address(typed: str) -> bool:
    """Tell whether a normalised text says, and nothing else, that the address was typed wrongly."""
    told = _NOT_MINE.sub("wrong", typed)
    words = set(told.split())
    # “Wrong code” and “I made a typo” name no address: the digits may be meant.
    names_address = not (_ADDRESS - {"e"}).isdisjoint(typed.split())
    return words <= _ALL and bool(words & _SLIPPED) and names_address


def find_change_of_address(labels: Mapping[str, int]) -> int | None:
    """Return the choice by which a question lets people change it; None if it has none, or several."""
    numbers = {number for label, number in labels.items() if number >= 0 and _CHANGES.search(label)}
    return numbers.pop() if len(numbers) == 1 else None
