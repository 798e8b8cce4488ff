"""What really happened, known to nobody in the installation, and the promises of ``docs/guarantees.md`` against it.

Two kinds of facts are kept apart.  What is written in the store goes back with it when a failover loses its end
(:class:`WatchedStore`); what people and providers have seen never does (:class:`Truth`).
"""

import copy
import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.event_ids import make_event_id
from domain import record as records
from domain.consent import ledger
from domain.effects import SendChat, SendMail, decode_posted
from domain.ports import MARKETING, Begun, Claim, Commit, CommitStatus, Committed, SendStatus
from domain.record import Subscriber
from tests.support.memory_store.partition import PartitionData
from tests.support.memory_store.store import MemoryStore

MOST_APART_SECONDS = 302
"""The clock of a process that decides may be five minutes wrong, and some drift."""
FENCE_SECONDS = 3.0
"""A message may leave so long after another process has settled it: what was on the wire cannot be called back."""
ECHO_SECONDS = 10.0
REMEMBERED_SECONDS = 6 * 86_400
FINAL = frozenset({"sent", "failed", "refused", "unknown"})


@dataclass(slots=True)
class Truth:
    """What people and providers saw, and what was broken."""

    now: Callable[[], float]
    epoch_ms: int
    keeps_history: bool = False
    history: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Promises that were not kept."""
    injected: Counter[str] = field(default_factory=Counter)
    """Faults by kind."""
    lost_at: float = -1.0
    """When a failover last lost what had been answered, which without a replica nobody promises not to do.

    What is answered, sent and settled after it is judged as ever; what came before is counted (:attr:`cost`)."""
    cost: Counter[str] = field(default_factory=Counter)
    """What such failovers cost: events that were answered and are lost, messages and mails that went again."""
    answered: dict[str, str] = field(default_factory=dict)
    """Person by event id, for everything that was answered 200 or 202."""
    committed_at: dict[str, float] = field(default_factory=dict)
    """When an event was committed last, be it in a store that lost it."""
    said_yes: Counter[str] = field(default_factory=Counter)
    """How often a person agreed."""
    proved: set[str] = field(default_factory=set)
    """Who has ever given a code back, or pressed the button of the mail."""
    withdrawals: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    """When the latest withdrawal of a person and topic was asked for, and answered."""
    chats: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Times at which a message reached a person's thread, by its nonce."""
    mails: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Times at which a mail was taken by the mail server, by send id."""
    echoed_at: dict[str, float] = field(default_factory=dict)
    """When the echo of a message was answered 200."""
    begun: dict[str, tuple[float, str]] = field(default_factory=dict)
    """Time of the newest attempt at a message or mail, and the process that began it."""
    first_try: dict[str, float] = field(default_factory=dict)
    """When the first attempt at a message or mail began."""
    on_begin: Callable[[str], None] | None = None
    """Hears the process that begins the next attempt."""
    on_marketing: Callable[[str], None] | None = None
    """Hears whom a marketing mail is decided for."""
    newest_chat: dict[str, int] = field(default_factory=dict)
    """Place of the newest message that reached a person, among those posted to them."""

    def note(self, text: str) -> None:
        """Write a line of the history."""
        if self.keeps_history:
            self.history.append(f"{self.now():10.3f}  {text}")

    def inject(self, kind: str, text: str = "") -> None:
        """Count a fault."""
        self.injected[kind] += 1
        self.note(f"-- fault: {kind} {text}")

    def accuse(self, promise: str) -> None:
        """Note a promise that was not kept."""
        self.note(f"## BROKEN: {promise}")
        self.broken.append(promise)

    def note_answer(self, event_ids: tuple[str, ...], subscriber: str) -> None:
        """Note that these events were answered 200."""
        for event_id in event_ids:
            self.answered[event_id] = subscriber

    def see_chat(self, store: "WatchedStore", subscriber: str, nonce: str, written_at: float, process: str) -> None:
        """Judge a message that reaches a person."""
        begun_at, _ = self.begun.get(nonce, (0.0, ""))
        self.note(f"chat {nonce} reaches the person ({len(self.chats[nonce]) + 1})")
        if nonce not in self.begun:
            self.accuse("a chat message was sent without an attempt that the store knows of")
        if self.chats[nonce] and self.first_try[nonce] <= self.lost_at:
            self.cost["chat messages that came again"] += 1
        elif self.chats[nonce]:
            if nonce in self.echoed_at and begun_at > self.echoed_at[nonce]:
                self.accuse("a chat message was sent again although its echo had been answered")
            if begun_at < self.first_try[nonce] + ECHO_SECONDS - 0.01:
                self.accuse("a chat message was sent again without waiting for its echo")
        self._judge_fence(store, nonce, begun_at, written_at, process, "chat message")
        place = store.places.get(nonce)
        if not self.chats[nonce] and self.lost_at < 0 and place is not None:
            if place < self.newest_chat.get(subscriber, -1):
                self.accuse("chat messages reached a person in another order than they were decided")
            self.newest_chat[subscriber] = place
        self.chats[nonce].append(self.now())

    def see_mail(self, store: "WatchedStore", send_id: str, lane: str, written_at: float, process: str) -> None:
        """Judge a mail that the mail server takes."""
        self.note(f"mail {send_id} is taken by the mail server ({lane}, {len(self.mails[send_id]) + 1})")
        begun_at, _ = self.begun.get(send_id, (0.0, ""))
        if send_id not in self.begun:
            self.accuse("a mail was sent without an attempt that the store knows of")
        if lane == MARKETING and self.mails[send_id]:
            if self.first_try[send_id] > self.lost_at:
                self.accuse("a marketing mail was sent twice")
            else:
                self.cost["marketing mails that came again"] += 1
        self._judge_fence(store, send_id, begun_at, written_at, process, "mail")
        self.mails[send_id].append(self.now())

    def _judge_fence(
        self, store: "WatchedStore", item: str, begun_at: float, written_at: float, process: str, what: str
    ) -> None:
        settled_at, by = store.settled.get(item, (None, ""))
        if settled_at is None or settled_at <= self.lost_at:
            return
        if begun_at > settled_at or (by != process and written_at > settled_at + FENCE_SECONDS):
            self.accuse(f"a {what} was sent after another process had brought it to its end")


class WatchedStore(MemoryStore):
    """The store in memory, with an eye on every write."""

    def __init__(self, truth: Truth, partitions: int, server_ms: Callable[[], int]) -> None:
        """Begin empty."""
        super().__init__(partitions, server_ms=server_ms)
        self.truth = truth
        self.caller = ""
        """The process whose command is done."""
        self.sent_at = 0.0
        """When it was sent."""
        self.committed: dict[str, str] = {}
        """Person by event id."""
        self.places: dict[str, int] = {}
        """Place of each chat message among those posted to its person."""
        self.settled: dict[str, tuple[float, str]] = {}
        """When a message or mail came to its end, and by which process."""
        self.went: dict[str, float] = {}
        """Since when a message or mail was settled as sent, by the event that would say that it was refused."""
        self.confirmations: Counter[str] = Counter()
        """How often somebody's consent became confirmed."""
        self.confirmed_at: dict[str, float] = {}
        """When it did so last."""

    def copy_state(self) -> "WatchedStore":
        """Return another server with the same data."""
        copied = WatchedStore(self.truth, self.partitions, self._clock)
        copied.copy_from(self)
        return copied

    async def commit(self, commit: Commit) -> Committed:
        """Commit; what changes is compared with what people did."""
        before = self._data_of(commit.subscriber).records.get(commit.subscriber)
        committed = await super().commit(commit)
        if committed.status is not CommitStatus.COMMITTED:
            return committed
        for event_id in commit.event_ids:
            # Ids are kept for seven days; whatever comes again after that is new.
            if event_id in self.committed and self.truth.now() < REMEMBERED_SECONDS:
                self.truth.accuse("an event changed a record twice")
            self.committed[event_id] = commit.subscriber
            self.truth.committed_at[event_id] = self.truth.now()
            # What was decided while nobody knew more, such as the echo a moment later, cannot be called back.
            if self.sent_at > self.went.get(event_id, math.inf) + FENCE_SECONDS:
                self.truth.accuse("a message or mail was said to be refused after it had been settled as sent")
        after = records.decode(commit.record)
        self.truth.note(f"{self.caller} commits {after.id[:6]} v{commit.next_version} {list(commit.event_ids)}")
        self._judge_record(records.decode(before[1]) if before else None, after)
        for posting in commit.outbox:
            item = decode_posted(posting.item)
            self.truth.note(f"    posts {type(item).__name__} {item.id} in {posting.lane}")
            if self.truth.on_marketing and posting.lane == MARKETING:
                self.truth.on_marketing(after.id)
            if isinstance(item, SendChat):
                self.places.setdefault(item.id, len(self.places))
        return committed

    def _judge_record(self, before: Subscriber | None, after: Subscriber) -> None:
        truth = self.truth
        # A command that the store took late was decided when it was sent, or after that.
        decided, apart = after.last_event_at.timestamp() - truth.epoch_ms / 1000, MOST_APART_SECONDS
        is_new = before is None or before.last_event_at != after.last_event_at
        if is_new and not self.sent_at - apart <= decided <= truth.now() + apart:
            truth.accuse("a record was decided at a time that is not now")
        for topic, consent in after.consents.items():
            was = before.consents.get(topic) if before else None
            if consent.status != "confirmed" or (was and was.status == "confirmed"):
                continue
            self.confirmations[after.id] += 1
            self.confirmed_at[after.id] = truth.now()
            truth.note(f"    consent of {after.id[:6]} is confirmed")
            if after.id not in truth.proved:
                truth.accuse("a consent was confirmed without proof of the mailbox")
            if self.confirmations[after.id] > truth.said_yes[after.id]:
                truth.accuse("a consent came out of a no")

    async def begin(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Begin an attempt; a marketing mail needs a consent at this very moment."""
        begun = await super().begin(claim, send_id=send_id, version=version)
        item = decode_posted(claim.item)
        self.truth.note(f"{self.caller} begins {item.id}: {begun.name}")
        if begun is Begun.YES:
            now = self.truth.now()
            self.truth.begun[item.id] = now, self.caller
            self.truth.first_try.setdefault(item.id, now)
            if self.truth.on_begin:
                self.truth.on_begin(self.caller)
            if isinstance(item, SendMail) and claim.lane == MARKETING:
                self._judge_consent(claim.subscriber, item)
        return begun

    def _judge_consent(self, subscriber: str, mail: SendMail) -> None:
        stored = self._data_of(subscriber).records.get(subscriber)
        record = records.decode(stored[1]) if stored else None
        consent = record.consents.get(mail.topic) if record else None
        if record is None or consent is None or consent.status != "confirmed" or consent.address != mail.address:
            self.truth.accuse("an attempt at a marketing mail began without a confirmed consent")
            return
        pressed_at, answered_at = self.truth.withdrawals.get((subscriber, mail.topic), (0.0, math.inf))
        if answered_at < self.truth.now() and self.confirmed_at[subscriber] < pressed_at:
            if pressed_at > self.truth.lost_at:
                self.truth.accuse("an attempt at a marketing mail began after the unsubscribe was answered")
            else:
                self.truth.cost["mails after an unsubscribe that was lost"] += 1

    async def settle(
        self, claim: Claim, *, send_id: str = "", status: SendStatus = "sent", note: str = "", lease_ms: int = 0
    ) -> tuple[bool, Claim | None]:
        """End a head."""
        settled = await super().settle(claim, send_id=send_id, status=status, note=note, lease_ms=lease_ms)
        item = decode_posted(claim.item)
        self.truth.note(f"{self.caller} settles {item.id} as {status} ({note}): {settled[0]}")
        if settled[0]:
            self._note_end(claim.subscriber, item.id, status)
            self._judge_end(item, status)
        return settled

    def _judge_end(self, item: object, status: SendStatus) -> None:
        truth = self.truth
        if status != "sent":
            return
        if isinstance(item, SendChat) and item.id not in truth.chats:
            truth.accuse("a chat message counts as sent that the platform never took")
        if isinstance(item, SendMail) and item.id not in truth.mails:
            truth.accuse("a mail counts as sent that the mail server never took")

    def _note_end(self, subscriber: str, item: str, status: str) -> None:
        self.settled[item] = self.truth.now(), self.caller
        if status == "sent":
            for event_id in (f"refused:{item}", make_event_id("refused", subscriber, item)):
                self.went[event_id] = self.truth.now()

    async def retry(
        self, claim: Claim, *, delay_ms: int, send_id: str = "", keep_attempt: bool = False, counted: bool = True
    ) -> bool:
        """Put a head back."""
        done = await super().retry(
            claim, delay_ms=delay_ms, send_id=send_id, keep_attempt=keep_attempt, counted=counted
        )
        if self.truth.keeps_history:
            self.truth.note(f"{self.caller} puts {decode_posted(claim.item).id} back for {delay_ms} ms: {done}")
        return done

    async def confirm_delivery(self, lane: str, subscriber: str, item_id: str) -> bool:
        """Settle by an echo."""
        done = await super().confirm_delivery(lane, subscriber, item_id)
        self.truth.note(f"{self.caller} settles {item_id} by its echo: {done}")
        if done:
            self._note_end(subscriber, item_id, "sent")
        return done

    def knows_person(self, subscriber: str) -> bool:
        """Return True if there is a record; a lost end may have taken it away."""
        return subscriber in self._data_of(subscriber).records

    def copy_from(self, other: "WatchedStore") -> None:
        """Take over the data of another server."""
        copy_state(other, self)
        for outbox, data in zip(self._outboxes, self._partitions, strict=True):
            outbox._data = data

    # -- at the end ------------------------------------------------------------------------------------------
    def waiting_items(self) -> list[str]:
        """Return what still waits in the lanes."""
        return [
            f"{lane} {item_of(raw)}"
            for data in self._partitions
            for (lane, _), items in data.waiting_lists.items()
            for raw in items
        ]

    def judge_end(self) -> None:
        """Compare what is left with everything that was promised."""
        truth = self.truth
        for waiting in self.waiting_items():
            truth.accuse(f"something waits for ever: {waiting}")
        for data in self._partitions:
            self._judge_ledgers(data)
            if data.quarantined:
                truth.accuse("a record is quarantined")
        for event_id, subscriber in truth.answered.items():
            if event_id in self.committed:
                continue
            if truth.committed_at.get(event_id, math.inf) <= truth.lost_at:
                truth.cost["events that were answered and are lost"] += 1
            else:
                truth.accuse(f"an event of {subscriber[:6]} was answered and is lost ({event_id})")
        for nonce in self.places:
            if nonce not in self.settled:
                truth.accuse(f"a chat message was decided and never came to an end: {nonce}")

    def _judge_ledgers(self, data: PartitionData) -> None:
        for lines in data.send_ledgers.values():
            for line in lines.values():
                if line.status not in FINAL:
                    self.truth.accuse(f"the send ledger never came to an end: {line.id} {line.status}")
        for name, (_, raw) in data.records.items():
            record = records.decode(raw)
            try:
                ledger.verify_chain(data.consent_ledgers[name], record.ledger_size, record.ledger_head)
            except ledger.BrokenChainError as error:
                self.truth.accuse(f"a consent ledger is broken: {error}")


def item_of(raw: bytes) -> str:
    """Return kind and id of a waiting item."""
    item = decode_posted(raw)
    return f"{type(item).__name__} {item.id}"


STATE = (
    "_partitions", "_leases", "_mark", "_asked", "_confirmed", "_meta", "_pools", "_seats", "_live_edition",
    "committed", "places", "settled", "went", "confirmations", "confirmed_at",
)  # fmt: skip
"""Everything that a server has written."""


def copy_state(source: WatchedStore, target: WatchedStore) -> None:
    """Copy what one server has written to another."""
    memo: dict[int, Any] = {}  # one for all, so that parts which share something share it in the copy, too
    for name in STATE:
        setattr(target, name, copy.deepcopy(getattr(source, name), memo))
