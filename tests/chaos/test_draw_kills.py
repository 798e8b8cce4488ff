"""Three processes give codes and seats away while they are killed: none goes to two people, none is lost.

The long form is ``make chaos``.
"""

import asyncio
import random  # noqa: TID251  moments of the kills; the seed is the number of kills
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.drawing_process import POOL, THING, take_seats
from tests.support.messenger_world import KEYS
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.chaos

WORKERS = ("ada", "ben", "cleo")
ROUND = 60
"""Codes that are put into the pool at a time: the next come only after a kill, so that every kill meets a draw."""


async def test_no_code_is_given_twice_or_lost(tmp_path: Path, kills: int) -> None:
    """Whoever was killed in the middle of a draw asks again for the same person, who gets the same code."""
    dice = random.Random(kills)  # noqa: S311  no secret
    async with (
        embedded_server(tmp_path / "store") as place,
        asyncio.timeout(PATIENCE_SECONDS + PATIENCE_SECONDS * kills // 10),
    ):
        store = await open_store(place, check_value=KEYS.check_value)
        told: dict[str, str] = {}
        put_in = killed = 0
        while killed < kills:
            put_in += await store.fill_pool(POOL, [f"CODE-{number}" for number in range(put_in, put_in + ROUND)])
            ways = (_draw(place, worker, told, dice) for worker in WORKERS)
            killed += sum(await asyncio.gather(*ways))
        given = {holder: code for holder, code in told.items() if code}
        again = {holder: await store.draw_voucher(POOL, holder) for holder in given}
        counted = await store.count_vouchers(POOL)
        await store.close()
    print(f"\nkills {killed}, codes {put_in}, given {len(given)}, twice {len(given) - len(set(given.values()))}")  # noqa: T201  the figures are the result
    assert (len(set(given.values())), counted) == (len(given), (0, put_in))
    assert len(given) == put_in
    assert again == given


async def test_no_seat_is_sold_twice_or_lost(tmp_path: Path, kills: int) -> None:
    """What each holder was told is what is counted, and all of it together is what there is."""
    dice = random.Random(kills)  # noqa: S311  no secret
    async with (
        embedded_server(tmp_path / "store") as place,
        asyncio.timeout(PATIENCE_SECONDS + PATIENCE_SECONDS * kills // 10),
    ):
        store = await open_store(place, check_value=KEYS.check_value)
        told: dict[str, str] = {}
        seats = killed = 0
        while killed < kills:
            seats += ROUND
            ways = (_draw(place, worker, told, dice, seats) for worker in WORKERS)
            killed += sum(await asyncio.gather(*ways))
            assert await store.count_seats(THING) == sum(int(held) for held in told.values() if held) == seats
        given = {holder: held for holder, held in told.items() if int(held or 0)}
        again = {holder: await take_seats(store, *_split(holder), seats) for holder in given}
        counted = await store.count_seats(THING)
        for holder in told:
            await store.return_seats(holder)
        left = await store.count_seats(THING)
        await store.close()
    print(f"\nkills {killed}, seats {seats}, sold {counted}, oversold {max(0, counted - seats)}")  # noqa: T201  the figures are the result
    assert again == given
    assert (counted, left) == (seats, 0)


def _split(holder: str) -> tuple[str, int]:
    worker, _, number = holder.partition("-")
    return worker, int(number)


async def _draw(place: str, worker: str, told: dict[str, str], dice: random.Random, seats: int = 0) -> int:
    """Run a process until nothing is left; return 1 if it was killed before, and then its place is taken once."""
    was_killed = await _run(place, worker, told, die_after=dice.randrange(1, ROUND // len(WORKERS)), seats=seats)
    if was_killed:
        await _run(place, worker, told, die_after=0, seats=seats)
    return was_killed


async def _run(place: str, worker: str, told: dict[str, str], *, die_after: int, seats: int) -> int:
    """Run one process and note what it prints; kill it after this many lines, if it is not 0."""
    # A holder whose line did not arrive is asked for again: the code may have been given to them all the same.
    first = sum(1 for holder, code in told.items() if code and holder.startswith(f"{worker}-"))
    words = (worker, str(first), *([str(seats)] if seats else []))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.drawing_process", place, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    read = 0
    async for holder, code in _lines_of(process):
        told[holder] = code
        read += 1
        if read == die_after:
            process.kill()  # SIGKILL, while it draws the next ones
    return int(await process.wait() == -9)


async def _lines_of(process: asyncio.subprocess.Process) -> AsyncIterator[tuple[str, str]]:
    assert process.stdout
    async for line in process.stdout:
        # The last line of a killed process may be cut; then nobody was told that code.
        if line.endswith(b"\n"):
            holder, _, code = line.decode().rstrip("\n").partition(" ")
            yield holder, code
