"""A process that draws a code, or takes a seat, for one holder after the other, and is killed at any moment.

``python -m tests.support.drawing_process STORE_URL WORKER FIRST [SEATS]``: for the holders WORKER-FIRST and following,
prints each with what they got, until nothing is left.  With SEATS it takes seats, of which there are so many; every
second holder wants two.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from domain.ports import Store
from store.valkey.store import open_store
from tests.support.clock import begin_test_time
from tests.support.messenger_world import KEYS

POOL = "hello_cup"
THING = "evenings frost"
FIRST = datetime(2026, 6, 15, 8, tzinfo=UTC)


async def take_seats(store: Store, worker: str, number: int, seats: int) -> str:
    """Take seats for a holder; return how many they have, empty if none are left for anybody."""
    answer = await store.take_seats(
        THING, f"{worker}-{number}", wanted=1 + number % 2, capacity=seats, request=f"{worker}-{number}",
        at=FIRST + timedelta(seconds=number),
    )  # fmt: skip
    return str(answer.held) if answer.held or answer.left else ""


async def main(store_url: str, worker: str, first: str, seats: str = "") -> None:
    """Draw, or take, until nothing is left."""
    store = await open_store(store_url, check_value=KEYS.check_value)
    draw: Callable[[int], Awaitable[str]] = (
        (lambda number: take_seats(store, worker, number, int(seats)))
        if seats
        else (lambda number: store.draw_voucher(POOL, f"{worker}-{number}"))
    )
    number = int(first)
    while True:
        got = await draw(number)
        sys.stdout.write(f"{worker}-{number} {got}\n")
        sys.stdout.flush()
        if not got:
            return
        number += 1


if __name__ == "__main__":
    begin_test_time()
    asyncio.run(main(*sys.argv[1:]))
