"""Subflows: one flow calls another, and the conversation returns when the called flow has ended.

The caller knows afterwards what the called flow asked for (the address, say), and what it came to (``result``): its
``declines`` and ``gives_up`` lead on from there.  “Back” does not lead from one into the
other, and an edited message is judged only by the flow that asked.
"""

from domain.record import Frame
from flows.compiled.catalog import DECLINES, GIVES_UP, NEXT
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
    turn.stack = (*turn.stack, Frame(flow=turn.flow.name, flow_hash=turn.flow_hash, step=step.name))
    turn.flow, turn.flow_hash, turn.step, turn.trail = called, called.hash, None, ()
    turn.answered = ()
    return called.start


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
            turn.answered = ()
            # A step that is no call any more was not entered yet, so the conversation goes on at the step itself.
            return flow.next_step(name, _take_result(turn, step)) if step and step.kind == "call" else name
        turn.add_reason(f"The flow {frame.flow} cannot go on: its step {frame.step} is gone.")
    return ""


def _take_result(turn: ConversationTurn, step: Step) -> str:
    """Return the trigger by which a call goes on: that of the result, if the caller tells it apart."""
    trigger = TRIGGER_BY_RESULT.get(str(turn.variables.get(RESULT, "")), NEXT)
    turn.forget_variable(RESULT)
    return trigger if trigger in step.own_ways_out else NEXT
