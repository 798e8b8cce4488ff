"""Numbers as people write them: “4”, “four”, “zu viert”, “1.000,5” by German and “1,000.5” by English habit.

A text answers with a number if it holds exactly one.  Of the two marks, the language says which is the decimal one; a
number that makes no sense that way is read the other way round (“1,5” in English, “1.5” in German).  “A” and “ein” are
numbers only where there is no other.
"""

import functools
import re

from babel.numbers import get_decimal_symbol

from flows.answers.question import AnswerContext, AskError, Judge, Unfit
from flows.answers.question import Fit as Fits
from flows.answers.user_input import UserInput
from flows.language.model import Ask
from language.cldr import format_number, locale_of

MOST_CHARACTERS = 200
MOST_DIGITS = 15
"""More than this many digits are no number that a person means."""
MOST_WORDS = 6
"""Words that one number is written in at most."""
MOST_MARKS = 10

_EN_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = [
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
]
_DE_ONES = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
]
_DE_TENS = [
    "zwanzig",
    "dreissig",
    "vierzig",
    "fünfzig",
    "sechzig",
    "siebzig",
    "achtzig",
    "neunzig",
]
_ALSO = {
    "en": {"none": 0, "dozen": 12, "couple": 2, "thousand": 1_000, "hundred": 100, "million": 1_000_000},
    "de": {
        "keine": 0, "keiner": 0, "zwo": 2, "dutzend": 12, "hundert": 100, "tausend": 1_000, "zuzweit": 2, "zudritt": 3,
        "zuviert": 4, "zufünft": 5, "zusechst": 6, "zusiebt": 7, "zuacht": 8, "zuneunt": 9, "zuzehnt": 10,
    },
}  # fmt: skip
_ARTICLES = {"en": ("a", "an"), "de": ("ein", "eine", "einen", "einem", "einer")}
_VAGUE = {"en": ("few", "lot", "bunch", "handful", "bit"), "de": ("paar", "haufen", "menge", "handvoll", "bisschen")}
"""After an article, no number: a few of us."""
_JOINS = {"en": "and"}
"""A word within a number in words that adds nothing: two hundred and five."""

_DIGITS = re.compile(r"(?<!\w)[-−]?\d+(?:[.,'’\u00a0\u202f]\d+)*")
_PIECES = re.compile(rf"{_DIGITS.pattern}|[^\W\d_]+")
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_STARS = "⭐★"
_OUT_OF = re.compile(r"\s*(?:/|out of|of|von)\s*(\d+)\b")


def _under_thousand(number: int, ones: list[str], tens: list[str], hundred: str, *, german: bool) -> str:
    hundreds, rest = divmod(number, 100)
    said = f"{'ein' if german and hundreds == 1 else ones[hundreds]}{hundred}" if hundreds else ""
    if rest == 0 and hundreds:
        return said
    if rest < len(ones):
        return said + ones[rest]
    ten, one = tens[rest // 10 - 2], rest % 10
    if german:
        return said + (f"{'ein' if one == 1 else ones[one]}und" if one else "") + ten
    return said + ten + (ones[one] if one else "")


@functools.cache
def spelled(language: str) -> dict[str, int]:
    """Return the numbers below a thousand (and some more) by how they are written in words, without spaces."""
    if language not in _ALSO:
        return {}
    german = language == "de"
    ones, tens, hundred = (_DE_ONES, _DE_TENS, "hundert") if german else (_EN_ONES, _EN_TENS, "hundred")
    found = {_under_thousand(one, ones, tens, hundred, german=german): one for one in range(1_000)} | _ALSO[language]
    thousand = "tausend" if german else "thousand"
    found |= {
        f"{'ein' if german and count == 1 else word}{thousand}": count * 1_000
        for word, count in list(found.items())
        if 0 < count < 100  # noqa: PLR2004  two-digit thousands
    }
    leading = f"{'ein' if german else 'one'}{hundred}"
    found |= {word.removeprefix("ein" if german else "one"): count
              for word, count in list(found.items()) if word.startswith(leading)}  # fmt: skip
    plain = {word.replace("ü", "ue").replace("ö", "oe"): count for word, count in found.items()}
    return plain | found


def numbers_in(text: str, language: str) -> list[int | float] | None:
    """Return the numbers in a text, in order; None if digits stand there that are no number."""
    pieces = _PIECES.findall(text[:MOST_CHARACTERS].casefold())
    language = language.split("-", maxsplit=1)[0]
    words, articles, join = spelled(language), _ARTICLES.get(language, ()), _JOINS.get(language, "")
    vague = [[word] for word in _VAGUE.get(language, ())]
    found: list[int | float] = []
    ones, at = 0, 0
    while at < len(pieces):
        if pieces[at][-1].isdigit():
            value = _read_digits(pieces[at], language)
            if value is None:
                return None
            found.append(value)
            at += 1
            continue
        length, counted = _longest(pieces[at : at + MOST_WORDS], words, join)
        if length:
            found.append(counted)
        ones += not length and pieces[at] in articles and pieces[at + 1 : at + 2] not in vague
        at += length or 1
    return found or ([1] if ones == 1 else [])


def _longest(pieces: list[str], words: dict[str, int], join: str) -> tuple[int, int]:
    """Return how many pieces make the longest number in words from the first on, and that number."""
    for length in range(len(pieces), 0, -1):
        if pieces[length - 1] == join:
            continue
        value = words.get("".join(piece for piece in pieces[:length] if piece != join))
        if value is not None and pieces[0] != join:
            return length, value
    return 0, 0


def _read_digits(text: str, language: str) -> int | float | None:
    text = text.replace("−", "-")
    for group in "'’\u00a0\u202f":
        text = text.replace(group, "")
    decimal = get_decimal_symbol(locale_of(language))
    other = "," if decimal == "." else "."
    grouped = rf"-?\d{{1,3}}(?:\{other}\d{{3}})+(?:\{decimal}\d+)?|-?\d+(?:\{decimal}\d+)?"
    if re.fullmatch(grouped, text):
        text = text.replace(other, "").replace(decimal, ".")
    elif re.fullmatch(rf"-?\d+\{other}\d+|-?\d{{1,3}}(?:\{decimal}\d{{3}})+(?:\{other}\d+)?", text):
        text = text.replace(decimal, "").replace(other, ".")
    else:
        return None
    if sum(sign.isdigit() for sign in text) > MOST_DIGITS:
        return None
    return float(text) if "." in text else int(text)


# -- as an answer ---------------------------------------------------------------------------------------------
def compile_number(ask: Ask) -> Judge:
    """Return the judge of a number, within its range.  Raises :class:`flows.answers.question.AskError`."""
    low, high = _limit(ask.lowest, "from"), _limit(ask.highest, "to")
    if low is not None and high is not None and low > high:
        message = f"From {ask.lowest} to {ask.highest} there is no number."
        raise AskError(message, "Turn them round.", key="to")

    def judge(given: UserInput, scene: AnswerContext) -> Fits | Unfit:
        found = numbers_in(given.text, scene.language)
        if not found or len(found) > 1 or not _within(found[0], low, high):
            return _unfit(low, high, scene.language)
        return Fits(value=found[0])

    return judge


def _limit(text: str, key: str) -> int | float | None:
    if not text:
        return None
    if not _PLAIN.fullmatch(text.strip()):
        message = f"“{text[:40]}” is not a number."
        raise AskError(message, "Write it in plain digits, such as 4 or 1.5.", key=key)
    return float(text) if "." in text else int(text)


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _unfit(low: float | None, high: float | None, language: str) -> Unfit:
    first, second = (format_number(one, language) if one is not None else "" for one in (low, high))
    if low is not None and high is not None:
        return Unfit(reply="again_number", form="fits_between", first=first, second=second)
    if high is not None:
        return Unfit(reply="again_number", form="fits_most", first=second)
    return Unfit(reply="again_number", form="fits_least" if first else "", first=first or "3")


def compile_rating(ask: Ask) -> tuple[Judge, int]:
    """Return the judge of a rating and its highest mark.  Raises :class:`flows.answers.question.AskError`."""
    if ask.lowest not in ("", "1"):
        message = "A rating begins at 1."
        raise AskError(message, "Leave “from” out.", key="from")
    most = _limit(ask.highest, "to") or 5
    if not isinstance(most, int) or not 2 <= most <= MOST_MARKS:  # noqa: PLR2004  one mark is no rating
        message = f"A rating goes to 2 at least and to {MOST_MARKS} at most."
        raise AskError(message, "Such as: to: 5", key="to")

    def judge(given: UserInput, scene: AnswerContext) -> Fits | Unfit:
        text = _of_most(given.text, most)
        stars = sum(text.count(star) for star in _STARS)
        found = numbers_in(text, scene.language) or ([stars] if stars else [])
        if len(found) == 1 and isinstance(found[0], int) and 1 <= found[0] <= most:
            return Fits(value=found[0])
        return Unfit(reply="again_rating", form="fits_between", first="1", second=str(most))

    return judge, most


def _of_most(text: str, most: int) -> str:
    """Take “out of 5” away where 5 is the highest mark."""
    return _OUT_OF.sub(lambda found: "" if found[1] == str(most) else found[0], text[:MOST_CHARACTERS])
