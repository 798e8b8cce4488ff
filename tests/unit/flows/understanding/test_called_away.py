"""Requests to wait with a reason from around the house, and greetings with a name."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.small_talk import drop_names, read_small_talk
from flows.understanding.small_talk_words import GREETING, THANKS, WAIT

NAMES = ("amsel tea", "amsel", "pip")


@pytest.mark.parametrize(
    "text",
    [
        "one sec, the doorbell", "moment, der Herd", "brb, kid crying", "warte kurz, muss die Wäsche aufhängen",
        "gleich, mein Hund bellt", "hold on my phone is ringing", "just a minute, mum is calling",
        "sekunde, die pizza ist da", "bin gleich wieder da, kind schreit",
    ],
)  # fmt: skip
def test_who_is_called_away_asks_to_wait(text: str) -> None:
    """The reason is none of an answer."""
    assert read_small_talk(normalize_text(text)) == WAIT


@pytest.mark.parametrize(
    "text",
    [
        "wait, two kids", "moment, 3 kinder", "hold on, stop", "gleich morgen", "the dog one", "wait, no phone",
        "moment, wann kommt der bus", "kids and a dog", "mein hund bellt",
    ],
)  # fmt: skip
def test_an_answer_or_a_question_is_no_request_to_wait(text: str) -> None:
    """What names a number, a no or a question is left to the open question."""
    assert read_small_talk(normalize_text(text)) != WAIT


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hi Pip", GREETING), ("hallo Amsel", GREETING), ("moin Pip!", GREETING), ("hey amsel tea team", GREETING),
        ("danke Pip", THANKS), ("Pip", ""), ("pip is late", ""), ("amsel tea please", ""),
    ],
)  # fmt: skip
def test_a_name_beside_small_talk_is_dropped(text: str, kind: str) -> None:
    """Only what is said to somebody loses the name; the name alone is no small talk."""
    assert read_small_talk(drop_names(normalize_text(text), NAMES)) == kind
