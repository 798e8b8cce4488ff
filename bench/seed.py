"""People who are in the store before the clock runs: decided by the real rules, written through the Store port."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

import onboarding.engine.decide
from bench import traffic
from bench.service import KEYS
from domain.consent import address_registry
from domain.consent.address_registry import AddressState
from domain.decision import Context, Decision, Fact
from domain.effects import SendMail, TellAddress
from domain.events import Message
from domain.ports import Commit, Store
from domain.record import Identity, Subscriber
from flows.decide import wake_at
from onboarding.tuning.simulate import confirmed_person
from service.engine import build_commit
from service.engine.decide import create, decide
from service.workspace.edition import Edition

TOPIC, SEQUENCE, LAST_WAIT = "friday_leaf", "tasting_book", "second_chance"
ENTROPY = bytes(16)
AT_ONCE = 200
"""Writes on their way at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """Makes people for one edition of the rules."""

    edition: Edition
    now: datetime

    def welcomed(self, number: int) -> Decision:
        """Return somebody who has just confirmed, and whose welcome mail is to be queued."""
        person = self._confirmed(number, self.now)
        fact = Fact(name="confirmed", at=self.now, topic=TOPIC, address=person.consents[TOPIC].address)
        sequences = self.edition.rules.sequences
        outcome = onboarding.engine.decide.decide(sequences, person, None, (fact,), self._context(self.now))
        mails = (replace(one, edition=self.edition.hash) for one in outcome.effects if isinstance(one, SendMail))
        wake = onboarding.engine.decide.wake_at(sequences, outcome.record)
        return _decision(outcome.record, mails=tuple(mails), wake_mail=wake)

    def waited(self, number: int) -> Decision:
        """Return somebody whose last wait of the tasting book is over: waking decides, and sends nothing."""
        start = self.now - timedelta(days=40)
        record = self._welcomed_at(number, start)
        sequences = self.edition.rules.sequences
        while record.runs[SEQUENCE].step != LAST_WAIT:
            due = onboarding.engine.decide.wake_at(sequences, record) or self.now
            record = onboarding.engine.decide.decide(sequences, record, None, (), self._context(due)).record
        return _decision(record, wake_mail=onboarding.engine.decide.wake_at(sequences, record))

    def nudged(self, number: int, at: datetime) -> Decision:
        """Return somebody who was asked for an address and left; the nudge is due at ``at``."""
        identity = Identity(page=traffic.PAGE, psid=traffic.psid(number))
        record = create(KEYS.subscriber_id(identity.page, identity.psid), identity, self.now)
        record = self._chat(record, self.now, number)
        due = wake_at(self.edition.rules.flows, record) or self.now
        asked = self.now - (due - at)
        record = self._chat(create(record.id, identity, asked), asked, number)
        return _decision(record, wake_chat=wake_at(self.edition.rules.flows, record))

    def _chat(self, record: Subscriber, at: datetime, number: int) -> Subscriber:
        texts = traffic.TALK[:2]
        events = [Message(id=f"{number}.{place}", at=at, text=text) for place, text in enumerate(texts)]
        return decide(record, events, self._context(at), self.edition.rules).record

    def _welcomed_at(self, number: int, at: datetime) -> Subscriber:
        return Seed(edition=self.edition, now=at).welcomed(number).record

    def _confirmed(self, number: int, at: datetime) -> Subscriber:
        return confirmed_person(self.edition.config, KEYS, TOPIC, at, psid=traffic.psid(number))

    def _context(self, now: datetime) -> Context:
        return Context(now=now, entropy=ENTROPY, keys=KEYS, config=self.edition.config)


def _decision(
    record: Subscriber,
    *,
    mails: tuple[SendMail, ...] = (),
    wake_chat: datetime | None = None,
    wake_mail: datetime | None = None,
) -> Decision:
    return Decision(
        record=replace(record, version=1), effects=mails, wake_chat=wake_chat, wake_mail=wake_mail, reasons=()
    )


def commit(decision: Decision) -> Commit:
    """Return the commit of somebody new."""
    return build_commit.commit(decision, version=0, events=(), now=decision.record.last_event_at, claim_ms=0)


async def write(store: Store, decisions: Iterable[Decision]) -> None:
    """Write people."""
    await at_once(store.commit(commit(one)) for one in decisions)


async def prove(store: Store, decisions: Iterable[Decision]) -> None:
    """Let the address of each of them be theirs."""
    await at_once(_prove(store, one.record) for one in decisions)


async def at_once(jobs: Iterable[Awaitable[object]]) -> None:
    """Run so many jobs, some of them at a time."""
    waiting = iter(jobs)

    async def some() -> None:
        for job in waiting:
            await job

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def _prove(store: Store, record: Subscriber) -> None:
    for name in record.addresses:
        told = TellAddress(
            id=f"{record.id}:proof", address=name, change="confirmed", at=record.created_at, by="code", topic=TOPIC
        )
        state, _ = address_registry.apply(AddressState(), record.id, told)
        await store.save_address(name, version=0, state=address_registry.encode(state))


def moment(ms: int) -> datetime:
    """Return a time given in ms since the epoch."""
    return datetime.fromtimestamp(ms / 1000, UTC)
