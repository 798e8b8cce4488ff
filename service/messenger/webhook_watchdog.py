"""The watchdog against a deaf bot: no webhook for much longer than usual, or the subscription gone.

Every process that takes webhooks notes at most twice a minute and Page that they come.  One process looks every five
minutes.  What it finds is logged, shown as a metric, mailed to the team, and mended as far as it can be from here: the
app is subscribed to the Page again.  A silence is mailed once, other trouble of a Page every six hours at most.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace
from prometheus_client import Gauge

from bot.graph_api.page_client import GraphError, MessengerClient
from bot.inbound.event_kinds import FIELDS, missing_fields
from domain.ports import Store, StoreAwayError
from service.messenger import webhook_gap

log = structlog.get_logger("doorstep.watchdog")

DEAF = Gauge("doorstep_messenger_deaf", "1 while no webhook came for much longer than usual.", ["page"])
SUBSCRIBED = Gauge("doorstep_messenger_subscribed", "1 while the app is subscribed to every field.", ["page"])
NOTE_EVERY = timedelta(seconds=30)
"""How often the arrival of webhooks is written down, at most."""
TELL_AGAIN = timedelta(hours=6)
"""How long the team is spared the same trouble of a Page."""

TellTeam = Callable[[str], Awaitable[bool]]
"""Mails the team a text without anything personal, its first line the subject; False: it should be tried again."""


@dataclass(slots=True, kw_only=True)
class Watchdog:
    """Watches the webhooks of all Pages."""

    store: Store
    clients: Mapping[str, MessengerClient]
    """By Page id."""
    now: Callable[[], datetime]
    """Real time: silence is measured by the world's clock, not by the one that the playground moves."""
    tell: TellTeam
    app_id: str = ""
    """Our app's id; empty: whichever app is subscribed counts."""
    looks: Callable[[], bool] = lambda: True
    """Whether it is this process that looks."""
    _noted: dict[str, datetime] = field(default_factory=dict)
    _heard: set[str] = field(default_factory=set)
    _told: dict[str, datetime] = field(default_factory=dict)

    def heard(self, page: str) -> None:
        """Note that a genuine webhook of this Page came; costs nothing, :meth:`write` keeps it."""
        self._heard.add(page)

    async def write(self) -> None:
        """Keep what was heard since the last time; while the store is away it is kept for later."""
        try:
            for page in tuple(self._heard):
                await self._write(page, self.now())
        except StoreAwayError:
            log.warning("store_away", job="watchdog")

    async def _write(self, page: str, now: datetime) -> None:
        if page in self._noted and now - self._noted[page] < NOTE_EVERY:
            return
        known = webhook_gap.decode(await self.store.meta(meta_name(page)))
        await self.store.set_meta(meta_name(page), webhook_gap.encode(webhook_gap.hear(known, now)))
        self._noted[page] = now
        self._heard.discard(page)

    async def look(self) -> None:
        """Look at every Page once; never raises for what the store or the platform does."""
        if not self.looks():
            return
        for page, client in self.clients.items():
            await self._subscribe(page, client)
            try:
                await self._listen(page)
            except StoreAwayError:
                log.warning("store_away", job="watchdog")

    async def _listen(self, page: str) -> None:
        """See whether a Page has been silent for too long."""
        known, now = webhook_gap.decode(await self.store.meta(meta_name(page))), self.now()
        deaf = known is not None and webhook_gap.is_deaf(known, now)
        DEAF.labels(page).set(deaf)
        if known is None or not deaf or known.alarmed:
            return
        log.error("messenger_deaf", what=page, remedy="doorstep messenger doctor")
        if await self.tell(_silence(page, known, now)):
            await self.store.set_meta(meta_name(page), webhook_gap.encode(replace(known, alarmed=now)))

    async def _subscribe(self, page: str, client: MessengerClient) -> None:
        """See whether the Page tells the app everything; what is missing is subscribed to again."""
        try:
            missing = missing_fields(await client.subscriptions(), self.app_id)
            SUBSCRIBED.labels(page).set(not missing)
            if not missing:
                return
            await client.subscribe(FIELDS)
        except GraphError as error:
            log.warning("subscription_unknown", what=page, remedy=str(error))
            if error.answered:
                await self._trouble(page, f"The platform refuses us: {error}.")
            return
        log.error("messenger_resubscribed", what=page, count=len(missing))
        what = ", ".join(missing)
        await self._trouble(page, f"The app was not subscribed to: {what}. It has been subscribed again.")

    async def _trouble(self, page: str, text: str) -> None:
        now, told = self.now(), self._told.get(page)
        if told and now - told < TELL_AGAIN:
            return
        if await self.tell(f"Page {page} needs a look.\n{text}\n{_REMEDY}"):
            self._told[page] = now


_REMEDY = "Look with: doorstep messenger doctor"


def _silence(page: str, known: webhook_gap.Heard, now: datetime) -> str:
    usual = webhook_gap.usual(known) or timedelta()
    return (
        f"Page {page} may be deaf.\n"
        f"The last webhook came {known.last:%Y-%m-%d %H:%M} UTC, {_spoken(now - known.last)} ago; "
        f"usually the longest silence of a day is {_spoken(usual)}.\n{_REMEDY}"
    )


def _spoken(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds() // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def meta_name(page: str) -> str:
    """Return the name of the value in the store that tells when webhooks of a Page came."""
    return f"heard:{page}"
