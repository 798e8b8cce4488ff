"""Codes in what people type: six digits are one only when they can be."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent.typed_codes import judge_code, read_code, read_lone_code

CODES = st.integers(0, 999_999).map("{:06}".format)

ALONE = [
    "123456\nSent from my iPhone", "bitte: 123-456",
    "123456", "123 456", "123-456", "my code is 123-456!", "der code ist 123456", "Mein Code lautet: 123456", "١٢٣٤٥٦",
    "１２３４５６", "१२३४५६", "123\u2212456", "123\u2013456", "123\u00a0456", "123\u202f456", "123\u200b456",
    "“123456”",
    "„123456“", "\u200e123456\u200f", "\ufeff123456", "*123456*", "`123456`", "(123456)", "code: 123456", "Code=123456",
    "Code #123456", "CODE 123456", "code123456", "123456 😊", "123456.", "it's 123456", "12 34 56", "1 2 3 4 5 6",
    "1-2-3-4-5-6", "the 6-digit code is 123456", "hier ist der 6-stellige Code: 123456",
]  # fmt: skip
PENDING_ONLY = [
    "I got 123456", "here you go: 123456", "sorry, 123456", "I typed it wrong, the code was 123456",
    "der Code in der Mail lautet 123456, oder?", "ich habe 123456 bekommen", "123456 steht in der Mail",
    "ok 123456 then", "um 123456", "the six digits are 123456", "hab ihn: 123456",
    "i received 123456 in the mail", "123456 maybe?", "die sechs ziffern sind 123456", "123456 ging schnell",
    "found it in spam. 123456", "My daughter found it! 123456", "it says 123456, hope that's right",
    "it could be 123456?", "i think its 123456 but not sure", "my phone says 123456", "hi, its 123456 cheers mia",
    "okaaay 123456", "könnte 123456 sein?", "lag im spam 🙈 123456", "da steht 123456, hoffe das stimmt",
    "the mail was in promotions, 123456",
]  # fmt: skip
DICTATED = {
    "one two three four five six": "123456", "its zero zero seven four two one": "007421",
    "null, null, sieben, acht, eins, zwo bitte": "007812", "mein code: eins zwo drei vier fünf sechs": "123456",
    "the code is one two double three four five": "123345", "one 2 three 4 five 6": "123456",
    "oh, 1 2 3 4 5 6": "123456", "oh one two three four five six": "123456", "oh one two three four five": "012345",
    "four eighty-two nine thirteen": "482913", "forty-eight twenty-nine thirteen": "482913",
    "achtundvierzig neunundzwanzig dreizehn": "482913", "der code ist vierzig, dreiunddreißig, null, sieben": "403307",
    "thirty five sixty one ninety": "356190",
}  # fmt: skip
NOT_DICTATED = [
    "twenty two thirty three",
    "thirty or forty of us",
    "twenty-four twelve twenty-six",
    "vierundzwanzig zwölf sechsundzwanzig",
    "my order forty-eight twenty-nine thirteen is late",
    "forty-eight twenty-nine thirteen ten",
    "twenty, thirty or forty people",
    "one two three",
    "a table for two at six",
    "one or two of us will come at five or six",
    "my order one two three four five six is late",
    "one two three four five six seven eight nine",
    "oh no",
]
NEVER = [
    "123.456", "123,456", "code 123.456",
    "24.12.26", "24/12/26", "24/12/2026", "24-12-26", "24 12 26", "2026-12-24", "12/2026", "12-2026", "2.4.2026",
    "Are you open on 24.12.26?", "am 24.12.26 bitte", "24.12.26 19:00", "12:34:56", "my order 123456 is late",
    "Bestellung 123456", "Bestellnummer: 123456", "order #123456", "#123456", "Rechnung 123456", "ticket 123456",
    "123456 €", "€ 123456", "123456 Euro", "1.234,56", "123.456,-", "+49 123456", "030 123456", "0151 2345678",
    "call me at 123456", "my number is 123456", "meine Nummer ist 123456", "zip code 123456", "Gutscheincode 123456",
    "my discount code is 123456", "10115 Berlin", "mia123456@example.com", "123456%", "123456 oder 654321", "",
    "Auftrag Nr. 123456", "my frame. 123456", "my car 123456", "it isn't 123456", "I rode 123456 m",
    "no code yet", "not 123456", "123456 is wrong", "12345", "1234567", "room 123456", "https://example.com/123456",
]  # fmt: skip


@pytest.mark.parametrize("text", ALONE)
def test_a_message_that_is_nothing_but_a_code_is_one_at_any_time(text: str) -> None:
    """Invisible signs, other dashes, other scripts' digits and the usual words around it do not matter."""
    assert (read_code(text), read_lone_code(text)) == ("123456", "123456")


@pytest.mark.parametrize("text", PENDING_ONLY)
def test_more_words_may_stand_around_a_code_that_is_waited_for(text: str) -> None:
    """Where none is pending, the same words make it a message like others."""
    assert (read_code(text), read_lone_code(text)) == ("123456", "")


@pytest.mark.parametrize("text", NEVER)
def test_dates_orders_prices_and_telephones_are_never_codes(text: str) -> None:
    """Also while a code is pending: a wrong try would cost the person one of few."""
    assert (read_code(text), read_lone_code(text)) == ("", "")


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("12345", "nearly"), ("1234567", "nearly"), ("my code is 12345", "nearly"), ("1234 567", "nearly"),
        ("123", "other"), ("24.12.", "other"), ("24-12", "other"), ("0151 2345678", "other"), ("order 12345", "other"),
    ],
)  # fmt: skip
def test_a_digit_too_many_or_too_few_is_nearly_a_code(text: str, shape: str) -> None:
    """The reply can say what is wrong."""
    assert judge_code(text, pending=True) == (shape, "")


@given(
    CODES,
    st.sampled_from(["", "code ", "my code is ", "Der Code ist: ", "\u200b", "“", "\u00a0"]),
    st.sampled_from(["", "-", " ", "\u2212", "\u2011", "\u200b", "\u00a0"]),
    st.sampled_from(["", ".", "!", " 😊", "”", "\ufeff", " danke"]),
)
def test_any_code_is_read_from_the_usual_wrappings(code: str, before: str, between: str, after: str) -> None:
    """Every code, whatever its digits: one that reads like a date without separators is still a code."""
    assert read_code(f"{before}{code[:3]}{between}{code[3:]}{after}") == code


@given(
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["%d.%m.%y", "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%y", "%d %m %y", "%m/%d/%y", "%d. %m. %y", "%y-%m-%d"]),
    st.sampled_from(["", "on ", "Are you open on ", "code ", "am "]),
)
def test_no_written_date_is_a_code(day: date, form: str, before: str) -> None:
    """Day, month and year with anything between them stay a date."""
    assert read_code(before + day.strftime(form)) == ""


@given(st.text(max_size=300))
def test_reading_a_code_never_fails(text: str) -> None:
    """Whatever is typed, the answer is six digits or nothing."""
    code = read_code(text)
    assert code == "" or (len(code) == 6 and code.isascii() and code.isdigit())
    assert read_lone_code(text) in ("", code)


@pytest.mark.parametrize(("text", "code"), DICTATED.items())
def test_digits_may_be_dictated_while_a_code_is_awaited(text: str, code: str) -> None:
    """Voice typing writes them as words; outside a confirmation words stay words."""
    assert (read_code(text), read_lone_code(text)) == (code, "")


@pytest.mark.parametrize("text", NOT_DICTATED)
def test_words_that_count_are_no_code(text: str) -> None:
    """Fewer than six, more than six, or with words of something else."""
    assert read_code(text) == ""


@pytest.mark.parametrize(
    ("text", "code"), {"4829l3": "482913", "48O913": "480913", "it says 4829I3": "482913", "48291o": "482910"}.items()
)
def test_letters_that_look_like_digits_are_these_while_a_code_is_awaited(text: str, code: str) -> None:
    """A code is copied by eye; outside a confirmation letters stay letters."""
    assert (read_code(text), read_lone_code(text)) == (code, "")


@pytest.mark.parametrize("text", ["10000l", "4829x3", "oil482", "lol", "4829l31", "order 4829l3", "48l 291"])
def test_letters_beside_other_figures_are_no_digits(text: str) -> None:
    """Litres, other letters, other lengths, or fewer than four digits; and never a word of orders."""
    assert read_code(text) == ""


def test_five_dictated_digits_are_nearly_a_code() -> None:
    """The person hears that one is missing, and loses no try."""
    assert judge_code("one two three four five", pending=True) == ("nearly", "")
