"""The port to quarantined records: those whose deciding raises, put off so that the others go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRecord:
    """A record whose deciding raises."""

    subscriber: str
    failures: int
    until_ms: int
    """Server time before which it is not tried again."""
    error: str
    """Type and place of the error; holds no personal data."""


class QuarantineStore(Protocol):
    """The part of a store that keeps the quarantine."""

    async def quarantine(self, subscriber: str, *, error: str, delay_ms: int) -> QuarantinedRecord:
        """Write down that deciding raised: raise the failure count, put the record off by ``delay_ms``."""

    async def quarantine_entry(self, subscriber: str) -> QuarantinedRecord | None:
        """Return the quarantine entry of one subscriber; None if it has none."""

    async def all_quarantined(self) -> Sequence[QuarantinedRecord]:
        """Return all quarantined records, by name."""

    async def release_from_quarantine(self, subscriber: str) -> None:
        """Forget the entry: deciding went well, or the cause was mended."""
