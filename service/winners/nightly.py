"""The chore that looks each night whether a part of a split has won."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec
import structlog

from domain.decision import Context
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError
from domain.workspace_config import WorkspaceConfig
from onboarding.language.catalog import MailSequence, Send, SequenceCatalog, SequenceStep
from service.engine.clock import fresh_entropy
from service.engine.house.stored_values import load_house
from service.reports.sequences.judge_winner import find_chosen, judge_split, list_sought
from service.reports.sequences.read_sequence import count_sequence
from service.reports.sequences.tally import SequenceTally
from service.winners.change_choices import note_choice

log = structlog.get_logger("doorstep.chores")

META = "winners_looked"
"""Name of the meta value: the day of the last look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyWinners:
    """Looks once a day, in the process that leads."""

    store: Store
    clock: Clock
    keys: Keyring
    config: Callable[[], WorkspaceConfig]
    sequences: Callable[[], SequenceCatalog]
    """Returns those of the live edition."""
    tell_team: Callable[[str], Awaitable[bool]]
    is_leader: Callable[[], bool]

    async def look(self) -> None:
        """Choose what has won, if today's look is still to do, and for this process to do."""
        if not self.is_leader():
            return
        config = self.config()
        sequences = [one for one in self.sequences().sequences.values() if any(list_sought(one))]
        if not sequences:
            return
        today = self.clock().astimezone(ZoneInfo(config.timezone)).date().isoformat()
        try:
            # Written after the look: a process that is killed in it leaves the day to the next one.
            raw = await self.store.load_meta(META)
            if raw and msgspec.msgpack.decode(raw, type=str) == today:
                return
            context = Context(
                now=self.clock(), entropy=fresh_entropy(), keys=self.keys, config=config,
                house=await load_house(self.store),
            )  # fmt: skip
            for sequence in sequences:
                await self._judge(sequence, context)
            await self.store.save_meta(META, msgspec.msgpack.encode(today))
        except StoreAwayError:
            log.warning("store_away", job="winners")

    async def _judge(self, sequence: MailSequence, context: Context) -> None:
        # Comparisons are over everybody; the days bound only what is not asked here.
        # One scan for all splits of the sequence.
        tally = await count_sequence(self.store, sequence, context, days=1)
        for step in list_sought(sequence):
            if not find_chosen(tally, step):
                await self._choose(tally, step)

    async def _choose(self, tally: SequenceTally, step: SequenceStep) -> None:
        verdict, place = judge_split(tally, step), f"{tally.sequence.name}/{step.name}"
        if not verdict.winner or not isinstance(step.action, Send):
            log.info("winner_too_early", where=place)
            return
        # The team hears of it from whoever wrote it, so one mail goes out.
        chosen = await note_choice(
            self.store, place, step.action, verdict.winner, self.clock(), is_early=verdict.is_early
        )
        if chosen:
            log.info("winner_chosen", where=place, template=chosen.part)
            await self.tell_team(_describe(place, chosen.part, verdict.why, is_early=chosen.is_early))


def _describe(place: str, part: str, why: str, *, is_early: bool) -> str:
    how = (
        f"Nothing is settled, so what the file says for that holds ({why})." if is_early else f"It does better: {why}."
    )
    return (
        f"{part} is chosen for {place}\n\n{how} From now on 95 of 100 who begin get it; who began before keep "
        f"what they have. Take it back: doorstep winner undo {place}"
    )
