"""What releasing an issue would do: who gets which mail, who is left out and why.  Nothing is sent or changed."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from domain.consent.mail_providers import domain_of, is_asked_of_dns, name_provider
from domain.keyring import Keyring
from domain.ports import Store
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from language.durations import format_duration
from language.zones import zone_of_person
from onboarding.issues.offers import Offer, Release, look_at_reader
from service.issues.read_readers import NOT_MEANT, Reader, ReaderScan, find_left_out
from service.issues.states import IssueStates
from service.mail_pace.providers import ProviderBook
from service.mail_pace.share_keeper import day_of, load_shares
from service.mail_pace.shares import TOGETHER, count_days, count_going
from service.workspace.edition import Edition

COMPARED = 5
"""Earlier issues beside which a plan stands."""
MOST_DOMAINS = 500
"""Domains of which a plan asks DNS who keeps their mailboxes."""
DNS_SECONDS = 5.0
"""How long a plan waits for DNS in all."""
AFTER = timedelta(days=7)
"""How long after an issue those who unsubscribe are counted as its."""


class PastIssue(Struct, frozen=True, kw_only=True):
    """What an earlier issue came to."""

    name: str
    at: datetime
    sent: int
    unsubscribed: int
    """Who withdrew its topic within a week of it, and before the next issue."""


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
    days: dict[str, int] = {}
    """By provider, on how many days its readers' mails go under the ramp-up; empty if nobody bounds the volume."""
    too_late: int = 0
    """Readers of whom the ramp-up would reach none within ``late``."""
    late: str = ""
    """How long after its moment the mail may begin, in words."""
    condition: str = ""
    """Which readers of the topic it is for, as it is written; empty if all of them."""
    not_meant: int = 0
    """Who confirmed the topic, and of whom the condition does not hold."""

    @property
    def confirmed(self) -> int:
        """Who confirmed the topic."""
        return self.readers + sum(self.left_out.values()) + self.not_meant

    @property
    def expected_unsubscribes(self) -> float | None:
        """How many will unsubscribe if it goes as with those before; None if there is nothing to compare with."""
        sent = sum(issue.sent for issue in self.past)
        return self.readers * sum(issue.unsubscribed for issue in self.past) / sent if sent else None


async def pick_same_topic(
    states: IssueStates, topic: str, live: Edition, find_edition: Callable[[str], Awaitable[Edition | None]]
) -> IssueStates:
    """Return the issues of a topic that came to their end; who withdrew says nothing of the issues of another."""
    picked = {}
    for name, state in states.items():
        if state.state != "done":
            continue
        issue = live.issues.issues.get(name)
        # Its file may be gone since, and an edition takes a second to compile: so only then the one it went out by.
        if issue is None and (edition := await find_edition(state.edition)):
            issue = edition.issues.issues.get(name)
        if issue and issue.topic == topic:
            picked[name] = state
    return picked


@dataclass(slots=True, kw_only=True)
class IssuePlanner:
    """Makes the plan of one release."""

    store: Store
    keys: Keyring
    config: WorkspaceConfig
    release: Release
    now: datetime
    providers: ProviderBook | None = None
    """None if a provider is told by the domain of an address alone."""

    async def make_plan(self, states: IssueStates) -> IssuePlan:
        """Read all readers, and return the plan."""
        counts: dict[str, Counter[str]] = {name: Counter() for name in ("language", "mail", "zone", "domain", "out")}
        starts: list[datetime] = []
        async for record, offer, left_out in self._look_at_all():
            if left_out:  # and not counted as a reader: the number that is typed is that of mails
                counts["out"][left_out] += 1
                continue
            for name, value in self._describe(record, offer):
                counts[name][value] += 1
            # Only the ends are kept: a million moments would be as many values.
            starts = [min((*starts, offer.at)), max((*starts, offer.at))]
        providers = await self._name_providers(counts["domain"])
        not_meant = counts["out"].pop(NOT_MEANT, 0)
        condition = self.release.issue.to
        plan = IssuePlan(
            issue=self.release.issue.name,
            topic=self.release.issue.topic,
            at=self.now,
            readers=counts["language"].total(),
            languages=dict(counts["language"].most_common()),
            mails=dict(counts["mail"].most_common()),
            zones=dict(counts["zone"].most_common()),
            providers=dict(providers.most_common()),
            left_out=dict(counts["out"].most_common()),
            begins=starts[0] if starts else None,
            ends=starts[1] if starts else None,
            past=await self._compare(states),
            condition=condition.text if condition else "",
            not_meant=not_meant,
        )
        return replace(plan, **await self._reckon_days(providers))

    async def _name_providers(self, domains: Counter[str]) -> Counter[str]:
        """Return how many readers each provider has."""
        # The most frequent domains are asked for; each is asked once, whoever reads there.
        asked = [domain for domain, _ in domains.most_common() if is_asked_of_dns(domain)][:MOST_DOMAINS]
        found = await self.providers.find_all(asked, DNS_SECONDS) if self.providers else {}
        providers: Counter[str] = Counter()
        for domain, readers in domains.items():
            providers[found.get(domain) or name_provider(f"@{domain}")] += readers
        return providers

    async def _reckon_days(self, providers: Counter[str]) -> dict[str, Any]:
        """Return what the plan says of days: how many it takes, and who would be left out as late."""
        ramp, late = self.config.senders.marketing.rampup, self.release.issue.late
        if ramp is None:
            return {}
        readers = {TOGETHER: providers.total()} if ramp.per == "all" else dict(providers)
        book, first = await load_shares(self.store), day_of(self.now, self.config)
        going = count_going(readers, book, ramp, first, 1 + late.days)
        return {
            "days": count_days(readers, book, ramp, first),
            "too_late": providers.total() - going,
            "late": format_duration(late),
        }

    async def list_people(self, reason: str) -> list[Reader]:
        """Return who is left out for a reason that begins with these words."""
        found = self._look_at_all()
        return [Reader(record=record, line=None) async for record, _, out in found if out and out.startswith(reason)]

    async def _look_at_all(self) -> AsyncIterator[tuple[Subscriber, Offer, str]]:
        """Yield every reader, what the release is to them, and why they are left out."""
        scan = ReaderScan(store=self.store, keys=self.keys, issue=self.release.issue, released_at=self.now)
        for number in range(self.store.partitions):
            async for reader, is_meant in scan.read_topic(number, self.now):
                offer = look_at_reader(self.release, reader.record, self.keys, self.config, self.now)
                if not is_meant:
                    yield reader.record, offer, NOT_MEANT
                    continue
                yield reader.record, offer, await find_left_out(scan, reader.record, offer, self.config, self.now)

    def _describe(self, record: Subscriber, offer: Offer) -> Iterator[tuple[str, str]]:
        yield "language", offer.mail.language
        yield "mail", offer.mail.template or "winner"
        yield "zone", zone_of_person(record, self.config.timezone, self.now).key
        yield "domain", domain_of(record.addresses[offer.mail.address].email)

    async def _compare(self, states: IssueStates) -> tuple[PastIssue, ...]:
        # Of those that were stopped nobody knows what they would have cost.
        done = [(name, state) for name, state in states.items() if state.state == "done" and state.began_at]
        latest = sorted(done, key=lambda item: item[1].began_at or self.now)[-COMPARED:]
        began = [state.began_at for _, state in latest if state.began_at]
        ends = (*began[1:], None)
        return tuple([
            PastIssue(
                name=name, at=at, sent=state.result.get("sent", 0),
                unsubscribed=await self._count_unsubscribed(at, following),
            )
            for (name, state), at, following in zip(latest, began, ends, strict=False)
        ])  # fmt: skip

    async def _count_unsubscribed(self, began_at: datetime, next_at: datetime | None) -> int:
        # Who leaves after the next issue is counted as that one's, and by it alone.
        until = min(began_at + AFTER, next_at) if next_at else began_at + AFTER
        # Who withdrew stands at minus the second of it.
        first, last = int(began_at.timestamp()), int(until.timestamp()) - 1
        return await self.store.count_readers(self.release.issue.topic, -last, -first)
