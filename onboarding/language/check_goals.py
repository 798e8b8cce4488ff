"""Checks goal and exits of a sequence: that they can be reached, and the goal while its runs are kept.  Pure."""

from collections.abc import Iterator
from datetime import timedelta

from language.findings import Finding
from language.yaml_source import YamlSource, path_of_item
from onboarding.language.catalog import MailSequence

LONGEST_GOAL = timedelta(days=400)
"""So long is kept what people did; a goal after that could not be told."""


def check_goal(source: YamlSource, sequence: MailSequence) -> Iterator[Finding]:
    """Yield a finding if the goal can never be reached, or has more time than anything is kept for."""
    goal = sequence.goal
    if goal is None:
        return
    if goal.within > LONGEST_GOAL:
        message = f"A goal counts for at most {LONGEST_GOAL.days} days from the start of a pass."
        yield source.finding_at(("goal", "within"), "out-of-range", message, f"Write {LONGEST_GOAL.days} days or less.")
    if goal.condition is None:
        return
    path = ("goal", "when")
    if sequence.name in goal.condition.sequences:
        message = f"“{goal.condition.text}” asks about this very sequence, so its goal would depend on itself."
        yield source.finding_at(path, "never-comes", message, "Ask what the person did, or a field.")
    elif not goal.condition.can_turn_true:
        message = f"“{goal.condition.text}” holds at the start or never comes to hold, so nobody reaches it."
        hint = "Ask for what should become true, such as “field plan is pro”."
        yield source.finding_at(path, "never-comes", message, hint, severity="warning")


def check_exits(source: YamlSource, sequence: MailSequence) -> Iterator[Finding]:
    """Warn of an exit that asks whether the person is in this very sequence, which everybody is who is asked."""
    for number, way_out in enumerate(sequence.exits):
        text = way_out.condition.text if way_out.condition else ""
        if text in (f"in {sequence.name}", f"not in {sequence.name}"):
            leave = "nobody ever leaves" if text.startswith("not") else "everybody leaves at once"
            message = f"“{text}” asks about this very sequence, so {leave}."
            hint = "Ask what the person did, or a field."
            path = path_of_item(source, "exit", number)
            yield source.finding_at(path, "never-comes", message, hint, severity="warning")
