"""Marks on a scale: “4”, “four”, “4/5”, “eine 7”, “⭐⭐⭐⭐”.

A scale begins at 1, or at 0 (“how likely are you to recommend us, 0 to 10?”).  A word in another language than the
person's counts too, because a scale leaves no doubt about what is meant.
"""

import re

from flows.answers.numbers import find_numbers
from flows.answers.question import AcceptedAnswer, AnswerContext, AnswerJudge, AskError, RejectedAnswer
from flows.answers.user_input import UserInput
from flows.language.model import Ask

MOST_CHARACTERS = 200
HIGHEST_MARK = 10
"""Highest mark of a rating; each is a quick reply, and the platform shows 13."""
DEFAULT_HIGHEST = 5
"""Highest mark of a rating without ``to``."""

_STARS = "⭐★"
# “4/5”, “4 out of 5”, “4 von 5”; also with “possible”.
_OUT_OF = re.compile(r"\s*(?:/|out of|of|von)\s*(\d+)\b")
# “On a scale of 0 to 10 I'd say 9”; the ends of the scale are no marks.
_SCALE = re.compile(r"\b(?:(?:of|from|von) )?[01] ?(?:-|–|to|bis) ?(\d+)\b(?=.*\d)")
_LANGUAGES = ("en", "de")


def read_scale(ask: Ask) -> tuple[int, int]:
    """Return the lowest and the highest mark.  Raises :class:`flows.answers.question.AskError`."""
    if ask.lowest.strip() not in ("", "0", "1"):
        message = "A rating begins at 1 or at 0."
        raise AskError(message, "Leave “from” out, or write from: 0.", key="from")
    lowest, written = int(ask.lowest or 1), ask.highest.strip()
    highest = int(written) if written.isdecimal() and len(written) <= 2 else 0 if written else DEFAULT_HIGHEST  # noqa: PLR2004  at most 10
    if not 2 <= highest <= HIGHEST_MARK:  # noqa: PLR2004  one mark is no rating
        message = f"A rating goes to 2 at least and to {HIGHEST_MARK} at most."
        raise AskError(message, "Such as: to: 5", key="to")
    return lowest, highest


def compile_rating(ask: Ask) -> tuple[AnswerJudge, tuple[int, ...]]:
    """Return the judge of a rating, and its marks.  Raises :class:`flows.answers.question.AskError`."""
    lowest, highest = read_scale(ask)

    def judge(user_input: UserInput, context: AnswerContext) -> AcceptedAnswer | RejectedAnswer:
        text = _drop_highest_mark(user_input.text, highest)
        # “⭐⭐⭐⭐” is 4; a figure beside the stars counts more.
        stars = sum(text.count(star) for star in _STARS)
        numbers = _find_marks(text, context.language) or ([stars] if stars else [])
        if len(numbers) == 1 and isinstance(numbers[0], int) and lowest <= numbers[0] <= highest:
            return AcceptedAnswer(value=numbers[0])
        return RejectedAnswer(reply="again_rating", fits_reply="fits_between", first=str(lowest), second=str(highest))

    return judge, tuple(range(lowest, highest + 1))


def _find_marks(text: str, language: str) -> list[int | float]:
    found = (find_numbers(text, tried) for tried in dict.fromkeys((language, *_LANGUAGES)))
    return next((numbers for numbers in found if numbers), [])


def _drop_highest_mark(text: str, highest: int) -> str:
    """Return the text without “out of 5” and “from 1 to 5” if 5 is the highest mark: “4/5” becomes “4”."""
    for pattern in (_OUT_OF, _SCALE):
        text = pattern.sub(lambda match: "" if match[1] == str(highest) else match[0], text[:MOST_CHARACTERS])
    return text
