"""What a subscriber costs in the store after the whole way: chat, mail, code, welcome mail."""

import asyncio
from collections.abc import Iterable

from bench import graph, load, traffic
from bench.service import KEYS, Look, Service, doorstep, folder
from bench.sink import smtp_sink
from bench.table import Figures, NotMeasuredError
from domain import record as records
from domain.ports import Store
from service.engine.clock import system_ms
from store.valkey.store import open_store

PEOPLE = 1_500
"""Below the 2,000 confirmation mails an hour above which the service suspects a list bombing."""
PAGES = 16
CONNECTIONS = 16
LANES = ("ready:internal", "ready:mail-transactional", "ready:mail-marketing")
CHAT = ("newsletter", "Yes, send it to me", "mia.{number}@example.com")


async def measure(figures: Figures) -> None:
    """Bytes a subscriber, without and with the log."""
    async with (
        graph.graph() as replies,
        smtp_sink() as smtp,
        folder() as data,
        doorstep("all", data, graph=replies, smtp=smtp, pages=PAGES) as service,
        Look(service.store_url) as look,
    ):
        await _walk(service, look, range(1))
        before = await look.info("used_memory")
        await _walk(service, look, range(1, PEOPLE + 1))
        whole = await look.info("used_memory")
        await look.forget("log")
        bare = await look.info("used_memory")
        figures["bytes a subscriber"] = (bare - before) / PEOPLE
        figures["bytes of a subscriber's log"] = (whole - bare) / PEOPLE


async def _walk(service: Service, look: Look, people: range) -> None:
    """Walk these people to their confirmation, and wait until every mail has gone."""
    store = await open_store(service.store_url, check_value=KEYS.check_value)
    await _say(service, people, CHAT)
    await _sent(look)
    codes = {number: await _code(store, number) for number in people}
    build = traffic.messenger(at_ms=system_ms(), pages=PAGES)
    lanes = [
        [build(number, len(CHAT), codes[number]) for number in people[lane::CONNECTIONS]] for lane in range(CONNECTIONS)
    ]
    await load.full(service.port, lanes, seconds=60, warm_up=0)
    await _sent(look)
    await _confirmed(store, people)
    await store.close()


async def _say(service: Service, people: range, chat: tuple[str, ...]) -> None:
    crowd = traffic.Crowd(
        connections=min(CONNECTIONS, len(people)), messages=len(people) * len(chat), first=people[0], chat=chat
    )
    lanes = traffic.lanes(crowd, traffic.messenger(at_ms=system_ms(), pages=PAGES))
    await load.full(service.port, lanes, seconds=60, warm_up=0)


async def _sent(look: Look) -> None:
    """Wait until nothing waits in any lane."""
    chats = (f"ready:chat:{traffic.page(number)}" for number in range(PAGES))
    for lane in (*LANES, *chats, *LANES):
        await look.shrinks(lane, 0, every=0.1)
    await asyncio.sleep(0.2)


def _name(number: int) -> str:
    return KEYS.subscriber_id(traffic.page(number % PAGES), traffic.psid(number))


async def _code(store: Store, number: int) -> str:
    """Return the code that the mail carried; it stands nowhere, and is derived again."""
    name = _name(number)
    record = records.decode((await store.load(name)).record or b"")
    address, pending = next(iter(record.pending.items()))
    return KEYS.codes(name, address, pending.nonce)[0]


async def _confirmed(store: Store, people: Iterable[int]) -> None:
    for number in people:
        record = records.decode((await store.load(_name(number))).record or b"")
        if [one.status for one in record.consents.values()] != ["confirmed"]:
            message = f"person {number} did not get through"
            raise NotMeasuredError(message)
