"""The order of the guarantees, seen from a transport that is not SMTP: one request, with the gate right before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from domain.consent.address_registry import Admission
from domain.events import MailSent
from domain.ports import Begun, Claim, StoreAwayError
from email_out.message.mime import OutgoingMail
from email_out.transports.base import (
    CANNOT_TELL,
    Abilities,
    ClaimLost,
    Delivered,
    DeliveryResult,
    Gate,
    OutcomeUnknown,
    RetryLater,
    SendRefused,
    Settlement,
)
from tests.support.mail_world import MailWorld, confirmed_reader, unconfirmed_person


@dataclass
class HttpTransport:
    """Sends a mail by one request, as a provider with an HTTP API would."""

    world: MailWorld
    answers: Sequence[DeliveryResult] = (Delivered(),)
    posted: list[str] = field(default_factory=list)
    """Ids of the mails that were posted."""
    endings: list[DeliveryResult | None] = field(default_factory=list)
    """What each gate said."""
    server_name: str = "api.example.com:443"

    @property
    def can(self) -> Abilities:
        """One mail after another."""
        return Abilities()

    async def settle(self, _send_id: str) -> Settlement:
        """Know nothing."""
        return CANNOT_TELL

    async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Ask the gate, then post."""
        assert mime_bytes
        self.endings.append(await gate())
        if (ending := self.endings[-1]) is not None:
            return ending
        self.posted.append(mail.id)
        return self.answers[len(self.posted) - 1]

    async def close(self) -> None:
        """Do nothing."""


async def test_an_open_gate_has_begun_the_attempt() -> None:
    """When the transport may post, the attempt is in the ledger already: a crash from here on is seen."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    claim = await world.store_with_mails(person, mail)
    statuses: list[list[tuple[str, str]]] = []

    class LookingTransport(HttpTransport):
        async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
            async def watched_gate() -> DeliveryResult | None:
                statuses.append(await world.list_statuses(person))
                ending = await gate()
                statuses.append(await world.list_statuses(person))
                return ending

            return await super().send(mail, mime_bytes, watched_gate)

    transport = LookingTransport(world)
    await world.make_sender(transport).deliver(claim)
    assert statuses == [[("queued", "")], [("attempting", "")]]
    assert (transport.posted, await world.list_statuses(person)) == ([mail.id], [("sent", "")])


@pytest.mark.parametrize(
    ("verdict", "stop", "ending"),
    [
        (Admission(answer="no", reason="suppressed"), "", SendRefused(reason="suppressed")),
        (Admission(answer="later", reason="soon"), "", RetryLater(reason="soon", failed=False)),
        (Admission(answer="yes"), "the goal was reached", SendRefused(reason="the goal was reached")),
    ],
)
async def test_a_closed_gate_posts_nothing(verdict: Admission, stop: str, ending: DeliveryResult) -> None:
    """The transport hands back what the gate said, and no request is made."""
    world, (person, mail) = MailWorld(verdict=verdict, sequence_refusal=stop), confirmed_reader()
    transport = HttpTransport(world)
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    assert (transport.endings, transport.posted) == ([ending], [])


async def test_a_lost_claim_posts_nothing_and_settles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker has the mail by now: its line in the ledger stays as that worker left it."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    claim = await world.store_with_mails(person, mail)

    async def lose(_claim: Claim, **_: object) -> Begun:
        return Begun.LOST

    monkeypatch.setattr(world.store, "begin", lose)
    transport = HttpTransport(world)
    await world.make_sender(transport).deliver(claim)
    assert (transport.endings, transport.posted) == ([ClaimLost()], [])
    assert (world.events, await world.list_statuses(person)) == ([], [("queued", "")])


async def test_a_store_that_goes_in_the_gate_stops_the_send(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the gate raises passes through the transport, before anything is posted."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    claim = await world.store_with_mails(person, mail)

    async def go_away(_claim: Claim, **_: object) -> Begun:
        message = "away"
        raise StoreAwayError(message)

    monkeypatch.setattr(world.store, "begin", go_away)
    transport = HttpTransport(world)
    with pytest.raises(StoreAwayError):
        await world.make_sender(transport).deliver(claim)
    assert transport.posted == []


async def test_a_confirmation_with_an_unknown_outcome_is_posted_again() -> None:
    """The second request succeeds and leaves the evidence; a marketing mail would stay unknown."""
    world, (person, mail) = MailWorld(), unconfirmed_person()
    transport = HttpTransport(world, answers=(OutcomeUnknown(reason="no answer"), Delivered()))
    sender = world.make_sender(transport)
    await sender.deliver(await world.store_with_mails(person, mail))
    assert (world.events, await world.list_statuses(person)) == ([], [("attempting", "")])
    await sender.deliver(await world.claim_head(person, mail))
    assert transport.posted == [mail.id, mail.id]
    assert [type(event) for event in world.events] == [MailSent]
    assert await world.list_statuses(person) == [("sent", "")]
