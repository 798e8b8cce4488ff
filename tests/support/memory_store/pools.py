"""The data of the whole installation in memory: pools of vouchers, seats, the live edition, values by name."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.ports import SeatsAnswer
from domain.ports.seats import SeatCounter


class VoucherPool:
    """The vouchers of one pool."""

    def __init__(self) -> None:
        """Start empty."""
        self._remaining: deque[str] = deque()
        self._ever_known: set[str] = set()
        self._given: dict[str, str] = {}

    def add_new(self, vouchers: Iterable[str]) -> int:
        """Add vouchers that were never here; return how many."""
        # ``fromkeys`` drops doubles and keeps the order, as the script on the server does.
        new = [voucher for voucher in dict.fromkeys(vouchers) if voucher not in self._ever_known]
        self._ever_known.update(new)
        self._remaining.extend(new)
        return len(new)

    def draw_voucher(self, holder: str) -> str:
        """Return the holder's voucher, a fresh one the first time; empty if none is left."""
        if holder not in self._given and self._remaining:
            self._given[holder] = self._remaining.popleft()
        return self._given.get(holder, "")

    def count_vouchers(self) -> tuple[int, int]:
        """Return the number of vouchers left, and of those given."""
        return len(self._remaining), len(self._given)


class SharedValues:
    """The data outside the partitions."""

    def __init__(self) -> None:
        """Start empty, without a live edition."""
        self._meta: dict[str, bytes] = {}
        self._pools: defaultdict[str, VoucherPool] = defaultdict(VoucherPool)
        self._seats: defaultdict[str, SeatCounter] = defaultdict(SeatCounter)
        self._live_edition = 0

    async def fill_pool(self, pool: str, vouchers: Sequence[str]) -> int:
        """Add vouchers that were never in the pool; return how many."""
        return self._pools[pool].add_new(vouchers)

    async def draw_voucher(self, pool: str, holder: str) -> str:
        """Give the holder its voucher; empty if none is left."""
        return self._pools[pool].draw_voucher(holder)

    async def count_vouchers(self, pool: str) -> tuple[int, int]:
        """Return the number of vouchers left, and of those given."""
        return self._pools[pool].count_vouchers()

    async def take_seats(
        self, thing: str, holder: str, *, wanted: int, capacity: int, request: str, at: datetime
    ) -> SeatsAnswer:
        """Let the holder have this many seats of a thing in all, if so many are left."""
        return self._seats[thing].take_seats(holder, wanted, capacity, request, at)

    async def count_seats(self, thing: str) -> int:
        """Return the number of seats that are taken."""
        return self._seats[thing].taken

    async def return_seats(self, holder: str) -> None:
        """Give back everything that the holder has, and forget them."""
        for counter in self._seats.values():
            counter.forget_holder(holder)

    async def live_edition_number(self) -> int:
        """Return the number of the live edition."""
        return self._live_edition

    async def set_live_edition(self, number: int, *, expected: int, description: bytes = b"") -> bool:
        """Make another edition live if ``expected`` still is."""
        if self._live_edition != expected:
            return False
        self._live_edition, self._meta[f"live:{number}"] = number, description
        return True

    async def load_meta(self, name: str) -> bytes | None:
        """Return a value of the whole store."""
        return self._meta.get(name)

    async def save_meta(self, name: str, value: bytes) -> None:
        """Save a value of the whole store."""
        self._meta[name] = value

    async def compare_and_set(self, name: str, expected: bytes | None, value: bytes) -> bool:
        """Save a value of the whole store if it still is the expected one; None expects that there is none."""
        if self._meta.get(name) != expected:
            return False
        self._meta[name] = value
        return True
