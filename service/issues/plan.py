"""What releasing an issue would do: who gets which mail, who is left out and why.  Nothing is sent or changed."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct

from domain.consent import address_registry
from domain.consent.mail_providers import name_provider
from domain.keyring import Keyring
from domain.ports import Store
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from language.zones import zone_of_person
from onboarding.issues.offers import Offer, Release, look_at_reader
from service.issues.read_readers import Reader, ReaderScan
from service.issues.states import IssueStates

COMPARED = 5
"""Earlier issues beside which a plan stands."""
AFTER = timedelta(days=7)
"""How long after an issue those who unsubscribe are counted as its."""


class PastIssue(Struct, frozen=True, kw_only=True):
    """What an earlier issue came to."""

    name: str
    at: datetime
    sent: int
    unsubscribed: int
    """Who withdrew its topic within a week of it."""


class IssuePlan(Struct, frozen=True, kw_only=True):
    """The answer of a plan."""

    issue: str
    topic: str
    at: datetime
    """When it was made."""
    readers: int
    """Who gets it as things are now."""
    languages: dict[str, int]
    mails: dict[str, int]
    zones: dict[str, int]
    providers: dict[str, int]
    left_out: dict[str, int]
    begins: datetime | None
    """When the first mail may begin; None without a reader."""
    ends: datetime | None
    """When the last one may."""
    past: tuple[PastIssue, ...] = ()

    @property
    def expected_unsubscribes(self) -> float | None:
        """How many will unsubscribe if it goes as with those before; None if there is nothing to compare with."""
        sent = sum(issue.sent for issue in self.past)
        return self.readers * sum(issue.unsubscribed for issue in self.past) / sent if sent else None


@dataclass(slots=True, kw_only=True)
class IssuePlanner:
    """Makes the plan of one release."""

    store: Store
    keys: Keyring
    config: WorkspaceConfig
    release: Release
    now: datetime

    async def make_plan(self, states: IssueStates) -> IssuePlan:
        """Read all readers, and return the plan."""
        counts: dict[str, Counter[str]] = {name: Counter() for name in ("language", "mail", "zone", "provider", "out")}
        starts: list[datetime] = []
        async for record, offer, left_out in self._look_at_all():
            if left_out:  # and not counted as a reader: the number that is typed is that of mails
                counts["out"][left_out] += 1
                continue
            for name, value in self._describe(record, offer):
                counts[name][value] += 1
            # Only the ends are kept: a million moments would be as many values.
            starts = [min((*starts, offer.at)), max((*starts, offer.at))]
        return IssuePlan(
            issue=self.release.issue.name,
            topic=self.release.issue.topic,
            at=self.now,
            readers=counts["language"].total(),
            languages=dict(counts["language"].most_common()),
            mails=dict(counts["mail"].most_common()),
            zones=dict(counts["zone"].most_common()),
            providers=dict(counts["provider"].most_common()),
            left_out=dict(counts["out"].most_common()),
            begins=starts[0] if starts else None,
            ends=starts[1] if starts else None,
            past=await self._compare(states),
        )

    async def list_people(self, reason: str) -> list[Reader]:
        """Return who is left out for a reason that begins with these words."""
        found = self._look_at_all()
        return [Reader(record=record, line=None) async for record, _, out in found if out and out.startswith(reason)]

    async def _look_at_all(self) -> AsyncIterator[tuple[Subscriber, Offer, str]]:
        """Yield every reader, what the release is to them, and why they are left out."""
        scan = ReaderScan(store=self.store, keys=self.keys, issue=self.release.issue, released_at=self.now)
        for number in range(self.store.partitions):
            async for reader in scan.read_partition(number, self.now):
                offer = look_at_reader(self.release, reader.record, self.keys, self.config, self.now)
                yield reader.record, offer, offer.judgement.left_out or await self._ask_address(reader.record, offer)

    async def _ask_address(self, record: Subscriber, offer: Offer) -> str:
        """Return why the address gets no such mail; empty if it does."""
        # Only read: admitting would write that this address has the issue.
        raw, _ = await self.store.load_address(offer.mail.address)
        state = address_registry.decode_state(raw)
        admission = address_registry.admit_mail(state, offer.mail, record, self.now, self.config.limits)[1]
        return admission.reason if admission.answer == "no" else ""

    def _describe(self, record: Subscriber, offer: Offer) -> Iterator[tuple[str, str]]:
        yield "language", offer.mail.language
        yield "mail", offer.mail.template or "winner"
        yield "zone", zone_of_person(record, self.config.timezone, self.now).key
        yield "provider", name_provider(record.addresses[offer.mail.address].email)

    async def _compare(self, states: IssueStates) -> tuple[PastIssue, ...]:
        # Of those that were stopped nobody knows what they would have cost.
        done = [(name, state) for name, state in states.items() if state.state == "done" and state.began_at]
        latest = sorted(done, key=lambda item: item[1].began_at or self.now)[-COMPARED:]
        return tuple([
            PastIssue(
                name=name,
                at=state.began_at,
                sent=state.result.get("sent", 0),
                unsubscribed=await self._count_unsubscribed(state.began_at),
            )
            for name, state in latest
            if state.began_at
        ])  # fmt: skip

    async def _count_unsubscribed(self, began_at: datetime) -> int:
        # Who withdrew stands at minus the second of it.
        first, last = int(began_at.timestamp()), int((began_at + AFTER).timestamp())
        return await self.store.count_readers(self.release.issue.topic, -last, -first)
