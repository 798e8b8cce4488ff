"""Days, times, numbers and plurals as a language writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language import cldr

MOMENT = "2026-12-24T19:00:00+01:00"
HAMBURG = "Europe/Berlin"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "24 December 2026 · Thursday · 19:00 · Thursday, 24 December, 19:00"),
        ("de", "24. Dezember 2026 · Donnerstag · 19:00 · Donnerstag, 24. Dezember, 19:00"),
        ("fr", "24 décembre 2026 · jeudi · 19:00 · jeudi, 24 décembre, 19:00"),
        ("ja", "2026年12月24日 · 木曜日 · 19:00 · 木曜日, 12月24日, 19:00"),
        ("xx", "24 December 2026 · Thursday · 19:00 · Thursday, 24 December, 19:00"),
    ],
)
def test_a_moment(language: str, said: str) -> None:
    """Day, day of the week, time, and all together; a language nobody knows is said in English."""
    forms = (cldr.format_day, cldr.format_weekday, cldr.format_time_of_day, cldr.format_moment)
    assert " · ".join(form(MOMENT, language, HAMBURG) for form in forms) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2026-12-24", "24 December 2026"),
        ("19:00", "19:00"),
        ("2026-12-24T19:00", "Thursday, 24 December, 19:00"),
        ("2026-12-24T23:30:00Z", "Friday, 25 December, 00:30"),
        ("2026-12-24T23:30:00+00:00", "Thursday, 24 December, 23:30 (GMT+00:00)"),
        ("tomorrow", "tomorrow"),
        ("", ""),
        (None, "None"),
        ("2026-13-45", "2026-13-45"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_what_is_kept_of_a_moment(value: object, said: str) -> None:
    """A day without a time, a time without a day, one without a zone, another zone's; what is none stays as it is."""
    assert cldr.format_moment(value, "en", HAMBURG) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "jeden kubek"),
        (2, "2 kubki"),
        (5, "5 kubków"),
        (22, "22 kubki"),
        ("1.5", "1,5 kubka"),
        ("many", "many"),
    ],
)
def test_a_language_with_four_forms(count: object, said: str) -> None:
    """Polish counts one, few, many, and parts."""
    assert cldr.choose_plural(count, "pl", ("jeden kubek", "# kubki", "# kubków", "# kubka")) == said


@pytest.mark.parametrize(
    ("language", "forms", "said"),
    [
        ("en", ("one cup",), "one cup"),
        ("ja", ("#杯", "never"), "3杯"),
        ("de", (), "3"),
    ],
)
def test_too_few_or_too_many_forms(language: str, forms: tuple[str, ...], said: str) -> None:
    """The last one given counts; a language without plurals takes the first."""
    assert cldr.choose_plural(3, language, forms) == said


def test_amounts() -> None:
    """With the signs of the language; a currency that is none leaves the number alone."""
    assert cldr.format_money("1234.5", "de", "eur") == "1.234,50\N{NO-BREAK SPACE}€"
    assert (cldr.format_money(5, "en", "USD"), cldr.format_money(5, "en", "euros")) == ("US$5.00", "5")
    assert (cldr.format_yes_no(value=True, language="de-AT"), cldr.format_yes_no(value=False, language="xx")) == (
        "ja",
        "no",
    )


@given(
    st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none()),
    st.sampled_from(["en", "de", "pl", "ar", "", "x", "en-US", "zh-Hant-TW"]),
    st.sampled_from([HAMBURG, "", "nowhere", "../x"]),
)
def test_nothing_here_fails(value: object, language: str, zone: str) -> None:
    """Whatever the value, the language and the zone."""
    for form in (cldr.format_day, cldr.format_weekday, cldr.format_time_of_day, cldr.format_moment):
        assert isinstance(form(value, language, zone), str)
    assert isinstance(cldr.format_number(value, language), str)
    assert isinstance(cldr.format_money(value, language, "EUR"), str)
    assert isinstance(cldr.choose_plural(value, language, ("one", "#")), str)
