"""Texts with variables: in the person's language and zone, bounded, and never failing."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.decision import Context
from domain.deeds import make_deed
from domain.record import Profile, Value
from domain.workspace_config import FieldDeclaration, WorkspaceConfig
from flows.conversation.variables import row_scope, text_variables
from language.text_template import MOST_CHARACTERS, TextError, TextTemplate, compile_text
from tests.support.flow_person import KEYS, START, FlowPerson, shipped_catalog, shipped_config

FIELDS: dict[str, Value] = {
    "born": "1990-12-24", "tea_time": "16:00", "tasting_at": "2026-12-24T19:00:00+01:00", "grams": 1234.5,
    "cups_a_day": 3, "nickname": "Mi", "milk": True, "sugar": False,
}  # fmt: skip


def typed_config() -> WorkspaceConfig:
    """Return the shipped workspace config with a field of each type."""
    kinds = {"born": "date", "tea_time": "time", "tasting_at": "moment", "grams": "number", "cups_a_day": "number"}
    kinds |= {"milk": "yes_no", "sugar": "yes_no"}
    fields = {name: FieldDeclaration.model_validate({"type": kinds.get(name, "text")}) for name in FIELDS}
    return shipped_config().model_copy(update={"fields": {**shipped_config().fields, **fields}})


def render_source(source: str, language: str = "en", zone: str = "Europe/Berlin", **fields: Value) -> str:
    """Return a text as a person with these fields reads it."""
    text = compile_text(source)
    record = replace(
        FlowPerson().record,
        fields={**FIELDS, **fields},
        profile=Profile(first_name="Mia", timezone=zone),
        behaviour={"cup.noted": make_deed(count=3, first=START, last=START)},
    )
    values = text_variables(
        text,
        shipped_catalog().language_packs[language],
        record,
        address="",
        start_word="tea",
        language=language,
        context=Context(now=START, entropy=b"", keys=KEYS, config=typed_config()),
    )
    return text.render(values)


@pytest.mark.parametrize(("source", "english", "german"), [
    ("{{ born }}", "24 December 1990", "24. Dezember 1990"),
    ("At {{ tea_time }}", "At 16:00", "At 16:00"),
    ("{{ tasting_at }}", "Thursday, 24 December, 19:00", "Donnerstag, 24. Dezember, 19:00"),
    ("{{ tasting_at | day }}", "24 December 2026", "24. Dezember 2026"),
    ("{{ tasting_at | weekday }}", "Thursday", "Donnerstag"),
    ("{{ tasting_at | time }}", "19:00", "19:00"),
    ("{{ grams }}", "1,234.5", "1.234,5"),
    ("{{ grams | money('EUR') }}", "€1,234.50", "1.234,50\N{NO-BREAK SPACE}€"),
    ("{{ cups_a_day | plural('one cup', '# cups') }}", "3 cups", "3 cups"),
    ("{{ cups | plural('one cup', '# cups') }}", "3 cups", "3 cups"),
    ("Milk: {{ milk }}, sugar: {{ sugar }}", "Milk: yes, sugar: no", "Milk: ja, sugar: nein"),
    ("{% if sugar %}Sweet {% endif %}{% if milk %}white{% endif %}", "white", "white"),
    ("{% if cups_a_day > 2 %}Many{% endif %}", "Many", "Many"),
    ("{% if tasting_at %}{{ tasting_at | date_time }}{% endif %}", "Thursday, 24 December, 19:00",
     "Donnerstag, 24. Dezember, 19:00"),
])  # fmt: skip
def test_values_are_said_in_the_persons_language(source: str, english: str, german: str) -> None:
    """A field as it is declared, or in the form a filter asks for."""
    assert (render_source(source), render_source(source, "de")) == (english, german)


def test_moments_are_said_by_the_clock_they_were_said_by() -> None:
    """Seven in Hamburg stays seven for a person in Tokyo, who is told whose seven it is."""
    assert render_source("{{ tasting_at }}", zone="Asia/Tokyo") == "Thursday, 24 December, 19:00 (Berlin time)"
    assert render_source("{{ tasting_at | time }}", "de", zone="Asia/Tokyo") == "19:00 (Ortszeit Berlin)"
    assert render_source("{{ tasting_at | day }}", zone="Asia/Tokyo") == "24 December 2026"
    assert render_source("{{ tasting_at }}", zone="Africa/Lagos") == "Thursday, 24 December, 19:00"
    london = {"tasting_at": "2026-12-24T19:00:00+00:00"}
    assert render_source("{{ tasting_at }}", zone="Asia/Tokyo", **london) == "Thursday, 24 December, 19:00 (GMT+00:00)"


def test_a_moment_of_no_place_is_said_in_the_persons_zone() -> None:
    """“Z” says when, and not by whose clock (RFC 9557)."""
    at = {"tasting_at": "2026-12-24T18:00:00Z"}
    assert render_source("{{ tasting_at }}", zone="Asia/Tokyo", **at) == "Friday, 25 December, 03:00"


@pytest.mark.parametrize(
    ("source", "heard"),
    [
        ("{{ nickname | day }}", "Mi"),
        ("{{ nickname | money }}", "Mi"),
        ("{{ nickname | plural('a', 'b') }}", "Mi"),
        ("{{ grams | money('toolong') }}", "1234.5"),
        ("{{ grams | day }}", "1234.5"),
        ("So {{ gone | day }} it is", "So"),
        ("{{ gone | default('nothing') }}", "nothing"),
        ("?tea={{ nickname | urlencode }}", "?tea=Mi"),
    ],
)
def test_what_does_not_fit_is_said_as_it_is(source: str, heard: str) -> None:
    """A filter on the wrong value gives the value; a variable that is missing ends the text before it."""
    assert render_source(source) == heard


@given(
    st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none()),
    st.sampled_from(
        [
            "{{ born }}",
            "{{ tasting_at | date_time }}",
            "{{ grams }}",
            "{{ grams | money('EUR') }}",
            "{{ grams | number }}",
            "{{ tea_time | time }}",
            "{{ grams | plural('one', '# more') }}",
            "{{ born | weekday }}",
        ]
    ),
)
def test_no_value_makes_a_text_fail(value: Value, source: str) -> None:
    """Whatever a field holds, the rendered text is bounded."""
    name = compile_text(source).variables
    assert len(render_source(source, **dict.fromkeys(name, value))) <= MOST_CHARACTERS


@pytest.mark.parametrize(
    "source",
    [
        "{{ born.year }}",
        "{{ 9 ** 9 }}",
        "{% for x in y %}{% endfor %}",
        "{{ born | nonsense }}",
        "{{ range(9) }}",
        "{{ ''.__class__ }}",
        "{{ [1] * 9 }}",
        "{{ born | day('x') }}",
        "{{ grams | plural }}",
        "{{ grams | money('a', 'b') }}",
        "{% set x = 1 %}",
        "{{ open",
    ],
)
def test_what_a_text_cannot_do(source: str) -> None:
    """No attribute, no arithmetic, no loop, no call, no unknown filter."""
    with pytest.raises(TextError):
        compile_text(source)


def test_a_text_of_variables_alone_needs_no_template() -> None:
    """Joining the pieces gives the same text as Jinja."""
    quick = compile_text("{{ a }}, {{ b }}!")
    assert quick.pieces == (("", "a"), (", ", ""), ("", "b"), ("!", ""))
    assert quick.render({"a": 1, "b": "two"}) == compile_text("{{ a }}, {% if a %}{{ b }}{% endif %}!").render(
        {"a": 1, "b": "two"}
    )
    assert TextTemplate("plain").render({}) == "plain"


def test_conditions_on_rows_see_the_values_as_they_are_kept() -> None:
    """Not as they are said: a number stays a number, a day an ISO day."""
    record = replace(FlowPerson().record, fields=FIELDS)
    known = row_scope(record, START, typed_config(), {"code": "T1"})
    assert known.values == {**FIELDS, "code": "T1"}
    assert (known.now, known.zone) == (START, ZoneInfo("Europe/Berlin"))
