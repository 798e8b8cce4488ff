"""A letter to the address in List-Unsubscribe stops; any other goes to the team once."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy

from email_out.feedback.read_report import read_report
from email_out.feedback.return_path import STOP_PREFIX, read_stop_address, write_stop_address
from email_out.message.mime import BulkHeaders, OutgoingMail, build_mime
from email_out.transports.base import (
    CANNOT_TELL,
    Abilities,
    Delivered,
    DeliveryResult,
    Gate,
    RetryLater,
    Settlement,
)
from service.feedback.forward_letters import LetterForwarder
from tests.support.people import KEYS, MAIL
from tests.unit.email_out.dkim.test_sign import MAIL as OUTGOING
from tests.unit.service.feedback.test_desk import House, house, letter

__all__ = ["house"]
"""The fixture, which pytest finds by its name."""


@dataclass(slots=True)
class Team:
    """The mail server on the way to the team."""

    server_name: str = "mail.example"
    result: DeliveryResult = field(default_factory=Delivered)
    raw: list[bytes] = field(default_factory=list)

    @property
    def can(self) -> Abilities:
        """One mail after another."""
        return Abilities()

    async def settle(self, _send_id: str) -> Settlement:
        """Know nothing."""
        return CANNOT_TELL

    async def send(self, _mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Take a mail, or not."""
        self.raw.append(mime_bytes)
        return await gate() or self.result

    async def close(self) -> None:
        """Nothing is kept."""


def forwarder(house: House, team: Team) -> LetterForwarder:
    """Return the forwarder of the house."""
    return LetterForwarder(
        store=house.world.store, config=lambda: house.world.config, transport=team, clock=lambda: house.world.now
    )


async def test_the_address_of_list_unsubscribe_stops_whoever_writes(house: House) -> None:
    """Its token proves the mail: also an automatic letter of a mail program, from an address that we do not know."""
    address = write_stop_address(house.return_path())
    assert address.startswith(STOP_PREFIX)
    assert len(address.partition("@")[0]) <= 64
    automatic = b"Auto-Submitted: auto-generated\r\n" + letter("stop", "", "other@elsewhere.example")
    assert await house.desk.take(automatic, address.upper().replace("BOUNCE.EXAMPLE", "bounce.example")) == "stopped"
    assert await house.suppressions() == ["unsubscribed"]


async def test_a_forged_token_stops_nobody_but_the_writer(house: House) -> None:
    """It is then a letter to “unsub”, which stops the address that it comes from."""
    forged = write_stop_address(house.return_path()).replace(STOP_PREFIX, f"{STOP_PREFIX}a", 1)
    assert read_stop_address(forged, KEYS) is None
    assert read_stop_address(house.return_path(), KEYS) is None
    assert await house.desk.take(letter("stop", "", "other@elsewhere.example"), forged) == "unknown"
    assert await house.suppressions() == []
    assert await house.desk.take(letter("stop", "", MAIL), forged) == "stopped"


def test_the_header_names_both_ways() -> None:
    """The link first, since mail programs take the first they can."""
    assert OUTGOING.bulk_headers
    both = BulkHeaders(
        list_id=OUTGOING.bulk_headers.list_id, unsubscribe_url="https://t.example/u/abc", feedback_id="a:b:c:leafam",
        unsubscribe_mailbox="unsub+abc@bounce.example",
    )  # fmt: skip
    mail = OutgoingMail(
        id="x", sender=OUTGOING.sender, to=OUTGOING.to, subject="s", date=OUTGOING.date, text="t", html="h",
        bulk_headers=both,
    )  # fmt: skip
    message = message_from_bytes(build_mime(mail))
    assert message["List-Unsubscribe"] == "<https://t.example/u/abc>, <mailto:unsub+abc@bounce.example?subject=stop>"


async def test_a_letter_goes_to_the_team_once(house: House) -> None:
    """With the writer to answer to; one that the mail server did not take is brought again."""
    team = Team(result=RetryLater(reason="away", failed=True))
    forward, report = forwarder(house, team), read_report(letter("A question\r\n of mine", "Is Assam black?", MAIL))
    assert forward.has_mailbox
    assert not await forward.forward(report)
    team.result = Delivered()
    assert await forward.forward(report)
    assert await forward.forward(report)
    assert len(team.raw) == 2
    message = message_from_bytes(team.raw[1], policy=policy.default)
    assert (message["Reply-To"], message["Auto-Submitted"]) == (MAIL, "auto-generated")
    assert message["Subject"] == "Letter: A question of mine"
    body = message.get_body(("plain",))
    assert body
    assert "Is Assam black?" in body.get_content()
    assert await forward.forward(read_report(letter("Another", "Is Assam black?", MAIL)))
    assert len(team.raw) == 3


async def test_a_writer_that_no_header_can_hold_is_named_in_the_text(house: House) -> None:
    """The letter is not lost for it."""
    team = Team()
    assert await forwarder(house, team).forward(read_report(letter("Hi", "there", "no address")))
    assert message_from_bytes(team.raw[0])["Reply-To"] is None
