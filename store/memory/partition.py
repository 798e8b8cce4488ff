"""What one partition of the memory store holds."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from domain.ports import SendLine, StuckRecord
from store.memory.sorted_set import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is known of the attempts at the head of a list."""

    begun_ms: int = 0
    """Server time when the first unsettled attempt began; 0: none is open."""
    count: int = 0
    """Unsettled attempts."""
    failures: int = 0
    """How often the head was put back because a try failed."""
    waits: int = 0
    """How often it was put back because it only had to wait."""


@dataclass(slots=True, kw_only=True)
class Shelf:
    """One partition; mutable, reached only by the store's own methods."""

    records: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """(version, record) by subscriber."""
    seen: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Event ids by server day."""
    due: dict[str, Scores] = field(default_factory=lambda: {"chat": Scores(), "mail": Scores()})
    """Subscribers by business ms."""
    lists: defaultdict[tuple[str, str], deque[bytes]] = field(default_factory=lambda: defaultdict(deque))
    """Waiting items by lane and subscriber."""
    ready: defaultdict[str, Scores] = field(default_factory=lambda: defaultdict(Scores))
    """Subscribers by ready score, for each lane."""
    trials: dict[tuple[str, str], Trial] = field(default_factory=dict)
    tokens: int = 0
    """Claims made so far."""
    sends: defaultdict[str, dict[str, SendLine]] = field(default_factory=lambda: defaultdict(dict))
    ledger: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    log: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    wordings: dict[str, bytes] = field(default_factory=dict)
    counters: defaultdict[str, defaultdict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    stuck: dict[str, StuckRecord] = field(default_factory=dict)
    notes: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    """Lines by book."""
    addresses: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    """(state, version) by keyed hash."""
    users: dict[str, str] = field(default_factory=dict)
