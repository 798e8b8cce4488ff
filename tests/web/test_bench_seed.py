"""The people whom the bench puts into the store."""

import asyncio
from datetime import UTC, datetime, timedelta

from bench.seed import LAST_WAIT, SEQUENCE, PeopleSeed, prove_addresses, write_people
from bench.service import KEYS
from domain import record as records
from domain.consent import address_registry, decisions
from domain.decision import Context
from domain.effects import SendChat, SendMail
from domain.record import Subscriber
from onboarding.engine.decide import refusal_reason
from service.engine.decide import decide_events
from service.workspace.edition import load_edition
from tests.support.memory_store.store import MemoryStore

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""Night, when marketing mail waits: the bench must give the same figures at any hour."""
SEED = PeopleSeed(edition=load_edition(None)[0], now=NOW)


def wake(record: Subscriber, now: datetime) -> tuple[object, ...]:
    """Wake somebody; return what is sent."""
    context = Context(now=now, entropy=bytes(16), keys=KEYS, config=SEED.edition.config)
    effects = decide_events(record, (), context, SEED.edition.rules).effects
    return tuple(effect for effect in effects if isinstance(effect, SendChat | SendMail))


def test_a_welcome_mail_passes_every_gate() -> None:
    """Somebody welcomed has one mail queued, which consent and sequence let go."""
    person = SEED.welcomed_person(7)

    (mail,) = person.effects

    assert isinstance(mail, SendMail)
    assert (mail.template, mail.edition) == ("welcome", SEED.edition.hash)
    assert decisions.mail_refusal(person.record, mail, NOW) == ""
    assert refusal_reason(SEED.edition.rules.sequences, person.record, mail, NOW) == ""


def test_who_waited_is_due_and_woken_without_a_mail() -> None:
    """The last wait is over before now, and its end ends the sequence."""
    person = SEED.waiting_person(7)

    assert person.wake_mail is not None
    assert person.wake_mail < NOW
    assert person.record.runs[SEQUENCE].step == LAST_WAIT
    assert wake(person.record, NOW) == ()


def test_a_nudge_comes_due_at_the_asked_moment() -> None:
    """Somebody who left at the question for an address is reminded then, and not before."""
    at = NOW + timedelta(seconds=5)
    person = SEED.nudged_person(7, at)

    assert person.wake_chat == at
    assert [type(one) for one in wake(person.record, at)] == [SendChat]
    assert wake(person.record, at - timedelta(seconds=1)) == ()


async def test_seeded_people_are_in_the_store() -> None:
    """Record, due index, queued mail and the owner of the address are all written."""
    store = MemoryStore(server_ms=lambda: 0)
    people = [SEED.welcomed_person(number) for number in range(3)]

    await prove_addresses(store, people)
    await write_people(store, people)

    loaded = await asyncio.gather(*(store.load(one.record.id) for one in people))
    assert [records.decode(one.record or b"") for one in loaded] == [one.record for one in people]
    assert [line.status for one in people for line in await store.sends_of(one.record.id)] == ["queued"] * 3
    states = [(await store.load_address(name))[0] for one in people for name in one.record.addresses]
    owners = [address_registry.decode_state(state).owner for state in states]
    assert owners == [one.record.id for one in people]
