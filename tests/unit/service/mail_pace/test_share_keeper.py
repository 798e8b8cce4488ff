"""Two processes take places of one share: never more than there are, and what did not go is given back."""

import asyncio
from datetime import timedelta

from msgspec.structs import replace

from domain.declarations import RampUp
from email_out.transports.base import Delivered, RetryLater
from service.mail_pace.providers import ProviderBook
from service.mail_pace.share_keeper import ShareKeeper, load_shares
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
