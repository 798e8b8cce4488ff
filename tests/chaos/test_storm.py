"""Webhooks of all kinds, repeated, in random batches, over two web processes: nothing is lost, doubled or swapped.

``DOORSTEP_TEST_EVENTS`` says how many; the full size of 100,000 is ``make storm``.
"""

import asyncio
import os
import random  # noqa: TID251  what people do; the seed is printed
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import pytest
from redis.asyncio import Redis

from domain import record as records
from domain.effects import SendChat, decode_posted
from domain.keyring import Keyring
from domain.ports import Store
from service.engine.build_commit import read_line
from service.engine.clock import system_ms
from store.embedded.server import embedded_server
from store.layout import PARTITIONS, partition_of
from store.valkey.store import open_store
from tests.support.event_log import Diarist
from tests.support.webhook_storm import COPIES, Storm, doors

pytestmark = pytest.mark.chaos

EVENTS = int(os.environ.get("DOORSTEP_TEST_EVENTS", "3000"))
DEEDS = 33
"""What a person does at least."""
KILLS = 1 + EVENTS // 20_000
SEED = 4711
SECRET = "a secret that has more than thirty-two bytes"
KEYS = Keyring(SECRET)
NOWHERE = "http://127.0.0.1:9"
"""Nobody sends in this test: what was decided to be said waits in the outbox and is read there."""


def crowd() -> list[Diarist]:
    """Return people whose deeds are about :data:`EVENTS` together."""
    began = system_ms() - 24 * 3_600_000
    people: list[Diarist] = []
    left = EVENTS
    while left > 0:
        number = len(people)
        one = Diarist(number=number, at_ms=began, dice=random.Random(SEED + number), keys=KEYS)  # noqa: S311  no secret
        one.live(min(DEEDS, left))
        people.append(one)
        left -= len(one.deeds)
    return people


async def test_a_storm_loses_doubles_and_swaps_nothing(tmp_path: Path) -> None:
    """What each history, conversation and outbox holds is what the person did, once and in order."""
    people = crowd()
    async with embedded_server(tmp_path / "store") as url:
        async with doors(tmp_path, url, SECRET, NOWHERE) as both:
            storm = Storm(doors=both, dice=random.Random(SEED), people=people)  # noqa: S311  no secret
            began = perf_counter()
            async with asyncio.timeout(60 + EVENTS / 100):
                await storm.rage(KILLS)
            took = perf_counter() - began
        store = await open_store(url, check_value=KEYS.check_value)
        counts = await _count(store, url, people)
        strangers = len([one async for one in store.everybody()]) - len(people)
        await store.close()
    _tell(people, storm, took, counts)
    assert storm.delivered == COPIES * sum(len(one.deeds) for one in people)
    assert (dict(counts), strangers) == (dict.fromkeys(counts, 0), 0)


async def _count(store: Store, url: str, people: Sequence[Diarist]) -> Counter[str]:
    """Compare everybody's history, record and outbox with what they did."""
    counts: Counter[str] = Counter()
    redis = Redis.from_url(url)
    for one in people:
        history = [event for raw in await store.log(one.name, last=1000) for event in read_line(raw).events]
        _compare(counts, "events", history, [deed.event for deed in one.deeds if deed.event])
        _compare(counts, "answers", await _said(redis, one), [text for deed in one.deeds for text in deed.answers])
        raw = (await store.load(one.name)).record
        fields = records.decode(raw).fields if raw else {}
        counts["records wrong"] += (fields.get("noted", "nothing"), fields.get("pages", 0)) != (one.word, one.pages)
    await redis.aclose()
    return counts


def _compare(counts: Counter[str], what: str, found: Sequence[str], expected: Sequence[str]) -> None:
    lost, more = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    counts[f"{what} lost"] += lost.total()
    counts[f"{what} doubled"] += more.total()
    counts[f"{what} out of order"] += not lost and not more and list(found) != list(expected)


async def _said(redis: Redis, person: Diarist) -> list[str]:
    """Return what waits to be said to a person, straight from the store."""
    key = f"{{{partition_of(person.name, PARTITIONS)}}}:q:chat:{person.page}:{person.name}"
    raws: list[bytes] = await redis.execute_command("LRANGE", key, 0, -1)  # type: ignore[no-untyped-call]  # unannotated
    items = [decode_posted(raw) for raw in raws]
    return [one.text for one in items if isinstance(one, SendChat)]


def _tell(people: Sequence[Diarist], storm: Storm, took: float, counts: Counter[str]) -> None:
    events = sum(len(one.deeds) for one in people)
    kinds = Counter(deed.event or "no event" for one in people for deed in one.deeds)
    answers = sum(len(deed.answers) for one in people for deed in one.deeds)
    repeated = sum(door.repeated for door in storm.doors)
    lines = (
        f"{events:,} events of {len(people):,} people on two Pages, each delivered {COPIES} times",
        f"{storm.bodies:,} bodies to two processes in {took:.0f} s, {KILLS} kill -9, {repeated:,} bodies sent again",
        ", ".join(f"{name} {number:,}" for name, number in kinds.most_common()) + f"; {answers:,} answers",
        ", ".join(f"{name}: {number}" for name, number in counts.items()),
    )
    print("", *lines, sep="\n")  # noqa: T201  the figures are the result
