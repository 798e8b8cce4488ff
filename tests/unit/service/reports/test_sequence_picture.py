"""Pictures of sequences: each step, each way with its words, and who is there, was mailed, skipped or left, and why."""

import msgspec
import pytest

from domain.workspace_config import EventDeclaration
from onboarding.language.catalog import MailSequence
from onboarding.language.compile import compile_sequences
from onboarding.language.ways import next_steps
from service.reports.diagrams.layout import lay_out_picture
from service.reports.diagrams.mermaid import render_mermaid
from service.reports.diagrams.picture import START, Picture
from service.reports.diagrams.sequence_picture import build_sequence_picture
from service.reports.diagrams.svg import render_svg
from service.reports.sequences.summarize import SequenceReport, StepRow
from service.workspace.edition import compile_edition
from tests.support.paths import ROOT
from tests.support.people import SHIPPED_CONFIG
from tests.support.sequence_people import CATALOG, NAME

PROGRAMMES = {
    path.relative_to(ROOT / "tests/good/programmes").as_posix(): path.read_text("utf-8")
    for path in sorted((ROOT / "tests/good/programmes").rglob("*"))
    if path.suffix in (".yaml", ".mjml")
}
EDITION = compile_edition(PROGRAMMES)[0]
assert EDITION
SEQUENCES = EDITION.rules.sequences.sequences
CONFIG = SHIPPED_CONFIG.model_copy(
    update={"events": {**SHIPPED_CONFIG.events, "order.placed": EventDeclaration(label={"en": "ordered"})}}
)


def compiled(steps: str) -> MailSequence:
    """Return a sequence with these steps."""
    text = f"sequence: s\ntopic: friday_leaf\nstart: order.placed\nif: tag is reader\nsteps:\n{steps}"
    return compile_sequences({"sequences/s.yaml": text}, CONFIG)[0].sequences["s"]


def lines_of(picture: Picture, box: str) -> tuple[str, ...]:
    """Return the lines of a box."""
    return next(each.lines for each in picture.boxes if each.name == box)


def labels_of(picture: Picture) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the labels of each arrow."""
    return {(arrow.source, arrow.target): arrow.labels for arrow in picture.arrows}


@pytest.mark.parametrize("name", SEQUENCES)
def test_every_way_of_a_programme_is_an_arrow(name: str) -> None:
    """Neither one more nor one less, whatever the step does; and it can be written as text."""
    sequence = SEQUENCES[name]
    picture = build_sequence_picture(sequence)
    ways = {(step.name, target) for step in sequence.steps.values() for target in next_steps(step)}

    assert set(labels_of(picture)) == {(START, sequence.first), *ways}
    assert all(line for box in picture.boxes for line in box.lines)
    assert render_mermaid(picture).count("-->") == sum(not arrow.out for arrow in picture.arrows)


def test_steps_say_what_they_do_and_ways_when_they_are_taken() -> None:
    """Waits with what they wait for, conditions, splits, answers of a scale."""
    picture = build_sequence_picture(
        compiled(
            "  w: {wait: {when: tag is reader, at_most: 5 days}, else: ask}\n"
            "  d: {split: {ask: 30%, t: 70%}}\n"
            "  ask:\n    send: welcome\n    choices: {0 to 6: t, 7 to 10: i}\n    at_most: 7 days\n    else: end\n"
            "  t: {tag: reader}\n  i: {if: language is de, else: end}\n"
            "  l: {wait: 2 workdays}\n  m: {send: {welcome: 50%, come_back: 50%}, at: 10:00 their time}\n"
        )
    )

    assert lines_of(picture, START) == ("order.placed", "if tag is reader")
    assert [lines_of(picture, name) for name in ("w", "d", "ask", "t", "i", "l", "m")] == [
        ("waits until tag is reader",), ("splits",), ("asks welcome",), ("tag reader",), ("language is de?",),
        ("waits 2 workdays",), ("mails:", "50% welcome", "50% come_back", "at 10:00 their time"),
    ]  # fmt: skip
    labels = labels_of(picture)
    assert labels["w", "d"] == ("holds",)
    assert labels["w", "ask"] == ("not within 5 days",)
    assert (labels["d", "ask"], labels["d", "t"]) == (("30%",), ("70%",))
    assert (labels["ask", "t"], labels["ask", "i"]) == (("0 to 6",), ("7 to 10",))
    assert labels["ask", "end"] == ("no answer in 7 days",)


def test_what_holds_for_the_whole_sequence_stands_at_its_start_and_end() -> None:
    """Who is held out, drafts, a pass for each order, goal and exits; and of a mail what is more than its name."""
    shown = SEQUENCES["after_order"]
    assert lines_of(build_sequence_picture(shown), START) == ("order.placed", "a pass for each order")
    head = (
        "goal: {when: tag is reader, within: 30 days}\nexit: [cup.noted, language is de]\nholdout: 10%\ndraft: true\n"
    )
    text = (
        f"sequence: s\ntopic: friday_leaf\nstart: confirmed\n{head}steps:\n"
        "  a: {send: {welcome: 50%, come_back: 50%}, winner: cup.noted, anyway: true}\n"
    )
    picture = build_sequence_picture(compile_sequences({"sequences/s.yaml": text}, CONFIG)[0].sequences["s"])
    assert lines_of(picture, START) == (
        "friday_leaf is confirmed", "10% are held out", "its mails wait for approval",
    )  # fmt: skip
    assert lines_of(picture, "a")[-2:] == ("the better one wins: cup.noted", "goes anyway")
    assert lines_of(picture, "end") == (
        "goal: “tag is reader”, within 30 days", "left at: cup.noted", "left at: language is de",
    )  # fmt: skip


def row(step: str, kind: str, **numbers: object) -> StepRow:
    """Return the numbers of a step, nothing where nothing is said."""
    whole = dict.fromkeys(("reached", "here", "mailed", "under_way", "drafts", "stopped", "complained", "skipped"), 0)
    maps: dict[str, dict[str, int]] = {"skipped_because": {}, "waited": {}, "ended": {}}
    return msgspec.convert({"step": step, "kind": kind, **whole, **maps, **numbers}, StepRow)


def test_numbers_say_who_is_here_was_mailed_skipped_or_left_and_why() -> None:
    """The most frequent reasons by name, the rest together; the ways of a wait with how often."""
    report = SequenceReport(
        sequence=NAME, days=90, began=2400, held_out=0, goal=None, comparisons=(),
        status={"running": 371, "goal": 444, "finished": 1492, "left": 93}, left_because={"it was withdrawn": 93},
        steps=(
            row("first_cup", "WaitFor", reached=2400, here=12, waited={"happened": 498, "ran out": 1825},
                ended={"goal": 57, "left": 20}, left_because={"it was withdrawn": 20}),
            row("come_back", "Send", reached=1825, mailed=1811, under_way=3, skipped=11,
                skipped_because={"cup.noted happened meanwhile": 6, "no room": 3, "other": 2}),
        ),
    )  # fmt: skip
    picture = build_sequence_picture(CATALOG.sequences[NAME], report)

    assert lines_of(picture, START)[-1] == "2,400 began"
    assert lines_of(picture, "first_cup") == (
        "waits for cup.noted", "2,400 came", "57 reached the goal", "20 left: it was withdrawn",
    )  # fmt: skip
    assert lines_of(picture, "come_back") == (
        "mails come_back", "1,811 sent, 3 on the way", "6 skipped: cup.noted happened meanwhile",
        "3 skipped: no room", "2 skipped: other reasons",
    )  # fmt: skip
    assert lines_of(picture, "end") == (
        "goal: box.ordered, within 30 days", "1,492 came to the end", "444 reached the goal",
        "93 left: it was withdrawn",
    )  # fmt: skip
    assert {box.name: box.standing for box in picture.boxes if box.standing} == {"first_cup": 12}
    assert labels_of(picture)["first_cup", "come_back"] == ("not within 3 days · 1,825×",)
    assert "<title>The sequence tasting_book</title>" in render_svg(picture, lay_out_picture(picture))
