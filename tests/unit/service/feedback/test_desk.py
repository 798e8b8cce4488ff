"""The desk for what comes back, matched to mails in the store; and over real LMTP."""

import asyncio
import smtplib
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.effects import SendMail, UpdateAddress, encode_posted
from domain.events import MailRefused, ProductEvent
from domain.ports import Commit, Posting
from domain.record import Subscriber
from email_out.feedback.return_path import ReturnPath, write_return_path
from service.engine.address_registry import AddressRegistry
from service.feedback.desk import FeedbackDesk, Heard
from service.feedback.lmtp_door import listen_lmtp
from tests.support.mail_world import ADDRESS, MailWorld, confirmed_reader
from tests.support.people import KEYS, MAIL, TOPIC
from tests.unit.email_out.feedback.test_read_report import VERP, delivery_report


@dataclass
class House:
    """A reader who got a mail, and the desk."""

    world: MailWorld = field(default_factory=MailWorld)

    async def open_house(self) -> None:
        """Give the reader a mail, and the address its owner."""
        self.person, self.mail = confirmed_reader()
        await self.world.store_with_mails(self.person, self.mail)
        self.addresses = AddressRegistry(
            store=self.world.store,
            transact=self.world.transact,
            clock=lambda: self.world.now,
            config=lambda: self.world.config,
        )
        await self.addresses.update_address(
            self.person.id,
            UpdateAddress(id="1", address=ADDRESS, change="confirmed", at=self.world.now, by="code", topic=TOPIC),
        )
        self.desk = FeedbackDesk(
            store=self.world.store,
            transact=self.world.transact,
            addresses=self.addresses,
            keys=KEYS,
            clock=lambda: self.world.now,
        )

    def return_path(self, send_id: str = "", address: str = ADDRESS) -> str:
        """Return the envelope sender of the mail."""
        return write_return_path(ReturnPath(send_id=send_id or self.mail.id, address=address), "bounce.example", KEYS)

    async def post_mails(self, *mails: SendMail) -> None:
        """Put more mails into the send ledger."""
        loaded = await self.world.store.load(self.person.id)
        assert loaded.record
        outbox = tuple(Posting(lane="mail-marketing", item=encode_posted(mail), send_id=mail.id) for mail in mails)
        commit = Commit(subscriber=self.person.id, version=loaded.version, record=loaded.record, outbox=outbox)
        await self.world.store.commit(commit)

    async def suppressions(self) -> list[str]:
        """Return why the address gets no mail."""
        return [one.reason for one in (await self.addresses.load_state(ADDRESS)).suppressions]

    async def load_person(self) -> Subscriber:
        """Return the record."""
        return await self.world.load_record(self.person)


@pytest.fixture
async def house() -> House:
    """Open a house."""
    opened = House()
    await opened.open_house()
    return opened


def complaint(mail_from: str) -> bytes:
    """Return a complaint about the mail with this envelope sender."""
    return (
        'From: fbl@provider.example\r\nContent-Type: multipart/report; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
        f"Original-Mail-From: {mail_from}\r\n\r\n--B--\r\n"
    ).encode()


def letter(subject: str, body: str, writer: str = MAIL) -> bytes:
    """Return a letter of a person."""
    return f"From: Mia <{writer}>\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


async def test_a_dead_mailbox_gets_no_mail_any_more(house: House) -> None:
    """The address is suppressed, the consent ended, and the second report of the same mail changes nothing."""
    raw = delivery_report("5.1.1", "550 5.1.1 no")

    assert await house.desk.take(raw, house.return_path()) == "hard"
    assert await house.desk.take(raw, house.return_path().upper()) == "repeated"

    person = await house.load_person()
    assert (person.addresses[ADDRESS].status, person.consents[TOPIC].status) == ("bounced", "withdrawn")
    assert await house.suppressions() == ["hard_bounce"]
    assert (await house.addresses.admit(house.mail, person)).answer == "no"
    assert [event.returned for event in house.world.events if isinstance(event, MailRefused)] == ["hard"]


async def test_a_complaint_ends_the_address_for_good(house: House) -> None:
    """The envelope sender stands in the report; nobody may lift it."""
    assert await house.desk.take(complaint(house.return_path()), "abuse@bounce.example") == "complaint"
    assert await house.suppressions() == ["complaint"]
    assert (await house.load_person()).consents[TOPIC].status == "withdrawn"


@pytest.mark.parametrize(("status", "heard"), [("5.7.1", "block"), ("5.7.26", "policy"), ("5.6.0", "unclear")])
async def test_what_is_our_fault_suppresses_nobody(house: House, status: str, heard: Heard) -> None:
    """The operator hears of it in the log."""
    assert await house.desk.take(delivery_report(status), house.return_path()) == heard
    assert await house.suppressions() == []
    assert (await house.load_person()).consents[TOPIC].status == "confirmed"


async def test_three_mails_to_a_full_mailbox(house: House) -> None:
    """The same report thrice is one mail; three mails within 14 days end it; a delivery begins the count anew."""
    mails = [replace(house.mail, id=KEYS.send_id("run", str(number))) for number in range(4)]
    await house.post_mails(*mails)
    full = delivery_report("5.2.2", "552 5.2.2 full")

    async def report(*numbers: int) -> list[Heard]:
        return [await house.desk.take(full, house.return_path(mails[number].id)) for number in numbers]

    assert await report(0, 0, 0) == ["soft", "repeated", "repeated"]
    delivered = delivery_report("2.0.0", action="delivered")
    assert await house.desk.take(delivered, house.return_path(mails[0].id)) == "delivered"
    assert await report(1, 2) == ["soft", "soft"]
    assert await house.suppressions() == []
    house.world.now += timedelta(days=13)
    assert await report(3) == ["soft"]
    assert await house.suppressions() == ["hard_bounce"]
    assert (await house.load_person()).addresses[ADDRESS].status == "bounced"


async def test_without_an_envelope_sender_the_message_id_counts(house: House) -> None:
    """Only together with the address that this mail went to."""
    raw = (
        delivery_report("5.1.1").replace(b"abc_-DEF", house.mail.id.encode()).replace(VERP.encode(), b"lena@x.example")
    )

    assert await house.desk.take(raw.replace(b"mia@example.com", b"other@example.com")) == "unknown"
    assert await house.suppressions() == []
    assert await house.desk.take(raw.replace(b"mia@example.com", MAIL.encode())) == "hard"


async def test_what_is_not_believed(house: House) -> None:
    """Forged, of no mail that is known, of a person who was erased: told apart, and harmless."""
    raw = delivery_report("5.1.1")
    forged = house.return_path()[:-20].replace("b+a", "b+b") + "@bounce.example"

    assert await house.desk.take(raw, forged) == "forged"
    assert await house.desk.take(raw, "b+@bounce.example") == "forged"
    assert await house.desk.take(raw, house.return_path(KEYS.send_id("no", "mail"))) == "unknown"
    assert await house.desk.take(raw, house.return_path(address=KEYS.address_hash("x@y.example"))) == "unknown"
    await house.addresses.release_address(house.person.id, ADDRESS, proven=True)
    assert await house.desk.take(raw, house.return_path()) == "erased"
    assert await house.suppressions() == ["erased"]


@pytest.mark.parametrize(
    ("subject", "body", "to", "heard"),
    [
        ("stop", "", "reply@bounce.example", "stopped"),
        ("Re: Your first cup", "Stop\n\nOn Friday Lena wrote:\n> Welcome", "reply@bounce.example", "stopped"),
        ("Aw: Willkommen", "Bitte abmelden", "reply@bounce.example", "stopped"),
        ("hello", "anything", "unsub+x@bounce.example", "stopped"),
        ("Where is the bus stop?", "Is the shop near the bus stop?", "reply@bounce.example", "replied"),
        ("Re: Welcome", "Thank you!\n> reply stop to end", "reply@bounce.example", "replied"),
    ],
)
async def test_a_stop_by_mail_is_a_withdrawal(house: House, subject: str, body: str, to: str, heard: Heard) -> None:
    """As easy as giving it; what only mentions the word is left to people."""
    assert await house.desk.take(letter(subject, body), to) == heard
    is_withdrawn = (await house.load_person()).consents[TOPIC].status == "withdrawn"
    assert is_withdrawn == (heard == "stopped")


async def test_a_stop_of_a_stranger_stops_nobody(house: House) -> None:
    """Whoever is not known has nothing to withdraw."""
    assert await house.desk.take(letter("stop", "stop", "x@y.example"), "reply@bounce.example") == "unknown"


def reply(house: House, *more: str, writer: str = MAIL, names: str = "") -> bytes:
    """Return an answer to the mail."""
    head = [f"From: Mia <{writer}>", f"In-Reply-To: <{names or house.mail.id}@leaf.example>", "Subject: Re: Welcome"]
    return "\r\n".join([*head, "Message-ID: <letter1@phone.example>", *more, "", "Lovely, thank you!"]).encode()


async def test_a_reply_is_an_event_once_and_its_text_is_not_kept(house: House) -> None:
    """By the mail that it answers; handed over twice, it counts once."""
    assert [await house.desk.take(reply(house)) for _ in range(2)] == ["replied", "repeated"]

    (event,) = [one for one in house.world.events if isinstance(one, ProductEvent)]
    assert (event.name, event.properties, event.at) == ("mail.replied", {}, house.world.now)
    assert "Lovely" not in str(house.world.events)


@pytest.mark.parametrize(
    "more",
    [
        ("Auto-Submitted: auto-replied",), ("Precedence: bulk",), ("Precedence: auto_reply",), ("X-Autoreply: yes",),
        ("List-Id: <x.example>",), ("X-Auto-Response-Suppress: All",), ("auto-submitted: AUTO-GENERATED (vacation)",),
    ],
)  # fmt: skip
async def test_automatic_answers_never_count(house: House, more: tuple[str, ...]) -> None:
    """Whatever they answer, and whoever they come from."""
    assert await house.desk.take(reply(house, *more)) == "automatic"
    assert await house.desk.take(letter("Automatic reply: Welcome", "I am away.")) == "automatic"
    assert await house.desk.take(letter("Abwesenheitsnotiz: Welcome", "Ich bin nicht da.")) == "automatic"
    assert house.world.events == []


async def test_whose_reply_it_is(house: House) -> None:
    """A mail of somebody else, named from another address, is nobody's; an old date is not believed."""
    assert await house.desk.take(reply(house, writer="x@y.example")) == "letter"
    assert await house.desk.take(reply(house, "Date: Thu, 01 Jan 1970 00:00:00 +0000", names="another")) == "replied"
    assert [one.at for one in house.world.events] == [house.world.now]


async def test_a_reply_says_when_it_was_written(house: House) -> None:
    """A maildir may be read days later."""
    written = house.world.now - timedelta(days=2)
    assert await house.desk.take(reply(house, f"Date: {format_datetime(written)}")) == "replied"

    assert [one.at for one in house.world.events] == [written.replace(microsecond=0)]


async def test_lmtp_answers_after_the_commit(house: House, tmp_path: Path) -> None:
    """Over a port and over a socket: what is ours is taken, what is not is refused, and away is not lost."""
    raw = delivery_report("5.1.1")
    async with listen_lmtp("127.0.0.1:0", house.desk) as port:

        def hand_over(to: str, message: bytes, host: str = "127.0.0.1", number: int = port) -> tuple[int, bytes]:
            client = smtplib.LMTP(host, number)
            client.ehlo("relay.example")
            client.docmd("MAIL FROM:<>")
            code, said = client.docmd(f"RCPT TO:<{to}>")
            if code == 250:
                code, said = client.data(message)
            client.close()
            return code, said

        assert (await asyncio.to_thread(hand_over, "lena@bounce.example", raw))[0] == 550
        house.world.store.away = True
        assert (await asyncio.to_thread(hand_over, house.return_path(), raw))[0] == 451
        house.world.store.away = False
        assert await asyncio.to_thread(hand_over, house.return_path(), raw) == (250, b"2.0.0 hard")
        assert await house.suppressions() == ["hard_bounce"]
        # Nobody reads it there, so the writer must hear of it; a copy is read elsewhere.
        assert (await asyncio.to_thread(hand_over, "reply@bounce.example", letter("hi", "how are you")))[0] == 554
        assert await asyncio.to_thread(hand_over, "replies@bounce.example", reply(house)) == (250, b"2.0.0 replied")
        stranger = letter("hi", "how are you", "x@y.example")
        assert await asyncio.to_thread(hand_over, "replies@bounce.example", stranger) == (250, b"2.0.0 letter")
    socket = tmp_path / "lmtp"
    async with listen_lmtp(str(socket), house.desk) as port:
        assert port == 0
        assert await asyncio.to_thread(hand_over, house.return_path(), raw, str(socket)) == (250, b"2.0.0 repeated")
