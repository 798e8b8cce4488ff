"""Flows that record the transitions a conversation takes, for the coverage of transcripts.

A :class:`WatchedFlow` behaves as its flow; it only records each answer to the question where a trigger leads.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from flows.compiled.catalog import Flow, FlowCatalog

TakenTransition = tuple[str, str, str, str]
"""Flow, step, trigger, and the step it led to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFlow(Flow):
    """A flow that records its transitions as they are taken."""

    taken: list[TakenTransition] = field(default_factory=list, compare=False, repr=False)

    def next_step(self, step: str, trigger: str) -> str:
        """Return the step (or ``end``) to which a trigger leads, and record it."""
        target = Flow.next_step(self, step, trigger)
        # A handover asks for its target when it begins, but goes there only once the team hands back.
        handed_over = self.steps[step].kind == "hand_over"
        self.taken.append((self.name, step, trigger, step if handed_over else target))
        return target


def watch_flows(book: FlowCatalog) -> tuple[FlowCatalog, list[TakenTransition]]:
    """Return the catalog with watched flows, and the list that they add their transitions to."""
    taken: list[TakenTransition] = []
    flows = {name: WatchedFlow(**_field_values(flow), taken=taken) for name, flow in book.flows.items()}
    return dataclasses.replace(book, flows=flows), taken


def _field_values(flow: Flow) -> dict[str, Any]:
    return {field.name: getattr(flow, field.name) for field in dataclasses.fields(Flow)}
