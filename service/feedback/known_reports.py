"""Remembers which reports this process has taken in: what a provider takes for lost, it sends again within minutes.

By subscriber, so that nothing is known of whoever was erased: their address names nobody any more.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

KEPT = 4_096
"""Reports that are remembered; about 1 MB."""


@dataclass(slots=True, kw_only=True)
class KnownReports:
    """The reports that were committed last, by name.  Whatever is not here is asked of the store."""

    _names: OrderedDict[tuple[str, str], None] = field(default_factory=OrderedDict)
    _meeting: int = 0

    def is_known(self, subscriber: str, name: str, meeting: int) -> bool:
        """Return True if a report about a subscriber was committed at this meeting with the store."""
        return meeting == self._meeting and (subscriber, name) in self._names

    def remember_report(self, subscriber: str, name: str, meeting: int) -> None:
        """Remember a report that the store has, by what it answered at this meeting."""
        # A store that came back may have lost its newest writes, and these with them.
        if meeting != self._meeting:
            self._names.clear()
            self._meeting = meeting
        self._names[subscriber, name] = None
        if len(self._names) > KEPT:
            self._names.popitem(last=False)
