"""How what a commit posts reaches the worker of the same process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.ports import Claim, Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDelivery:
    """The way from a commit to the worker of this process, without waiting for the next poll of the store."""

    start_sending: Callable[[Sequence[Claim]], None]
    """Takes the claims that a commit made."""
    has_room: Callable[[Sequence[Posting], int], bool]
    """Returns True if the worker has free slots for these postings, counting so many commits in flight; otherwise the
    poller picks the postings up."""
    lease_ms: int = 30_000
    """Lease of those claims."""
