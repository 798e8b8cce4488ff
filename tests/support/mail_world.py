"""A small world for the mail tests: a store in memory, a transact that knows consent only, and mails to send."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files

from msgspec.structs import replace

import email_out
from domain import record as records
from domain.consent import decisions, double_opt_in
from domain.consent.address_registry import YES, Admission
from domain.decision import Context
from domain.effects import SendMail, encode_posted
from domain.events import AnyEvent
from domain.ports import (
    MARKETING,
    TRANSACTIONAL,
    Claim,
    Commit,
    CommitStatus,
    Loaded,
    Posting,
    StoreAwayError,
    Transacted,
)
from domain.record import Identity, Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.delivery.sender import MailSender
from email_out.templates.catalog import MailCatalog
from email_out.templates.compile import compile_mails
from email_out.transports.base import Transport
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, MAIL, NOON, SHIPPED_CONFIG, TOPIC, ask_for_proof, code_of, deciding_context

PUBLIC = "https://doorstep.example.com"
SHIPPED = {
    f"emails/{path.name}": path.read_text("utf-8")
    for path in (files(email_out) / "library").iterdir()
    if path.name.endswith((".mjml", ".txt"))
}
"""The mails that ship, as a workspace holds them."""
CATALOG: MailCatalog = compile_mails(SHIPPED, SHIPPED_CONFIG)[0]
ADDRESS = KEYS.address_hash(MAIL)


def unconfirmed_person(email: str = MAIL) -> tuple[Subscriber, SendMail]:
    """Return somebody who is to confirm, and the confirmation mail."""
    outcome, _ = ask_for_proof(email=email)
    mail = next(effect for effect in outcome.effects if isinstance(effect, SendMail))
    return replace(outcome.record, version=1), mail


def confirmed_reader(email: str = MAIL, language: str = "") -> tuple[Subscriber, SendMail]:
    """Return somebody who confirmed, and a welcome mail for them."""
    record, address = ask_for_proof(email=email)[0].record, KEYS.address_hash(email)
    _, done = double_opt_in.confirm_by_code(record, code_of(record, address), deciding_context(), mid="m2")
    mail = replace(welcome_mail(), address=address, language=language or "en")
    return replace(done.record, version=1, language=language), mail


def welcome_mail(template: str = "welcome") -> SendMail:
    """Return a marketing mail to Mia."""
    return SendMail(
        id=KEYS.send_id("run", template),
        template=template,
        address=ADDRESS,
        lane="marketing",
        language="en",
        queued_at=NOON,
        topic=TOPIC,
        sequence="tasting_book",
        run=1,
        step=template,
    )


class AwayStore(MemoryStore):
    """A store that can be away."""

    away = False

    async def load(self, subscriber: str, event_ids: Sequence[str] = ()) -> Loaded:
        """Raise while away."""
        if self.away:
            message = "away"
            raise StoreAwayError(message)
        return await super().load(subscriber, event_ids)


@dataclass
class MailWorld:
    """Store, time and what happened."""

    now: datetime = NOON
    server_ms: int = 1_000_000
    config: WorkspaceConfig = SHIPPED_CONFIG
    verdict: Admission = YES
    sequence_refusal: str = ""
    """Refusal of the sequence gate; empty if it lets mails pass."""
    paused: bool = False
    """Whether mails are paused."""
    event_meanwhile: AnyEvent | None = None
    """An event that arrives while the address is admitted; happens once."""
    events: list[AnyEvent] = field(default_factory=list)
    """Everything that was committed."""
    unsubscribed: list[tuple[str, str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the store on this world's server clock."""
        self.store = AwayStore(server_ms=lambda: self.server_ms)

    async def store_person(self, person: Subscriber) -> None:
        """Put a record into the store."""
        await self.store.commit(Commit(subscriber=person.id, version=0, record=records.encode(person)))

    async def store_with_mails(self, person: Subscriber, *mails: SendMail) -> Claim:
        """Put a record and its mails into the store; return the claim of the first."""
        outbox = tuple(Posting(lane=lane_of(mail), item=encode_posted(mail), send_id=mail.id) for mail in mails)
        await self.store.commit(Commit(subscriber=person.id, version=0, record=records.encode(person), outbox=outbox))
        return await self.claim_head(person, mails[0])

    async def claim_head(self, person: Subscriber, mail: SendMail) -> Claim:
        """Claim the head of this mail's lane, after any lease or back-off."""
        self.server_ms += int(timedelta(days=1).total_seconds() * 1000)
        claim = await self.store.claim(lane_of(mail), person.id, lease_ms=60_000)
        assert claim
        return claim

    async def load_record(self, person: Subscriber) -> Subscriber:
        """Return what is stored."""
        raw = (await self.store.load(person.id)).record
        assert raw
        return records.decode(raw)

    async def list_statuses(self, person: Subscriber) -> list[tuple[str, str]]:
        """Return status and note of every mail."""
        lines = await self.store.sends_of(person.id)
        return sorted((line.status, line.note) for line in lines)

    async def transact(
        self,
        subscriber: str,
        events: Sequence[AnyEvent],
        identity: Identity | None = None,
        *,
        held: Claim | None = None,
    ) -> Transacted:
        """Decide by consent alone and commit."""
        assert identity is None
        loaded = await self.store.load(subscriber, [event.id for event in events])
        assert loaded.record
        record = records.decode(loaded.record)
        fresh = [event for event in events if event.id not in loaded.seen]
        context = Context(now=self.now, entropy=b"fresh bytes for a test", keys=KEYS, config=self.config)
        for event in fresh:
            record = decisions.apply_event(record, event, context).record
        record = replace(record, version=loaded.version + 1)
        ids = tuple(event.id for event in fresh)
        commit = Commit(
            subscriber=subscriber, version=loaded.version, record=records.encode(record), event_ids=ids, held=held
        )
        if (await self.store.commit(commit)).status is CommitStatus.LOST:
            return Transacted(record=record, fresh=frozenset())
        self.events += fresh
        return Transacted(record=record, fresh=frozenset(ids))

    async def note_unsubscribe(self, subscriber: str, address: str, topic: str, via: str) -> None:
        """Note it."""
        self.unsubscribed.append((subscriber, address, topic, via))

    async def _admit_mail(self, _mail: SendMail, record: Subscriber) -> Admission:
        if self.event_meanwhile:
            await self.transact(record.id, (self.event_meanwhile,))
            self.event_meanwhile = None
        return self.verdict

    async def _mails_of_edition(self, _edition: str) -> tuple[MailCatalog, WorkspaceConfig]:
        return CATALOG, self.config

    def make_sender(self, transport: Transport) -> MailSender:
        """Return a sender that uses this transport for both lanes."""
        return MailSender(
            store=self.store,
            transact=self.transact,
            keys=KEYS,
            clock=lambda: self.now,
            mails_of_edition=self._mails_of_edition,
            sequence_refusal=lambda _record, _mail, _now: self.sequence_refusal,
            admit=self._admit_mail,
            is_paused=lambda _mail: self.paused,
            transports={TRANSACTIONAL: transport, MARKETING: transport},
            public_url=PUBLIC,
        )


def lane_of(mail: SendMail) -> str:
    """Return the outbox lane of a mail."""
    return MARKETING if mail.lane == "marketing" else TRANSACTIONAL
