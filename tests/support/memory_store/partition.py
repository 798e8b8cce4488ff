"""The data of one partition of the memory store."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from domain.ports import QuarantinedRecord, SendLine
from tests.support.memory_store.sorted_set import SortedSet


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptState:
    """The attempts at the head of a list."""

    begun_ms: int = 0
    """Server time when the first unsettled attempt began; 0 if none is open."""
    count: int = 0
    """Unsettled attempts."""
    failures: int = 0
    """How often the head was put back because a try failed."""
    waits: int = 0
    """How often it was put back because it only had to wait."""


@dataclass(slots=True, kw_only=True)
class PartitionData:
    """One partition; mutable, reached only by the store's own methods."""

    records: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """(version, record) by subscriber."""
    seen_events: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Event ids by server day."""
    due_index: dict[str, SortedSet] = field(default_factory=lambda: {"chat": SortedSet(), "mail": SortedSet()})
    """Subscribers by business ms."""
    waiting_lists: defaultdict[tuple[str, str], deque[bytes]] = field(default_factory=lambda: defaultdict(deque))
    """Waiting items by lane and subscriber."""
    ready_sets: defaultdict[str, SortedSet] = field(default_factory=lambda: defaultdict(SortedSet))
    """Subscribers by ready score, for each lane."""
    attempts: dict[tuple[str, str], AttemptState] = field(default_factory=dict)
    claims_made: int = 0
    """Claims made so far."""
    send_ledgers: defaultdict[str, dict[str, SendLine]] = field(default_factory=lambda: defaultdict(dict))
    consent_ledgers: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    histories: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    wordings: dict[str, bytes] = field(default_factory=dict)
    counters: defaultdict[str, defaultdict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    quarantined: dict[str, QuarantinedRecord] = field(default_factory=dict)
    team_lists: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    """Entries by list."""
    addresses: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    """(state, version) by keyed hash."""
    users: dict[str, str] = field(default_factory=dict)
    readers: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """Place by topic and subscriber."""
