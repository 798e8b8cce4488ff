"""Which node of a cluster serves which slot."""

from binascii import crc_hqx
from bisect import bisect_right

from store.address import Host
from store.valkey.pipeline import Answer

SLOTS = 16_384


def slot_of(tag: bytes) -> int:
    """Return the slot of all keys with this hash tag (braces included)."""
    return crc_hqx(tag[1:-1], 0) % SLOTS  # CRC16, XMODEM: cluster specification, "Key distribution model"


class ClusterMap:
    """The primaries of a cluster by slot, as one of its nodes told."""

    def __init__(self, ranges: list[tuple[int, int, Host]]) -> None:
        """Take first slot, last slot and primary of each range."""
        self._ranges = sorted(ranges)
        self._starts = [first for first, _, _ in self._ranges]

    @property
    def primaries(self) -> frozenset[Host]:
        """All nodes that serve slots."""
        return frozenset(host for _, _, host in self._ranges)

    def is_whole(self) -> bool:
        """Return True if every slot is served."""
        return sum(last - first + 1 for first, last, _ in self._ranges) == SLOTS

    def find_primary(self, slot: int) -> Host | None:
        """Return the node that serves a slot; None if none does."""
        index = bisect_right(self._starts, slot) - 1
        if index < 0 or slot > self._ranges[index][1]:
            return None
        return self._ranges[index][2]


def read_slots(answer: Answer, asked: Host) -> ClusterMap:
    """Return the map from the answer to ``CLUSTER SLOTS``; a node without an address is the one that was asked."""
    ranges = []
    for first, last, primary, *_ in answer:
        name = (primary[0] or b"").decode()
        ranges.append((int(first), int(last), (asked[0] if name in ("", "?") else name, int(primary[1]))))
    return ClusterMap(ranges)


def read_redirection(text: str, asked: Host) -> Host:
    """Return where ``MOVED 3999 127.0.0.1:6381`` or ``ASK …`` leads."""
    host, _, port = text.split(" ")[2].rpartition(":")
    return host or asked[0], int(port)


def read_epoch(info: bytes) -> tuple[bool, int]:
    """Return how much a node's ``CLUSTER INFO`` is to be believed: more if it is well, more if it knows newer votes."""
    told = dict(line.split(b":", 1) for line in info.splitlines() if b":" in line)
    return told.get(b"cluster_state") == b"ok", int(told.get(b"cluster_current_epoch", b"0"))


def read_own_slots(nodes: bytes) -> tuple[str, ...]:
    """Return a node's name and its slots from its ``CLUSTER NODES``, those on their way included: ``[93->-node]``."""
    for line in nodes.decode().splitlines():
        parts = line.split()
        if len(parts) > _FIRST_SLOT and "myself" in parts[_FLAGS]:
            return parts[0], *parts[_FIRST_SLOT:]
    return ()


_FLAGS, _FIRST_SLOT = 2, 8
"""Columns of ``CLUSTER NODES``."""
