from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.unanswered_questions import (
    LONGEST_TEXT,
    UnansweredQuestion,
    read_unanswered,
    redact_text,
    unanswered_entry,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mail me at mia@example.com or +49 170 1234567", "mail me at [address] or [number]"),
        ("see https://x.example/a?b=1 and www.a.example", "see [link] and [link]"),
        ("on amsel.example/x at 7", "on [link] at [number]"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN DE[number]"),
        ("mia＠example.com", "[address]"),
        ("Do you\n have  oolong?", "Do you have oolong?"),
        ("a" * 300, "a" * 199 + "…"),
    ],
)
def test_a_text_is_kept_without_what_names_a_person(text: str, kept: str) -> None:
    """Addresses, links and numbers are taken out, and a long text is cut."""
    assert redact_text(text) == kept


@given(st.text(max_size=500))
def test_nothing_of_digits_or_addresses_is_left(text: str) -> None:
    """Whatever the text."""
    kept = redact_text(text)

    assert len(kept) <= LONGEST_TEXT
    assert not any(sign.isdecimal() for sign in kept)


def test_a_line_is_read_as_it_was_written() -> None:
    """The book holds when, where and what."""
    note = unanswered_entry(at=NOON, flow="f", step="ask", language="de", text="Oolong?")

    assert note.list_name == "unanswered"
    assert read_unanswered(note.line) == UnansweredQuestion(
        at=NOON, flow="f", step="ask", language="de", text="Oolong?"
    )


@pytest.mark.parametrize(
    "said",
    ["mia @ example.com", "mia(at)example.com", "mia [at] example [dot] com", "1" * 390 + " mia.muster@example.com"],
)
def test_an_address_in_disguise_is_one(said: str) -> None:
    """Spaces around the sign, a written “at”, or a text that is cut in the middle of it."""
    assert "mia" not in redact_text(said)
