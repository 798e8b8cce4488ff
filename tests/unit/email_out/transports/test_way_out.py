"""The way out of an outage: when the second provider is used, and for which mails."""

from dataclasses import dataclass, field

import pytest

from email_out.message.mime import OutgoingMail, build_mime
from email_out.transports.base import (
    CANNOT_TELL,
    Abilities,
    Delivered,
    DeliveryResult,
    Gate,
    OutcomeUnknown,
    RetryLater,
    Settlement,
    open_gate,
)
from email_out.transports.way_out import WayOut, pick_transport
from tests.unit.email_out.dkim.test_sign import MAIL

AWAY = RetryLater(reason="no connection", failed=True, unreachable=True)
RAW = build_mime(MAIL)


@dataclass(slots=True)
class Scripted:
    """Ends every send as it is told, before or after the gate."""

    server_name: str
    result: DeliveryResult = field(default_factory=Delivered)
    asks: bool = True
    sent: int = 0
    settled: Settlement = CANNOT_TELL
    closed: bool = False
    can: Abilities = field(default_factory=lambda: Abilities(settle=True))

    async def send(self, _mail: OutgoingMail, _mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Ask the gate where the script says so."""
        self.sent += 1
        ending = await gate() if self.asks else None
        return ending or self.result

    async def settle(self, _send_id: str) -> Settlement:
        """Return what was scripted."""
        return self.settled

    async def close(self) -> None:
        """Note it."""
        self.closed = True


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Move the time that the way out goes by."""
    now = [1000.0]

    class Loop:
        def time(self) -> float:
            return now[0]

    monkeypatch.setattr("email_out.transports.way_out.asyncio.get_running_loop", Loop)
    return now


async def test_the_second_is_used_after_a_minute_of_failures(time: list[float]) -> None:
    """Not before; every 15 seconds the first is tried, and one success ends it."""
    first, second = Scripted("a:1", AWAY, asks=False), Scripted("b:1")
    both = WayOut(first, second)
    assert await both.send(MAIL, RAW, open_gate) == AWAY
    time[0] += 59
    assert await both.send(MAIL, RAW, open_gate) == AWAY
    time[0] += 1
    # This one looks at the first, was never begun there, and so goes by the second at once.
    assert await both.send(MAIL, RAW, open_gate) == Delivered()
    assert (first.sent, second.sent) == (3, 1)
    assert await both.send(MAIL, RAW, open_gate) == Delivered()
    assert (first.sent, second.sent) == (3, 2)
    first.result, first.asks = Delivered(), True
    time[0] += 15
    await both.send(MAIL, RAW, open_gate)
    await both.send(MAIL, RAW, open_gate)
    assert (first.sent, second.sent) == (5, 2)


async def test_a_mail_that_may_have_gone_stays_where_it_began(time: list[float]) -> None:
    """Neither in the send in which its answer was lost, nor in a later one."""
    first, second = Scripted("a:1", OutcomeUnknown(reason="lost")), Scripted("b:1")
    both = WayOut(first, second)
    await both.send(MAIL, RAW, open_gate)
    time[0] += 61
    assert await both.send(MAIL, RAW, open_gate) == OutcomeUnknown(reason="lost")
    assert second.sent == 0
    assert pick_transport(both, began=True) is first
    assert pick_transport(both, began=False) is both
    assert pick_transport(first, began=True) is first


async def test_a_busy_provider_is_no_outage(time: list[float]) -> None:
    """Too many calls: the mail waits, since the provider is there."""
    busy = RetryLater(reason="too many calls", failed=False)
    first, second = Scripted("a:1", busy, asks=False), Scripted("b:1")
    both = WayOut(first, second)
    for _ in range(3):
        assert await both.send(MAIL, RAW, open_gate) == busy
        time[0] += 100
    assert second.sent == 0


async def test_both_are_asked_and_both_are_closed() -> None:
    """What either knows has gone."""
    first, second = Scripted("a:1", settled=Settlement(answer="did not")), Scripted("b:1")
    both = WayOut(first, second)
    assert await both.settle("id") == Settlement(answer="did not")
    second.settled = Settlement(answer="went", provider_id="7")
    assert await both.settle("id") == second.settled
    await both.close()
    assert (first.closed, second.closed, both.server_name) == (True, True, "a:1")
    assert both.can is first.can
