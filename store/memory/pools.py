"""What the memory store holds of the whole installation: pools of codes, the live edition, meta values."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence


class Pool:
    """The codes of one pool."""

    def __init__(self) -> None:
        """Start empty."""
        self._left: deque[str] = deque()
        self._known: set[str] = set()
        self._given: dict[str, str] = {}

    def fill(self, codes: Iterable[str]) -> int:
        """Add codes that were never here; return how many."""
        new = [code for code in dict.fromkeys(codes) if code not in self._known]
        self._known.update(new)
        self._left.extend(new)
        return len(new)

    def draw(self, holder: str) -> str:
        """Return the holder's code, a fresh one the first time; empty if none is left."""
        if holder not in self._given and self._left:
            self._given[holder] = self._left.popleft()
        return self._given.get(holder, "")

    def count(self) -> tuple[int, int]:
        """Return how many are left, and how many were given."""
        return len(self._left), len(self._given)


class Shared:
    """What belongs to no partition."""

    def __init__(self) -> None:
        """Start empty; no edition is live."""
        self._meta: dict[str, bytes] = {}
        self._pools: defaultdict[str, Pool] = defaultdict(Pool)
        self._epoch = 0

    async def fill_pool(self, pool: str, codes: Sequence[str]) -> int:
        """Add codes that were never in the pool; return how many."""
        return self._pools[pool].fill(codes)

    async def draw(self, pool: str, holder: str) -> str:
        """Give the holder its code; empty if none is left."""
        return self._pools[pool].draw(holder)

    async def pool(self, pool: str) -> tuple[int, int]:
        """Return how many codes are left, and how many were given."""
        return self._pools[pool].count()

    async def epoch(self) -> int:
        """Return the number of the live edition."""
        return self._epoch

    async def set_epoch(self, epoch: int, *, was: int, about: bytes = b"") -> bool:
        """Make another edition live if ``was`` still is."""
        if self._epoch != was:
            return False
        self._epoch, self._meta[f"live:{epoch}"] = epoch, about
        return True

    async def meta(self, name: str) -> bytes | None:
        """Return a value of the whole store."""
        return self._meta.get(name)

    async def set_meta(self, name: str, value: bytes) -> None:
        """Save a value of the whole store."""
        self._meta[name] = value
