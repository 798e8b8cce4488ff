"""The port to the pools of vouchers."""

from collections.abc import Sequence
from typing import Protocol


class VoucherStore(Protocol):
    """The part of a store that keeps the pools of vouchers."""

    async def fill_pool(self, pool: str, vouchers: Sequence[str]) -> int:
        """Add vouchers; those that were ever in the pool are left out.  Returns how many are new."""

    async def draw_voucher(self, pool: str, holder: str) -> str:
        """Give the holder (a subscriber) a voucher that belongs to no other holder; empty if none is left.

        Idempotent: the same holder always gets the same voucher.
        """

    async def count_vouchers(self, pool: str) -> tuple[int, int]:
        """Return the number of vouchers left, and of those given."""
