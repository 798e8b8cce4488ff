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
from service.engine.build_commit import decode_line
from service.engine.clock import system_ms
from store.embedded.server import embedded_server
from store.layout import PARTITIONS, partition_of
from store.valkey.store import open_store
from tests.support.event_log import Diarist
from tests.support.webhook_storm import COPIES, WebhookStorm, run_web_processes

pytestmark = pytest.mark.chaos

EVENTS = int(os.environ.get("DOORSTEP_TEST_EVENTS", "3000"))
DEEDS = 33
"""Least number of deeds of a person."""
KILLS = 1 + EVENTS // 20_000
SEED = 4711
SECRET = "a secret that has more than thirty-two bytes"
KEYS = Keyring(SECRET)
NOWHERE = "http://127.0.0.1:9"
"""Nothing is sent in this test: answers wait in the outbox and are read there."""


def make_people() -> list[Diarist]:
    """Return people whose deeds are about :data:`EVENTS` together."""
    began = system_ms() - 24 * 3_600_000
    people: list[Diarist] = []
    left = EVENTS
    while left > 0:
        number = len(people)
        one = Diarist(number=number, at_ms=began, dice=random.Random(SEED + number), keys=KEYS)  # noqa: S311  no secret
        one.live_for(min(DEEDS, left))
        people.append(one)
        left -= len(one.deeds)
    return people


async def test_a_storm_loses_doubles_and_swaps_nothing(tmp_path: Path) -> None:
    """What each history, conversation and outbox holds is what the person did, once and in order."""
    people = make_people()
    async with embedded_server(tmp_path / "store") as url:
        async with run_web_processes(tmp_path, url, SECRET, NOWHERE) as both:
            storm = WebhookStorm(processes=both, dice=random.Random(SEED), people=people)  # noqa: S311  no secret
            began = perf_counter()
            async with asyncio.timeout(60 + EVENTS / 100):
                await storm.deliver_everything(KILLS)
            took = perf_counter() - began
        store = await open_store(url, check_value=KEYS.check_value)
        counts = await _count_differences(store, url, people)
        strangers = len([person async for person in store.all_subscribers()]) - len(people)
        await store.close()
    _print_figures(people, storm, took, counts)
    assert storm.delivered == COPIES * sum(len(person.deeds) for person in people)
    assert (dict(counts), strangers) == (dict.fromkeys(counts, 0), 0)


async def _count_differences(store: Store, url: str, people: Sequence[Diarist]) -> Counter[str]:
    """Compare the history, record and outbox of each person with what they did."""
    counts: Counter[str] = Counter()
    redis = Redis.from_url(url)
    for person in people:
        history = [
            event for raw in await store.history(person.record_name, last=1000) for event in decode_line(raw).events
        ]
        _compare_lists(counts, "events", history, [deed.event for deed in person.deeds if deed.event])
        _compare_lists(
            counts,
            "answers",
            await _queued_texts(redis, person),
            [text for deed in person.deeds for text in deed.answers],
        )
        raw = (await store.load(person.record_name)).record
        fields = records.decode(raw).fields if raw else {}
        counts["records wrong"] += (fields.get("noted", "nothing"), fields.get("pages", 0)) != (
            person.word,
            person.pages,
        )
    await redis.aclose()
    return counts


def _compare_lists(counts: Counter[str], what: str, found: Sequence[str], expected: Sequence[str]) -> None:
    lost, more = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    counts[f"{what} lost"] += lost.total()
    counts[f"{what} doubled"] += more.total()
    counts[f"{what} out of order"] += not lost and not more and list(found) != list(expected)


async def _queued_texts(redis: Redis, person: Diarist) -> list[str]:
    """Return the answers in a person's outbox, read straight from the store."""
    key = f"{{{partition_of(person.record_name, PARTITIONS)}}}:q:chat:{person.page}:{person.record_name}"
    raws: list[bytes] = await redis.execute_command("LRANGE", key, 0, -1)  # type: ignore[no-untyped-call]  # unannotated
    items = [decode_posted(raw) for raw in raws]
    return [message.text for message in items if isinstance(message, SendChat)]


def _print_figures(people: Sequence[Diarist], storm: WebhookStorm, took: float, counts: Counter[str]) -> None:
    events = sum(len(person.deeds) for person in people)
    kinds = Counter(deed.event or "no event" for person in people for deed in person.deeds)
    answers = sum(len(deed.answers) for person in people for deed in person.deeds)
    repeated = sum(door.repeated for door in storm.processes)
    lines = (
        f"{events:,} events of {len(people):,} people on two Pages, each delivered {COPIES} times",
        f"{storm.bodies:,} bodies to two processes in {took:.0f} s, {KILLS} kill -9, {repeated:,} bodies sent again",
        ", ".join(f"{name} {number:,}" for name, number in kinds.most_common()) + f"; {answers:,} answers",
        ", ".join(f"{name}: {number}" for name, number in counts.items()),
    )
    print("", *lines, sep="\n")  # noqa: T201  the figures are the result
