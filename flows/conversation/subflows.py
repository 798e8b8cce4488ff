"""One flow calls another, and the conversation returns when that has ended.

What the called flow asks for (the address, say) is known to the caller afterwards.  “Back” does not lead from one into
the other, and an edited message is judged only by the flow that asked.
"""

from domain.record import Frame
from flows.compiled.catalog import NEXT
from flows.compiled.step import Step
from flows.conversation.state import Talk
from flows.language.model import END

DEEPEST = 5
"""Flows that may call one another in a row."""


def call(talk: Talk, step: Step) -> str:
    """Go into the flow that a step calls; return its first step, or nothing if it cannot be called."""
    called = talk.book.flows.get(step.call)
    if called is None or talk.flow is None or len(talk.stack) >= DEEPEST:
        talk.because(f"The flow {step.call} could not be called.")
        return ""
    talk.because(f"The flow {step.call} is called.")
    talk.stack = (*talk.stack, Frame(flow=talk.flow.name, flow_hash=talk.flow_hash, step=step.name))
    talk.flow, talk.flow_hash, talk.step, talk.trail = called, called.hash, None, ()
    talk.answered = ()
    return called.start


def returning(talk: Talk) -> str:
    """Return to the flow that called this one; return the step it goes on with, or nothing if none called."""
    while talk.stack:
        frame = talk.stack[-1]
        talk.stack = talk.stack[:-1]
        flow, name = talk.book.place(frame.flow, frame.flow_hash, frame.step)
        step = flow.steps.get(name) if flow else None
        if flow and (step or name == END):
            talk.because(f"The called flow has ended; {frame.flow} goes on.")
            talk.flow, talk.flow_hash, talk.step, talk.trail = flow, flow.hash, step, ()
            talk.answered = ()
            return flow.leads(name, NEXT) if step and step.kind == "call" else name
        talk.because(f"The flow {frame.flow} cannot go on: its step {frame.step} is gone.")
    return ""
