"""The chore that notes each night how many mails are forecast: for the report, and for the brake."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from domain.decision import Context
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError
from service.engine.clock import fresh_entropy
from service.engine.house.watch import HouseWatch
from service.forecast.brake import load_step_mails
from service.forecast.night_notes import note_forecast
from service.workspace.publishing.editions import Editions

log = structlog.get_logger("doorstep.chores")


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyForecast:
    """Notes the forecast of a day once, in the process that leads; and once more when another edition is live."""

    store: Store
    clock: Clock
    keys: Keyring
    editions: Editions
    house: HouseWatch
    is_leader: Callable[[], bool]

    async def note(self) -> None:
        """Note the forecast of the day if that is still to do, and for this process to do."""
        if not self.is_leader():
            return
        rules, config = self.editions.current_rules()
        context = Context(
            now=self.clock(), entropy=fresh_entropy(), keys=self.keys, config=config, house=self.house.current_values()
        )
        try:
            mails = await load_step_mails(self.store)
            if await note_forecast(self.store, rules.sequences, context, self.editions.live_number(), mails):
                log.info("forecast_noted")
        except StoreAwayError:
            log.warning("store_away", job="forecast")
