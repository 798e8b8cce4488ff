"""Where a person stands in a flow, for the playground and the console."""

from dataclasses import dataclass

from domain.record import Subscriber
from flows.compiled.catalog import FlowCatalog


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPosition:
    """The place of a person in their conversation."""

    flow: str
    step: str
    file: str
    """Workspace-relative path of the flow; empty if the flow is gone."""
    line: int
    """Line of the step in it, 1-based; 0 if the step is gone."""
    tries: int
    """Answers to the open question that did not fit."""


def find_position(catalog: FlowCatalog, record: Subscriber) -> ConversationPosition | None:
    """Return where this person stands; None if they are in no conversation."""
    conversation = record.conversation
    if conversation is None:
        return None
    # As the next event will find it: in the version they are in, or moved by ``migrate``.
    flow, name = catalog.locate_step(conversation.flow, conversation.flow_hash, conversation.step)
    step = flow.steps.get(name) if flow else None
    return ConversationPosition(
        flow=conversation.flow,
        step=name,
        file=flow.file if flow else "",
        line=step.line if step else 0,
        tries=conversation.tries,
    )
