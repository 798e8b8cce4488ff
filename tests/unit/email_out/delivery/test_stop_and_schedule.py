"""When a mail that was put off comes again, and what a stop does to one that is not handed over yet."""

import asyncio

import pytest
from msgspec.structs import replace

from domain.ports import Claim
from email_out.delivery import outcomes
from email_out.delivery.outcomes import retry_delay_ms
from email_out.message.mime import OutgoingMail
from email_out.transports.base import (
    CANNOT_TELL,
    Abilities,
    Delivered,
    DeliveryResult,
    Gate,
    Settlement,
)
from tests.support.mail_world import MailWorld, confirmed_reader, unconfirmed_person
from tests.support.people import KEYS


def list_delays(*, with_code: bool, may_have_come: bool = False, unreachable: bool = False) -> list[int]:
    """Return the delays after the first failures, in whole seconds, without their spread."""
    mail = (unconfirmed_person() if with_code else confirmed_reader())[1]
    claims = [Claim(lane="mail-transactional", subscriber="mia", token=1, item=b"", failures=n) for n in range(16)]
    return [
        round(
            retry_delay_ms(claim, mail, KEYS, may_have_come=may_have_come, unreachable=unreachable)
            / (0.75 + 0.5 * KEYS.stable_fraction("mia", f"{mail.id}:{claim.failures}"))
            / 1000
        )
        for claim in claims
    ]


def test_the_schedule_of_tries() -> None:
    """Half a minute, doubled up to four hours; sooner while a person waits for a code, or after a lost connection."""
    usual = [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, *[14_400] * 7]
    assert list_delays(with_code=False) == usual
    assert list_delays(with_code=True) == [4, 8, 16, *usual[:13]]
    assert list_delays(with_code=False, unreachable=True) == [4, 8, 16, *usual[:13]]
    assert list_delays(with_code=True, may_have_come=True, unreachable=True) == usual
    assert len(usual) == outcomes.MOST_FAILURES


class Dripping:
    """A transport whose server never comes to an end, before or after the gate."""

    server_name = "drip"

    def __init__(self, *, after_gate: bool) -> None:
        """Hang before the gate is asked, or after it opened."""
        self.hangs = asyncio.Event()
        self._after_gate = after_gate

    @property
    def can(self) -> Abilities:
        """One mail after another."""
        return Abilities()

    async def settle(self, _send_id: str) -> Settlement:
        """Know nothing."""
        return CANNOT_TELL

    async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Hang."""
        del mail, mime_bytes
        if self._after_gate:
            assert await gate() is None
        self.hangs.set()
        await asyncio.Event().wait()
        return Delivered()

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_stop_puts_back_what_has_not_begun() -> None:
    """The mail waits in its lane, as if nothing had happened, and the next one is not even begun."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    transport = Dripping(after_gate=False)
    sender = world.make_sender(transport)
    claim = await world.store_with_mails(person, mail)
    delivering = asyncio.create_task(sender.deliver(claim))
    await transport.hangs.wait()
    sender.envelopes.give_up()
    assert await delivering is None
    assert await world.list_statuses(person) == [("queued", "")]
    assert await sender.deliver(replace(claim, token=0)) is None


async def test_a_stop_leaves_what_may_have_gone() -> None:
    """After the gate an answer is waited for: cancelled by force, its outcome stays unknown."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    transport = Dripping(after_gate=True)
    sender = world.make_sender(transport)
    delivering = asyncio.create_task(sender.deliver(await world.store_with_mails(person, mail)))
    await transport.hangs.wait()
    sender.envelopes.give_up()
    await asyncio.sleep(0)
    assert not delivering.done()
    delivering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivering
    assert await world.list_statuses(person) == [("attempting", "")]
