"""Remembers when marketing mails really went to a person, for the distance that the next one keeps.

In memory, of the latest people only: the mails of one person stand in one list and leave one after the other by the
same process, and what was decided long before keeps its distance by the record.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.record import REMEMBERED_MAILS

MOST_PEOPLE = 20_000


@dataclass(slots=True)
class LatelySent:
    """What one process sent lately."""

    _went: OrderedDict[str, tuple[datetime, ...]] = field(default_factory=OrderedDict)

    def note(self, subscriber: str, now: datetime) -> None:
        """Note that a marketing mail went to somebody."""
        self._went[subscriber] = (*self._went.get(subscriber, ()), now)[-REMEMBERED_MAILS:]
        self._went.move_to_end(subscriber)
        while len(self._went) > MOST_PEOPLE:
            self._went.popitem(last=False)

    def list_moments(self, subscriber: str) -> Sequence[datetime]:
        """Return when mails went to somebody, ascending; empty if none did lately."""
        return self._went.get(subscriber, ())
