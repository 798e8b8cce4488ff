"""What a process notes in memory and writes a second later, so that nothing that is noted waits for the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

from domain.ports import StoreError

log = structlog.get_logger("doorstep.notes")

Note = TypeVar("Note")

WRITE_SECONDS = 1.0
"""Between two writes of a process."""


@dataclass(slots=True, kw_only=True)
class NoteBuffer(Generic[Note]):
    """What was noted since the last write."""

    job: str
    """What the log calls the work that they are for."""
    _noted: list[Note] = field(default_factory=list)

    def add(self, note: Note) -> None:
        """Note something."""
        self._noted.append(note)

    @contextmanager
    def take(self) -> Iterator[list[Note]]:
        """Yield what was noted since the last time; a store that is away is logged, and it is all taken again later."""
        taken, self._noted = self._noted, []
        try:
            yield taken
        except StoreError as error:
            log.warning("store_away", job=self.job, error=type(error).__name__)
            # What was noted meanwhile is the newer.
            self._noted = taken + self._noted
