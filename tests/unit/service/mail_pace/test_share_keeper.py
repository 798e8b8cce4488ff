"""Two processes take places of one share: never more than there are, and what did not go is given back."""

import asyncio
from datetime import timedelta
from itertools import pairwise

from msgspec.structs import replace

from domain.declarations import RampUp
from email_out.transports.base import Delivered, RetryLater
from service.mail_pace.providers import ProviderBook
from service.mail_pace.share_keeper import MORNING_WAITS, ShareKeeper, find_midnight, load_shares
from tests.support.mail_world import confirmed_reader
from tests.support.memory_store.store import MemoryStore
from tests.support.people import NOON, SHIPPED_CONFIG

LIMIT, WANTED = 30, 50
MARKETING = SHIPPED_CONFIG.senders.marketing.model_copy(update={"rampup": RampUp(start=LIMIT)})
CONFIG = SHIPPED_CONFIG.model_copy(
    update={"senders": SHIPPED_CONFIG.senders.model_copy(update={"marketing": MARKETING})}
)


async def test_two_processes_share_one_day() -> None:
    """Fifty mails each want thirty places of all; asking again takes no second place, and one is given back."""
    store = MemoryStore(server_ms=lambda: 0)
    keepers = [
        ShareKeeper(store=store, clock=lambda: NOON, config=lambda: CONFIG, providers=ProviderBook()) for _ in range(2)
    ]
    person, welcome = confirmed_reader("mia@gmail.com")
    mails = [replace(welcome, id=f"m{number}", queued_at=NOON - timedelta(hours=1)) for number in range(WANTED)]
    taken = await asyncio.gather(*(keeper.take_place(person, mail) for mail in mails for keeper in keepers))
    again = [await keepers[0].take_place(person, mail) for mail in mails]

    assert taken.count("") == LIMIT
    assert set(taken) == {"", "Gmail's share of today is used up"}
    assert again.count("") == sum(not held for held in taken[::2])
    went, failed = (mail for mail, held in zip(mails, taken[::2], strict=True) if not held), RetryLater
    keepers[0].note_result(next(went), Delivered())
    keepers[0].note_result(next(went), failed(reason="451", failed=True))
    async with asyncio.timeout(10):
        while (await load_shares(store))["Gmail"].taken == LIMIT:  # noqa: ASYNC110  a place is given back beside, with no event
            await asyncio.sleep(0)
    assert (await load_shares(store))["Gmail"].taken == LIMIT - 1


def test_places_open_at_midnight_and_in_the_morning_for_those_who_were_here_lately_first() -> None:
    """By the clock of the workspace; nothing opens where nobody bounds the volume."""
    moments, configs = [NOON], [CONFIG]
    keeper = ShareKeeper(
        store=MemoryStore(server_ms=lambda: 0), clock=lambda: moments[-1], config=lambda: configs[-1],
        providers=ProviderBook(),
    )  # fmt: skip
    midnight = find_midnight(NOON.date(), CONFIG)
    turns = [timedelta(0), *(timedelta(hours=CONFIG.limits.quiet_until) + wait for wait in MORNING_WAITS)]
    for start, end in pairwise([*turns, timedelta(days=1)]):
        for moment in (midnight + start, midnight + end - timedelta(seconds=1)):
            moments.append(moment)
            assert keeper.find_opening() == midnight + start
    configs.append(SHIPPED_CONFIG)
    assert keeper.find_opening() is None
