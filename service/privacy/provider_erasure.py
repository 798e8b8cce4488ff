"""Erases a person's contacts at Mailjet, as part of their erasure (GDPR, article 17; article 19 for recipients).

Sending to an address makes a contact at Mailjet, so every address of an erased person is asked for, with each key and
sub-account that is named.  What is to be deleted is written down before the record is erased, tried at once, and again
with growing pauses for 30 days; then the team is told to do it by hand.  Until it is done the address must be kept: it
is the only name by which Mailjet knows the contact.  Afterwards a line remains, with the keyed hash alone: the
certificate of what was done where and when.

Who erases may not have the keys: a command in a shell without the mail URL, a web process that sends nothing.  So the
service writes down the names of its keys, and whoever erases notes the addresses for these; the service deletes them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from domain.keyring import Keyring
from domain.ports import Clock, MetaStore, StoreError
from email_out.transports.mailjet_contacts import ContactsAwayError, MailjetContacts

OPEN, CERTIFICATES = "provider_erasures", "provider_erasure_lines"
"""Stored values: what is still to be deleted, and what was."""
KEY_NAMES = "provider_keys"
"""Stored value: the names of the keys that the running service has."""
MOST_LINES = 10_000
LONGEST_TRIED = timedelta(days=30)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
LOOK_SECONDS = 60.0
OUTCOMES: Mapping[str, str] = {
    "deleted": "the contact was anonymised at once; the provider removes it after 30 days",
    "not there": "the provider knows no such contact",
    "given up": "the provider could not be reached for 30 days; the team was told",
}

log = structlog.get_logger("doorstep.deletions")


class OpenErasure(Struct, frozen=True, kw_only=True, array_like=True):
    """An address that is still to be deleted at some keys."""

    address: str
    """Keyed hash."""
    email: str
    """Never log.  Kept only until this is done."""
    asked_at: datetime
    keys: tuple[str, ...]
    """Names of the keys at which it is not known to be deleted."""
    tries: int = 0
    due_at: datetime


class ErasureLine(Struct, frozen=True, kw_only=True, array_like=True):
    """One line of the certificate."""

    address: str
    """Keyed hash."""
    key: str
    outcome: Literal["deleted", "not there", "given up"]
    asked_at: datetime
    at: datetime


_open_decoder = msgspec.msgpack.Decoder(tuple[OpenErasure, ...])
_names_decoder = msgspec.msgpack.Decoder(tuple[str, ...])
_line_decoder = msgspec.msgpack.Decoder(tuple[ErasureLine, ...])


@dataclass(slots=True, kw_only=True)
class ProviderErasures:
    """Deletes contacts at the provider, and remembers what is left to do."""

    store: MetaStore
    keys: Keyring
    clock: Clock
    contacts: Mapping[str, MailjetContacts]
    """By the name of a key; empty where nobody sends by Mailjet, or where the keys are not known."""
    tell_team: Callable[[str], Awaitable[bool]] | None = None
    """Mails the team; None where nobody can be told, as in a command: then it is left to the service."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def note_addresses(self, emails: Sequence[str]) -> None:
        """Write down that these addresses are to be deleted; noted twice, they count once."""
        # Without a key an address would be kept for nothing.
        names = await self.list_keys() if emails else ()
        if not names:
            return
        now = self.clock()
        noted = tuple(
            OpenErasure(address=self.keys.address_hash(email), email=email, asked_at=now, keys=names, due_at=now)
            for email in emails
        )
        # An erasure that was cut off is repeated: its addresses must not stand here twice.
        anew = {one.address for one in noted}

        def add_noted(known: tuple[OpenErasure, ...]) -> tuple[OpenErasure, ...]:
            # The month counts from the first time that somebody asked.
            asked = {one.address: one.asked_at for one in known}
            return (
                *(one for one in known if one.address not in anew),
                *(replace(one, asked_at=asked.get(one.address, now)) for one in noted),
            )

        await self._change_open(add_noted)

    async def list_keys(self) -> tuple[str, ...]:
        """Return the names of all keys at which a person may have a contact: those known here, and the service's."""
        raw = await self.store.load_meta(KEY_NAMES)
        return tuple(dict.fromkeys((*self.contacts, *(_names_decoder.decode(raw) if raw else ()))))

    async def run_due(self) -> int:
        """Try what is due; return how many addresses are still to be deleted.  Raises ``StoreError``."""
        async with self._turn:
            # Read under the lock: two erasures at once would ask Mailjet for the same contact.
            raw = await self.store.load_meta(OPEN)
            known = _open_decoder.decode(raw) if raw else ()
            for erasure in known:
                if erasure.due_at <= self.clock():
                    await self._try_one(erasure)
            raw = await self.store.load_meta(OPEN)
            return len(_open_decoder.decode(raw)) if raw else 0

    async def follow(self, is_leader: Callable[[], bool]) -> None:
        """Note the names of the keys, then try what is due every minute until cancelled; one process, the leader, does.

        Also without a key: what was noted while there was one is told to the team in the end.
        """
        has_noted = False
        while True:
            try:
                if is_leader():
                    has_noted = has_noted or await self._note_keys()
                    await self.run_due()
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _note_keys(self) -> bool:
        if not self.contacts and await self.store.load_meta(KEY_NAMES) is None:
            return True  # nobody ever sent by Mailjet
        await self.store.save_meta(KEY_NAMES, msgspec.msgpack.encode(tuple(self.contacts)))
        return True

    async def list_lines(self, address: str = "") -> tuple[ErasureLine, ...]:
        """Return the certificate of an address, by its keyed hash; all lines if empty."""
        raw = await self.store.load_meta(CERTIFICATES)
        lines = _line_decoder.decode(raw) if raw else ()
        return tuple(line for line in lines if address in ("", line.address))

    async def list_open(self, address: str) -> tuple[OpenErasure, ...]:
        """Return what is still to be deleted of an address, by its keyed hash."""
        raw = await self.store.load_meta(OPEN)
        return tuple(one for one in (_open_decoder.decode(raw) if raw else ()) if one.address == address)

    async def _try_one(self, erasure: OpenErasure) -> None:
        now = self.clock()
        is_over = now - erasure.asked_at >= LONGEST_TRIED
        if not is_over and not any(key in self.contacts for key in erasure.keys):
            return  # no try, so the service that has the key does not wait for a pause to end
        left, lines = await self._ask_accounts(erasure, now)
        # Article 17 wants it done without undue delay; a month is what article 12 (3) allows at most.
        if left and is_over:
            if not await self._tell_team(erasure, left):
                return  # tried again at the next look, until the team has heard of it
            lines += [_write_line(erasure, key, "given up", now) for key in left]
            left = []
        # The line first: a crash in between writes it twice, and never not at all.
        await self._add_lines(lines)
        # Bounded before the power: after weeks the number would have many digits.
        pause = min(FIRST_PAUSE * 2 ** min(erasure.tries, 20), LONGEST_PAUSE)
        later = replace(erasure, keys=tuple(left), tries=erasure.tries + 1, due_at=now + pause)
        await self._change_open(
            lambda known: tuple(
                later if one.address == erasure.address else one
                for one in known
                if one.address != erasure.address or left
            )
        )

    async def _ask_accounts(self, erasure: OpenErasure, now: datetime) -> tuple[list[str], list[ErasureLine]]:
        """Return the keys whose accounts have not deleted the contact, and a line for each that has."""
        left: list[str] = []
        lines: list[ErasureLine] = []
        for key in erasure.keys:
            contacts = self.contacts.get(key)
            try:
                # A key that is named no more cannot be asked; the team is told in the end.
                outcome = await contacts.delete_contact(erasure.email) if contacts else None
            except ContactsAwayError as error:
                log.warning("provider_erasure_put_back", reason=str(error), failures=erasure.tries + 1)
                outcome = None
            if outcome:
                lines.append(_write_line(erasure, key, outcome, now))
            else:
                left.append(key)
        return left, lines

    async def _tell_team(self, erasure: OpenErasure, keys: Sequence[str]) -> bool:
        if self.tell_team is None:
            return False
        log.error("provider_erasure_given_up", what=", ".join(keys))
        # The address must be told: without it nobody can find the contact.
        return await self.tell_team(
            f"A contact must be deleted at Mailjet by hand\n\nSomebody was erased on {erasure.asked_at:%d %B %Y}, and "
            f"Mailjet could not be asked for 30 days ({', '.join(keys)}). Delete the contact {erasure.email} there."
        )

    async def _add_lines(self, lines: Sequence[ErasureLine]) -> None:
        if not lines:
            return
        while True:
            raw = await self.store.load_meta(CERTIFICATES)
            kept = ((*_line_decoder.decode(raw), *lines) if raw else tuple(lines))[-MOST_LINES:]
            if await self.store.compare_and_set(CERTIFICATES, raw, msgspec.msgpack.encode(kept)):
                return

    async def _change_open(self, change: Callable[[tuple[OpenErasure, ...]], tuple[OpenErasure, ...]]) -> None:
        while True:
            raw = await self.store.load_meta(OPEN)
            changed = change(_open_decoder.decode(raw) if raw else ())
            if await self.store.compare_and_set(OPEN, raw, msgspec.msgpack.encode(changed)):
                return


def _write_line(
    erasure: OpenErasure, key: str, outcome: Literal["deleted", "not there", "given up"], at: datetime
) -> ErasureLine:
    return ErasureLine(address=erasure.address, key=key, outcome=outcome, asked_at=erasure.asked_at, at=at)
