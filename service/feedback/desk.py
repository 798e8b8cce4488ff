"""Takes in what comes back about mails: finds the mail it is about, and does what follows.  Idempotent.

Only what proves that it knows the mail is believed: an envelope sender of ours (:mod:`email_out.feedback.return_path`),
or, where there is none, the Message-ID of a mail that this address got.  Its id is a keyed hash, so nobody guesses it.

The address is suppressed before the record hears of it, so that no attempt begins in between; both can be repeated.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from domain import record as records
from domain.consent.address_registry import AddressState
from domain.declarations import MAIL_REPLIED
from domain.events import MailRefused, ProductEvent, Unsubscribed
from domain.keyring import Keyring
from domain.ports import Clock, Loaded, Store, Transact
from email_out.feedback.name_address import name_address
from email_out.feedback.read_report import Report, read_report
from email_out.feedback.return_path import ReturnPath, is_return_path, read_return_path, read_stop_address
from flows.understanding.stop_words import StopWords, collect_stop_words
from flows.understanding.stopping.stop_requests import hear_stop
from service.engine.address_registry import AddressRegistry, LoadedAddress
from service.engine.recent_records import RecentRecords
from service.feedback.known_reports import KnownReports

Heard = Literal[
    "hard", "soft", "block", "policy", "complaint", "unclear", "delivered", "delayed", "stopped",
    "replied", "repeated", "automatic", "letter", "forged", "unknown", "erased", "unreadable",
]  # fmt: skip
"""What became of a message.  The first ten were about a mail of ours; nothing followed from the others."""

MEANINGS: dict[Heard, str] = {
    "hard": "the mailbox does not exist; its address gets no mail any more",
    "soft": "the mailbox takes nothing now; counted",
    "block": "the receiver refuses us; look at reputation and lists",
    "policy": "our set-up is refused; look at SPF, DKIM and DMARC",
    "complaint": "reported as spam; the address gets no mail any more",
    "unclear": "undeliverable, and nobody says why",
    "delivered": "delivered",
    "delayed": "not delivered yet",
    "stopped": "a reader asked by mail for an end; consent is withdrawn",
    "replied": "a reader answered a mail; it counts as mail.replied, and its text is for people",
    "repeated": "heard before",
    "automatic": "an automatic answer",
    "letter": "a letter that asks for no end; nothing was done with it",
    "forged": "about no mail of ours, although it says so",
    "unknown": "about a mail that nobody knows",
    "erased": "about a person who was erased",
    "unreadable": "not to be read",
}
OLDEST_REPLY = timedelta(days=30)
"""How long ago a letter may have been written by its own account."""
STOP_MAILBOXES = ("unsub", "unsubscribe", "stop", "abmelden")
"""Mailboxes to which any letter is a request to stop."""

_RETURNS = frozenset({"bounce", "complaint"})
"""Kinds of reports that something follows from, once."""
_QUOTED = re.compile(r"^(?:>|--\s*$|_{5,}|-{5,}|(?:on|am) .{0,200}:\s*$|from: |von: )", re.IGNORECASE)
_ANSWER = re.compile(r"^(?:(?:re|aw|antw|fw|wg):\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackDesk:
    """Reads messages and acts on them."""

    store: Store
    transact: Transact
    addresses: AddressRegistry
    keys: Keyring
    clock: Clock
    words: StopWords = field(default_factory=collect_stop_words)
    recent: RecentRecords = field(default_factory=RecentRecords)
    """The records that ``transact`` remembers: what was read to find a mail is not read again to decide."""
    known: KnownReports = field(default_factory=KnownReports)

    async def take(self, raw: bytes, to: str = "") -> Heard:
        """Take in one message; ``to`` is the envelope recipient, if known.  Raises ``StoreAwayError``."""
        if path := read_stop_address(to, self.keys):
            # Written by a mail program for its reader, which may call itself automatic; the token proves the mail.
            return await self._stop_at(path.address)
        return await self.take_report(read_report(raw), to)

    async def take_report(
        self, report: Report, to: str = "", states: Mapping[str, LoadedAddress] = MappingProxyType({})
    ) -> Heard:
        """Do what follows from a report, whoever brought it; ``states`` are those that were loaded already.

        Raises ``StoreAwayError``.
        """
        match report.kind:
            case "automatic" | "unreadable":
                return report.kind
            case "letter":
                return await self._take_letter(report, to)
        found = await self._find_mail(report, to, states)
        if isinstance(found, str):
            return found
        path, *_ = found
        if report.kind == "delivered":
            await self.addresses.note_delivered(path.address)
        if report.kind in ("delivered", "delayed"):
            return "delivered" if report.kind == "delivered" else "delayed"
        return await self._take_return(report, *found)

    async def _take_return(self, report: Report, path: ReturnPath, holder: str, known: LoadedAddress) -> Heard:
        meaning = _name_return(report)
        is_dead = meaning == "hard"
        state: LoadedAddress | None = known
        if meaning == "soft":
            is_dead = await self.addresses.count_full(path.address, path.send_id, by="report", loaded=known)
            state = None  # counting has changed it
        if is_dead or meaning == "complaint":
            reason: Literal["complaint", "hard_bounce"] = "complaint" if meaning == "complaint" else "hard_bounce"
            await self.addresses.suppress(path.address, reason, state)
        # A report does not say of which lane its mail was; codes go to addresses that nobody has proven yet.
        is_proven = known.state.owner == holder
        event = MailRefused(
            id=_name_refusal(path, report), at=self.clock(), send_id=path.send_id, address=path.address,
            reason=f"{meaning} {report.status}".rstrip(), hard_bounce=is_dead, returned=meaning, marketing=is_proven,
        )  # fmt: skip
        met = self.store.meetings
        done = await self.transact(holder, (event,))
        self.known.remember_report(holder, event.id, met)
        return meaning if done.fresh else "repeated"

    async def _find_mail(
        self, report: Report, to: str, states: Mapping[str, LoadedAddress]
    ) -> tuple[ReturnPath, str, LoadedAddress] | Literal["forged", "unknown", "erased", "repeated"]:
        """Return the mail, the subscriber who got it and the state of its address, or why nothing follows."""
        named = [one for one in (to, *report.mentioned) if is_return_path(one)]
        paths = [path for one in named if (path := read_return_path(one, self.keys))]
        if named and not paths:
            return "forged"
        if not paths and report.recipient:
            address = self._name_address(report.recipient)
            paths = [ReturnPath(send_id=id, address=address) for id in report.message_ids]  # noqa: A001  its term
        outcome: Literal["unknown", "erased"] = "unknown"
        for path in paths:
            known = states.get(path.address) or await self.addresses.load_address(path.address)
            for holder in known.state.holders:
                found = await self._ask_holder(holder, path, report)
                if found:
                    return (path, holder, known) if found == "his" else "repeated"
            if any(one.reason == "erased" for one in known.state.suppressions):
                outcome = "erased"
        return outcome

    async def _ask_holder(self, holder: str, path: ReturnPath, report: Report) -> Literal["his", "repeated", ""]:
        """Tell whether a holder of the address got the mail, and whether this report of it is known."""
        name, met = _name_refusal(path, report), self.store.meetings
        if report.kind not in _RETURNS:
            sends = await self.store.sends_of(holder)
        elif self.known.is_known(holder, name, met):
            return "repeated"
        else:
            # Both at once: behind a write, each answer of the store waits for its disk.
            loaded, sends = await asyncio.gather(self.store.load(holder, [name]), self.store.sends_of(holder))
            # The event is committed last of all, so whoever finds it has nothing left to do.
            if loaded.seen:
                self.known.remember_report(holder, name, met)
                return "repeated"
            self._remember_record(loaded, met)
        return "his" if any(line.id == path.send_id for line in sends) else ""

    def _remember_record(self, loaded: Loaded, met: int) -> records.Subscriber | None:
        """Return the record that was loaded at a meeting with the store, and let ``transact`` begin with it."""
        record = records.decode(loaded.record) if loaded.record else None
        # A store that lost its end counts the same versions once more.
        if record and met == self.store.meetings == self.recent.enter_meeting(self.store.meetings):
            self.recent.keep_record(record)
        return record

    async def _take_letter(self, report: Report, to: str) -> Heard:
        """Withdraw the consent of whoever asks for it; any other letter is left to people."""
        box = to.partition("@")[0].partition("+")[0].lower()
        address = self._name_address(report.writer)
        state = await self.addresses.load_state(address)
        if box not in STOP_MAILBOXES and not self._asks_to_stop(report):
            return await self._take_reply(report, state)
        # From can be forged, and is believed nevertheless: to stop must be easy, and the most it does is to stop.
        return await self._stop_at(address)

    async def _stop_at(self, address: str) -> Literal["stopped", "unknown"]:
        """Withdraw the consent of whoever holds an address."""
        state = await self.addresses.load_state(address)
        if not state.holders:
            return "unknown"
        await self.addresses.unsubscribe(state.owner or state.holders[-1], address, "", "mail")
        return "stopped"

    async def note_all_delivered(self, emails: Iterable[str], others: Iterable[str]) -> Mapping[str, LoadedAddress]:
        """Take in that mails lie in these mailboxes; return the states of others by name, for the calls that take them.

        All are read together.
        """
        delivered = {self._name_address(email) for email in emails}
        return await self.addresses.note_all_delivered(
            list(delivered), list({self._name_address(email) for email in others})
        )

    async def withdraw_topic(self, email: str, at: datetime, topic: str) -> Literal["stopped", "repeated", "unknown"]:
        """Withdraw one topic for an address, as of a moment; the same again changes nothing."""
        name = hashlib.sha256(f"{self._name_address(email)} {at.isoformat()}".encode()).hexdigest()[:32]
        return await self.stop_since(email, at, name, topic)

    async def stop_since(
        self,
        email: str,
        at: datetime | None,
        name: str,
        topic: str = "",
        states: Mapping[str, LoadedAddress] = MappingProxyType({}),
    ) -> Literal["stopped", "repeated", "unknown"]:
        """Withdraw what an address had agreed to before ``at``, now if None; ``name`` is the same for the same request.

        ``topic`` is empty for all topics.  It may come a day late: whoever confirmed in between keeps what they
        confirmed.
        """
        address, at = self._name_address(email), at or self.clock()
        met, asked = self.store.meetings, f"{name} {topic}"
        known = states.get(address) or await self.addresses.load_address(address)
        if not known.state.holders:
            return "unknown"
        await self.addresses.take_suppression(address, "unsubscribed", at, topic, known)
        fresh = False
        for holder in known.state.holders:
            if self.known.is_known(holder, asked, met):
                continue
            record = self._remember_record(await self.store.load(holder), met)
            events = tuple(
                Unsubscribed(id=f"{name}:{agreed}", at=at, topic=agreed, via="mail", address=address)
                for agreed, consent in (record.consents if record else {}).items()
                if consent.address == address
                and topic in ("", agreed)
                # What has ended already is not ended again: most requests come more than once.
                and consent.status in ("agreed", "confirmed")
                and (consent.confirmed_at or consent.asked_at) <= at
            )
            if events and (await self.transact(holder, events)).fresh:
                fresh = True
            self.known.remember_report(holder, asked, met)
        return "stopped" if fresh else "repeated"

    async def _take_reply(self, report: Report, state: AddressState) -> Heard:
        """Count the answer to a mail: by the mail it names, else by whoever has proven this address."""
        person = await self._find_addressee(report, state) or state.owner
        if not person:
            return "letter"
        now = self.clock()
        # A letter may be read long after it came; a date that nobody could believe is not taken.
        told = report.written_at
        at = told if told and now - OLDEST_REPLY < told <= now else now
        letter = report.own_id or f"{told}|{report.subject}|{report.text}"
        name = hashlib.sha256(f"{report.writer}|{letter}".encode()).hexdigest()[:32]
        done = await self.transact(person, (ProductEvent(id=f"replied:{name}", at=at, name=MAIL_REPLIED),))
        return "replied" if done.fresh else "repeated"

    async def _find_addressee(self, report: Report, state: AddressState) -> str:
        """Return who got the mail that a letter answers, at the address it comes from; empty if it names none."""
        for holder in state.holders if report.message_ids else ():
            if any(line.id in report.message_ids for line in await self.store.sends_of(holder)):
                return holder
        return ""

    def _asks_to_stop(self, report: Report) -> bool:
        """Return True if the subject, or the body without what it quotes, asks for an end and says nothing else."""
        lines: list[str] = []
        for line in report.text.splitlines():
            if _QUOTED.match(line):
                break
            lines.append(line)
        said = (_ANSWER.sub("", report.subject), "\n".join(lines).strip())
        return any(hear_stop(text, self.words) == "stop" for text in said if text)

    def _name_address(self, email: str) -> str:
        return name_address(email, self.keys)


def _name_return(report: Report) -> Literal["hard", "soft", "block", "policy", "complaint", "unclear"]:
    return "unclear" if report.meaning == "deferred" else report.meaning


def _name_refusal(path: ReturnPath, report: Report) -> str:
    """Return the id of the event that a report becomes: the same for each report of its kind about a mail."""
    return f"returned:{path.send_id}:{_name_return(report)}"
