"""The watchdog notices a deaf bot: no webhook for much longer than usual, or a lost subscription.

Every process that takes webhooks stores, at most twice a minute for each Page, that they arrive.  One process examines
all Pages every five minutes.  It logs what it finds, sets a metric, mails the team, and subscribes the app to the Page
again.  A silence is mailed once, other trouble of a Page at most every six hours.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace
from prometheus_client import Gauge

from bot.graph_api.page_client import GraphError, MessengerClient
from bot.inbound.event_kinds import FIELDS, missing_fields
from domain.ports import MetaStore, StoreAwayError
from service.messenger import webhook_gap

log = structlog.get_logger("doorstep.watchdog")

DEAF = Gauge("doorstep_messenger_deaf", "1 while no webhook came for much longer than usual.", ["page"])
SUBSCRIBED = Gauge("doorstep_messenger_subscribed", "1 while the app is subscribed to every field.", ["page"])
NOTE_EVERY = timedelta(seconds=30)
"""Least time between two notes that webhooks of a Page arrive."""
TELL_AGAIN = timedelta(hours=6)
"""Least time between two mails about the same Page."""

TellTeam = Callable[[str], Awaitable[bool]]
"""Mails the team a text without personal data; its first line is the subject.  Returns False to be tried again."""


@dataclass(slots=True, kw_only=True)
class Watchdog:
    """Watches the webhooks of all Pages."""

    store: MetaStore
    clients: Mapping[str, MessengerClient]
    """By Page id."""
    now: Callable[[], datetime]
    """Real time: a silence is measured by the machine's clock, which the playground does not move."""
    tell_team: TellTeam
    app_id: str = ""
    """Id of our app; if empty, any subscribed app counts."""
    is_examiner: Callable[[], bool] = lambda: True
    """Return True if this process is the one that examines."""
    _written_at: dict[str, datetime] = field(default_factory=dict)
    _pages_heard: set[str] = field(default_factory=set)
    _told_at: dict[str, datetime] = field(default_factory=dict)

    def note_webhook(self, page: str) -> None:
        """Note that a genuine webhook of this Page arrived; :meth:`write_times` stores it."""
        # Called for every webhook, so it only adds to a set; the store is written in the background.
        self._pages_heard.add(page)

    async def write_times(self) -> None:
        """Store which Pages were heard since the last call; while the store is away, the next call does."""
        try:
            # A copy, as webhooks add to the set while the store is awaited.
            for page in tuple(self._pages_heard):
                await self._write_page(page, self.now())
        except StoreAwayError:
            log.warning("store_away", job="watchdog")

    async def _write_page(self, page: str, now: datetime) -> None:
        if page in self._written_at and now - self._written_at[page] < NOTE_EVERY:
            return
        # Read, change and write without a lock: two processes may overwrite each other's note, which moves the last
        # time by some seconds at most.
        known = webhook_gap.decode_times(await self.store.load_meta(times_key(page)))
        await self.store.save_meta(times_key(page), webhook_gap.encode_times(webhook_gap.note_webhook(known, now)))
        self._written_at[page] = now
        self._pages_heard.discard(page)

    async def examine_pages(self) -> None:
        """Examine every Page once.  Errors of the store and of the platform are logged, not raised."""
        if not self.is_examiner():
            return
        for page, client in self.clients.items():
            # The subscription first: it is the usual cause of a silence, and mended by the time that the team is told.
            await self._examine_subscription(page, client)
            try:
                await self._examine_silence(page)
            except StoreAwayError:
                log.warning("store_away", job="watchdog")

    async def _examine_silence(self, page: str) -> None:
        """Report a Page that has been silent for too long."""
        times, now = webhook_gap.decode_times(await self.store.load_meta(times_key(page))), self.now()
        deaf = times is not None and webhook_gap.is_deaf(times, now)
        DEAF.labels(page).set(deaf)
        if times is None or not deaf or times.alarmed:
            return
        # Marked as reported only once the mail is out: while the mail server is away, the next look tries again.
        log.error("messenger_deaf", what=page, remedy="doorstep messenger doctor")
        if await self.tell_team(_silence_text(page, times, now)):
            await self.store.save_meta(times_key(page), webhook_gap.encode_times(replace(times, alarmed=now)))

    async def _examine_subscription(self, page: str, client: MessengerClient) -> None:
        """Subscribe the app again to every field that it has lost."""
        try:
            missing = missing_fields(await client.subscribed_fields(), self.app_id)
            SUBSCRIBED.labels(page).set(not missing)
            if not missing:
                return
            await client.subscribe_fields(FIELDS)
        except GraphError as error:
            # No answer is usually a passing trouble of the network; a refusal stays until somebody mends it.
            log.warning("subscription_unknown", what=page, remedy=str(error))
            if error.answered:
                await self._tell_trouble(page, f"The platform refuses us: {error}.")
            return
        log.error("messenger_resubscribed", what=page, count=len(missing))
        fields = ", ".join(missing)
        await self._tell_trouble(page, f"The app was not subscribed to: {fields}. It has been subscribed again.")

    async def _tell_trouble(self, page: str, text: str) -> None:
        now, told_at = self.now(), self._told_at.get(page)
        if told_at and now - told_at < TELL_AGAIN:
            return
        if await self.tell_team(f"Page {page} needs a look.\n{text}\n{_REMEDY}"):
            self._told_at[page] = now


_REMEDY = "Look with: doorstep messenger doctor"


def _silence_text(page: str, times: webhook_gap.WebhookTimes, now: datetime) -> str:
    usual = webhook_gap.usual_gap(times) or timedelta()
    return (
        f"Page {page} may be deaf.\n"
        f"The last webhook came {times.last:%Y-%m-%d %H:%M} UTC, {_format_length(now - times.last)} ago; "
        f"usually the longest silence of a day is {_format_length(usual)}.\n{_REMEDY}"
    )


def _format_length(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds() // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def times_key(page: str) -> str:
    """Return the name of the meta value that holds the webhook times of a Page."""
    return f"heard:{page}"
