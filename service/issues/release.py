"""Asks the readers of released issues, partition by partition; one process, the leader, does.

Theory.  A reader is asked by an event of their own (:mod:`onboarding.issues.decide`), whose mail has an id made of
issue and address.  Whether somebody has the issue is known to the send ledger alone.  So there is no cursor to lose: a
pass looks at every reader, and whoever has a line is passed by.  A worker that dies is followed by one that begins a
pass anew, and two that ask at once are told the same by the ledger.

Passes go on until nobody waits and nothing is under way; then the issue is done.  What a partition had settled for good
is not read again by the same process.  At most :data:`MOST_HEADS` mails stand in the lane: what was not asked yet costs
nothing, and a pause or a correction reaches it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from domain.event_types.issues import IssueCame
from domain.keyring import Keyring
from domain.ports import MARKETING, Clock, Store, StoreAwayError, StoreError, Transact
from onboarding.issues.offers import Release, look_at_reader
from service.engine.failures import DecidingFailedError, describe_error
from service.issues.choose_winner import find_winner
from service.issues.count_readers import is_under_way, name_outcome
from service.issues.daily_choice import DailyChoice, choose_everybody
from service.issues.read_readers import Reader, ReaderScan
from service.issues.releases import read_release
from service.issues.states import RELEASED, IssueState, StateName, change_state
from service.issues.watch import IssueWatch
from service.workspace.edition import Edition

log = structlog.get_logger("doorstep.issues")

MOST_HEADS = 10_000
"""Marketing mails that stand in the outbox while an issue is released."""
AT_ONCE = 64
"""Readers who are asked together; a message of the chat waits behind so many at most."""
PAUSE_SECONDS = 0.25
"""Between two turns, and between two looks whether there is room."""
SHORTEST_REST = timedelta(seconds=1)
LONGEST_REST = timedelta(minutes=1)
"""Between two passes: the longer, the less the last one found to do."""


@dataclass(slots=True, kw_only=True)
class PassResult:
    """What a pass over all readers came to."""

    asked: int = 0
    waiting: int = 0
    under_way: int = 0
    next_at: datetime | None = None
    """When the first of those who wait may be asked; None if nobody waits."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Readers whose mail came to its end, by what became of it."""
    is_whole: bool = True
    """False if it was broken off."""
    choice: DailyChoice | None = None
    """Who is asked today; None if nobody bounds the volume of a day."""

    @property
    def is_end(self) -> bool:
        """Whether nothing is left to do."""
        return self.is_whole and not (self.asked or self.waiting or self.under_way)

    def note_wait(self, until: datetime, people: int = 1) -> None:
        """Note that so many wait until then."""
        self.waiting += people
        self.next_at = min(self.next_at or until, until)


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What this process remembers of an issue between two passes."""

    finished: dict[int, Counter[str]] = field(default_factory=dict)
    """By partition in which everybody's mail came to its end: what became of them."""
    next_at: datetime | None = None
    rest: timedelta = SHORTEST_REST
    under_way: int = 0
    """Mails that were decided and not settled, at the end of the last pass."""


@dataclass(slots=True, kw_only=True)
class IssueRelease:
    """Carries out what was released."""

    store: Store
    transact: Transact
    keys: Keyring
    clock: Clock
    find_edition: Callable[[str], Awaitable[Edition | None]]
    watch: IssueWatch
    is_leader: Callable[[], bool]
    most_heads: int = MOST_HEADS
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    choose_today: Callable[[], Awaitable[DailyChoice | None]] = choose_everybody
    """Begins the choice of a pass, where a day has only so many mails."""
    _progress: dict[str, _Progress] = field(default_factory=dict)

    async def follow(self) -> None:
        """Carry out releases as they come; runs until cancelled."""
        while True:
            try:
                await self.take_turn()
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001  one broken issue must not end the process and its chat
                log.error("release_failed", error=describe_error(error))
            await self.sleep(PAUSE_SECONDS)

    async def take_turn(self) -> None:
        """Go on with each issue whose time has come."""
        if not self.is_leader():
            self._progress.clear()  # another process goes on, and what was finished here may be read again there
            return
        for name, state in self.watch.find_open().items():
            progress = self._progress.setdefault(name, _Progress())
            if progress.next_at is None or progress.next_at <= self.clock():
                await self._go_on(name, state, progress)

    async def _go_on(self, name: str, state: IssueState, progress: _Progress) -> None:
        # The edition that was released, not the live one: what is mended meanwhile goes out only on purpose.
        edition = await self.find_edition(state.edition)
        release = read_release(name, state, edition)
        if edition is None or release is None:
            log.error("issue_unknown", issue=name, remedy="apply a workspace that has it, and correct the issue")
            progress.next_at = self.clock() + LONGEST_REST
            return
        if state.state == "approved":
            await self._move(name, "waiting")
        if await self._choose_winner(release, state):
            return  # the next turn knows it
        result = await self._run_pass(release, edition, progress)
        now = self.clock()
        if result.is_end:
            await self._finish(name, result)
            self._progress.pop(name, None)
            return
        is_moving = result.asked or result.under_way != progress.under_way
        progress.rest = SHORTEST_REST if is_moving else min(progress.rest * 2, LONGEST_REST)
        progress.under_way = result.under_way
        soonest = now + progress.rest
        # Who waits is looked at again when the first of them may go; what is under way, after a short rest.
        waits_only = result.is_whole and not (result.asked or result.under_way)
        progress.next_at = max(soonest, result.next_at) if waits_only and result.next_at else soonest

    async def _choose_winner(self, release: Release, state: IssueState) -> bool:
        """Choose the winner once its time has come; return whether that was done now."""
        winner, now = release.issue.winner, self.clock()
        if winner is None or release.winner or state.began_at is None or now < state.began_at + winner.after:
            return False
        scan = ReaderScan(store=self.store, keys=self.keys, issue=release.issue, released_at=release.released_at)
        template, verdict = await find_winner(scan, self.keys, state.began_at, now)

        def change(latest: IssueState | None) -> IssueState | None:
            # Two leaders may count at once: the first choice stays, for some readers have it already.
            return replace(latest, winner=template, verdict=verdict) if latest and not latest.winner else None

        await change_state(self.store, release.issue.name, change)
        await self.watch.look()
        log.info("issue_winner", issue=release.issue.name, template=template)
        return True

    async def _run_pass(self, release: Release, edition: Edition, progress: _Progress) -> PassResult:
        result = PassResult(choice=await self.choose_today())
        scan = ReaderScan(store=self.store, keys=self.keys, issue=release.issue, released_at=release.released_at)
        for number in range(self.store.partitions):
            finished = progress.finished.get(number)
            if finished is None:  # not known to this process: perhaps settled, perhaps not
                await self._ask_partition(number, scan, release, edition, result, progress)
            else:
                result.outcomes += finished
            if not self._may_go_on(release):
                result.is_whole = False
                return result
        if result.choice:
            await self._ask_chosen(result.choice, scan, release, edition, result)
        return result

    async def _ask_chosen(
        self, choice: DailyChoice, scan: ReaderScan, release: Release, edition: Edition, result: PassResult
    ) -> None:  # fmt: skip
        """Ask those who were chosen for today; the others wait until tomorrow, or for the rest of this day's share."""
        chosen = await choice.list_chosen()
        result.asked += await self._ask(chosen, scan, release, edition)
        if left := choice.offered - len(chosen):
            result.note_wait(choice.opens, left)

    async def _ask_partition(  # noqa: PLR0917  the parts of one pass
        self, number: int, scan: ReaderScan, release: Release, edition: Edition, result: PassResult,
        progress: _Progress,
    ) -> None:  # fmt: skip
        now, config = self.clock(), edition.config
        to_ask: list[tuple[float, str]] = []
        outcomes: Counter[str] = Counter()
        before, is_settled = (result.waiting, result.under_way), True
        async for reader in scan.read_partition(number, now, goes_on=lambda: self._may_go_on(release)):
            if reader.line is not None:
                is_open = is_under_way(reader.line)
                result.under_way += is_open
                if is_open and result.choice:
                    await result.choice.note_under_way(reader.record, reader.record.consents[scan.issue.topic].address)
                outcomes.update([] if is_open else [name_outcome(reader.line)])
                continue
            offer = look_at_reader(release, reader.record, self.keys, config, now)
            if offer.event is None:
                result.note_wait(offer.at)
            elif result.choice:
                is_settled = False
                await result.choice.offer(reader.record, offer.mail.address)
            else:
                engaged = reader.record.engaged_at
                to_ask.append((-engaged.timestamp() if engaged else 0.0, reader.record.id))
        result.outcomes += outcomes  # the sum of a whole pass is what the issue came to
        # The most engaged first: what does not fit today is then the mail of those who miss it least.
        asked = await self._ask([name for _, name in sorted(to_ask)], scan, release, edition)
        result.asked += asked
        if is_settled and not to_ask and before == (result.waiting, result.under_way) and self._may_go_on(release):
            progress.finished[number] = outcomes

    async def _ask(self, names: Sequence[str], scan: ReaderScan, release: Release, edition: Edition) -> int:
        asked = 0
        for start in range(0, len(names), AT_ONCE):
            while await self._is_full() and self._may_go_on(release):
                await self.sleep(PAUSE_SECONDS)
            if not self._may_go_on(release):
                break
            part = names[start : start + AT_ONCE]
            # Read again: they may have got it, or left, while the lane was full.
            readers = await asyncio.gather(*(scan.read_reader(name, self.clock()) for name in part))
            told = await asyncio.gather(*(self._tell(reader, release, edition) for reader in readers if reader))
            asked += sum(told)
            if asked and self.watch.current[release.issue.name].state == "waiting":
                await self._move(release.issue.name, "sending")
        return asked

    async def _is_full(self) -> bool:
        return (await self.store.measure_lane(MARKETING))[0] >= self.most_heads

    async def _tell(self, reader: Reader, release: Release, edition: Edition) -> bool:
        """Tell a reader's record that the issue came, if it still may; return whether it was told."""
        # Hours may lie between the first look and this one: the lane was full.
        now = self.clock()
        event = look_at_reader(release, reader.record, self.keys, edition.config, now).event
        if reader.line is not None or event is None:  # another process was quicker, or it waits again
            return False
        return await self._transact(reader.record.id, event)

    async def _transact(self, subscriber: str, event: IssueCame) -> bool:
        try:
            await self.transact(subscriber, (event,))
        except DecidingFailedError:
            return False  # it is quarantined, and the event is decided again when that ends
        except StoreAwayError:
            raise
        except Exception as error:  # noqa: BLE001  one record that cannot be decided must not end the pass for all
            log.error("issue_not_decided", subscriber=subscriber, error=describe_error(error))
            return False
        return True

    def _may_go_on(self, release: Release) -> bool:
        """Return True while the issue is released as this pass knows it, and this process leads."""
        state = self.watch.current.get(release.issue.name)
        return (
            self.is_leader()
            and state is not None
            and state.state in RELEASED
            and (state.edition, state.winner) == (release.edition, release.winner)
        )

    async def _move(self, name: str, to: StateName) -> None:
        """Move an issue on, unless somebody has paused or stopped it meanwhile."""
        now = self.clock()

        def change(state: IssueState | None) -> IssueState | None:
            if state is None or state.state not in RELEASED:
                return None
            began = state.began_at or (now if to == "sending" else None)
            return replace(state, state=to, since=now, began_at=began)

        await change_state(self.store, name, change)
        await self.watch.look()
        log.info("issue_moved", issue=name, state=to)

    async def _finish(self, name: str, result: PassResult) -> None:
        now, counts = self.clock(), dict(result.outcomes)

        def change(state: IssueState | None) -> IssueState | None:
            if state is None or state.state not in RELEASED:
                return None
            return replace(state, state="done", since=now, result=counts)

        await change_state(self.store, name, change)
        await self.watch.look()
        log.info("issue_done", issue=name, count=sum(counts.values()))
