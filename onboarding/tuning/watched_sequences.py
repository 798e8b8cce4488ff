"""Sequences that record the ways people take through them, for the coverage of timelines.

A :class:`WatchedSequence` behaves as its sequence; it only records each way that somebody takes.
"""

import dataclasses
from dataclasses import dataclass, field

from onboarding.language.catalog import MailSequence, SequenceCatalog

TakenWay = tuple[str, str, str]
"""Sequence, step, and the step (or ``end``) it led to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSequence(MailSequence):
    """A sequence that records its ways as they are taken."""

    taken: list[TakenWay] = field(default_factory=list, compare=False, repr=False)

    def take_way(self, step: str, target: str) -> str:
        """Return the step to which a way leads, and record it."""
        self.taken.append((self.name, step, target))
        return target


def watch_sequences(catalog: SequenceCatalog) -> tuple[SequenceCatalog, list[TakenWay]]:
    """Return the catalog with watched sequences, and the list that they add the ways to."""
    taken: list[TakenWay] = []
    sequences = {
        name: WatchedSequence(
            **{one.name: getattr(sequence, one.name) for one in dataclasses.fields(MailSequence)}, taken=taken
        )
        for name, sequence in catalog.sequences.items()
    }
    return dataclasses.replace(catalog, sequences=sequences), taken
