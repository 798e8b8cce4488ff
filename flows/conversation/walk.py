"""Walking from step to step: the machine of the flow says where to go, ``enter_step`` what happens there."""

import functools

from msgspec.structs import replace

from domain.effects import Count
from domain.record import Answered, Conversation
from flows.compiled.catalog import DECLINES, GIVES_UP, NEXT, Flow, Step
from flows.conversation import counters, handover
from flows.conversation.enter_step import enter_step
from flows.conversation.state import ConversationTurn
from flows.conversation.subflows import return_to_caller
from flows.conversation.variable_names import UNHEARD
from flows.language.model import END

MOST_HOPS = 500
"""Steps that one event may lead through; a checked flow never needs it, since it has no circle without a question."""
ANSWERED_UNHEARD = ("email", "confirm", "prove", "wait", "code", "take", "hook", "hand_over")
"""Kinds of steps whose answer is plain without the question, or that ask none."""
PARTING_REPLIES = {GIVES_UP: "gave_up", DECLINES: "declined"}
"""By way out, what is said if it ends the conversation without a word."""
NOT_KEPT = ("wait", "code", "take", "hook", "hand_over")
"""Kinds of steps that ask nothing, so there is nothing to come back to."""
MOST_TRAIL = 20
"""Latest questions that “back” can return to."""
MOST_ANSWERED = 10
"""Latest answers that are remembered with the ids of their messages."""


@functools.lru_cache(maxsize=16_384)
def _count_of(flow: str, step: str, trigger: str, source: str) -> Count:
    """Return the effect that counts this; cached, since few exist and every message needs some."""
    return Count(name=counters.counter_name(flow, step, trigger, source))


def keep_interrupted(turn: ConversationTurn, flow: Flow) -> None:
    """Keep the open question, to go on with it once ``flow`` has ended; of several the latest is kept."""
    before, kept = turn.record.interrupted, open_question(turn)
    # Somebody who comes back to what was interrupted, by its word, does not have to be brought there.
    if before is not None and before.flow == flow.name:
        kept = None
    elif kept is not None and kept.flow == flow.name:
        kept = before
    if before != kept:
        turn.change_record(interrupted=kept)


def open_question(turn: ConversationTurn) -> Conversation | None:
    """Return where the person stands, without its timers; None if no question is open."""
    stood, step = turn.record.conversation, turn.step
    if stood is None or step is None or step.kind in NOT_KEPT or turn.is_unasked:
        return None
    return replace(stood, nudge_at=None, timeout_at=None)


def begin_flow(turn: ConversationTurn, flow: Flow, why: str, *, interrupts: bool = False) -> None:
    """Begin a flow at its first step; ``interrupts`` keeps the open question of another one."""
    if interrupts:
        keep_interrupted(turn, flow)
    elif turn.record.interrupted is not None:
        turn.change_record(interrupted=None)
    turn.flow, turn.flow_hash, turn.step = flow, flow.hash, None
    turn.add_reason(why)
    turn.variables, turn.trail, turn.stack, turn.answered = {}, (), (), ()
    # The record is copied only if something changes.
    record = turn.record
    if record.paused or record.handover or record.invited or not record.first_flow:
        turn.change_record(paused=False, handover=None, invited="", first_flow=record.first_flow or flow.name)
    walk_to(turn, flow.start)


def follow_trigger(turn: ConversationTurn, trigger: str) -> None:
    """Answer the open question: the flow's machine says where that leads."""
    if turn.step is None or turn.flow is None:
        return
    name = turn.step.name
    # An answer after “back” or an edit stands on the trail once, not twice.
    if not turn.trail or turn.trail[-1] != name:
        turn.trail = (*turn.trail, name)[-MOST_TRAIL:]
    if turn.mid:
        turn.answered = (*turn.answered, Answered(step=name, mid=turn.mid))[-MOST_ANSWERED:]
    _count_transition(turn, turn.flow, name, trigger)
    walk_to(turn, turn.flow.next_step(name, trigger))


def leave_step(turn: ConversationTurn, step: Step, meaning: str) -> None:
    """Take the way out that has this meaning (:data:`flows.compiled.step.WAYS_OUT`)."""
    turn.parting_reply = PARTING_REPLIES[meaning]
    follow_trigger(turn, step.way_out(meaning))


def _count_transition(turn: ConversationTurn, flow: Flow, step: str, trigger: str = "") -> None:
    """Count an answer; without a trigger, the entering of a step."""
    if not turn.source:
        turn.source = counters.entry_source(turn.record, turn.catalog.links, turn.catalog.ref_names)
    turn.effects.append(_count_of(flow.name, step, trigger, turn.source))


def walk_to(turn: ConversationTurn, name: str) -> None:
    """Enter a step, and go on until one waits for an answer or the conversation ends."""
    # Bounded as a last resort: the checks refuse circles without a question.
    for _ in range(MOST_HOPS):
        if name == END:
            # The end of a called flow is not the end of the conversation: its caller goes on.
            name = return_to_caller(turn)
            if not name:
                break
            continue
        step = turn.flow.steps.get(name) if turn.flow else None
        if step is None or turn.flow is None:
            break
        turn.step, turn.is_step_gone = step, False
        _count_transition(turn, turn.flow, name)
        name = enter_step(turn, step)
        if not name:
            return
    else:
        turn.add_reason(f"The conversation went through {MOST_HOPS} steps without an answer, so it was ended.")
    # While the flow is still known: the sentence may name the word that begins it again.
    if turn.parting_reply and not turn.speech.pieces:
        turn.speech.say_reply(turn.parting_reply)
    end_conversation(turn)


def go_on(turn: ConversationTurn) -> None:
    """Go on as if the open question were answered well, without an answer."""
    if turn.step and turn.flow:
        walk_to(turn, turn.flow.next_step(turn.step.name, NEXT))


def ask_moved_question(turn: ConversationTurn) -> bool:
    """Enter the step that ``migrate`` moved the person to, if it is of another kind; False if it is not."""
    step = turn.step
    if step is None or step is not turn.unasked_step:
        return False
    turn.add_reason("The flow was changed meanwhile, so the question of its new step is asked.")
    walk_to(turn, step.name)
    return True


def ask_unheard_question(turn: ConversationTurn) -> bool:
    """Ask the open question if it could not be sent when the step was entered; False if it was sent."""
    step = turn.step
    if step is None or turn.variables.get(UNHEARD) != step.name or step.kind in ANSWERED_UNHEARD:
        return False
    turn.add_reason("The question could not be sent before, so it is asked now.")
    turn.start_waiting(step)
    turn.speech.say_step()
    if step.kind == "consent":
        turn.speech.show_wording(step)
    elif not turn.speech.pieces:
        turn.speech.repeat_question()
    return True


def resume_conversation(turn: ConversationTurn, why: str) -> None:
    """Have the bot take over from the team: it goes on where it was to, or asks the open question once more."""
    turn.add_reason(why)
    ended = handover.end_handover(turn)
    if ended is None or not ended.step:
        _ask_again(turn)
        return
    # The version that was handed over may be replaced by now, like that of any open conversation.
    flow, name = turn.catalog.locate_step(ended.flow, ended.flow_hash, ended.step)
    if flow is not None:
        turn.flow, turn.flow_hash = flow, flow.hash
    walk_to(turn, name)


def _ask_again(turn: ConversationTurn) -> None:
    """Ask the open question once more; its timers begin anew."""
    if turn.step is None or ask_moved_question(turn):
        return
    if turn.step.kind in ("code", "take", "hook"):
        # It may have been given while the bot was silent: entering again finds it.  A hook is asked once more.
        walk_to(turn, turn.step.name)
        return
    turn.start_waiting(turn.step)
    if turn.step.kind != "wait":
        turn.speech.repeat_question()


def end_conversation(turn: ConversationTurn) -> None:
    """End the conversation."""
    if turn.flow:
        turn.add_reason("The conversation has ended.")
    turn.flow = turn.step = turn.nudge_at = turn.timeout_at = None
    turn.stack = ()
    turn.is_step_gone = False
