"""Numbers as people write them: “4”, “four”, “zu viert”, “1.000,5” by German and “1,000.5” by English habit.

A text answers a question for a number if it holds exactly one.  The language tells which of point and comma is the
decimal mark; a number that makes no sense that way is read the other way round (“1,5” in English, “1.5” in German).
“A” and “ein” are numbers only if the text has no other.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from babel.numbers import get_decimal_symbol

from flows.answers.number_words import (
    ADDING_WORDS,
    ARTICLES,
    BARRING_WORDS,
    CLOCK_WORDS,
    CLOCKS_AND_SCALES,
    COMPANY,
    COMPANY_BEFORE,
    DECIMAL_POINTS,
    FRACTIONS,
    JOINING_WORDS,
    MONTHS,
    MULTIPLIERS,
    NO_ANSWERS,
    OR_MORE,
    ORDINAL_ENDINGS,
    REPEATING_WORDS,
    SHORT_MILLION,
    SHORT_WAITS,
    UNCLEAR_AMOUNTS,
    UP_TO,
    VAGUE_WORDS,
    counting_words,
)
from flows.answers.question import AcceptedAnswer, AnswerContext, AnswerJudge, AskError, RejectedAnswer
from flows.answers.user_input import UserInput
from flows.language.model import Ask
from language.cldr import format_number, locale_of

MOST_CHARACTERS = 200
MOST_DIGITS = 15
"""Most digits of a number; a float keeps about this many exactly."""
MOST_WORDS = 6
"""Most words of one number."""

# “-1.000,5”, “1’000” (Swiss), “1 000” with a no-break space (French); “−” is the typographic minus.  Not “B12”.
_DIGITS = re.compile(r"(?<!\w)[-−]?\d+(?:[.,'’\u00a0\u202f]\d+| \d{3}(?!\d))*")
# Digits, or runs of letters: “für 4 Leute” gives “für”, “4”, “leute”.
_PIECES = re.compile(rf"{_DIGITS.pattern}|[^\W\d_]+")
_UNCLEAR = re.compile(r"\d ?\+(?! ?\d)|\b(?:der|die|das|den|dem|vom|zum) \d{1,2}\.(?!\d)")
_HELD_DOWN = re.compile(r"(?<=[^\W\d_]{2})([^\W\d_])\1{2,}")
"""A key that was held down: “threeeee”."""
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_OTHER_LANGUAGE = {"en": "de", "de": "en"}


def find_numbers(text: str, language: str) -> list[int | float] | None:
    """Return the numbers in a text, in order; None if one of them is not clear (“1.2.3”, “not 4”, “7 pm”)."""
    text = text[:MOST_CHARACTERS].casefold().replace("n/a", " ")  # no “a” that counts one
    # “½” and “²” stand beside a digit and change it.
    if any(unicodedata.category(sign) == "No" for sign in text):
        return None
    # “2000+” is a bound, and “der 3.” is a day or a place.
    if _UNCLEAR.search(text):
        return None
    language = language.split("-", maxsplit=1)[0]
    text = _HELD_DOWN.sub(r"\1", text)
    numbers = _NumberReader(text, language).read()
    # People who speak both count in either: “two” is understood in German, if nothing German is.
    if numbers == [] and language in _OTHER_LANGUAGE:
        numbers = _NumberReader(text, _OTHER_LANGUAGE[language], with_articles=False).read()
    return numbers


class _UnclearNumberError(Exception):
    """A text holds a number that may mean something else."""


class _NumberReader:
    """Reads the numbers of one text, piece by piece."""

    def __init__(self, text: str, language: str, *, with_articles: bool = True) -> None:
        found = list(_PIECES.finditer(text))
        self.pieces = [match[0] for match in found]
        # “2m” and “2 m” differ, so it is kept which pieces touch the one before.
        self.touching = [at > 0 and match.start() == found[at - 1].end() for at, match in enumerate(found)]
        self.language, self.words = language, counting_words(language)
        self.articles = ARTICLES.get(language, ()) if with_articles else ()
        self.numbers: list[int | float] = []
        self.position = 0
        self.article_count = 0

    def read(self) -> list[int | float] | None:
        """Return the numbers; None if one of them is unclear."""
        try:
            while self.position < len(self.pieces):
                self._read_piece()
        except _UnclearNumberError:
            return None
        if self.numbers and not REPEATING_WORDS.isdisjoint(self.pieces):
            return None
        # “a” and “ein” are remembered, not counted: “a table for four” is 4, but “just a coffee” is 1.
        return self.numbers or ([1] if self.article_count == 1 else [])

    def _piece(self, ahead: int = 0) -> str:
        at = self.position + ahead
        return self.pieces[at] if 0 <= at < len(self.pieces) else ""

    def _read_piece(self) -> None:
        piece = self._piece()
        if piece in UNCLEAR_AMOUNTS:
            raise _UnclearNumberError
        if self._piece(1) in NO_ANSWERS:
            self.position += 2
        elif piece in FRACTIONS:
            self._read_fraction()
        elif piece[-1].isdigit():
            self._read_figures(piece)
        else:
            join = JOINING_WORDS.get(self.language, "")
            length, number = _longest_number(self.pieces[self.position : self.position + MOST_WORDS], self.words, join)
            if length:
                self._add(*self._read_tenths(number, length))
            else:
                self._count_article(piece)
                self.position += 1

    def _read_tenths(self, number: float, length: int) -> tuple[float, int]:
        """Return a number in words with its tenths, “two point five”, and the length of both."""
        tenths = self.words.get(self._piece(length + 1), -1)
        if self._piece(length) not in DECIMAL_POINTS or tenths not in range(10):
            return number, length
        return number + tenths / 10, length + 2

    def _read_figures(self, piece: str) -> None:
        value = _read_digits(piece, self.language)
        behind, touches = self._piece(1), self.position + 1 < len(self.touching) and self.touching[self.position + 1]
        # “4th”, “1e3” and “2m” are more than their figures.
        is_more = touches and (behind in (SHORT_MILLION, "e") or behind in ORDINAL_ENDINGS)
        if value is None or is_more or behind in MONTHS:
            raise _UnclearNumberError
        factor = MULTIPLIERS.get(behind, 1)
        value = round(value * factor, 6) if factor > 1 else value
        is_whole = factor > 1 and isinstance(value, float) and value.is_integer()
        self._add(int(value) if is_whole else value, 2 if factor > 1 else 1)

    def _add(self, number: float, length: int) -> None:
        before, behind = self._piece(-1), self._piece(length)
        has_company = before in COMPANY_BEFORE and behind in COMPANY
        if (self._piece(-2), before) in UP_TO or (
            behind in ("or", "oder", "and", "und") and self._piece(length + 1) in OR_MORE
        ):
            raise _UnclearNumberError
        # “4 am Freitag” has a German “am”.
        is_german_am = behind == "am" and self.language == "de" and self._piece(length + 1) != ""
        is_clock = behind in CLOCKS_AND_SCALES and not is_german_am
        is_time = before in CLOCK_WORDS.get(self.language, ()) or is_clock
        if is_time or before in BARRING_WORDS or before in ADDING_WORDS or has_company:
            raise _UnclearNumberError
        # “5 (five)” and “5 - five” say one number twice.
        is_said_again = self.numbers[-1:] == [number] and before.isdecimal() and not self._piece()[-1].isdigit()
        if not is_said_again:
            self.numbers.append(-number if before == "minus" else number)
        self.position += length

    def _read_fraction(self) -> None:
        """Read “and a half” behind a number, and “half a dozen”; any other part of a whole is unclear."""
        ahead = 2 if self._piece(1) in self.articles else 1
        if self._piece(ahead) in ("dozen", "dutzend") and not self.numbers:
            self.position += ahead
            self._add(6, 1)
            self.article_count = 0
        elif self.numbers and self._piece(-1) in self.articles and self._piece(-2) in ADDING_WORDS:
            self.numbers[-1] += 0.5
            self.position += 1
        else:
            raise _UnclearNumberError

    def _count_article(self, piece: str) -> None:
        # “a few” and “ein paar” are no number at all.
        if piece not in self.articles or self._piece(1) in VAGUE_WORDS.get(self.language, ()):
            return
        if self._piece(1) in SHORT_WAITS:
            return
        # “me and a friend” are two; only “and a half” goes on with the number before.
        if self._piece(-1) in ADDING_WORDS and self._piece(1) not in FRACTIONS:
            raise _UnclearNumberError
        self.article_count += 1


def _longest_number(pieces: list[str], words: Mapping[str, float], join: str) -> tuple[int, float]:
    """Return the length of the longest number in words at the start of ``pieces``, and that number; (0, 0) if none."""
    # Longest first: “two hundred and five” is 205, not 2 and then 105.
    for length in range(len(pieces), 0, -1):
        # “two and” ends with a joining word: that “and” joins two numbers, not the parts of one.
        if pieces[length - 1] == join:
            continue
        value = words.get("".join(piece for piece in pieces[:length] if piece != join))
        if value is not None and pieces[0] != join:
            return length, value
    return 0, 0


def _read_digits(text: str, language: str) -> int | float | None:
    text = text.replace("−", "-")
    for group in " '’\u00a0\u202f":
        text = text.replace(group, "")
    # German “1.000,5”: the comma is the decimal mark, the point groups by threes.
    decimal = get_decimal_symbol(locale_of(language))
    other = "," if decimal == "." else "."
    # The habit of the language: groups of three are complete (“1.000”), so “1.50” does not match in German ...
    grouped = rf"-?\d{{1,3}}(?:\{other}\d{{3}})+(?:\{decimal}\d+)?|-?\d+(?:\{decimal}\d+)?"
    if re.fullmatch(grouped, text):
        text = text.replace(other, "").replace(decimal, ".")
    # ... and is read by the other habit, as 1.5.
    elif re.fullmatch(rf"-?\d+\{other}\d+|-?\d{{1,3}}(?:\{decimal}\d{{3}})+(?:\{other}\d+)?", text):
        text = text.replace(decimal, "").replace(other, ".")
    else:
        return None
    # A card or phone number is no quantity.
    if sum(sign.isdigit() for sign in text) > MOST_DIGITS:
        return None
    return float(text) if "." in text else int(text)


def compile_number(ask: Ask) -> AnswerJudge:
    """Return the judge of a number, within its range.  Raises :class:`flows.answers.question.AskError`."""
    low, high = _parse_limit(ask.lowest, "from"), _parse_limit(ask.highest, "to")
    if low is not None and high is not None and low > high:
        message = f"From {ask.lowest} to {ask.highest} there is no number."
        raise AskError(message, "Turn them round.", key="to")

    def judge(user_input: UserInput, context: AnswerContext) -> AcceptedAnswer | RejectedAnswer:
        numbers = find_numbers(user_input.text, context.language)
        if not numbers or len(numbers) > 1:
            return _reject_number(low, high, context.language)
        # “1.500” is a number and a half to the English, and one and a half thousand to their neighbours.
        if ask.number == "whole" and not isinstance(numbers[0], int):
            return replace(_reject_number(low, high, context.language), reply="again_whole")
        if not _is_within(numbers[0], low, high):
            return _reject_number(low, high, context.language)
        return AcceptedAnswer(value=numbers[0])

    return judge


def _parse_limit(text: str, key: str) -> int | float | None:
    if not text:
        return None
    if not _PLAIN.fullmatch(text.strip()):
        message = f"“{text[:40]}” is not a number."
        raise AskError(message, "Write it in plain digits, such as 4 or 1.5.", key=key)
    return float(text) if "." in text else int(text)


def _is_within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _reject_number(low: float | None, high: float | None, language: str) -> RejectedAnswer:
    first, second = (format_number(limit, language) if limit is not None else "" for limit in (low, high))
    if low is not None and high is not None:
        return RejectedAnswer(reply="again_number", fits_reply="fits_between", first=first, second=second)
    if high is not None:
        return RejectedAnswer(reply="again_number", fits_reply="fits_most", first=second)
    return RejectedAnswer(reply="again_number", fits_reply="fits_least" if first else "", first=first or "3")
