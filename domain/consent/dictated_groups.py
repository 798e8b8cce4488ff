"""A code that is dictated in numbers of two digits: “four eighty-two nine thirteen”, “achtundvierzig neunundzwanzig …”.

Tens and the digit behind them are one number, as people say them: “twenty two thirty three” are four digits.
"""

import re

SPOKEN_DIGITS = {
    word: str(digit)
    for digit, words in enumerate((
        "zero oh o nought null", "one eins", "two zwei zwo", "three drei", "four vier", "five fünf fuenf",
        "six sechs", "seven sieben", "eight acht", "nine neun",
    ))
    for word in words.split()
}  # fmt: skip
"""Digits by the words that they are dictated with."""
_EN_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DE_ONES = ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_TENS = {
    "twenty": 2, "thirty": 3, "forty": 4, "fourty": 4, "fifty": 5, "sixty": 6, "seventy": 7, "eighty": 8, "ninety": 9,
    "zwanzig": 2, "dreissig": 3, "vierzig": 4, "fünfzig": 5, "sechzig": 6, "siebzig": 7, "achtzig": 8, "neunzig": 9,
}  # fmt: skip
_TEENS = (
    "ten zehn", "eleven elf", "twelve zwölf", "thirteen dreizehn", "fourteen vierzehn", "fifteen fünfzehn",
    "sixteen sechzehn", "seventeen siebzehn", "eighteen achtzehn", "nineteen neunzehn",
)  # fmt: skip
_PAIRS = (
    {word: f"{ten}0" for word, ten in _TENS.items()}
    | {word: str(number) for number, words in enumerate(_TEENS, 10) for word in words.split()}
    | {f"{one}und{ten}": f"{_TENS[ten]}{digit}" for ten in _TENS for digit, one in enumerate(_DE_ONES, 1)}
)
_EN_PAIR = rf"(?:{'|'.join(word for word in _TENS if word.endswith('ty'))})[ -](?:{'|'.join(_EN_ONES)})"
_GROUP = rf"(?:{_EN_PAIR}|{'|'.join(sorted({**_PAIRS, **SPOKEN_DIGITS}, key=len, reverse=True))})"
_GROUPS = re.compile(rf"\b{_GROUP}\b(?:[\s,-]+(?:(?:and|und|then|dann) )?{_GROUP}\b)+")
_ONE_GROUP = re.compile(rf"\b{_GROUP}\b")


def write_groups(spelled: str, length: int) -> str:
    """Return a text in which one run of number words, some of two digits, with this many in all is in digits."""
    return _GROUPS.sub(lambda run: _write_run(run[0], length), spelled)


def _write_run(run: str, length: int) -> str:
    groups = [_write_group(group) for group in _ONE_GROUP.findall(run)]
    if len("".join(groups)) != length or all(len(group) == 1 for group in groups):
        return run
    # Pairs stay apart, since they can be a date: “twenty-four twelve twenty-six”.
    return (" " if all(len(group) > 1 for group in groups) else "").join(groups)


def _write_group(group: str) -> str:
    if group in SPOKEN_DIGITS:
        return SPOKEN_DIGITS[group]
    if group in _PAIRS:
        return _PAIRS[group]
    ten, one = re.split(r"[ -]", group)
    return f"{_TENS[ten]}{SPOKEN_DIGITS[one]}"
