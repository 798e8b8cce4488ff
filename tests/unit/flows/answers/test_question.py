from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.record import Value
from flows.answers.number_words import number_words
from flows.answers.numbers import find_numbers
from flows.answers.question import AcceptedAnswer, AnswerContext, AskError, RejectedAnswer
from flows.answers.user_input import UserInput
from flows.compiler.compile_question import compile_ask
from flows.language.model import Ask
from language.cldr import format_number
from tests.support.flow_person import shipped_config

BERLIN = ZoneInfo("Europe/Berlin")


def build_ask(kind: str, **keys: object) -> Ask:
    """Return the model of an ``ask:``."""
    return Ask.model_validate({"for": kind, **keys})


def judge_answer(question: Ask, sent: str | UserInput, language: str = "en", zone: ZoneInfo = BERLIN) -> Value:
    """Return the stored value of an answer; “! ” and the name of the reply if it does not fit."""
    scene = AnswerContext(now=datetime(2026, 11, 25, 11, tzinfo=UTC), zone=zone, language=language)
    given_ = UserInput(text=sent) if isinstance(sent, str) else sent
    verdict = compile_ask(question, shipped_config()).judge(given_, scene)
    return verdict.value if isinstance(verdict, AcceptedAnswer) else f"! {verdict.reply}"


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("4", "en", 4),
        ("we are four", "en", 4),
        ("zu viert", "de", 4),
        ("ein Tisch für vier", "de", 4),
        ("eine Person", "de", 1),
        ("1.000,5", "de", 1000.5),
        ("1,000.5", "en", 1000.5),
        ("1.500", "de", 1500),
        ("1.500", "en", 1.5),
        ("1.5", "de", 1.5),
        ("1,5", "en", 1.5),
        ("two hundred and five", "en", 205),
        ("a hundred and five", "en", 105),
        ("fünfundzwanzig", "de", 25),
        ("fuenf", "de", 5),
        ("-3", "en", -3),
        ("4️⃣", "en", 4),
        ("a dozen", "en", 12),
        ("4 or 5", "en", "! again_number"),
        ("4-5", "en", "! again_number"),
        ("1.2.3", "en", "! again_number"),
        ("9" * 400, "en", "! again_number"),
        ("a few", "en", "! again_number"),
        ("ein paar von uns", "de", "! again_number"),
        ("12k", "en", 12_000),
        ("1.5k", "en", 1_500),
        ("3 Mio", "de", 3_000_000),
        ("12 thousand", "en", 12_000),
        ("2m", "en", "! again_number"),
        ("7pm", "en", "! again_number"),
        ("half a dozen", "en", 6),
        ("two and a half", "en", 2.5),
        ("anderthalb", "de", 1.5),
        ("a half", "en", "! again_number"),
        ("1½", "en", "! again_number"),
        ("a couple of us", "en", 2),
        ("both of us", "en", 2),
        ("just me", "en", 1),
        ("wir sind 5", "de", 5),
        ("wir sind zu fünft", "de", 5),
        ("zu zwölft", "de", 12),
        ("two", "de", 2),
        ("zwei", "en", 2),
        ("mit vier Personen", "de", 4),
        ("mit 3 Freunden", "de", "! again_number"),
        ("me and 3 friends", "en", "! again_number"),
        ("me and a friend", "en", "! again_number"),
        ("4 adults and a baby", "en", "! again_number"),
        ("not 4", "en", "! again_number"),
        ("more than 4", "en", "! again_number"),
        ("minus 3", "en", -3),
        ("at least 3", "en", "! again_number"),
        ("max 8", "en", 8),
        ("1 000", "en", 1_000),
        ("fünfzehnhundert", "de", 1_500),
        ("eintausendfünfhundert", "de", 1_500),
        ("höchstens 6", "de", "! again_number"),
        ("um 4", "de", "! again_number"),
        ("N/A", "en", "! again_number"),
        ("hello", "en", "! again_number"),
        ("", "en", "! again_number"),
    ],
)
def test_a_number_is_read_in_words_and_by_language(text: str, language: str, value: Value) -> None:
    """Digits by the marks of the language, words, and only ever one number."""
    assert judge_answer(build_ask("number"), text, language) == value


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [("4", "en", 4), ("two", "en", 2), ("zu zweit", "de", 2), ("1,000", "en", 1_000), ("1.000", "de", 1_000),
     ("1.5", "en", "! again_whole"), ("1,5", "de", "! again_whole"), ("two and a half", "en", "! again_whole"),
     ("1.500", "en", "! again_whole"), ("hm", "en", "! again_number")],
)  # fmt: skip
def test_a_whole_number_has_no_fraction(text: str, language: str, value: Value) -> None:
    """One and a half people cannot come; nor is “1.500” guessed to be one or the other."""
    question = Ask.model_validate({"number": "whole"})
    assert (question.kind, judge_answer(question, text, language)) == ("number", value)


@given(st.integers(min_value=1, max_value=999), st.sampled_from(["en", "de"]))
def test_every_number_below_a_thousand_is_read_in_words(count: int, language: str) -> None:
    """Each number word of the table is read as its number."""
    word = next(word for word, value in number_words(language).items() if value == count)

    assert find_numbers(word, language) == [count]


@given(st.integers(min_value=-(10**9), max_value=10**9), st.sampled_from(["en", "de", "fr"]))
def test_a_number_as_the_language_writes_it_is_read_back(count: int, language: str) -> None:
    """Grouping marks of a language are understood in it."""
    assert find_numbers(format_number(count, language).replace("\u2212", "-"), language) == [count]


@given(st.text(max_size=60), st.sampled_from(["en", "de", "fr", "xx", ""]))
def test_no_text_makes_a_number_raise(text: str, language: str) -> None:
    """No text makes reading a number raise."""
    assert isinstance(judge_answer(build_ask("number", **{"from": "1", "to": "8"}), text, language), int | float | str)


@pytest.mark.parametrize(
    ("keys", "form", "first", "second"),
    [
        ({"from": "4", "to": "8"}, "fits_between", "4", "8"),
        ({"from": "4"}, "fits_least", "4", ""),
        ({"to": "1000"}, "fits_most", "1,000", ""),
        ({}, "", "3", ""),
    ],
)
def test_a_number_out_of_range_is_told_the_range(keys: dict[str, str], form: str, first: str, second: str) -> None:
    """The reply can say what would fit."""
    scene = AnswerContext(now=datetime(2026, 11, 25, tzinfo=UTC), zone=BERLIN, language="en")

    verdict = compile_ask(build_ask("number", **keys), shipped_config()).judge(
        UserInput(text="none at all, or 99 or 0.5"), scene
    )

    assert verdict == RejectedAnswer(reply="again_number", fits_reply=form, first=first, second=second)


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("five", 5), ("⭐⭐⭐", 3), ("4/5", 4),
     ("on a scale of 1 to 5 a 4", 4), ("1-5: 3", 3), ("1 to 3", "! again_rating"),
     ("4 out of 5", 4), ("6", "! again_rating"),
     ("0", "! again_rating"), ("4.5", "! again_rating"), ("great", "! again_rating")],
)  # fmt: skip
def test_a_rating_is_a_mark_or_stars(text: str, value: Value) -> None:
    """Marks from one to five, in digits, words or stars."""
    assert judge_answer(build_ask("rating"), text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), ("Ja klar!", True), ("👍", True), ("genau", True), ("nö", False), ("no, thanks", False),
     ("❌", False), ("maybe", "! again_yes_no"), ("yes and no", "! again_yes_no"), ("", "! again_yes_no"),
     ("ja, aber erst morgen", "! again_yes_no")],
)  # fmt: skip
def test_yes_and_no_in_words(text: str, value: Value) -> None:
    """Only a plain yes or no counts."""
    assert judge_answer(build_ask("yes_no"), text) == value


@pytest.mark.parametrize(
    ("text", "zone", "value"),
    [
        ("0170 1234567", "Europe/Berlin", "+491701234567"),
        ("call 040 66969123 please", "Europe/Berlin", "+494066969123"),
        ("+44 7400 123456", "Europe/Berlin", "+447400123456"),
        ("(212) 736-5000", "America/New_York", "+12127365000"),
        ("(212) 736-5000", "UTC", "+12127365000"),
        ("123", "Europe/Berlin", "! again_phone"),
        ("0170 1234567 or 0171 1234567", "Europe/Berlin", "! again_phone"),
    ],
)
def test_a_phone_number_is_kept_as_e164(text: str, zone: str, value: str) -> None:
    """The person's country completes it; without one, the language's."""
    assert judge_answer(build_ask("phone"), text, zone=ZoneInfo(zone)) == value


def test_the_number_of_the_profile_counts() -> None:
    """The platform fills the payload of its own quick reply."""
    assert judge_answer(build_ask("phone"), UserInput(payload="+491701234567")) == "+491701234567"


@pytest.mark.parametrize(
    ("text", "payload", "value"),
    [
        ("it's mia@example.com!", "", "mia@example.com"),
        ("my address", "mia@example.com", "mia@example.com"),
        ("mia at example", "", "! again_email"),
    ],
)
def test_an_address_is_typed_or_tapped(text: str, payload: str, value: str) -> None:
    """The one in the text, or the profile's."""
    assert judge_answer(build_ask("email"), UserInput(text=text, payload=payload)) == value


@pytest.mark.parametrize(("text", "value"), [
    ("AB-1234", "AB-1234"), ("  AB-1234 ", "AB-1234"), ("ab-1234", "! again_pattern"), ("", "! again_text"),
    ("AB-1234 please", "! again_pattern"),
])  # fmt: skip
def test_a_text_has_its_pattern(text: str, value: str) -> None:
    """The whole text must match the pattern."""
    assert judge_answer(build_ask("text", pattern="[A-Z]{2}-[0-9]{4}"), text) == value


def test_a_pattern_that_would_explode_takes_no_time() -> None:
    """RE2 does not backtrack, so the classic trap is rejected at once."""
    assert judge_answer(build_ask("text", pattern="(a+)+b"), "a" * 900 + "!") == "! again_pattern"


def test_a_file_is_kept_by_where_it_lies() -> None:
    """The first attachment of a kind that fits counts."""
    sent = UserInput(attachments=("sticker", "image"), urls=("https://a.example/s", "https://a.example/i"))

    assert judge_answer(build_ask("file"), sent) == "https://a.example/i"
    assert judge_answer(build_ask("file", files=["video"]), sent) == "! again_file"
    assert (
        judge_answer(build_ask("file"), UserInput(text="here it is", attachments=("image",), urls=("",)))
        == "! again_file"
    )


@pytest.mark.parametrize(
    ("written", "key", "message"),
    [
        (build_ask("number", **{"from": "8", "to": "4"}), "to", "From 8 to 4 there is no number."),
        (build_ask("number", **{"from": "few"}), "from", "“few” is not a number."),
        (build_ask("date", **{"from": "soon"}), "from", "“soon” is not a day."),
        (build_ask("date", **{"from": "in 3 days", "to": "today"}), "to", "From in 3 days to today there is no day."),
        (build_ask("date", **{"from": "14:00"}), "from", "A date has no time of day, so “14:00” bounds nothing."),
        (build_ask("time", to="today"), "to", "A time has no day, so “today” bounds nothing."),
        (build_ask("time", to="25:00"), "to", "25:00 is not a time of day."),
        (build_ask("rating", to="100"), "to", "A rating goes to 2 at least and to 10 at most."),
        (build_ask("rating", **{"from": "3"}), "from", "A rating begins at 1 or at 0."),
        (build_ask("text", pattern="(?=a)b"), "pattern", "The pattern cannot be read: invalid perl operator: (?=."),
        (build_ask("text", pattern="((a{99}){99}){99}"), "pattern", "whatever RE2 says of the repetition"),
        (build_ask("email", pattern="a"), "pattern", "“pattern” means nothing where email is asked for."),
        (build_ask("text", **{"from": "3"}), "from", "“from” means nothing where text is asked for."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_a_remedy(written: Ask, key: str, message: str) -> None:
    """Ranges and patterns are checked when a flow is compiled."""
    with pytest.raises(AskError) as caught:
        compile_ask(written, shipped_config())

    assert caught.value.key == key
    assert caught.value.hint
    if "repetition" not in message:
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("at 4", "en"), ("4th of may", "en"), ("4 o'clock", "en"), ("1e3", "en"), ("two couples", "en"),
        ("a couple of dozens", "en"), ("am 4.", "de"), ("4. Mai", "de"), ("keine Ahnung", "de"), ("null Bock", "de"),
        ("one question", "en"), ("eine Frage", "de"),
        ("I have 2 questions", "en"), ("ich hab 2 Fragen", "de"),
    ],
)  # fmt: skip
def test_a_number_of_something_else_is_no_answer(text: str, language: str) -> None:
    """Hours, days, powers and vague amounts count nothing."""
    assert not find_numbers(text, language)
