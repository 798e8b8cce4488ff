"""Reads ``--arm`` of ``doorstep simulate``, and tells which parts of splits people get."""

import typer

from language.findings import suggest_name
from onboarding.language.catalog import MailSequence, Send
from onboarding.tuning.simulated_people import Arms, list_arms, list_splits

ALL_ARMS = "all"


def choose_arms(sequence: MailSequence, arm: str) -> list[Arms]:
    """Return the parts of splits to walk through; raises :class:`typer.BadParameter` for one that is not there."""
    if arm == ALL_ARMS:
        return list(list_arms(sequence, {}))
    splits, wanted = list_splits(sequence), {}
    for part in filter(None, arm.split(",")):
        step, _, template = part.strip().partition("=")
        if step not in splits:
            message = f"“{step}” is no step that divides people. {suggest_name(step, splits)}"
            raise typer.BadParameter(message, param_hint="--arm")
        if template not in splits[step]:
            message = f"“{template}” is no part of {step}. {suggest_name(template, splits[step])}"
            raise typer.BadParameter(message, param_hint="--arm")
        wanted[step] = template
    return [wanted]


def describe_arms(arms: Arms) -> str:
    """Return the parts that somebody gets, as ``--arm`` takes them."""
    return ", ".join(f"{step}={template}" for step, template in arms.items()) or "everybody"


def list_other_arms(sequence: MailSequence, arms: Arms) -> str:
    """Return which other parts people get; empty if the sequence divides nobody."""
    splits = list_splits(sequence)
    return "; ".join(
        f"{step}: {', '.join(templates)}{_describe_winner(sequence, step)}"
        for step, templates in splits.items()
        if step not in arms
    )


def _describe_winner(sequence: MailSequence, step: str) -> str:
    action = sequence.steps[step].action if step in sequence.steps else None
    winner = action.winner if isinstance(action, Send) else None
    return f" (until one of them wins by {winner.event or 'the goal'})" if winner else ""
