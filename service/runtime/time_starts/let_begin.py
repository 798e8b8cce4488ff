"""Lets people begin who fit a sequence already, as ``doorstep apply --begin`` ordered: spread over days.

A pass is begun by an event of the person, decided like any other.  Between two of them lies the same time, a day
divided by the number of a day, so no day has more, also when this process slept.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import structlog
from msgspec.structs import replace

from domain import record as records
from domain.event_types.team import BeginAllowed
from domain.ports import Clock, Store, StoreError, Transact
from onboarding.engine.start_and_exit import fits_already
from onboarding.language.catalog import MailSequence, SequenceCatalog
from service.engine.failures import DecidingFailedError
from service.workspace.publishing.begin_orders import BeginOrder, change_orders, load_orders

log = structlog.get_logger("doorstep.starts")

DAY = timedelta(days=1)
PAUSE_SECONDS = 1.0
SLACK = timedelta(seconds=2 * PAUSE_SECONDS)
"""Lateness that the next ones make up for; of a longer one the places are lost."""
MOST_A_TURN = 20
"""People of one order who begin between two pauses."""


@dataclass(slots=True, kw_only=True)
class BeginKeeper:
    """Carries out the orders; one process, the leader, does."""

    store: Store
    transact: Transact
    clock: Clock
    catalog: Callable[[], SequenceCatalog]
    is_leader: Callable[[], bool]
    _candidates: dict[str, AsyncIterator[str]] = field(default_factory=dict)
    """Of each order, the scan that goes on with its next turn."""

    async def follow(self) -> None:
        """Carry out the orders as they come; runs until cancelled."""
        while True:
            try:
                await self.take_turn()
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)

    async def take_turn(self) -> int:
        """Let those begin whose time has come; return how many did."""
        if not self.is_leader():
            self._candidates.clear()  # another process goes on, and this one would go on from a stale place
            return 0
        begun = 0
        for name, order in (await load_orders(self.store)).items():
            begun += await self._carry_out(name, order)
        return begun

    async def _carry_out(self, name: str, order: BeginOrder) -> int:
        sequence, begun, is_over = self.catalog().sequences.get(name), 0, False
        # An order of an edition that this process does not know yet waits until the edition is taken over.
        if sequence is None:
            return 0
        while begun < MOST_A_TURN and (order.next_at is None or order.next_at <= self.clock()):
            person = await anext(self._find_candidates(sequence, order), None)
            if person is None:
                is_over = True
                break
            # Written before the pass begins: after a kill one place of the day is lost, and no day has one too many.
            now = self.clock()
            due = max(order.next_at or now, now - SLACK)
            order = replace(order, begun=order.begun + 1, next_at=due + DAY / order.a_day)
            await change_orders(self.store, {name: order})
            begun += 1
            await self._let_begin(person, name, now)
        if is_over:
            self._candidates.pop(name, None)
            await change_orders(self.store, {name: None})
            log.info("begin_order_done", number=order.a_day, count=order.begun)
        return begun

    def _find_candidates(self, sequence: MailSequence, order: BeginOrder) -> AsyncIterator[str]:
        if sequence.name not in self._candidates:
            self._candidates[sequence.name] = self._scan(sequence.name, order.at)
        return self._candidates[sequence.name]

    async def _scan(self, name: str, ordered_at: datetime) -> AsyncIterator[str]:
        """Yield everybody who fits and did not begin since the order; the record is read anew for each."""
        # Who comes again has begun by then.
        async for person, raw in self.store.all_subscribers(once=False):
            # A scan can go on for days: what it read first may be old by now.
            if self._fits(name, raw, ordered_at):
                fresh = (await self.store.load(person)).record
                if fresh and self._fits(name, fresh, ordered_at):
                    yield person

    def _fits(self, name: str, raw: bytes, ordered_at: datetime) -> bool:
        sequence = self.catalog().sequences.get(name)
        try:
            record = records.decode(raw)
        except msgspec.MsgspecError:
            return False
        run = record.runs.get(name)
        if sequence is None or (run and run.started_at >= ordered_at):
            return False
        return fits_already(sequence, record, self.clock())

    async def _let_begin(self, person: str, name: str, now: datetime) -> None:
        event = BeginAllowed(id=f"begin-{name}-{int(now.timestamp() * 1000)}-{person}", at=now, sequence=name)
        try:
            await self.transact(person, (event,))
        except DecidingFailedError:
            return
