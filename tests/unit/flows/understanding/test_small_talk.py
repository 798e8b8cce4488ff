"""Small talk by its words."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.small_talk import read_small_talk


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Thanks a million for your help!", "thanks"),
        ("Danke für die schnelle Antwort", "thanks"),
        ("heyyy", "greeting"),
        ("ist da jemand?", "greeting"),
        ("Am I talking to a human?", "bot"),
        ("schönes Wochenende euch", "bye"),
        ("gib mir eine Minute", "wait"),
        ("😂😂", "pleased"),
        (":)", "pleased"),
        ("halt die Klappe", "rude"),
        ("thanks, and where is my parcel?", ""),
        ("hello my bike is broken", ""),
        ("good evening to you all", "greeting"),
        ("this evening", ""),
        ("this morning", ""),
        ("👎", ""),
        ("😡", ""),
    ],
)
def test_small_talk_is_read_by_its_words(text: str, kind: str) -> None:
    """A word that no small talk holds makes a text none."""
    assert read_small_talk(normalize_text(text)) == kind
