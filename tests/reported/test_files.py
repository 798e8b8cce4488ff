"""Reported files: what is right now, and what is led to the right word."""

import pytest

from flows.load import compile_flows
from tests.support.flow_person import person_for_steps, roomy_config


def check_steps(steps: str) -> list[str]:
    """Return what is said of a flow of these steps, followed by a last one."""
    text = f"flow: f\nstart: {{words: [go now]}}\nsteps:\n{steps}  last: {{say: Bye.}}\n"
    _, found = compile_flows({"flows/f.yaml": text}, roomy_config())
    return [f"{finding.severity} {finding.message} {finding.hint}" for finding in found
            if finding.code != "no-translation"]  # fmt: skip


def test_a_note_to_the_team_is_as_long_as_a_mail() -> None:
    """It is a mail, so the 2,000 characters of a chat message are no bound."""
    assert check_steps(f"  a: {{say: Hi, notify: {{team: support, say: {'word ' * 600}}}}}\n") == []


def test_a_sum_in_brackets_is_said() -> None:
    """``{{ (rate * people) }}`` was not possible."""
    steps = "  a: {say: How many?, ask: number, save: seats, else: last}\n  b: {say: '{{ (seats * 2) }} cups'}\n"
    assert check_steps(steps) == []


def test_a_field_in_braces_is_summed() -> None:
    """``"{{ n }} + 20"`` is the sum that was meant."""
    asked = "  a: {say: How many?, ask: number, save: seats, else: end}\n"
    person = person_for_steps(f"{asked}  b: {{set: {{seats: '{{{{ seats }}}} + 20'}}, say: '{{{{ seats }}}}'}}\n")
    person.type_text("go now")
    assert person.type_text("4")[0] == "24"


@pytest.mark.parametrize(
    ("line", "ours"), [("multiple: true", "ask: many"), ("options: {Red: last}", "choices"), ("message: Hi", "say")]
)
def test_keys_of_other_programs_are_led_to_ours(line: str, ours: str) -> None:
    """By the word that stands here for it."""
    said = check_steps(f"  a: {{say: Which?, choices: {{Blue: last}}, {line}, else: end}}\n")
    assert any(ours in text for text in said), said


def test_a_scale_may_begin_at_naught() -> None:
    """0 to 10, with words at its ends."""
    ask = "ask: {for: rating, from: 0, to: 10}, low: Never, high: Always, save: seats, else: last"
    assert check_steps(f"  a: {{say: Would you recommend us?, {ask}}}\n") == []
