"""Bytes of a subscriber in the store after chat, confirmation mail, code and welcome mail."""

import asyncio
from collections.abc import Iterable

from bench import graph, load, traffic
from bench.service import KEYS, MeasuredService, StoreProbe, run_doorstep, scratch_data_folder
from bench.sink import smtp_sink
from bench.table import Figures, NotMeasuredError
from domain import record as records
from domain.ports import Store
from service.engine.clock import system_ms
from store.valkey.store import open_store

PEOPLE = 1_500
"""Below the 2,000 confirmation mails an hour above which the service suspects a list bombing."""
LIMITS = f"\nlimits: {{unproven_mails_an_hour: {2 * PEOPLE}}}\n"
"""All of them are new accounts, which the service would slow down."""
PAGES = 16
CONNECTIONS = 16
LANES = ("ready:internal", "ready:mail-transactional", "ready:mail-marketing")
CHAT = ("newsletter", "Yes, send it to me", "mia.{number}@example.com")


async def measure(figures: Figures) -> None:
    """Bytes a subscriber, without and with the log."""
    async with (
        graph.run_graph_stand_in() as replies,
        smtp_sink() as smtp,
        scratch_data_folder() as data,
        run_doorstep("all", data, more_config=LIMITS, graph=replies, smtp=smtp, pages=PAGES) as service,
        StoreProbe(service.store_url) as look,
    ):
        await _walk_people(service, look, range(1))
        # One person came before: scripts and keys that exist once must not count.
        before = await look.server_info("used_memory")
        await _walk_people(service, look, range(1, PEOPLE + 1))
        whole = await look.server_info("used_memory")
        await look.delete_keys("log")
        bare = await look.server_info("used_memory")
        figures["bytes a subscriber"] = (bare - before) / PEOPLE
        await look.delete_keys("seen")
        figures["of that, ids forgotten after a week"] = (bare - await look.server_info("used_memory")) / PEOPLE
        figures["bytes of a subscriber's log"] = (whole - bare) / PEOPLE


async def _walk_people(service: MeasuredService, look: StoreProbe, people: range) -> None:
    """Walk these people to their confirmation, and wait until every mail has gone."""
    store = await open_store(service.store_url, check_value=KEYS.check_value)
    await _send_chats(service, people, CHAT)
    await _wait_until_sent(look)
    codes = {number: await _confirmation_code(store, number) for number in people}
    build = traffic.messenger_requests(at_ms=system_ms(), pages=PAGES)
    lanes = [
        [build(number, len(CHAT), codes[number]) for number in people[lane::CONNECTIONS]] for lane in range(CONNECTIONS)
    ]
    await load.send_at_full_rate(service.port, lanes, seconds=60, warm_up=0)
    await _wait_until_sent(look)
    await _require_confirmed(store, people)
    await store.close()


async def _send_chats(service: MeasuredService, people: range, chat: tuple[str, ...]) -> None:
    crowd = traffic.ChattingCrowd(
        connections=min(CONNECTIONS, len(people)), messages=len(people) * len(chat), first=people[0], chat=chat
    )
    lanes = traffic.build_lanes(crowd, traffic.messenger_requests(at_ms=system_ms(), pages=PAGES))
    await load.send_at_full_rate(service.port, lanes, seconds=60, warm_up=0)


async def _wait_until_sent(look: StoreProbe) -> None:
    """Wait until nothing waits in any lane."""
    chats = (f"ready:chat:{traffic.page_id(number)}" for number in range(PAGES))
    for lane in (*LANES, *chats, *LANES):
        await look.wait_until_small(lane, 0, every=0.1)
    await asyncio.sleep(0.2)


def _subscriber_name(number: int) -> str:
    return KEYS.subscriber_id(traffic.page_id(number % PAGES), traffic.psid_of(number))


async def _confirmation_code(store: Store, number: int) -> str:
    """Return the code that the mail carried; it is stored nowhere, so it is derived again."""
    name = _subscriber_name(number)
    record = records.decode((await store.load(name)).record or b"")
    address, pending = next(iter(record.pending.items()))
    return KEYS.confirmation_codes(name, address, pending.nonce)[0]


async def _require_confirmed(store: Store, people: Iterable[int]) -> None:
    for number in people:
        record = records.decode((await store.load(_subscriber_name(number))).record or b"")
        if [consent.status for consent in record.consents.values()] != ["confirmed"]:
            message = f"person {number} did not get through"
            raise NotMeasuredError(message)
