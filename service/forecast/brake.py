"""The brake: halts a step that sends much more than is forecast, or one person twice, and tells the team.

Each process writes once a second what it sent, so that all of them together are judged.  A step that is halted is
held by all processes a second later: in deciding, and right before a queued mail leaves.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec
import structlog

from domain.effects import SendMail
from domain.house_values import HouseValues
from domain.ports import Clock, Store, StoreError
from domain.workspace_config import WorkspaceConfig
from onboarding.language.catalog import SequenceCatalog
from service.engine.house.stored_values import change_house
from service.engine.house.watch import TellTeam
from service.engine.note_buffer import WRITE_SECONDS, NoteBuffer
from service.forecast.night_notes import load_notes
from service.forecast.step_mails import SentMail, StepMails, add_mails, find_surges, halt_steps, make_number

log = structlog.get_logger("doorstep.house")

META = "step_mails"
"""Name of the meta value."""
_decoder = msgspec.msgpack.Decoder(StepMails)


async def load_step_mails(store: Store) -> StepMails:
    """Return what was sent lately."""
    raw = await store.load_meta(META)
    return _decoder.decode(raw) if raw else StepMails()


@dataclass(slots=True, kw_only=True)
class Brake:
    """What one process has sent since it wrote last."""

    store: Store
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    sequences: Callable[[], SequenceCatalog]
    tell_team: TellTeam | None = None
    """Set when the mail to the team is ready; None before, then only the log tells."""
    _sent: NoteBuffer[SentMail] = field(default_factory=lambda: NoteBuffer(job="brake"))

    def note_sent(self, subscriber: str, mail: SendMail) -> None:
        """Note a mail that went out; in memory for a second."""
        sequence = self.sequences().sequences.get(mail.sequence)
        if sequence is None:
            return
        step = f"{mail.sequence}/{mail.step}"
        # A person may have several orders in an hour, and a mail for each.
        person = 0 if sequence.start.each else make_number(subscriber, step)
        self._sent.add(SentMail(step, person, make_number(mail.id)))

    async def follow(self) -> None:
        """Write each second; runs until cancelled."""
        while True:
            await self.write_sent()
            await asyncio.sleep(WRITE_SECONDS)

    async def write_sent(self) -> None:
        """Write what was sent since the last time, and halt what must not go on."""
        mails = None
        with self._sent.take() as sent:
            mails = await self._add(sent) if sent else None
        if mails is None:
            return
        try:
            await self._judge(mails, {mail.step for mail in sent})
        except StoreError as error:  # judged with the next mails
            log.warning("store_away", job="brake", error=type(error).__name__)

    async def _add(self, sent: Iterable[SentMail]) -> StepMails:
        zone = ZoneInfo(self.config().timezone)
        while True:
            raw = await self.store.load_meta(META)
            after = add_mails(_decoder.decode(raw) if raw else StepMails(), sent, self.clock(), zone)
            if await self.store.compare_and_set(META, raw, msgspec.msgpack.encode(after)):
                return after

    async def _judge(self, mails: StepMails, steps: Iterable[str]) -> None:
        notes = await load_notes(self.store)
        surges = find_surges(mails, steps, notes.steps, self.config().limits.surge)
        if not surges:
            return
        halted: set[str] = set()

        def halt(house: HouseValues) -> HouseValues:
            after = halt_steps(house, surges, self.clock())
            halted.clear()
            halted.update(after.halted.keys() - house.halted.keys())
            return after

        await change_house(self.store, halt)
        for step in sorted(halted):  # only the process that halted it tells
            log.error("step_halted", what=step, reason=surges[step], remedy=f"doorstep go {step}")
            if self.tell_team:
                await self.tell_team(
                    f"The step {step} was halted\n\nNo mail of it leaves any more: {surges[step]}. "
                    f"If that is right, let it go: doorstep go {step}. It is then left alone for a day."
                )
