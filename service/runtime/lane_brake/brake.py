"""Stops the marketing lane by itself, in all processes, until somebody has looked: ``doorstep mail resume marketing``.

Each process writes once a second what it tried, and judges what all of them did.  The lane is paused as an operator
would pause it, so ``doorstep mail status`` says why, and the alarm about paused mail tells the team once.  The
transactional lane is never stopped by itself: codes and what a contract owes are worth more than a reputation.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
import structlog
from msgspec.structs import replace

from domain.consent.mail_break import is_asked_for
from domain.consent.mail_providers import OTHER
from domain.counters import counters_for
from domain.effects import SendMail
from domain.ports import MARKETING, Clock, Store
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.transports.base import Delivered, DeliveryResult, OutcomeUnknown, RetryLater, SendRefused
from service.engine.note_buffer import WRITE_SECONDS, NoteBuffer
from service.forecast.night_notes import load_notes
from service.forecast.step_mails import make_number
from service.issues.states import RELEASED, load_states
from service.mail_pace.providers import ProviderBook
from service.mail_pace.share_keeper import day_of
from service.runtime.lane_brake.lane_numbers import (
    LaneNumbers,
    TriedMail,
    add_heard,
    add_tried,
    find_reason,
    let_go,
)
from service.runtime.store_watch.lane_pauses import LanePause, load_pauses, pause_lane

log = structlog.get_logger("doorstep.brakes")

META = "mail_lanes"
"""Name of the meta value."""
WRITES_A_LOOK = 15
"""So often, one process reads what came back."""
BOUNCED, COMPLAINED = (counter.name for counter in counters_for("lane brake"))
_decoder = msgspec.msgpack.Decoder(LaneNumbers)


@dataclass(slots=True, kw_only=True)
class LaneBrake:
    """What one process tried since it wrote last."""

    store: Store
    clock: Clock
    now: Clock
    """Real time, for the pause that people read."""
    config: Callable[[], WorkspaceConfig]
    providers: ProviderBook
    is_leader: Callable[[], bool] = lambda: True
    """Return True if this process is the one that reads what came back."""
    _tried: NoteBuffer[TriedMail] = field(default_factory=lambda: NoteBuffer(job="lane brake"))

    def note_result(self, record: Subscriber, mail: SendMail, result: DeliveryResult) -> None:
        """Note how a try has ended; in memory for a second."""
        if mail.lane != "marketing" or mail.team:
            return
        went = isinstance(result, Delivered | OutcomeUnknown)
        troubled = _is_troubled(result)
        answered = isinstance(result, SendRefused) and result.status == "failed"
        if not (went or troubled or answered):
            return  # our own rules, or no way to the server
        held = record.addresses.get(mail.address)
        # What a domain says for itself is no provider's judgement of us: small ones put off whoever is new.
        provider = self.providers.name_now(held.email) if held else ""
        self._tried.add(
            TriedMail(
                provider="" if provider == OTHER else provider,
                number=_number_mail(mail) if went else 0,
                troubled=troubled,
                ended=went or answered,
                planned=bool(mail.issue or mail.sequence) and not is_asked_for(record, mail),
            )
        )

    async def follow(self) -> None:
        """Write each second; runs until cancelled."""
        writes = 0
        while True:
            writes += 1
            await self.write_tried(read_heard=writes % WRITES_A_LOOK == 0 and self.is_leader())
            await asyncio.sleep(WRITE_SECONDS)

    async def write_tried(self, *, read_heard: bool = True) -> None:
        """Write what was tried since the last time, and stop the lane if it must not go on."""
        with self._tried.take() as tried:
            if tried or read_heard:
                await self._write(tried, read_heard=read_heard)

    async def _write(self, tried: list[TriedMail], *, read_heard: bool) -> None:
        counted = await self._read_counters() if read_heard else None
        is_paused = MARKETING in await load_pauses(self.store)
        today = day_of(self.clock(), self.config())
        while True:
            raw = await self.store.load_meta(META)
            before = _decoder.decode(raw) if raw else LaneNumbers()
            # Somebody has looked and let it go: what made it stop counts no more.
            after = let_go(before, self.clock()) if before.stopped and not is_paused else before
            after = add_tried(after, tried, today)
            after = add_heard(after, counted) if counted else after
            reason = "" if is_paused else find_reason(after, await self._count_expected(), today, self.clock())
            after = replace(after, stopped=reason or after.stopped)
            if after == before or await self.store.compare_and_set(META, raw, msgspec.msgpack.encode(after)):
                break
        # Only one process finds it running, and tells.
        if reason and await pause_lane(self.store, MARKETING, LanePause(reason=reason, since=self.now())):
            log.error("lane_stopped", what=MARKETING, reason=reason, remedy="doorstep mail resume marketing")

    async def _read_counters(self) -> dict[str, tuple[int, int]]:
        """Return what came back today and yesterday; commits count by days of UTC."""
        today = self.clock().date()
        days = [(today - timedelta(days=1)).isoformat(), today.isoformat()]
        counts = [await self.store.day_counters(day) for day in days]
        return {
            day: (numbers.get(BOUNCED, 0), numbers.get(COMPLAINED, 0))
            for day, numbers in zip(days, counts, strict=True)
        }

    async def _count_expected(self) -> float | None:
        """Return how many mails plans and the forecast say for today; None if there is no forecast of today."""
        notes, now = await load_notes(self.store), self.clock()
        if notes.day != day_of(now, self.config()).isoformat():
            return None
        states = (await load_states(self.store)).values()
        lately = now - timedelta(days=1)
        planned = (state.planned for state in states if state.state in (*RELEASED, "paused") or state.since >= lately)
        return sum(notes.steps.values()) + sum(planned)


def _number_mail(mail: SendMail) -> int:
    # An issue comes once to an address, whoever holds it; any other mail once under its id.
    return make_number(mail.address, mail.issue) if mail.issue else make_number(mail.id)


def _is_troubled(result: DeliveryResult) -> bool:
    """Return True if a server said “not now” to us, or that it refuses us."""
    if isinstance(result, RetryLater):
        return result.failed and not result.unreachable and not result.mailbox_full
    return isinstance(result, SendRefused) and " 5.7." in result.sender_problem
