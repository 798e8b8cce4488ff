"""The events that the Mailjet stand-in sends back over real HTTP, in both versions (guide: ``_event-api.md``).

Version 2 is an array of whatever happened in the last second, types mixed; version 1, as anymail's tests have it, a
bare object for each event.  Whatever is not answered 200 is sent again: every 30 seconds for 24 hours, then the address
is suspended and the backup address is used.  Time is the caller's: :meth:`EventPostman.send_due` sends what is due now.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import unquote, urlsplit

import aiohttp

from service.stand_ins.mailjet.send_rules import Json
from service.stand_ins.mailjet.state import AcceptedMessage

EventKind = Literal["sent", "open", "click", "bounce", "blocked", "spam", "unsub"]
RETRY = timedelta(seconds=30)
SUSPENDED_AFTER = timedelta(hours=24)
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_OK = 200


@dataclass(slots=True, kw_only=True)
class EventAddress:
    """Where events go: one row of ``eventcallbackurl``."""

    url: str
    version: Literal[1, 2] = 2
    backup: bool = False
    failing_since: datetime | None = None
    suspended: bool = False


@dataclass(slots=True, kw_only=True)
class _Letter:
    """An event that waits for its 200."""

    body: Json
    due: datetime


def write_event(kind: EventKind, message: AcceptedMessage, at: datetime, **more: object) -> Json:
    """Return an event of a message, with the fields that all have and those of its kind."""
    common: Json = {
        "event": kind,
        "time": int(at.timestamp()),
        "MessageID": message.id,
        "Message_GUID": message.uuid,
        "email": message.email,
        "mj_campaign_id": 7257,
        "mj_contact_id": message.contact,
        "customcampaign": message.campaign,
        "CustomID": message.custom_id,
        "Payload": str(message.body.get("EventPayload", "")),
    }
    own: dict[EventKind, Json] = {
        "sent": {"mj_message_id": str(message.id), "smtp_reply": "sent (250 2.0.0 OK)"},
        "open": {"ip": "127.0.0.1", "geo": "US", "agent": "Mozilla/5.0"},
        "click": {"url": "https://www.example.com", "ip": "127.0.0.1", "geo": "FR", "agent": "Mozilla/5.0"},
        "bounce": {
            "blocked": False, "hard_bounce": True, "error_related_to": "recipient", "error": "user unknown",
            "comment": "550 5.1.1 no such user",
        },
        "blocked": {"error_related_to": "recipient", "error": "user unknown"},
        "spam": {"source": "JMRPP"},
        "unsub": {"mj_list_id": 0, "ip": "127.0.0.1", "geo": "FR", "agent": "List-Unsubscribe"},
    }  # fmt: skip
    return common | own[kind] | more


@dataclass(slots=True, kw_only=True)
class EventPostman:
    """Brings events to their addresses until each is answered 200."""

    clock: Callable[[], datetime]
    addresses: defaultdict[str, list[EventAddress]] = field(default_factory=lambda: defaultdict(list))
    """By kind of event, at most one main and one backup address."""
    waiting: defaultdict[str, list[_Letter]] = field(default_factory=lambda: defaultdict(list))
    """By kind of event."""
    doubles: bool = False
    """Send each event twice."""
    reverses: bool = False
    """Send the newest event first."""
    answers: list[int] = field(default_factory=list)
    """Status of every answer; 0 if there was none."""

    def set_address(self, kind: str, url: str, *, version: Literal[1, 2] = 2, backup: bool = False) -> None:
        """Set where events of a kind go; a new address is not suspended (guide: “update the URL with a new URL”)."""
        kept = [one for one in self.addresses[kind] if one.backup != backup]
        self.addresses[kind] = [*kept, EventAddress(url=url, version=version, backup=backup)]

    def add_event(self, body: Json) -> None:
        """Queue an event."""
        kind = str(body["event"])
        if kind in self.addresses:
            letters = [_Letter(body=body, due=self.clock()) for _ in range(2 if self.doubles else 1)]
            self.waiting[kind] += letters

    def count_waiting(self) -> int:
        """Return how many events have not been answered 200."""
        return sum(len(letters) for letters in self.waiting.values())

    async def send_due(self, session: aiohttp.ClientSession) -> int:
        """Send what is due; return how many events were answered 200."""
        now = self.clock()
        by_address: defaultdict[tuple[str, int], list[tuple[str, _Letter]]] = defaultdict(list)
        for kind, letters in self.waiting.items():
            address = self._pick_address(kind)
            if address is None:
                continue
            by_address[address.url, address.version] += [(kind, one) for one in letters if one.due <= now]
        taken = 0
        for (url, version), due in by_address.items():
            ordered = due[::-1] if self.reverses else due
            groups = [ordered] if version == 2 else [[one] for one in ordered]  # noqa: PLR2004  version 2 is grouped
            for group in groups:
                taken += await self._send_group(session, url, version, group)
        return taken

    def _pick_address(self, kind: str) -> EventAddress | None:
        usable = [one for one in self.addresses[kind] if not one.suspended]
        return min(usable, key=lambda one: one.backup, default=None)

    async def _send_group(
        self, session: aiohttp.ClientSession, url: str, version: int, group: list[tuple[str, _Letter]]
    ) -> int:
        if not group:
            return 0
        bodies = [letter.body for _, letter in group]
        # Version 1 posts each event by itself, version 2 all of the last second.
        status = await self._post(session, url, bodies[0] if version == 1 else bodies)
        self.answers.append(status)
        now = self.clock()
        for kind, letter in group:
            if status == _OK:
                self.waiting[kind].remove(letter)
            else:
                # “Every 30 seconds”, counted from the answer.
                letter.due = now + RETRY
            for address in self.addresses[kind]:
                if address.url == url:
                    self._note_answer(address, now, taken=status == _OK)
        return len(group) if status == _OK else 0

    def _note_answer(self, address: EventAddress, now: datetime, *, taken: bool) -> None:
        if taken:
            address.failing_since = None
            return
        address.failing_since = address.failing_since or now
        address.suspended = now - address.failing_since >= SUSPENDED_AFTER

    async def _post(self, session: aiohttp.ClientSession, url: str, body: object) -> int:
        parts = urlsplit(url)
        login = aiohttp.encode_basic_auth(unquote(parts.username or ""), unquote(parts.password or ""))
        headers = {"Authorization": login} if parts.username else {}
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        try:
            async with session.post(bare, json=body, headers=headers, timeout=_TIMEOUT) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0
