"""Texts sent for one Page as fast as the settings allow, on a platform that takes a tenth of a second to answer."""

from bisect import bisect_left

from bench import graph, traffic
from bench.seed import run_concurrently
from bench.service import KEYS, StoreProbe, open_store_for_seeding, run_doorstep, scratch_data_folder
from bench.table import Figures, NotMeasuredError
from domain import record as records
from domain.effects import SendChat, encode_posted
from domain.ports import Commit, Posting, Store, chat_lane
from domain.record import Identity
from service.engine.clock import system_now
from service.engine.decide import create_record

TEXTS = 4_500
SET = 320
"""What no second may exceed; five in a hundred are lost to keeping that in every single second."""
WARM = 600
"""Texts before the clock runs."""


async def measure(figures: Figures) -> None:
    """Texts a second where they arrive, and the most in any second, wherever it begins."""
    lane = chat_lane(traffic.PAGE)
    async with graph.run_graph_stand_in("0.1") as replies, scratch_data_folder() as data:
        async with open_store_for_seeding(data) as store:
            await run_concurrently(_queue_text(store, lane, number) for number in range(TEXTS))
        async with (
            run_doorstep("worker", data, graph=replies, MESSENGER_TEXTS_A_SECOND=str(SET)) as service,
            StoreProbe(service.store_url) as look,
        ):
            await look.wait_until_small(f"ready:{lane}", 0, every=0.1)
        times = sorted((await graph.fetch_report(replies)).times)
    if len(times) != TEXTS:
        message = f"{len(times)} of {TEXTS} texts arrived"
        raise NotMeasuredError(message)
    figures["texts set"] = SET
    figures["texts a second"] = (TEXTS - WARM) / (times[-1] - times[WARM - 1])
    # For each message: how many arrived within the second that begins with it.
    figures["texts in busiest second"] = max(
        bisect_left(times, moment + 1) - place for place, moment in enumerate(times)
    )


async def _queue_text(store: Store, lane: str, number: int) -> None:
    name = KEYS.subscriber_id(traffic.PAGE, traffic.psid_of(number))
    text = SendChat(id=f"{name}.1", to=traffic.psid_of(number), text="A new leaf is out.")
    posting = Posting(lane=lane, item=encode_posted(text))
    person = create_record(name, Identity(page=traffic.PAGE, psid=traffic.psid_of(number)), system_now())
    await store.commit(Commit(subscriber=name, version=0, record=records.encode(person), outbox=(posting,)))
