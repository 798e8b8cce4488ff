"""Numbers as people write them: “4”, “four”, “zu viert”, “1.000,5” by German and “1,000.5” by English habit.

A text answers a question for a number if it holds exactly one.  The language tells which of point and comma is the
decimal mark; a number that makes no sense that way is read the other way round (“1,5” in English, “1.5” in German).
“A” and “ein” are numbers only if the text has no other.
"""

import functools
import re

from babel.numbers import get_decimal_symbol

from flows.answers.question import AcceptedAnswer, AnswerContext, AnswerJudge, AskError, RejectedAnswer
from flows.answers.user_input import UserInput
from flows.language.model import Ask
from language.cldr import format_number, locale_of

MOST_CHARACTERS = 200
MOST_DIGITS = 15
"""Most digits of a number; a float keeps about this many exactly."""
MOST_WORDS = 6
"""Most words of one number."""

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
_MORE_NUMBER_WORDS = {
    "en": {"none": 0, "dozen": 12, "couple": 2, "thousand": 1_000, "hundred": 100, "million": 1_000_000},
    "de": {
        "keine": 0, "keiner": 0, "zwo": 2, "dutzend": 12, "hundert": 100, "tausend": 1_000, "zuzweit": 2, "zudritt": 3,
        "zuviert": 4, "zufünft": 5, "zusechst": 6, "zusiebt": 7, "zuacht": 8, "zuneunt": 9, "zuzehnt": 10,
    },
}  # fmt: skip
_ARTICLES = {"en": ("a", "an"), "de": ("ein", "eine", "einen", "einem", "einer")}
_VAGUE_WORDS = {
    "en": ("few", "lot", "bunch", "handful", "bit"),
    "de": ("paar", "haufen", "menge", "handvoll", "bisschen"),
}
"""Words that make an article before them no number: “a few of us”."""
_JOINING_WORDS = {"en": "and"}
"""By language, a word within a number that adds nothing: “two hundred and five”."""

# “-1.000,5”, “1’000” (Swiss), “1 000” with a no-break space (French); “−” is the typographic minus.  Not “B12”.
_DIGITS = re.compile(r"(?<!\w)[-−]?\d+(?:[.,'’\u00a0\u202f]\d+)*")
# Digits, or runs of letters: “für 4 Leute” gives “für”, “4”, “leute”.
_PIECES = re.compile(rf"{_DIGITS.pattern}|[^\W\d_]+")
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")


def _spell_under_thousand(number: int, ones: list[str], tens: list[str], hundred: str, *, german: bool) -> str:
    # Joined without spaces, as `_longest_number` joins the words of a text: 121 is “onehundredtwentyone” and
    # “einhunderteinundzwanzig”.  German says the ones before the tens, and “ein” instead of “eins” within a word.
    hundreds, rest = divmod(number, 100)
    spelled_hundreds = f"{'ein' if german and hundreds == 1 else ones[hundreds]}{hundred}" if hundreds else ""
    if rest == 0 and hundreds:
        return spelled_hundreds
    if rest < len(ones):
        return spelled_hundreds + ones[rest]
    ten, last_digit = tens[rest // 10 - 2], rest % 10
    if german:
        return spelled_hundreds + (f"{'ein' if last_digit == 1 else ones[last_digit]}und" if last_digit else "") + ten
    return spelled_hundreds + ten + (ones[last_digit] if last_digit else "")


@functools.cache
def number_words(language: str) -> dict[str, int]:
    """Return numbers by their spelling without spaces: all below a thousand, whole thousands and a few more."""
    if language not in _MORE_NUMBER_WORDS:
        return {}
    german = language == "de"
    ones, tens, hundred = (_DE_ONES, _DE_TENS, "hundert") if german else (_EN_ONES, _EN_TENS, "hundred")
    words = {
        _spell_under_thousand(number, ones, tens, hundred, german=german): number for number in range(1_000)
    } | _MORE_NUMBER_WORDS[language]
    thousand = "tausend" if german else "thousand"
    words |= {
        f"{'ein' if german and count == 1 else word}{thousand}": count * 1_000
        for word, count in list(words.items())
        if 0 < count < 100  # noqa: PLR2004  two-digit thousands
    }
    # “hundred and five” without the “one”, and “hundertfünf” without the “ein”.
    leading = f"{'ein' if german else 'one'}{hundred}"
    words |= {word.removeprefix("ein" if german else "one"): count
              for word, count in list(words.items()) if word.startswith(leading)}  # fmt: skip
    # Keyboards without umlauts: “fuenf”, “zwoelf”.  The spelling with umlauts is kept as well.
    plain = {word.replace("ü", "ue").replace("ö", "oe"): count for word, count in words.items()}
    return plain | words


def find_numbers(text: str, language: str) -> list[int | float] | None:
    """Return the numbers in a text, in order; None if some digits are not a number (“1.2.3”)."""
    pieces = _PIECES.findall(text[:MOST_CHARACTERS].casefold())
    language = language.split("-", maxsplit=1)[0]
    words, articles, join = number_words(language), _ARTICLES.get(language, ()), _JOINING_WORDS.get(language, "")
    vague_words = [[word] for word in _VAGUE_WORDS.get(language, ())]
    numbers: list[int | float] = []
    article_count, position = 0, 0
    while position < len(pieces):
        if pieces[position][-1].isdigit():
            value = _read_digits(pieces[position], language)
            if value is None:
                return None
            # Digits count alone: “4” in “2 x 4” is a second number, so the text is no answer.
            numbers.append(value)
            position += 1
            continue
        length, number = _longest_number(pieces[position : position + MOST_WORDS], words, join)
        if length:
            numbers.append(number)
        # “a” and “ein” are remembered, not counted: “a table for four” is 4, but “just a coffee” is 1.
        # “a few” and “ein paar” are no number at all.
        article_count += (
            not length and pieces[position] in articles and pieces[position + 1 : position + 2] not in vague_words
        )
        position += length or 1
    return numbers or ([1] if article_count == 1 else [])


def _longest_number(pieces: list[str], words: dict[str, int], join: str) -> tuple[int, int]:
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
    for group in "'’\u00a0\u202f":
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
        if not numbers or len(numbers) > 1 or not _is_within(numbers[0], low, high):
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
