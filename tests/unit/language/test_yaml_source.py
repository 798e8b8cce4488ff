"""YAML as people write it: what it is read to, and how each mistake is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from language.yaml_reader import read_yaml, validate_model
from language.yaml_source import Position, YamlValue


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("Yes", "Yes"), ("9:00", "9:00"), ("1.10", "1.10"), ("007", "007"),
        ("1e3", "1e3"), ("1_000", "1_000"), ("0x10", "0x10"), (".5", ".5"), ("~", "~"), ("-0", "-0"), ("True", "True"),
        ("2026-11-22", "2026-11-22"), ("'5'", "5"), ("1234567890123456789012", "1234567890123456789012"),
        ("true", True), ("false", False), ("null", None), ("", None), ("5", 5), ("-3", -3), ("1.5", 1.5),
        ("50%", "50%"),
        ("[a, 1]", ["a", 1]), ("{on: 1, 5: x}", {"on": 1, "5": "x"}), ("a  # said aside", "a"), ("a # b", "a"),
    ],
)  # fmt: skip
def test_text_stays_text(text: str, value: YamlValue) -> None:
    """Only true, false, null and numbers in their plain spelling are more than text."""
    source = read_yaml(f"a: {text}", "f.yaml")
    assert (source.value, source.findings) == ({"a": value}, ())


@pytest.mark.parametrize(
    ("text", "place", "code", "hint"),
    [
        ("say: We are #1 in tea", (1, 6), "cut-text", 'quotes: "We are #1 in tea"'),
        ("say: Hello you # there", (1, 6), "cut-text", 'quotes: "Hello you # there"'),
        ("a:\n  - Buy 2 #now\n    today", (2, 5), "cut-text", '"Buy 2 #now"'),
        ("say: Mind: it is hot", (1, 10), "colon-in-text", 'say: "Mind: it is hot"'),
        ("say: @home", (1, 6), "special-start", 'say: "@home"'),
        ('say: "Hi" she said', (1, 1), "quote", 'say: "\\"Hi\\" she said"'),
        ("say: 'don't'", (1, 1), "quote", 'say: "don\'t"'),
        ("say: {{ hi }}!", (1, 7), "key-not-text", 'say: "{{ hi }}!"'),
        ("a:\n\tb: 1", (2, 1), "tab", "spaces"),
        ("a: 1\nb: 2\na: 3", (3, 1), "duplicate-key", "Keep one"),
        ("a: &x 1\nb: *x", (1, 4), "reference", "quotes"),
        ("a: !!python/none 1", (1, 4), "reference", "quotes"),
        ("a: [1, 2", (1, 4), "open-bracket", "Add ] at the end."),
        ("a: {b: 1, c: 3 days\nd: 2", (1, 4), "open-brace", "Add } at the end."),
        ("a: {b: {c: 1} d: 2}", (1, 15), "open-brace", ""),
        ('a: "x', (1, 4), "open-quote", 'Put " at the end of the line.'),
        ('a:\n  - "x\n  - y\nb: z\nc: "d"', (2, 5), "open-quote", 'Put " at the end of the line.'),
        ('a: {b: 1, say: "x}\nc: {d: "e"}', (1, 16), "open-quote", 'Put " before the last }.'),
        ('a: "goes\n  on"\nb: "x\nc: "d"', (3, 4), "open-quote", 'Put " at the end of the line.'),
        ("a: 1\nelse:bye\nb: 2", (2, 5), "no-space", "else: bye"),
        ("else:bye\nb: 2", (1, 5), "no-space", "else: bye"),
        ("a: 1\nbye\nb: 2", (2, 1), "no-colon", ""),
        ("a: 1\n---\nb: 2", (2, 1), "second-document", "---"),
        ("a:\n  b: 1\n c: 2", (3, 2), "syntax", "indentation"),
        ("a: \x00", (0, 0), "control-character", "UTF-8"),
        ("a: \ud800", (0, 0), "control-character", "UTF-8"),
        ("[" * 100_000, (1, 34), "too-deep", ""),
        ("a: x\n" * 250_000, (0, 0), "too-large", ""),
    ],
)  # fmt: skip
def test_a_mistake_names_its_place_and_its_remedy(text: str, place: tuple[int, int], code: str, hint: str) -> None:
    """Line, column, a stable code, and the line as it should be."""
    found = next(one for one in read_yaml(text, "f.yaml").findings if one.code == code)
    assert hint in found.hint
    assert place == (found.line, found.column)


def test_marks_are_those_of_values_and_keys() -> None:
    """Every path has the place of its value and of its key; an unknown path has its nearest ancestor's."""
    source = read_yaml("a:\n  - b: x\n    c: y\n", "f.yaml")
    assert source.position_of(("a", 0, "c")) == Position(3, 8)
    assert source.position_of(("a", 0, "c"), key=True) == Position(3, 5)
    assert source.position_of(("a", 0, "d", "e")) == Position(2, 5)


def test_aliases_cannot_unfold() -> None:
    """A billion laughs end at the first anchor."""
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    source = read_yaml(bomb, "f.yaml")
    assert (source.value, [one.code for one in source.findings]) == (None, ["reference"])


@given(st.one_of(st.text(), st.text(alphabet="ab: -#\n\t[]{}\"'&*!|>,?%@`\r\u2028")))
def test_reading_never_raises(text: str) -> None:
    """Any text is a value or a finding."""
    source = read_yaml(text, "f.yaml")
    assert all(one.file == "f.yaml" for one in source.findings)


WRONG = "f.yaml:1:8: error [wrong-kind]"


class Inner(BaseModel):
    """A model inside."""

    model_config = ConfigDict(extra="forbid")
    amount: int = 1


class Outer(BaseModel):
    """A model of a file."""

    model_config = ConfigDict(extra="forbid")
    title: str
    inner: dict[str, Inner] = {}
    many: list[Inner] = []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "title: x\ninner: {a: {amuont: 2}}",
            ["f.yaml:2:13: error [unknown-key] “amuont” is not known here. Did you mean “amount”?"],
        ),
        ("title: x\nmany:\n  - amount: two", ["f.yaml:3:13: error [wrong-kind] Expected a whole number, found “two”."]),
        ("titel: x", ["f.yaml:1:1: error [unknown-key] “titel” is not known here. Did you mean “title”?"]),
        (
            "title: {Mind: hot}",
            [f'{WRONG} A text is expected, and its colon makes it a map. Put it in quotes: "Mind: hot"'],
        ),
        ("title: true", [f'{WRONG} Expected a text, found “true”. Put it in quotes: "true"']),
        ("[1]", ["f.yaml:1:1: error [wrong-kind] Expected a map (name: value), found a list."]),
        ("", ["f.yaml: error [wrong-kind] Expected a map (name: value), found nothing."]),
    ],
)  # fmt: skip
def test_a_model_that_does_not_fit_is_told_with_places(text: str, told: list[str]) -> None:
    """Each error of a model is a finding with file, line, column and the nearest known word."""
    model, findings = validate_model(read_yaml(text, "f.yaml"), Outer)
    assert (model, [str(one) for one in findings]) == (None, told)


def test_a_file_that_could_not_be_read_is_told_once() -> None:
    """A syntax error is no second error of the model."""
    assert validate_model(read_yaml("a: [", "f.yaml"), Outer) == (None, [])
