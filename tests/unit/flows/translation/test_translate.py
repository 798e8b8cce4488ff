"""Texts for translators and back: nothing is lost, and what is stale stays known as stale."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from flows.checks.translations import mark_of
from flows.language.model import FlowText
from flows.language.read_files import read_flow_files
from flows.language.translation_model import TranslationText
from flows.translation.translate import (
    OUTDATED,
    NoLinesError,
    TranslationLine,
    build_translation,
    from_csv,
    list_lines,
    to_csv,
)
from tests.support.flow_person import LIBRARY

FLOW = """\
flow: finder
start: {words: [tea, find]}
steps:
  mood:
    say:
      - How are you?
      - image: https://a.example/en.jpg
      - cards: {from: teas, title: "{{ name }}", buttons: {Take: x}}
    buttons: {Shop: "https://a.example"}
    skip: Never mind
    nudge: [{after: 5 minutes, say: Still there?}, {after: 1 hour, say: Bye then}]
    choices:
      Sleepy: {go: x, words: [tired]}
      Awake: {say: "Good."}
  x:
    say: Fine.
    mail: {template: t, calendar: {title: Tasting, starts: at}}
    notify: {team: kitchen, say: Somebody wants tea}
"""
GERMAN = """\
# yaml-language-server: $schema=x
# Ours
flow: finder
language: de
words: [tee]
steps:
  mood:
    say:
      - Wie geht's?
      - image: https://a.example/de.jpg
      - cards: {title: "Tee {{ name }}", buttons: {Take: Nimm}}
      - Noch was
    buttons: {Shop: Laden}
    nudge: [Noch da?]
    choices:
      Sleepy: {label: Müde, words: [schläfrig, matt]}
      Awake: {label: Wach, say: Gut.}
  x: Gut so.
"""


def original_and_translation(german: str = GERMAN) -> tuple[FlowText, TranslationText]:
    """Return the flow and its translation."""
    flows, findings = read_flow_files({"flows/finder.yaml": FLOW, "flows/finder.de.yaml": german})
    assert findings == []
    return flows["finder"].text, flows["finder"].translations["de"][0]


def line_states(text: FlowText, translation: TranslationText | None) -> Mapping[str, list[str]]:
    """Return the parts of each state."""
    found: dict[str, list[str]] = {}
    for one in list_lines(text, translation):
        found.setdefault(one.state, []).append(f"{one.step}/{one.part}")
    return found


def test_every_text_is_a_line() -> None:
    """Messages, cards, buttons, labels, words, reminders, appointments and notes; what is not translated is new."""
    text, german = original_and_translation()
    assert line_states(text, german) == {
        "ok": [
            "/words", "mood/say 1", "mood/cards 1 title", "mood/cards 1 button Take", "mood/button Shop",
            "mood/nudge 1", "mood/choice Sleepy", "mood/choice Sleepy words", "mood/choice Awake",
            "mood/choice Awake say 1", "mood/say 2", "x/say 1",
        ],
        "new": ["mood/skip", "mood/nudge 2", "x/notify", "x/calendar"],
    }  # fmt: skip
    assert {one.state for one in list_lines(text, None)} == {"new"}


def test_the_texts_of_an_appointment_go_out_and_in() -> None:
    """A title alone stays a text; with a place or a description it is a map."""
    text = read_flow_files({"flows/finder.yaml": FLOW.replace(
        "starts: at}", "starts: at, where: Quay 1, description: Bring a cup}"
    )})[0]["finder"].text  # fmt: skip
    names = ["calendar", "calendar where", "calendar description"]
    assert [one.part for one in list_lines(text, None) if one.part.startswith("calendar")] == names
    lines = [replace(one, translation=f"Deutsch {one.part}") for one in list_lines(text, None) if one.part in names]

    whole, _ = build_translation(text, "de", lines, None, "")
    title, _ = build_translation(text, "de", lines[:1], None, "")

    assert "title: Deutsch calendar\n" in whole
    assert "description: Deutsch calendar description\n" in whole
    assert "calendar: Deutsch calendar\n" in title
    assert read_flow_files({"flows/finder.yaml": FLOW, "flows/finder.de.yaml": whole})[1] == []


def test_out_and_in_again_changes_nothing() -> None:
    """By CSV, with commas or semicolons: the same texts, the pictures and the comment at the top kept."""
    text, german = original_and_translation()
    out = to_csv(list_lines(text, german))
    file, strange = build_translation(text, "de", from_csv(out), german, GERMAN)
    assert strange == []
    assert file.startswith("# yaml-language-server: $schema=x\n# Ours\nflow: finder\nlanguage: de\n")
    again = original_and_translation(file)[1]
    assert again.model_copy(update={"originals": {}}).steps["x"] == german.steps["x"]
    assert again.steps["mood"].say == german.steps["mood"].say
    assert again.steps["mood"].choices == german.steps["mood"].choices
    assert again.words == german.words


@pytest.mark.parametrize("name", ["newsletter"])
def test_the_shipped_translation_comes_back_as_it_was(name: str) -> None:
    """Every text and mark of it."""
    flows, _ = read_flow_files(LIBRARY)
    german = flows[name].translations["de"][0]
    file, _ = build_translation(flows[name].text, "de", list_lines(flows[name].text, german), german)
    again, findings = read_flow_files({**LIBRARY, f"flows/{name}.de.yaml": file})
    assert (findings, again[name].translations["de"][0]) == ([], german)


def test_a_first_translation() -> None:
    """Lines filled in make a file; what is empty is left out; marks say what it was made from."""
    text, _ = original_and_translation()
    filled = [
        replace(one, translation="Gut so.") for one in list_lines(text, None) if (one.step, one.part) == ("x", "say 1")
    ]
    file, _ = build_translation(text, "de", filled)
    assert file == f"flow: finder\nlanguage: de\nsteps:\n  x: Gut so.\noriginals:\n  x: {mark_of(text.steps['x'])}\n"


def test_what_changed_meanwhile_stays_stale() -> None:
    """A line made from an older original, or stale and untouched, does not renew its step's mark."""
    text, german = original_and_translation(GERMAN + "originals: {x: older, mood: older}\n")
    assert "x/say 1" in line_states(text, german)["stale"]
    untouched = original_and_translation(build_translation(text, "de", list_lines(text, german), german)[0])[1]
    assert untouched.originals == {"mood": "older", "x": "older"}
    read = [replace(one, state="ok") for one in list_lines(text, german)]
    assert original_and_translation(build_translation(text, "de", read, german)[0])[1].originals["x"] == mark_of(
        text.steps["x"]
    )
    elder = [replace(one, original="Fine, once.") if one.step == "x" else one for one in read]
    assert original_and_translation(build_translation(text, "de", elder, german)[0])[1].originals["x"] == "older"
    assert (
        original_and_translation(build_translation(text, "de", elder, original_and_translation()[1])[0])[1].originals[
            "x"
        ]
        == OUTDATED
    )


def test_lines_that_fit_nowhere_are_told() -> None:
    """Another flow's, or a part that is not there any more."""
    text, german = original_and_translation()
    strange = [
        TranslationLine(flow="other", step="x", part="say 1", original="Fine.", translation="Gut."),
        TranslationLine(flow="finder", step="gone", part="say 1", original="Fine.", translation="Gut."),
    ]
    file, told = build_translation(text, "de", strange, german)
    assert told == strange
    assert original_and_translation(file)[1].steps == german.steps


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", 'flow,step,part,translation\n"' + "x" * 200_000])
def test_a_table_that_holds_no_lines(text: str) -> None:
    """The message names the columns, or what stands in the way of reading."""
    with pytest.raises(NoLinesError, match="The table"):
        from_csv(text)
