"""What became of an issue so far: every reader counted once, and who they are."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from domain.keyring import Keyring
from domain.links.measured import split_note
from domain.links.read_clicks import is_clicked, is_counted
from domain.ports import Store
from domain.workspace_config import WorkspaceConfig
from onboarding.issues.offers import Release, look_at_reader
from service.issues.count_readers import LEFT_OUT, SENT, WAITING, name_outcome
from service.issues.read_readers import NOT_MEANT, Reader, ReaderScan, find_left_out
from service.issues.states import IssueState
from service.mail_pace.share_keeper import day_of, load_shares
from service.mail_pace.shares import list_used_up

NOT_ASKED = "stopped before their turn"


class IssueStatus(Struct, frozen=True, kw_only=True):
    """The answer of a status."""

    issue: str
    state: str
    since: datetime
    why: str = ""
    readers: int = 0
    outcomes: dict[str, int] = {}
    """People by what became of their mail: ``sent``, ``waiting``, ``under way``, ``unknown``, ``left out: …``."""
    editions: dict[str, int] = {}
    """Of those it was sent to, by the edition that they got."""
    winner: str = ""
    verdict: str = ""
    measured: int = 0
    """Of those it was sent to: whose clicks are counted."""
    clicked: int = 0
    """Of these: who followed a link, people only."""
    used_up: tuple[str, ...] = ()
    """Mailbox providers whose share of today is used up."""
    condition: str = ""
    """Which readers of the topic it is for, as it is written; empty if all of them."""
    not_meant: int = 0
    """Who confirmed the topic by the release, was not asked, and is no reader now, for the condition does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReader:
    """Counts one issue, and opens its numbers to people."""

    store: Store
    keys: Keyring
    config: WorkspaceConfig
    release: Release
    state: IssueState
    now: datetime

    async def count(self) -> IssueStatus:
        """Read all readers, and count what became of the issue."""
        outcomes: Counter[str] = Counter()
        editions: Counter[str] = Counter()
        clicks: Counter[bool] = Counter()
        async for reader, outcome in self._follow_readers():
            outcomes[outcome] += 1
            # The ledger's line of a mail that went says which edition it was.
            if outcome == SENT and reader.line:
                editions[split_note(reader.line.note)[0]] += 1
                # Only of those whose clicks are counted is none a no.
                clicks[is_clicked(reader.record, reader.line.id)] += is_counted(reader.line)
        not_meant, condition = outcomes.pop(NOT_MEANT, 0), self.release.issue.to
        return IssueStatus(
            issue=self.release.issue.name, state=self.state.state, since=self.state.since, why=self.state.why,
            readers=outcomes.total(), outcomes=dict(outcomes.most_common()), editions=dict(editions.most_common()),
            winner=self.state.winner, verdict=self.state.verdict,
            measured=clicks.total(), clicked=clicks[True], used_up=await self._list_used_up(),
            condition=condition.text if condition else "", not_meant=not_meant,
        )  # fmt: skip

    async def _list_used_up(self) -> tuple[str, ...]:
        ramp = self.config.senders.marketing.rampup
        if ramp is None:
            return ()
        return tuple(list_used_up(await load_shares(self.store), ramp, day_of(self.now, self.config)))

    async def list_people(self, outcome: str) -> list[Reader]:
        """Return the people behind a number: those whose outcome begins with these words."""
        return [reader async for reader, name in self._follow_readers() if name.startswith(outcome)]

    async def _follow_readers(self) -> AsyncIterator[tuple[Reader, str]]:
        scan = ReaderScan(
            store=self.store, keys=self.keys, issue=self.release.issue, released_at=self.release.released_at
        )
        for number in range(self.store.partitions):
            async for reader, is_meant in scan.read_topic(number, self.now):
                yield reader, await self._name_outcome(scan, reader) if is_meant else NOT_MEANT

    async def _name_outcome(self, scan: ReaderScan, reader: Reader) -> str:
        if reader.line is not None:
            return name_outcome(reader.line)
        if self.state.state == "stopped":  # nobody will ask them any more
            return f"{LEFT_OUT}{NOT_ASKED}"
        # Who will be left out is counted so before their turn comes.
        offer = look_at_reader(self.release, reader.record, self.keys, self.config, self.now)
        left_out = await find_left_out(scan, reader.record, offer, self.config, self.now)
        return f"{LEFT_OUT}{left_out}" if left_out else WAITING
