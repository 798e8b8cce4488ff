"""A flow that begins by a word in the middle of another, and the way back when it has ended.

The open question is kept in the record (:attr:`domain.record.Subscriber.interrupted`), so that it survives a restart.
When the flow in between has ended, the person is asked whether to go on, by one tap or a typed yes or no.  One question
is kept, the latest.  It is dropped by a no, by “stop” and “start over”, by a handover, when another flow begins instead
of an answer, when its step is gone or needs no answer any more, and after :data:`LONGEST_KEPT`.
"""

from datetime import timedelta

from domain.effects import Button
from domain.record import Conversation, Subscriber
from flows.compiled.catalog import NEXT, Flow, Step, command_payload
from flows.conversation.proof import has_confirmed, is_settled
from flows.conversation.state import PASSING_KINDS, ConversationTurn
from flows.conversation.walk import follow_trigger
from flows.language.matching import normalize_text
from flows.understanding.agreement import read_yes_no
from flows.understanding.declines import is_decline

GO_ON, LEAVE = "go_on", "leave"
"""Commands of the two quick replies."""
LONGEST_KEPT = timedelta(days=7)
"""After this time nobody remembers the question, so it is not offered any more."""


def offer_return(turn: ConversationTurn, before: Subscriber) -> None:
    """Ask whether to go on with what was interrupted, once the flow in between has ended.

    ``before`` is the record before this turn.
    """
    kept = turn.record.interrupted
    is_over = turn.flow is None and not turn.is_step_gone and not turn.record.paused
    # Who was in no conversation before has been asked already, unless the flow in between began and ended in one turn.
    if kept is None or not is_over or (before.conversation is None and before.interrupted == kept):
        return
    place = _find_place(turn, kept)
    if place is None or turn.context.now - kept.entered_at > LONGEST_KEPT:
        turn.change_record(interrupted=None)
        return
    replies = turn.catalog.language_packs[turn.language].replies
    # What was interrupted is the flow that the person began, not a part that it calls.
    begun = turn.catalog.flows.get(kept.stack[0].flow) if kept.stack else None
    name = _name_flow(turn, begun or place[0])
    turn.add_reason(f"{kept.flow} was interrupted, so the person is asked whether to go on with it.")
    turn.speech.say_reply("go_on" if name else "go_on_unnamed", topic=name)
    turn.speech.own_quick_replies = (
        Button(label=replies["label_go_on"].source, payload=command_payload(GO_ON)),
        Button(label=replies["label_leave"].source, payload=command_payload(LEAVE)),
    )


def answer_offer(turn: ConversationTurn, typed: str) -> bool:
    """Take a typed yes or no as the answer to the offer to go on; False if none was made, or this answers it not."""
    if turn.record.interrupted is None or turn.step is not None:
        return False
    replies = turn.catalog.language_packs[turn.language].replies
    verdict = read_yes_no(typed)
    if verdict or typed == normalize_text(replies["label_go_on"].source):
        go_on_interrupted(turn, "typed", turn.mid)
    elif verdict is False or is_decline(typed) or typed == normalize_text(replies["label_leave"].source):
        leave_interrupted(turn, "typed", turn.mid)
    else:
        return False
    return True


def go_on_interrupted(turn: ConversationTurn, how: str, mid: str) -> None:
    """Return to the question that was interrupted, and ask it again; say so if it is gone."""
    del how, mid
    kept = turn.record.interrupted
    step = restore_interrupted(turn) if kept else None
    if step is None:
        turn.speech.say_reply("nothing_open")
        turn.speech.default_quick_replies = turn.catalog.language_packs[turn.language].offers
        return
    turn.add_reason("The person goes on with what was interrupted.")
    if step.kind in ("confirm", "prove") and is_settled(turn, step):
        follow_trigger(turn, NEXT)
        return
    turn.start_waiting(step)
    if any(saying.cards for saying in turn.texts.messages) or step.kind == "consent":
        turn.speech.say_step()
        if step.kind == "consent":
            turn.speech.show_wording(step)
    else:
        turn.speech.repeat_briefly()


def leave_interrupted(turn: ConversationTurn, how: str, mid: str) -> None:
    """Forget what was interrupted, as the person wants."""
    del how, mid
    turn.change_record(interrupted=None)
    turn.add_reason("The person does not go on with what was interrupted.")
    turn.speech.say_reply("left_there")
    turn.speech.default_quick_replies = turn.catalog.language_packs[turn.language].offers


def restore_interrupted(turn: ConversationTurn) -> Step | None:
    """Stand where the person was interrupted, without asking; None, and nothing is kept, if that place is gone."""
    kept = turn.record.interrupted
    place = _find_place(turn, kept) if kept else None
    turn.change_record(interrupted=None)
    if kept is None or place is None:
        return None
    turn.flow, turn.step = place
    turn.flow_hash, turn.variables, turn.trail = place[0].hash, kept.variables, kept.trail
    turn.stack, turn.answered, turn.is_step_gone = kept.stack, kept.answered, False
    return turn.step


def _find_place(turn: ConversationTurn, kept: Conversation) -> tuple[Flow, Step] | None:
    """Return flow and step of what was interrupted; None if it is gone or needs no answer any more."""
    flow, name = turn.catalog.locate_step(kept.flow, kept.flow_hash, kept.step)
    step = flow.steps.get(name) if flow else None
    if flow is None or step is None or step.kind in PASSING_KINDS:
        return None
    if step.kind == "consent" and has_confirmed(turn, step.topic):
        return None
    return flow, step


def _name_flow(turn: ConversationTurn, flow: Flow) -> str:
    """Return what people call a flow: its line in the menu, else the word that begins it; empty if it has neither."""
    config = turn.context.config
    labels = (config.pick_text(item.label, turn.language) for item in config.menu if item.flow == flow.name)
    return next(labels, flow.start_word[turn.language] if flow.word_languages else "")
