"""What a filled-in value may hold: nothing that harms the text around it, everything that people write."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_out.message.mime import Mailbox, OutgoingMail, build_mime
from language.personal_values import clean_line, clean_lines
from tests.support.people import NOON

LONGEST = 200
HARMFUL = {"Cc", "Zl", "Zp", "Cs"}
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("typed", "filled"),
    [
        ("Mia\x07", "Mia"),
        ("\x1b[31mMia\x1b[0m", "[31mMia [0m"),
        ("Mia\r\nBcc: eve@example.com", "Mia Bcc: eve@example.com"),
        ("Mia\u2028\u2029\x85\x0b\x0cM.", "Mia M."),
        ("\u202eaiM", "aiM"),
        ("Mia\u202e\u2066\u2069\u202c", "Mia"),
        ("\u200eMia\u200f", "Mia"),
        ("M\u00adi\u200ba\ufeff", "Mia"),
        ("\ud83d Mia", "Mia"),
        ("Mia\uffff\x00", "Mia"),
        ("\u3164", ""),
        ("\u2800\u115f \u200b\u200d", ""),
        ("Mia\u200d\u200d\u200dM", "Mia\u200dM"),
        ("Mia\U000e0041", "Mia"),
    ],
)
def test_what_harms_goes(typed: str, filled: str) -> None:
    """Control signs, line breaks, marks of direction, and signs that cannot be seen."""
    assert clean_line(typed, LONGEST) == filled


@pytest.mark.parametrize(
    "name",
    [
        "Mia",
        "Zo\u00eb-Anaïs d’Arc",
        "مريم",
        "می\u200cخواهم",
        "രാജന്\u200d",
        "क्\u200dष",
        "👩\u200d👩\u200d👧 Mia",
        "Mia 👍🏽❤\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "葛\U000e0100城",
        "יוסף",
        "ปรีชา",
        "🇩🇪 1\ufe0f\u20e3",
    ],
)
def test_what_people_write_stays(name: str) -> None:
    """Emoji with their joiners, flags, and scripts that need joiners or variants."""
    assert (clean_line(name, LONGEST), clean_lines(name)) == (name, name)


def test_lines_stay_where_a_text_has_lines() -> None:
    """A notice to the team keeps its paragraphs."""
    assert clean_lines("one\r\n\u202etwo\x07\u2028three") == "one\ntwo \nthree"


def test_a_long_value_is_cut_between_characters() -> None:
    """A family of emoji is not cut behind its joiner, and megabytes cost nothing."""
    assert clean_line("👩\u200d" * 10, 4) == "👩\u200d👩"
    assert clean_line("a" * 3_000_000, 5) == "aaaaa"
    assert clean_line(None, 5) == ""
    assert clean_line(12, 5) == "12"


@given(st.text(max_size=60))
def test_any_text_becomes_harmless(text: str) -> None:
    """Cleaning twice is cleaning once, and no header refuses the result."""
    cleaned = clean_line(text, LONGEST)
    assert clean_line(cleaned, LONGEST) == cleaned
    assert HARMFUL.isdisjoint(unicodedata.category(sign) for sign in cleaned)
    assert TURNING.isdisjoint(unicodedata.bidirectional(sign) for sign in cleaned)
    mia = Mailbox(email="mia@example.com", name=cleaned)
    mail = OutgoingMail(id="m", sender=mia, to=mia, subject=f"Hello {cleaned}!", date=NOON, text=cleaned, html=cleaned)
    assert build_mime(mail)
