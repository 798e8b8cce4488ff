"""Reads the readers of an issue from the store, partition by partition: each with their record and their line."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog

from domain import record as records
from domain.consent import address_registry
from domain.keyring import Keyring
from domain.ports import SendLine, Store
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.issues.catalog import Issue
from onboarding.issues.decide import issue_send_id
from onboarding.issues.offers import Offer

log = structlog.get_logger("doorstep.issues")

NOT_MEANT = "not meant"
"""Name of those who confirmed the topic, and of whom the condition of the issue does not hold."""
AT_ONCE = 128
"""Readers whose records are read together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One reader of an issue."""

    record: Subscriber
    line: SendLine | None
    """What became of their mail; None if they were not asked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderScan:
    """Reads the readers of one issue."""

    store: Store
    keys: Keyring
    issue: Issue
    released_at: datetime
    """Who confirmed later is no reader."""

    async def read_partition(
        self, number: int, now: datetime, *, goes_on: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[Reader]:
        """Yield the readers of a partition; ends early once ``goes_on`` says so."""
        # Only the names of one partition are held, and the records of one part of them.
        names = await self.list_names(number)
        for start in range(0, len(names), AT_ONCE):
            if not goes_on():
                return
            part = names[start : start + AT_ONCE]
            for reader in await asyncio.gather(*(self.read_reader(name, now) for name in part)):
                if reader is not None:
                    yield reader

    async def read_topic(self, number: int, now: datetime) -> AsyncIterator[tuple[Reader, bool]]:
        """Yield everybody of a partition who confirmed the topic, and whether the issue is meant for them."""
        condition = self.issue.to
        everybody = dataclasses.replace(self, issue=dataclasses.replace(self.issue, to=None))
        async for reader in everybody.read_partition(number, now):
            yield reader, condition is None or reader.line is not None or condition.holds(reader.record, now)

    async def list_names(self, number: int) -> Sequence[str]:
        """Return who stood in the topic's index of a partition at the release."""
        # Who withdrew after the release was a reader, and is counted as one who left.
        second = int(self.released_at.timestamp())
        places = await self.store.list_readers(number, self.issue.topic)
        return [name for name, place in places if 0 < place <= second or place <= -second]

    async def read_reader(self, name: str, now: datetime) -> Reader | None:
        """Return somebody if they are a reader of this issue; None if not."""
        raw = (await self.store.load(name)).record
        if raw is None:  # erased since the index was read
            return None
        try:
            record = records.decode(raw)
        except msgspec.MsgspecError:
            log.error("unreadable", subscriber=name)
            return None
        if not self._was_reader(record):
            return None
        line = await self.store.find_line(name, list_send_ids(self.keys, self.issue, record))
        # Who has it is a reader, whatever became of them; who has not must fit when their turn comes.
        if line is None and self.issue.to and not self.issue.to.holds(record, now):
            return None
        return Reader(record=record, line=line)

    def _was_reader(self, record: Subscriber) -> bool:
        consent = record.consents.get(self.issue.topic)
        return consent is not None and consent.confirmed_at is not None and consent.confirmed_at <= self.released_at


def list_send_ids(keys: Keyring, issue: Issue, record: Subscriber) -> list[str]:
    """Return the ids that the issue has for this person, the one of their present address first."""
    consent = record.consents.get(issue.topic)
    # Who took another address meanwhile has had it at the old one.
    addresses = dict.fromkeys((consent.address if consent else "", *record.addresses))
    return [issue_send_id(keys, issue.name, address) for address in addresses if address]


async def find_left_out(
    scan: ReaderScan, record: Subscriber, offer: Offer, config: WorkspaceConfig, now: datetime
) -> str:  # fmt: skip
    """Return why a reader who was not asked yet will get no mail, their address included; empty if they may."""
    if offer.judgement.left_out:
        return offer.judgement.left_out
    # Only read: admitting would write that this address has the issue.
    raw, _ = await scan.store.load_address(offer.mail.address)
    state = address_registry.decode_state(raw)
    admission = address_registry.admit_mail(state, offer.mail, record, now, config.limits)[1]
    return admission.reason if admission.answer == "no" else ""
