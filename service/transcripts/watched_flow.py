"""Which ways a conversation takes: the flows' own machines, with somebody looking on.

A :class:`WatchedFlow` is the flow itself; only the question where a trigger leads is noted before it is answered.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from flows.compiled.catalog import Flow, FlowBook

Taken = tuple[str, str, str, str]
"""Flow, step, trigger, and where it led."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFlow(Flow):
    """A flow whose ways are noted as they are taken."""

    taken: list[Taken] = field(default_factory=list, compare=False, repr=False)

    def leads(self, step: str, trigger: str) -> str:
        """Return the step (or ``end``) to which a trigger leads, and note it."""
        target = Flow.leads(self, step, trigger)
        handed_over = self.steps[step].kind == "hand_over"  # it only asks where to go on once it is handed back
        self.taken.append((self.name, step, trigger, step if handed_over else target))
        return target


def watched(book: FlowBook) -> tuple[FlowBook, list[Taken]]:
    """Return the book with its flows watched, and the list in which every way that is taken is noted."""
    taken: list[Taken] = []
    flows = {name: WatchedFlow(**_parts(flow), taken=taken) for name, flow in book.flows.items()}
    return dataclasses.replace(book, flows=flows), taken


def _parts(flow: Flow) -> dict[str, Any]:
    return {one.name: getattr(flow, one.name) for one in dataclasses.fields(Flow)}
