"""Where a person stands, for whoever looks on: the playground and the console."""

from dataclasses import dataclass

from domain.record import Subscriber
from flows.compiled.catalog import FlowBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The present place in a conversation."""

    flow: str
    step: str
    file: str
    """Workspace-relative path of the flow; empty if the flow is gone."""
    line: int
    """Line of the step in it, 1-based; 0 if the step is gone."""
    tries: int
    """Answers to the open question that did not fit."""


def standing(book: FlowBook, record: Subscriber) -> Standing | None:
    """Return where this person stands; None in no conversation."""
    talk = record.conversation
    if talk is None:
        return None
    flow, name = book.place(talk.flow, talk.flow_hash, talk.step)
    step = flow.steps.get(name) if flow else None
    return Standing(
        flow=talk.flow, step=name, file=flow.file if flow else "", line=step.line if step else 0, tries=talk.tries
    )
