"""A process that draws a code for one holder after the other, and is killed at any moment.

``python -m tests.support.drawing_process STORE_URL WORKER FIRST``: draws for the holders WORKER-FIRST and
following, and prints each with its code, until the pool is empty.
"""

import asyncio
import sys

from store.valkey.store import open_store
from tests.support.clock import begin_test_time
from tests.support.messenger_world import KEYS

POOL = "hello_cup"


async def main(store_url: str, worker: str, first: str) -> None:
    """Draw until no code is left."""
    store = await open_store(store_url, check_value=KEYS.check_value)
    number = int(first)
    while True:
        holder = f"{worker}-{number}"
        code = await store.draw_voucher(POOL, holder)
        sys.stdout.write(f"{holder} {code}\n")
        sys.stdout.flush()
        if not code:
            return
        number += 1


if __name__ == "__main__":
    begin_test_time()
    asyncio.run(main(*sys.argv[1:]))
