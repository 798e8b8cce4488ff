"""Builds the acts of a step: marks, events, notices, codes, hooks, splits, and what a relay says in the chat.  Pure.

What cannot be read is left out here and reported by :mod:`onboarding.language.check_acts`, so an act can always be
built.
"""

import re
from collections.abc import Mapping
from datetime import timedelta

from domain.record import Value
from domain.workspace_config import WorkspaceConfig
from language.durations import UnclearTimeError
from language.mail_times.workdays import CountedWait, parse_counted_wait
from language.sums import Sum, UnclearSumError, looks_like_sum, read_sum
from language.text_template import TextError, TextTemplate, compile_text
from onboarding.language.act_models import ActModel
from onboarding.language.acts import (
    Act,
    DrawCode,
    GiveTask,
    LetRest,
    MarkPerson,
    NotifyTeam,
    RecordEvent,
    SplitWays,
    TellHook,
    Withdraw,
)

ELSE = "else"
"""What stands in a choice of mails in place of the last condition."""
_SHARE = re.compile(r"\d{1,3} ?%")
_BRACES = re.compile(r"\{\{\s*(\w+)\s*\}\}")
A_WORKDAY = CountedWait(length=timedelta(0), workdays=1, then=None)
"""Stands for a due date that cannot be read."""
YES_NO_WORDS = {"yes": True, "true": True, "no": False, "false": False}
"""Words of ``set`` for the two values of a yes_no field."""


def is_share(text: str) -> bool:
    """Return True for a part of a split, such as ``50%``."""
    return _SHARE.fullmatch(text) is not None


def read_share(text: str) -> int:
    """Return the number in ``50%`` or ``50 %``; 0 if the text is no share."""
    return int(text.removesuffix("%")) if is_share(text) else 0


def is_choice(send: Mapping[str, str]) -> bool:
    """Return True if a map of mails is a choice by conditions, and no split by shares."""
    return not any(is_share(part) for part in send.values())


def build_act(step: ActModel, config: WorkspaceConfig) -> Act | None:
    """Return what a step does at once; None if it does none of these things."""
    if step.event:
        return RecordEvent(event=step.event)
    if step.notify:
        return NotifyTeam(team=step.notify.team, notice=compile_or_keep(step.notify.say))
    if step.task:
        return GiveTask(
            team=step.task.team, notice=compile_or_keep(step.task.say), due=read_due(step.task.due) or A_WORKDAY
        )
    if step.code:
        return DrawCode(pool=step.code)
    if step.withdraw or step.rest:
        return Withdraw(topic=step.withdraw) if step.withdraw else LetRest(topic=step.rest or "")
    if step.split:
        return SplitWays(parts=tuple((name, read_share(part)) for name, part in step.split.items()))
    if step.hook:
        return TellHook(hook=step.hook, told=tuple(step.fields))
    return _build_marks(step, config) if step.tag or step.untag or step.set or step.score else None


def read_due(text: str) -> CountedWait | None:
    """Return how long the team has for a task; None if that cannot be read."""
    # The checks report what is wrong with it, so an act can always be built.
    try:
        return parse_counted_wait(text)
    except UnclearTimeError:
        return None


def _build_marks(step: ActModel, config: WorkspaceConfig) -> MarkPerson:
    kinds = {name: declared.type for name, declared in config.fields.items()}
    values: dict[str, Value] = {}
    sums: dict[str, Sum] = {}
    for name, value in step.set.items():
        if isinstance(value, str) and kinds.get(name) == "number" and (reckoned := read_set_sum(value)):
            sums[name] = reckoned
        elif isinstance(value, str) and kinds.get(name) == "yes_no":
            values[name] = YES_NO_WORDS.get(value.casefold(), value)
        else:
            values[name] = value
    return MarkPerson(
        tags=tuple(step.tag), removed_tags=frozenset(step.untag), fields=values, sums=sums, points=dict(step.score)
    )


def read_set_sum(value: str) -> Sum | None:
    """Return the sum that ``set`` gives a field of numbers; None if it is none, or cannot be read."""
    bare = _BRACES.sub(r"\1", value)
    if bare == value and not looks_like_sum(bare):
        return None
    try:
        return read_sum(bare)
    except UnclearSumError:
        return None


def compile_says(say: str | Mapping[str, str], config: WorkspaceConfig) -> dict[str, TextTemplate]:
    """Return what a relay says in the chat, by language; one text alone is in the workspace's first."""
    texts = {config.default_language: say} if isinstance(say, str) else say
    return {language: compile_or_keep(text) for language, text in texts.items() if text.strip()}


def compile_or_keep(text: str) -> TextTemplate:
    """Return a compiled text; one that cannot be compiled stands as it is, and is reported by the checks."""
    try:
        return compile_text(text)
    except TextError:
        return TextTemplate(text)
