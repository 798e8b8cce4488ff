"""Texts sent for one Page as fast as the settings allow, on a platform that takes a tenth of a second to answer."""

from bisect import bisect_left

from bench import graph, traffic
from bench.seed import at_once
from bench.service import KEYS, Look, doorstep, folder, seeding
from bench.table import Figures, NotMeasuredError
from domain import record as records
from domain.effects import SendChat, encode_posted
from domain.ports import Commit, Posting, Store, chat_lane
from domain.record import Identity
from service.engine.clock import system_now
from service.engine.decide import create

TEXTS = 4_500
SET = 320
"""What no second may exceed; five in a hundred are lost to keeping that in every single second."""
WARM = 600
"""Texts before the clock runs."""


async def measure(figures: Figures) -> None:
    """Texts a second where they arrive, and the most in any second, wherever it begins."""
    lane = chat_lane(traffic.PAGE)
    async with graph.graph("0.1") as replies, folder() as data:
        async with seeding(data) as store:
            await at_once(_queue(store, lane, number) for number in range(TEXTS))
        async with (
            doorstep("worker", data, graph=replies, MESSENGER_TEXTS_A_SECOND=str(SET)) as service,
            Look(service.store_url) as look,
        ):
            await look.shrinks(f"ready:{lane}", 0, every=0.1)
        times = sorted((await graph.report(replies)).times)
    if len(times) != TEXTS:
        message = f"{len(times)} of {TEXTS} texts arrived"
        raise NotMeasuredError(message)
    figures["texts set"] = SET
    figures["texts a second"] = (TEXTS - WARM) / (times[-1] - times[WARM - 1])
    figures["texts in busiest second"] = max(bisect_left(times, one + 1) - place for place, one in enumerate(times))


async def _queue(store: Store, lane: str, number: int) -> None:
    name = KEYS.subscriber_id(traffic.PAGE, traffic.psid(number))
    text = SendChat(id=f"{name}.1", to=traffic.psid(number), text="A new leaf is out.")
    posting = Posting(lane=lane, item=encode_posted(text))
    person = create(name, Identity(page=traffic.PAGE, psid=traffic.psid(number)), system_now())
    await store.commit(Commit(subscriber=name, version=0, record=records.encode(person), outbox=(posting,)))
