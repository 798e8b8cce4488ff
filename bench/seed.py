"""Makes people who are in the store before a measurement: decided by the real rules, written through the Store port."""

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
from domain.effects import SendMail, UpdateAddress
from domain.events import Message
from domain.ports import Commit, Store
from domain.record import Identity, Subscriber
from flows.decide import wake_at
from onboarding.tuning.simulate import confirmed_person
from service.engine import build_commit
from service.engine.decide import create_record, decide_events
from service.workspace.edition import Edition

TOPIC, SEQUENCE, LAST_WAIT = "friday_leaf", "tasting_book", "second_chance"
ENTROPY = bytes(16)
AT_ONCE = 200
"""Writes on their way at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSeed:
    """Makes people for one edition of the rules."""

    edition: Edition
    now: datetime

    def welcomed_person(self, number: int) -> Decision:
        """Return a person who has just confirmed, with a welcome mail to queue."""
        person = self._confirmed_person(number, self.now)
        fact = Fact(name="confirmed", at=self.now, topic=TOPIC, address=person.consents[TOPIC].address)
        sequences = self.edition.rules.sequences
        outcome = onboarding.engine.decide.decide(sequences, person, None, (fact,), self._context_at(self.now))
        mails = (
            replace(effect, edition=self.edition.hash) for effect in outcome.effects if isinstance(effect, SendMail)
        )
        wake = onboarding.engine.decide.wake_at(sequences, outcome.record)
        return _seed_decision(outcome.record, mails=tuple(mails), wake_mail=wake)

    def waiting_person(self, number: int) -> Decision:
        """Return a person whose last wait in the sequence is over: waking decides, and sends nothing."""
        start = self.now - timedelta(days=40)
        record = self._welcomed_at(number, start)
        sequences = self.edition.rules.sequences
        while record.runs[SEQUENCE].step != LAST_WAIT:
            due = onboarding.engine.decide.wake_at(sequences, record) or self.now
            record = onboarding.engine.decide.decide(sequences, record, None, (), self._context_at(due)).record
        return _seed_decision(record, wake_mail=onboarding.engine.decide.wake_at(sequences, record))

    def nudged_person(self, number: int, at: datetime) -> Decision:
        """Return a person who was asked for an address and left; the nudge is due at ``at``."""
        identity = Identity(page=traffic.PAGE, psid=traffic.psid_of(number))
        record = create_record(KEYS.subscriber_id(identity.page, identity.psid), identity, self.now)
        # Twice: the first time shows how long after the question the nudge is due, the second puts the question there.
        record = self._chat_until_asked(record, self.now, number)
        due = wake_at(self.edition.rules.flows, record) or self.now
        asked = self.now - (due - at)
        record = self._chat_until_asked(create_record(record.id, identity, asked), asked, number)
        return _seed_decision(record, wake_chat=wake_at(self.edition.rules.flows, record))

    def _chat_until_asked(self, record: Subscriber, at: datetime, number: int) -> Subscriber:
        texts = traffic.TALK[:2]
        events = [Message(id=f"{number}.{place}", at=at, text=text) for place, text in enumerate(texts)]
        return decide_events(record, events, self._context_at(at), self.edition.rules).record

    def _welcomed_at(self, number: int, at: datetime) -> Subscriber:
        return PeopleSeed(edition=self.edition, now=at).welcomed_person(number).record

    def silent_person(self, number: int) -> Decision:
        """Return a person who has confirmed, and at whom no start by a condition was looked."""
        return _seed_decision(self._confirmed_person(number, self.now))

    def _confirmed_person(self, number: int, at: datetime) -> Subscriber:
        return confirmed_person(self.edition.config, KEYS, TOPIC, at, psid=traffic.psid_of(number))

    def _context_at(self, now: datetime) -> Context:
        return Context(now=now, entropy=ENTROPY, keys=KEYS, config=self.edition.config)


def _seed_decision(
    record: Subscriber,
    *,
    mails: tuple[SendMail, ...] = (),
    wake_chat: datetime | None = None,
    wake_mail: datetime | None = None,
) -> Decision:
    return Decision(
        record=replace(record, version=1), effects=mails, wake_chat=wake_chat, wake_mail=wake_mail, reasons=()
    )


def commit_of_newcomer(decision: Decision) -> Commit:
    """Return the commit that stores a new person."""
    return build_commit.build_commit(decision, version=0, events=(), now=decision.record.last_event_at, claim_ms=0)


async def write_people(store: Store, decisions: Iterable[Decision]) -> None:
    """Commit all decisions."""
    await run_concurrently(store.commit(commit_of_newcomer(decision)) for decision in decisions)


async def prove_addresses(store: Store, decisions: Iterable[Decision]) -> None:
    """Mark the address of each person as proven by them."""
    await run_concurrently(_prove_address(store, decision.record) for decision in decisions)


async def run_concurrently(jobs: Iterable[Awaitable[object]]) -> None:
    """Run all jobs, :data:`AT_ONCE` at a time."""
    waiting = iter(jobs)

    async def run_some() -> None:
        for job in waiting:
            await job

    await asyncio.gather(*(run_some() for _ in range(AT_ONCE)))


async def _prove_address(store: Store, record: Subscriber) -> None:
    for name in record.addresses:
        told = UpdateAddress(
            id=f"{record.id}:proof", address=name, change="confirmed", at=record.created_at, by="code", topic=TOPIC
        )
        state, _ = address_registry.apply_change(AddressState(), record.id, told)
        await store.save_address(name, version=0, state=address_registry.encode_state(state))


def time_from_ms(ms: int) -> datetime:
    """Return a time given in ms since the epoch."""
    return datetime.fromtimestamp(ms / 1000, UTC)
