"""Watches over the values of the whole house: follows them, counts what is heard of events, and tells of silences."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import structlog

from domain.house_values import NOTHING_HELD, HouseValues
from domain.ports import Clock, Store, StoreAwayError, StoreError
from domain.workspace_config import WorkspaceConfig
from service.engine.house.event_counts import add_counts, find_new_name, find_rare
from service.engine.house.event_silence import add_heard, find_new_silences, is_silent, note_alarms, note_silences
from service.engine.house.stored_values import change_house, load_house
from service.messenger.webhook_gap import WebhookTimes

log = structlog.get_logger("doorstep.house")

META = "events_heard"
"""Name of the meta value with the times of all events."""
COUNTS_META = "events_counted"
"""Name of the meta value with the numbers of all events."""
LOOK_SECONDS = 1.0

TellTeam = Callable[[str], Awaitable[bool]]
_counts_decoder = msgspec.msgpack.Decoder(dict[str, dict[int, int]])
_decoder = msgspec.msgpack.Decoder(dict[str, WebhookTimes])


@dataclass(slots=True, kw_only=True)
class HouseWatch:
    """What one process knows of the house."""

    store: Store
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    current: HouseValues = NOTHING_HELD
    """As of the last look."""
    _heard: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    _counted: Counter[str] = field(default_factory=Counter)

    def current_values(self) -> HouseValues:
        """Return what deciding is handed."""
        return self.current

    def note_events(self, names: Iterable[str]) -> None:
        """Note that the product has told these events now; in memory only."""
        now = self.clock()
        for name in names:
            self._heard[name] = (self._heard.get(name, (now, now))[0], now)
            self._counted[name] += 1

    async def look(self) -> None:
        """Take over what holds now."""
        self.current = await load_house(self.store)

    async def follow(self) -> None:
        """Look each second; runs until cancelled."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def write_heard(self) -> None:
        """Write what was heard since the last time; a job of each minute, in each process."""
        heard, self._heard = self._heard, {}
        counted, self._counted = self._counted, Counter()
        now, declared = self.clock(), self.config().events
        try:
            if heard:
                await self._change_times(lambda times: add_heard(times, heard))
                heard = {}
            if counted:
                await self._change_counts(lambda counts: add_counts(counts, counted, declared, now))
        except StoreAwayError:
            log.warning("store_away", job="events heard")
            self._heard = heard | self._heard
            self._counted += counted

    async def judge_silence(self, tell_team: TellTeam, is_leader: Callable[[], bool]) -> None:
        """Hold back what rests on the absence of an event that has gone quiet, and tell the team; a job of a minute."""
        if not is_leader():
            return
        now, declared = self.clock(), self.config().events
        try:
            times, house = await self._load_times(), await load_house(self.store)
            counts = await self._load_counts()
            new, rare = find_new_silences(times, house, declared, now), find_rare(counts, declared, now)
            if new:
                await self._change_times(lambda latest: note_alarms(latest, new, now))
            self.current = await change_house(self.store, lambda latest: note_silences(latest, times, new, now, rare))
        except StoreAwayError:
            log.warning("store_away", job="silence")
            return
        newly_rare = {event: since for event, since in rare.items() if not is_silent(house, event)}
        for event, since in (newly_rare | new).items():
            log.warning("event_silent", event_name=event, since=since.isoformat())
            await tell_team(_describe_silence(event, since, find_new_name(counts, event, declared, now), event in new))

    async def _load_counts(self) -> dict[str, dict[int, int]]:
        raw = await self.store.load_meta(COUNTS_META)
        return _counts_decoder.decode(raw) if raw else {}

    async def _change_counts(self, change: Callable[[dict[str, dict[int, int]]], dict[str, dict[int, int]]]) -> None:
        while True:
            raw = await self.store.load_meta(COUNTS_META)
            after = change(_counts_decoder.decode(raw) if raw else {})
            if await self.store.compare_and_set(COUNTS_META, raw, msgspec.msgpack.encode(after)):
                return

    async def _load_times(self) -> dict[str, WebhookTimes]:
        raw = await self.store.load_meta(META)
        return _decoder.decode(raw) if raw else {}

    async def _change_times(self, change: Callable[[dict[str, WebhookTimes]], dict[str, WebhookTimes]]) -> None:
        while True:
            raw = await self.store.load_meta(META)
            after = change(_decoder.decode(raw) if raw else {})
            if await self.store.compare_and_set(META, raw, msgspec.msgpack.encode(after)):
                return


def _describe_silence(event: str, since: datetime, new_name: str, is_quiet: bool) -> str:  # noqa: FBT001  private, two ways to say it
    how = (
        f"Nothing was heard of it since {since:%Y-%m-%d %H:%M} UTC, which is much longer than usual."
        if is_quiet
        else f"In the 24 hours from {since:%Y-%m-%d %H:%M} UTC it was told less than a fifth as often as usual."
    )
    renamed = f" “{new_name}” is told often and not declared: was it renamed?" if new_name else ""
    return (
        f"The event {event} has gone quiet\n\n{how} Mails that rest on its absence wait until it is heard again, "
        f"and six hours more. Does your product still tell it, under this name?{renamed}"
    )
