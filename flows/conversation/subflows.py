"""Subflows: one flow calls another, and the conversation returns when the called flow has ended.

The caller knows afterwards what the called flow asked for (the address, say), and what it came to (``result``): its
``declines`` and ``gives_up`` lead on from there.  While the called flow runs, “back” from its first question, an old
button, and a consent that is taken back by an edit lead out of it to the caller's
question; once it has ended, none leads into it.
"""

from domain.record import Frame
from flows.compiled.catalog import DECLINES, GIVES_UP, NEXT, Flow
from flows.compiled.step import Step
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import RESULT
from flows.language.model import END

TRIGGER_BY_RESULT = {"declined": DECLINES, "gave_up": GIVES_UP}
"""By ``result`` of a called flow, the way out of the step that called it."""
MOST_NESTED = 5
"""Calls within calls; a deeper one is refused."""


def call_flow(turn: ConversationTurn, step: Step) -> str:
    """Enter the flow that a step calls; return its first step, empty if it cannot be called."""
    called = turn.catalog.flows.get(step.called_flow)
    if called is None or turn.flow is None or len(turn.stack) >= MOST_NESTED:
        turn.add_reason(f"The flow {step.called_flow} could not be called.")
        return ""
    turn.add_reason(f"The flow {step.called_flow} is called.")
    turn.stack = (*turn.stack, _frame_of(turn, turn.flow, step))
    turn.flow, turn.flow_hash, turn.step, turn.trail = called, called.hash, None, ()
    turn.answered = ()
    return called.start


def _frame_of(turn: ConversationTurn, flow: Flow, step: Step) -> Frame:
    return Frame(flow=flow.name, flow_hash=turn.flow_hash, step=step.name, trail=turn.trail, answered=turn.answered)


def flow_to_begin_again(turn: ConversationTurn, flow: Flow | None) -> Flow | None:
    """Return the flow with which a conversation begins again: ``flow``, unless only other flows call it.

    Then it is the one that the person began, else that of the get-started button.
    """
    flows, begun = turn.catalog.flows, turn.catalog.ref_names
    outermost = flows.get(turn.stack[0].flow) if turn.stack else turn.flow
    candidates = (flow, outermost, flows.get(turn.get_started_flow))
    return next((one for one in candidates if one is not None and one.name in begun), flow)


def stand_in_call(turn: ConversationTurn, caller: Flow, step: Step) -> Flow | None:
    """Stand in the flow that a step calls, as if it had just been entered; None if there is no such flow."""
    called = turn.catalog.flows.get(step.called_flow)
    if called is not None:
        turn.stack = (Frame(flow=caller.name, flow_hash=caller.hash, step=step.name),)
        turn.flow, turn.flow_hash = called, called.hash
    return called


def find_caller(turn: ConversationTurn, flow: Flow) -> Frame | None:
    """Return the place in a flow to which the present one returns in the end; None if that flow does not wait."""
    return next((one for one in turn.stack if (one.flow, one.flow_hash) == (flow.name, flow.hash)), None)


def leave_to_caller(turn: ConversationTurn, frame: Frame) -> Flow | None:
    """Leave the called flows without a result, and stand in the flow of a caller again; None if it is gone.

    The step is the caller's to choose.
    """
    flow, _ = turn.catalog.locate_step(frame.flow, frame.flow_hash, frame.step)
    if flow is None or frame not in turn.stack:
        return None
    turn.stack = turn.stack[: turn.stack.index(frame)]
    turn.flow, turn.flow_hash, turn.trail, turn.answered = flow, flow.hash, frame.trail, frame.answered
    turn.forget_variable(RESULT)
    return flow


def leave_for_consent(turn: ConversationTurn, topic: str) -> None:
    """Leave the called flow if its caller can ask for the consent to a topic."""
    frame = turn.stack[-1]
    flow, _ = turn.catalog.locate_step(frame.flow, frame.flow_hash, frame.step)
    if flow is not None and flow.first_step("consent", topic):
        leave_to_caller(turn, frame)


def find_callers_consent(turn: ConversationTurn, mid: str) -> Step | None:
    """Return the consent that a message answered in a flow which now waits for a called one; None if it is none."""
    for frame in turn.stack:
        flow, _ = turn.catalog.locate_step(frame.flow, frame.flow_hash, frame.step)
        steps = flow.steps if flow else {}
        answered = (steps.get(one.step) for one in frame.answered if mid and one.mid == mid)
        if found := next((step for step in answered if step and step.kind == "consent"), None):
            return found
    return None


def leave_for_answer(turn: ConversationTurn, step: Step, mid: str) -> Step:
    """Leave the called flow for the step of a caller that a message answered, to stand there again."""
    leave_to_caller(turn, next(frame for frame in turn.stack if any(one.mid == mid for one in frame.answered)))
    turn.step = step
    return step


def return_to_caller(turn: ConversationTurn) -> str:
    """Return to the flow that called this one; return the step it goes on with, empty if no flow called."""
    while turn.stack:
        frame = turn.stack[-1]
        turn.stack = turn.stack[:-1]
        # The caller may have changed while the called flow ran: ``migrate`` may have moved its step, or ended it.
        flow, name = turn.catalog.locate_step(frame.flow, frame.flow_hash, frame.step)
        step = flow.steps.get(name) if flow else None
        if flow and (step or name == END):
            turn.add_reason(f"The called flow has ended; {frame.flow} goes on.")
            turn.flow, turn.flow_hash, turn.step, turn.trail = flow, flow.hash, step, ()
            turn.answered = frame.answered
            # A step that is no call any more was not entered yet, so the conversation goes on at the step itself.
            return flow.next_step(name, _take_result(turn, step)) if step and step.kind == "call" else name
        turn.add_reason(f"The flow {frame.flow} cannot go on: its step {frame.step} is gone.")
    return ""


def _take_result(turn: ConversationTurn, step: Step) -> str:
    """Return the trigger by which a call goes on: that of the result, if the caller tells it apart."""
    trigger = TRIGGER_BY_RESULT.get(str(turn.variables.get(RESULT, "")), NEXT)
    turn.forget_variable(RESULT)
    return trigger if trigger in step.own_ways_out else NEXT
