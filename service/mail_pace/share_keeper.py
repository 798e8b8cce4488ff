"""Takes a place of a provider's share for each marketing mail, right before it goes, for all processes together.

The shares are one small value of the store.  In a process, all mails that want a place in the same moment are written
at once; between processes, whoever comes second decides again on what holds then.  So no day ever has more than its
share.  A process that dies between a place and its mail loses the place: the day then has one mail less.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from domain.consent.mail_break import is_asked_for
from domain.consent.mail_providers import OTHER
from domain.declarations import RampUp
from domain.effects import SendMail
from domain.ports import Clock, MetaStore, StoreError
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.transports.base import Delivered, DeliveryResult, OutcomeUnknown
from service.mail_pace.providers import ProviderBook
from service.mail_pace.shares import TOGETHER, Share, ShareBook, Wish, count_left, move_places

META = "mail_shares"
"""Name of the meta value."""
BELIEVED_SECONDS = 10.0
"""How long a share that was found used up is taken for used up without asking."""
BANDS = ((timedelta(days=7), timedelta()), (timedelta(days=30), timedelta(minutes=30)))
"""How long ago somebody did anything at most, and how long a mail of yesterday waits in the morning then."""
LAST_BAND = timedelta(hours=1)
MORNING_WAITS = (*(wait for _, wait in BANDS), LAST_BAND)
BEING_ASKED = "DNS is asked who keeps this mailbox"
ENGAGED_FIRST = "those who were here lately come first in the morning"

_decoder = msgspec.json.Decoder(dict[str, Share])


async def load_shares(store: MetaStore) -> dict[str, Share]:
    """Return the shares of all providers as they were last written."""
    raw = await store.load_meta(META)
    return _decoder.decode(raw) if raw else {}


def day_of(now: datetime, config: WorkspaceConfig) -> date:
    """Return the day of the workspace."""
    return now.astimezone(ZoneInfo(config.timezone)).date()


def find_midnight(day: date, config: WorkspaceConfig) -> datetime:
    """Return when a day of the workspace begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(config.timezone))


@dataclass(slots=True, kw_only=True)
class ShareKeeper:
    """What one process takes of the shares."""

    store: MetaStore
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    providers: ProviderBook
    _taken: dict[str, str] = field(default_factory=dict)
    """By send id of a mail on its way: the provider whose place it has."""
    _wishes: list[tuple[Wish, "asyncio.Future[bool]"]] = field(default_factory=list)
    _writer: "asyncio.Task[None] | None" = None
    _latest: ShareBook = field(default_factory=dict)
    """As this process wrote or read it last."""
    _latest_raw: bytes | None = None
    _latest_at: float = 0.0

    @property
    def ramp(self) -> RampUp | None:
        """How the volume grows; None if nobody bounds it."""
        return self.config().senders.marketing.rampup

    def name_share(self, email: str) -> str:
        """Return whose share a mail to this address takes; empty if DNS is being asked."""
        return TOGETHER if self.ramp and self.ramp.per == "all" else self.providers.name_now(email)

    def find_hold(self, record: Subscriber, mail: SendMail) -> str:
        """Return why a mail need not even be tried now, as half a sentence; empty if it may be."""
        ramp = self.ramp
        if ramp is None or mail.lane != "marketing" or mail.team or is_asked_for(record, mail):
            return ""
        share = self.name_share(_find_email(record, mail))
        if not share:
            return BEING_ASKED
        if self._waits_for_others(record, mail):
            return ENGAGED_FIRST
        is_fresh = asyncio.get_running_loop().time() - self._latest_at < BELIEVED_SECONDS
        if is_fresh and not count_left(self._latest, share, ramp, day_of(self.clock(), self.config())):
            return tell_used_up(share)
        return ""

    def find_opening(self) -> datetime | None:
        """Return when mails that waited for a place last got leave to go; None if nobody bounds the volume.

        That is when the day began and, of those that waited overnight, when their turn in the morning came.
        """
        if self.ramp is None:
            return None
        config, now = self.config(), self.clock()
        midnight = find_midnight(day_of(now, config), config)
        turns = [midnight + timedelta(hours=config.limits.quiet_until) + wait for wait in MORNING_WAITS]
        return max(moment for moment in (midnight, *turns) if moment <= now)

    async def take_place(self, record: Subscriber, mail: SendMail) -> str:
        """Take a place for a mail; return why it has to wait, empty if it has one.  Idempotent until the mail ends."""
        if self.ramp is None or mail.lane != "marketing" or mail.team or mail.id in self._taken:
            return ""
        share, asked_for = self.name_share(_find_email(record, mail)), is_asked_for(record, mail)
        if not share and not asked_for:
            return BEING_ASKED
        # Nobody who asked for a mail waits for DNS, or for tomorrow.
        share = share or OTHER
        if not await self._move(Wish(share, 1, asked_for)):
            return tell_used_up(share)
        # Kept until the mail ends: its gate may ask again in the next round, and must not take a second place.
        self._taken[mail.id] = share
        return ""

    def note_result(self, mail: SendMail, result: DeliveryResult) -> None:
        """Give the place of a mail back that did not go; done beside the sending."""
        share = self._taken.pop(mail.id, "")
        if share and not isinstance(result, Delivered | OutcomeUnknown):
            # Nobody waits for it: a place that is lost with the store costs one mail of a day.
            asyncio.ensure_future(self._move(Wish(share, -1))).add_done_callback(_forget_failure)

    def _waits_for_others(self, record: Subscriber, mail: SendMail) -> bool:
        """Return True in the morning for a mail that found no place before today, while others come first."""
        config, now = self.config(), self.clock()
        morning = find_midnight(day_of(now, config), config)
        if mail.issue or mail.queued_at >= morning:  # the readers of an issue are chosen by their engagement already
            return False
        idle = now - record.engaged_at if record.engaged_at else None
        band = next((wait for most, wait in BANDS if idle is not None and idle <= most), LAST_BAND)
        return now < morning + timedelta(hours=config.limits.quiet_until) + band

    async def _move(self, wish: Wish) -> bool:
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._wishes.append((wish, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        while self._wishes:
            waiting, self._wishes = self._wishes, []
            try:
                granted = await self._save([wish for wish, _ in waiting])
            except StoreError as error:
                for _, future in waiting:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), answer in zip(waiting, granted, strict=True):
                if not future.done():  # a mail that was given up meanwhile
                    future.set_result(answer)

    async def _save(self, wishes: Sequence[Wish]) -> Sequence[bool]:
        ramp = self.ramp or RampUp()
        raw = self._latest_raw
        while True:
            book = _decoder.decode(raw) if raw else {}
            after, granted = move_places(book, wishes, ramp, day_of(self.clock(), self.config()))
            encoded = msgspec.json.encode(after)
            # Written also if nothing was granted: what this process knows may be old, and then this fails.
            if await self.store.compare_and_set(META, raw, encoded):
                self._latest, self._latest_raw = after, encoded
                self._latest_at = asyncio.get_running_loop().time()
                return granted
            raw = await self.store.load_meta(META)


def tell_used_up(share: str) -> str:
    """Return that a share is used up, as half a sentence."""
    return "the share of today is used up" if share == TOGETHER else f"{share}'s share of today is used up"


def _find_email(record: Subscriber, mail: SendMail) -> str:
    held = record.addresses.get(mail.address)
    return held.email if held else ""


def _forget_failure(future: "asyncio.Future[bool]") -> None:
    if not future.cancelled():
        future.exception()
