"""A no to what is asked (“no thanks”, “I changed my mind”): taken wherever the question can be declined.

The order: a choice that itself is a no, ``skip``, the way out ``declines``, and ``else`` where the only thing that is
asked for is not given.  A question with none of them stays open.
"""

from flows.compiled.catalog import DECLINES, Step
from flows.compiled.step import SKIP
from flows.conversation.state import ConversationTurn
from flows.conversation.walk import leave_step
from flows.handlers.taps import decline_topic, take_choice
from flows.understanding.declines import is_decline, refuses_to_give

LEFT_BY_ELSE = ("email", "phone", "number", "date", "time", "moment", "file", "rating")
"""Kinds whose ``else`` is taken for a no: without an answer they cannot go on, whatever the reason is.

Of a choice or a code it means something else, such as “the code has expired”.
"""
SKIP_WORDS = frozenset({"skip", "skip it", "skip this", "pass", "next", "überspringen", "auslassen", "weiter"})
"""Words that leave a question out, whatever the label of its ``skip`` is."""
KEPT_AS_ANSWER = ("text", "question", "several")
"""Kinds that may be answered by a no, so it declines only where the flow names a way for it."""


def decline_question(turn: ConversationTurn, step: Step, typed: str, *, mid: str) -> bool:
    """Take a no as declining the open question; False if it is none, or nothing here can be declined."""
    if step.can_skip and typed in SKIP_WORDS:
        take_choice(turn, step, SKIP)
        return True
    if not is_decline(typed) and not refuses_to_give(typed, step.kind):
        return False
    if step.kind == "consent":
        decline_topic(turn, step, how="typed", mid=mid)
        return True
    number = _find_no(step)
    if number is not None:
        take_choice(turn, step, number)
        return True
    if DECLINES not in step.own_ways_out and step.kind not in LEFT_BY_ELSE:
        return False
    turn.add_reason("The person declined to answer.")
    leave_step(turn, step, DECLINES)
    return True


def can_decline(step: Step) -> bool:
    """Return True if a no to this question has a way of its own, so that it is no answer."""
    return step.can_skip or DECLINES in step.own_ways_out


def _find_no(step: Step) -> int | None:
    """Return the number of the choice that is a no, else of ``skip``; None if the step has neither."""
    no_choices = {number for label, number in step.labels.items() if number != SKIP and is_decline(label)}
    if len(no_choices) == 1:
        return no_choices.pop()
    return SKIP if step.can_skip else None
