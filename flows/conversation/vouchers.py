"""Codes of a pool: drawn by the shell, each given once, and to the same person the same one again."""

from domain.effects import DrawCode
from domain.events import CodeDrawn
from flows.compiled.catalog import ELSE, NEXT
from flows.compiled.step import Step
from flows.conversation.state import CODE, Talk


def draw(talk: Talk, step: Step) -> bool:
    """Ask for a code of the step's pool; True if the person has one already."""
    known = talk.record.codes.get(step.pool)
    if known:
        talk.variables = {**talk.variables, CODE: known}
        talk.because(f"The person has a code of {step.pool} already, and gets the same again.")
        return True
    talk.want(DrawCode(id=talk.id("draw"), pool=step.pool))
    talk.because(f"A code of {step.pool} is drawn.")
    return False


def drawn(talk: Talk, event: CodeDrawn) -> str:
    """Keep a code that was drawn; return the trigger by which the waiting step goes on, or nothing if none waits."""
    if event.code:
        talk.change(codes={**talk.record.codes, event.pool: event.code})
    if talk.step is None or talk.unasked or talk.step.kind != "code" or talk.step.pool != event.pool:
        return ""
    if not event.code:
        talk.because(f"The pool {event.pool} has no code left.")
        return ELSE
    talk.variables = {**talk.variables, CODE: event.code}
    return NEXT
