"""Readers whose mailboxes are at providers of the test's choice, in the store of a running service."""

from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace

from domain.keyring import Keyring
from domain.record import Profile, Subscriber
from service.issues.index_readers import META as INDEXED
from tests.support.issue_readers import make_readers, noon_zone, write_readers
from tests.support.running_service import RunningService

DAY = timedelta(days=1)


def move_mailbox(record: Subscriber, domain: str, keys: Keyring) -> Subscriber:
    """Return a reader whose mailbox is at a domain."""
    [(old, held)] = record.addresses.items()
    email = f"{held.email.partition('@')[0]}@{domain}"
    new = keys.address_hash(email)
    consents = {topic: replace(consent, address=new) for topic, consent in record.consents.items()}
    assert old != new
    return replace(record, addresses={new: replace(held, email=email)}, consents=consents)


async def add_readers(running: RunningService, number: int, find_domain: Callable[[int], str], topic: str) -> list[str]:
    """Write so many readers, and return their names; the higher the number, the later they did anything."""
    doorstep = running.demo.doorstep
    now, config = doorstep.clock.now(), doorstep.editions.current_config()
    readers = []
    for place, record in make_readers(range(1, number + 1), config, doorstep.keys, topic, now):
        moved = move_mailbox(record, find_domain(place), doorstep.keys)
        engaged = (now - (number - place + 20) * DAY).replace(microsecond=0)
        readers.append(replace(moved, engaged_at=engaged, channels={}, profile=Profile(timezone=noon_zone(now))))
    # Numbered as one whom nothing keeps out: which of them are left out is not this test's.
    await write_readers(doorstep.store, ((1, record) for record in readers), topic)
    await doorstep.store.save_meta(INDEXED, b"1")
    return [record.id for record in readers]
