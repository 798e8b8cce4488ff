"""JSON Schemas for editors: what is right validates, every short form included, and slips are marked."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from language.yaml_reader import read_yaml
from service.cli import json_schema
from service.cli.main import cli
from service.workspace.edition import shipped_files

SCHEMAS = json_schema.build_schemas()


def wrong(name: str, text: str) -> list[str]:
    """Return where a text does not fit a schema, as paths."""
    found = Draft202012Validator(SCHEMAS[name]).iter_errors(read_yaml(text, "f.yaml").value)
    return ["/".join(map(str, one.absolute_path)) for one in found]


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_a_schema_is_one(name: str) -> None:
    """Each is valid JSON Schema of the dialect it names, and says what it is about."""
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$schema"] == json_schema.DIALECT
    assert SCHEMAS[name]["description"]


def test_every_shipped_file_fits_its_schema() -> None:
    """What check takes, the editor takes."""
    files = {name: text for name, text in shipped_files().items() if json_schema.schema_of(name)}
    assert len(files) >= 4
    assert {name: bad for name, text in files.items() if (bad := wrong(json_schema.schema_of(name), text))} == {}


RICH = """\
flow: rich
start: {words: tea, links: [spring, summer]}
steps:
  hello:
    say:
      - Hello
      - pause: 2 seconds
      - image: https://example.com/a.png
      - cards: {from: teas, title: "{{ name }}", buttons: {This one: number}}
    buttons: {Our shop: https://example.com}
    choices:
      A: number
      B: {say: Well, words: bee, score: {points: 2}}
    tag: reader
    nudge: {after: 20 minutes, say: Still there?}
  number:
    ask: {for: number, from: 1, to: 12}
    save: cups
    nudge:
      - {after: 20 minutes, say: Still there?}
      - {after: 2 hours, say: Bye?}
    timeout: {after: 3 hours, go: told}
  parted:
    split: {told: 50%, asked: 50}
  asked:
    ask: email
  told:
    say: 5
    relay: {mail: reminder, topic: friday_leaf, at: 1 day before tasting_at}
  mailed:
    mail: welcome
    channel: both
"""
GERMAN = """\
flow: rich
language: de
words: tee
steps:
  hello: {say: [Hallo, cards: {title: "{{ name }}"}], choices: {A: Eins, B: {label: Zwei, say: Nun}}}
  told: Fünf
  asked: [Eins, Zwei]
"""


@pytest.mark.parametrize(("name", "text"), [("flow.json", RICH), ("flow-translation.json", GERMAN)])
def test_short_forms_fit(name: str, text: str) -> None:
    """One word for a map, one item for a list, a number for a text: as the models read them."""
    assert wrong(name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("flow.json", "flow: x\nsteps: {a: {sya: Hi}}", "steps/a"),
        ("flow.json", "flow: x\nsteps: {A b: {say: Hi}}", "steps"),
        ("flow.json", "flow: x\nsteps: {a: {ask: emial}}", "steps/a/ask"),
        ("flow.json", "flow: x\nsteps: {a: {say: {txet: Hi}}}", "steps/a/say"),
        ("flow.json", "flow: x\nsteps: {a: {say: {text: Hi, image: x}}}", "steps/a/say"),
        ("flow.json", "flow: x\nsteps: {a: {tries: 99}}", "steps/a/tries"),
        ("flow.json", "flow: x\nsteps: {}", "steps"),
        ("flow.json", "steps: {a: {say: Hi}}", ""),
        ("flow-translation.json", "flow: x\nlanguage: de\nsteps: {a: {agian: Hi}}", "steps/a"),
        ("sequence.json", "sequence: x\ntopic: t\nstart: confirmed\nsteps: {a: {sned: welcome}}", "steps/a"),
        ("table.json", "- {name: Assam}", "0"),
        ("table.json", "- {id: assam, Name: Assam}", "0"),
        ("table-translation.json", "assam: [x]", "assam"),
        ("doorstep.json", "brnad: x", ""),
    ],
)
def test_slips_are_marked(name: str, text: str, place: str) -> None:
    """An editor underlines what check would refuse."""
    assert place in wrong(name, text)


def test_every_key_of_a_flow_is_described() -> None:
    """An editor has something to say of nearly every key of a step."""
    steps = SCHEMAS["flow.json"]["$defs"]["StepText"]["properties"]
    assert [name for name, one in steps.items() if not one.get("description")] in (["again"], [])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("doorstep.yaml", "doorstep.json"), ("flows/a.yaml", "flow.json"), ("flows/a.de.yaml", "flow-translation.json"),
        ("sequences/a.yaml", "sequence.json"), ("tables/a.de.yaml", "table-translation.json"), ("tables/a.csv", ""),
        ("emails/a.mjml", ""), ("other.yaml", ""),
    ],
)  # fmt: skip
def test_a_file_has_one_schema(path: str, name: str) -> None:
    """Each kind of file has its own, and what is no YAML of ours has none."""
    assert json_schema.schema_of(path) == name


def test_the_command_writes_them_and_says_how_to_use_them(tmp_path: Path) -> None:
    """One file a schema, and the line that an editor needs."""
    result = CliRunner().invoke(cli, ["schema", str(tmp_path)])
    assert result.exit_code == 0
    assert sorted(one.name for one in (tmp_path / "schemas").iterdir()) == sorted(SCHEMAS)
    assert "# yaml-language-server: $schema=../schemas/flow.json" in result.output
