"""A no to what is asked (“no thanks”, “I changed my mind”): taken wherever the question can be declined.

The order: a choice that itself is a no, ``skip``, the way out ``declines``, and ``else`` where the only thing that is
asked for is not given.  A question with none of them stays open.

Where a code is waited for, “no” may mean that no mail has come.  Only a flow that writes ``declines`` there takes it at
once; elsewhere the person is asked by two buttons, and a second no ends it.
"""

from domain.consent import decisions
from domain.effects import Button
from flows.compiled.catalog import DECLINES, Step, command_payload
from flows.compiled.step import SKIP
from flows.conversation.proof import asked_topic
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import DECLINED_CODE
from flows.conversation.walk import end_conversation, leave_step
from flows.handlers.taps import decline_topic, take_choice
from flows.understanding.declines import is_decline, refuses_to_give

LEFT_BY_ELSE = ("email", "phone", "number", "date", "time", "moment", "file", "rating")
"""Kinds whose ``else`` is taken for a no: without an answer they cannot go on, whatever the reason is.

Of a choice or a code it means something else, such as “the code has expired”.
"""
SKIP_WORDS = frozenset({"skip", "skip it", "skip this", "pass", "next", "überspringen", "auslassen", "weiter"})
"""Words that leave a question out, whatever the label of its ``skip`` is."""
LEAVE_CODE = "leave_code"
"""Command of the button by which somebody stops waiting for a code."""
MOST_KEPT_REPLIES = 11
"""Quick replies of the step that stand between the two of an offer; Messenger shows 13."""
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
    if step.kind in ("confirm", "prove"):
        _decline_code(turn, step, mid=mid)
        return True
    if DECLINES not in step.own_ways_out and step.kind not in LEFT_BY_ELSE:
        return False
    turn.add_reason("The person declined to answer.")
    leave_step(turn, step, DECLINES)
    return True


def _decline_code(turn: ConversationTurn, step: Step, *, mid: str) -> None:
    if DECLINES in step.own_ways_out or turn.variables.get(DECLINED_CODE) == step.name:
        leave_code(turn, "typed", mid)
        return
    turn.variables = {**turn.variables, DECLINED_CODE: step.name}
    turn.add_reason("The person seems not to want the code, so leaving it was offered.")
    pack = turn.catalog.language_packs[turn.language]
    leave = Button(label=pack.replies["label_leave_code"].source, payload=command_payload(LEAVE_CODE))
    turn.speech.say_reply("code_declined")
    turn.speech.own_quick_replies = (leave, *turn.texts.quick_replies[:MOST_KEPT_REPLIES], pack.offers[-1])


def leave_code(turn: ConversationTurn, how: str, mid: str) -> None:
    """Stop waiting for the code: what was agreed to at this step is withdrawn, since it never began."""
    step = turn.step
    if step is None or step.kind not in ("confirm", "prove"):
        turn.speech.say_reply("left_there")
        turn.speech.repeat_question()
        return
    turn.add_reason("The person does not want to type the code.")
    topic = asked_topic(turn, step)
    consent = turn.record.consents.get(topic)
    if consent is not None and consent.status == "agreed":
        turn.add_outcome(decisions.withdraw_consent(turn.record, topic, turn.context, how=how, mid=mid))
    if DECLINES in step.own_ways_out:
        leave_step(turn, step, DECLINES)
        return
    turn.speech.say_reply("declined")
    end_conversation(turn)


def can_decline(step: Step) -> bool:
    """Return True if a no to this question has a way of its own, so that it is no answer."""
    return step.can_skip or DECLINES in step.own_ways_out


def _find_no(step: Step) -> int | None:
    """Return the number of the choice that is a no, else of ``skip``; None if the step has neither."""
    no_choices = {number for label, number in step.labels.items() if number != SKIP and is_decline(label)}
    if len(no_choices) == 1:
        return no_choices.pop()
    return SKIP if step.can_skip else None
