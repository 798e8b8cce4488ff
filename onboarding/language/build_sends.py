"""Builds what a step sends: one mail, a split by shares, a choice by conditions, or a relay.  Pure."""

from collections.abc import Callable
from dataclasses import replace

from domain.workspace_config import WorkspaceConfig
from language.conditions.parse import Condition
from onboarding.language.build_acts import ELSE, compile_says, is_choice, read_share
from onboarding.language.catalog import Send
from onboarding.language.check_acts import WHOLE_PERCENT
from onboarding.language.model import SequenceModel, StepModel
from onboarding.language.parts.send_hours import SendHours
from onboarding.language.parts.winners import build_winner


def build_send(
    step: StepModel,
    at: SendHours | None,
    config: WorkspaceConfig,
    model: SequenceModel,
    read_case: Callable[[str, str], Condition | None],
) -> Send:
    """Return what a step sends; ``read_case`` reads the condition of a mail, and reports what is wrong with it."""
    shape = Send(anyway=step.anyway, topic=step.topic or "", at=at, split=())
    if step.relay:
        says = compile_says(step.relay.say, config)
        return replace(shape, says=says, split=((step.relay.mail, WHOLE_PERCENT),))
    if isinstance(step.send, dict) and is_choice(step.send):
        read = ((name, text, None if text == ELSE else read_case(name, text)) for name, text in step.send.items())
        return replace(shape, cases=tuple((name, case) for name, text, case in read if case or text == ELSE))
    parts = {step.send: f"{WHOLE_PERCENT}%"} if isinstance(step.send, str) else step.send or {}
    split = tuple((name, read_share(part)) for name, part in parts.items())
    return replace(shape, split=split, winner=build_winner(step.winner, model.goal))
