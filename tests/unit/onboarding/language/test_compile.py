from datetime import timedelta

import pytest

from onboarding.language.catalog import Send
from onboarding.language.parts.file_position import FilePosition
from onboarding.language.parts.goals import Goal
from onboarding.language.parts.waits import WaitFor
from tests.support.people import TOPIC
from tests.support.sequence_people import CATALOG, NAME, SHIPPED, compile_clean, compile_texts, sequence_text


def test_the_shipped_sequence_becomes_a_book() -> None:
    """The ways, waits, split, premise and places of the shipped sequence are as written."""
    shipped = CATALOG.sequences[NAME]
    steps = shipped.steps

    assert (shipped.topic, shipped.first) == (TOPIC, "welcome")
    assert shipped.goal == Goal(event="box.ordered", within=timedelta(days=30))
    assert [(step.name, step.line, step.next_step) for step in steps.values()] == [
        ("welcome", 6, "first_cup"),
        ("first_cup", 8, "real_use"),
        ("real_use", 11, "evaluate"),
        ("evaluate", 14, "end"),
        ("come_back", 17, "second_chance"),
        ("second_chance", 19, "real_use"),
    ]
    assert steps["first_cup"].action == WaitFor(event="cup.noted", times=1, at_most=timedelta(days=3), text="3 days")
    assert steps["evaluate"].action == Send(split=(("evaluate_order", 50), ("evaluate_invite", 50)))
    assert shipped.ways_to == {
        "welcome": (), "first_cup": (("welcome", False),),
        "real_use": (("first_cup", False), ("second_chance", False)),
        "evaluate": (("real_use", False),), "come_back": (("first_cup", True),),
        "second_chance": (("come_back", False),),
    }  # fmt: skip
    assert CATALOG.templates == (
        ("welcome", FilePosition(file="sequences/0.yaml", line=7, column=11)),
        ("evaluate_order", FilePosition(file="sequences/0.yaml", line=15, column=12)),
        ("evaluate_invite", FilePosition(file="sequences/0.yaml", line=15, column=33)),
        ("come_back", FilePosition(file="sequences/0.yaml", line=18, column=11)),
    )


def test_comments_do_not_change_the_hash_but_words_do() -> None:
    """A sequence is the same for the same meaning."""
    commented = compile_clean(SHIPPED + "\n# a remark\n").sequences[NAME]
    changed = compile_clean(SHIPPED.replace("3 days", "4 days")).sequences[NAME]

    assert commented.hash == CATALOG.sequences[NAME].hash != changed.hash


ENDING = "  bye: {send: bye, go: end}\n"


@pytest.mark.parametrize(
    ("steps", "place", "code", "hint"),
    [
        ("  a: {wait: {for: cup.notd, at_most: 1 day}}\n", (6, 19), "unknown-event", "Did you mean “cup.noted”?"),
        ("  a: {wait: {for: cup.noted}}\n", (6, 7), "missing", ""),
        ("  a: {wait: 3 dais}\n", (6, 13), "unclear-time", "Did you mean “days”?"),
        (
            "  a: {wait: Fryday 9am}\n", (6, 13), "unclear-time",
            ("Write a number and a unit, such as “20 minutes” or “3 days”. "
            "Or a time, such as “Friday 09:00 their time”."),
        ),
        ("  a: {wait: {for: cup.noted, at_most: 1 day\n", (6, 13), "open-brace", "Add } at the end."),
        ("  a: {wait: 9:00}\n", (6, 13), "unclear-time", "Write “9:00 their time”."),
        ("  a: {wait: 1 day, go: enf}\n", (6, 24), "unknown-step", "Did you mean “end”?"),
        ("  a: {if: tag is redaer, else: end}\n", (6, 11), "unknown-tag", "Did you mean “reader”?"),
        ("  a: {if: cup.noted}\n", (6, 3), "missing-else", "Say where to go if it does not hold."),
        ("  a: {send: a, else: end}\n", (6, 16), "needless-else", "Take it out."),
        ("  a: {send: {a: 50%, b: 40%}}\n", (6, 13), "split-not-100", "Together they must be 100%."),
        ("  a: {go: end}\n", (6, 3), "no-action", "Give it something to do, such as “send”, “wait” or “if”."),
        ("  a: {send: a, wait: 1 day}\n", (6, 3), "two-actions", "Make each a step of its own; they run downward."),
        ("  a: {snd: a}\n", (6, 7), "unknown-key", "Did you mean “send”?"),
        ("  end: {send: a}\n", (6, 3), "step-named-end", "Name it otherwise."),
        (
            "  a: {send: a}\n  b: {if: never cup.noted, else: end, go: a}\n",
            (6, 3), "loop-without-wait", "Put “wait: 1 day” into the loop.",
        ),
        ("  a: {wait: 1 day}\n  b: {wait: 1 day, go: a}\n", (6, 3), "never-ends", "Lead one of its ways to “end”."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_place_and_remedy(steps: str, place: tuple[int, int], code: str, hint: str) -> None:
    """Each mistake in a step names its line, column and what to do, and keeps the sequence out of the catalog."""
    catalog, findings = compile_texts(sequence_text(steps))

    first = findings[0]
    assert ((first.line, first.column), first.code, first.hint, first.severity) == (place, code, hint, "error")
    assert catalog.sequences == {}


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        (SHIPPED.replace("topic: friday_leaf", "topic: friday_leav"), "unknown-topic", "Did you mean “friday_leaf”?"),
        (SHIPPED.replace("topic: friday_leaf", ""), "missing", ""),
        (SHIPPED.replace("start: confirmed", ""), "missing", ""),
        (SHIPPED.replace("box.ordered", "box.orderd"), "unknown-event", "Did you mean “box.ordered”?"),
        (SHIPPED.replace("30 days", "30 dayz"), "unclear-time", "Did you mean “days”?"),
    ],
)
def test_a_mistake_in_the_head_is_told(text: str, code: str, hint: str) -> None:
    """Topic and start must be there, topic and goal known."""
    catalog, findings = compile_texts(text)

    assert [(one.code, one.hint) for one in findings] == [(code, hint)]
    assert catalog.sequences == {}


def test_what_is_no_yaml_is_told() -> None:
    """A file that cannot be read has a finding and gives no sequence."""
    catalog, findings = compile_texts("sequence: [")

    assert [one.severity for one in findings] == ["error"]
    assert catalog.sequences == {}


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("  a: {send: a, go: end}\n  b: {send: b}\n", "unreachable"),
        ("  a: {send: a}\n  b: {wait: 1 day}\n  c: {if: cup.noted, else: a}\n", "sent-once"),
        ("  a: {send: {a: 100%, b: 0%}}\n", "no-share"),
    ],
)
def test_a_doubtful_way_is_a_warning(steps: str, code: str) -> None:
    """What works but is hardly meant is a warning, and the sequence runs."""
    catalog, findings = compile_texts(sequence_text(steps))

    assert [(one.code, one.severity) for one in findings] == [(code, "warning")]
    assert list(catalog.sequences) == ["s"]


def test_two_files_cannot_hold_the_same_sequence() -> None:
    """The second file of a name is refused."""
    catalog, findings = compile_texts(SHIPPED, SHIPPED)

    assert [(one.file, one.line, one.code) for one in findings] == [("sequences/1.yaml", 1, "duplicate-sequence")]
    assert list(catalog.sequences) == [NAME]


def test_two_sequences_with_the_same_start_are_told() -> None:
    """Both run, and a warning says that people get both."""
    other = SHIPPED.replace("sequence: ", "sequence: other_", 1)
    catalog, findings = compile_texts(SHIPPED, other)
    assert len(catalog.sequences) == 2
    assert [(one.file, one.line, one.code, one.severity) for one in findings] == [
        ("sequences/1.yaml", 2, "same-start", "warning")
    ]
