"""Watches over the values of the whole house: follows them, counts what is heard of events, and tells of silences."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import structlog

from domain.house_values import NOTHING_HELD, HouseValues
from domain.ports import Clock, Store, StoreAwayError, StoreError
from domain.workspace_config import WorkspaceConfig
from service.engine.house.event_silence import add_heard, find_new_silences, note_alarms, note_silences
from service.engine.house.stored_values import change_house, load_house
from service.messenger.webhook_gap import WebhookTimes

log = structlog.get_logger("doorstep.house")

META = "events_heard"
"""Name of the meta value with the times of all events."""
LOOK_SECONDS = 1.0

TellTeam = Callable[[str], Awaitable[bool]]
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

    def current_values(self) -> HouseValues:
        """Return what deciding is handed."""
        return self.current

    def note_events(self, names: Iterable[str]) -> None:
        """Note that the product has told these events now; in memory only."""
        now = self.clock()
        for name in names:
            self._heard[name] = (self._heard.get(name, (now, now))[0], now)

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
        try:
            if heard:
                await self._change_times(lambda times: add_heard(times, heard))
        except StoreAwayError:
            log.warning("store_away", job="events heard")
            self._heard = heard | self._heard

    async def judge_silence(self, tell_team: TellTeam, is_leader: Callable[[], bool]) -> None:
        """Hold back what rests on the absence of an event that has gone quiet, and tell the team; a job of a minute."""
        if not is_leader():
            return
        now, declared = self.clock(), self.config().events
        try:
            times, house = await self._load_times(), await load_house(self.store)
            new = find_new_silences(times, house, declared, now)
            if new:
                await self._change_times(lambda latest: note_alarms(latest, new, now))
            self.current = await change_house(self.store, lambda latest: note_silences(latest, times, new, now))
        except StoreAwayError:
            log.warning("store_away", job="silence")
            return
        for event, since in new.items():
            log.warning("event_silent", event_name=event, since=since.isoformat())
            await tell_team(
                f"The event {event} has gone quiet\n\nNothing was heard of it since {since:%Y-%m-%d %H:%M} UTC, "
                "which is much longer than usual. Mails that rest on its absence wait until it is heard again, "
                "and six hours more. Does your product still tell it, under this name?"
            )

    async def _load_times(self) -> dict[str, WebhookTimes]:
        raw = await self.store.load_meta(META)
        return _decoder.decode(raw) if raw else {}

    async def _change_times(self, change: Callable[[dict[str, WebhookTimes]], dict[str, WebhookTimes]]) -> None:
        while True:
            raw = await self.store.load_meta(META)
            after = change(_decoder.decode(raw) if raw else {})
            if await self.store.compare_and_set(META, raw, msgspec.msgpack.encode(after)):
                return
