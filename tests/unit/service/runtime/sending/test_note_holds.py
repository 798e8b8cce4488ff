"""What a mail waits for at the gate stands in the timeline: one line a reason, however often it is tried."""

from dataclasses import replace
from typing import cast

import pytest

from domain.event_types.holds import MailHeld
from domain.ports import StoreAwayError, Transact
from email_out.transports.base import Transport
from service.issues.gate import ISSUE_PAUSED
from service.runtime.sending.note_holds import FEWEST_WAITS, HoldNotes
from tests.support.mail_world import MailWorld, confirmed_reader
from tests.support.people import NOON

NIGHT, SHARE = "until the quiet hours are over", "Gmail's share of today is used up"


class HeldWorld:
    """A reader's mail that is tried again and again."""

    def __init__(self) -> None:
        """Nothing was tried."""
        self.world = MailWorld()
        self.reason = NIGHT
        self.person, self.mail = confirmed_reader()
        self.notes = self.start_process()

    def start_process(self) -> HoldNotes:
        """Return the notes of a process that remembers nothing."""
        return HoldNotes(transact=self.world.transact, clock=lambda: NOON)

    async def begin(self) -> None:
        """Queue the mail."""
        claim = await self.world.store_with_mails(self.person, self.mail)
        await self.world.store.retry(claim, delay_ms=0, send_id=self.mail.id, counted=False)

    async def hold(self, times: int = 1) -> list[str]:
        """Let it be tried so often, and return what was noted so far."""
        sender = replace(
            self.world.make_sender(cast("Transport", None)),  # a held mail reaches none
            find_hold=lambda _record, _mail: self.reason,
            note_hold=self.notes.note_hold,
        )
        for _ in range(times):
            assert await sender.deliver(await self.world.claim_head(self.person, self.mail)) is None
        return [event.reason for event in self.world.events if isinstance(event, MailHeld)]


@pytest.fixture(name="held")
async def _held() -> HeldWorld:
    held = HeldWorld()
    await held.begin()
    return held


async def test_each_reason_is_noted_once(held: HeldWorld) -> None:
    """Not at the first waits, which may be of seconds; not again by another process; and the mail stays queued."""
    assert await held.hold(FEWEST_WAITS - 1) == []
    assert await held.hold(5) == [NIGHT]
    held.notes = held.start_process()
    assert await held.hold(3) == [NIGHT]
    held.reason = SHARE
    assert await held.hold(3) == [NIGHT, SHARE]
    held.reason = ISSUE_PAUSED  # the same for everybody, and told by the issue
    assert await held.hold(3) == [NIGHT, SHARE]
    assert [status for status, _ in await held.world.list_statuses(held.person)] == ["queued"]


async def test_a_store_that_is_away_costs_the_note_and_not_the_mail(held: HeldWorld) -> None:
    """It is noted at the next try."""
    await held.hold(FEWEST_WAITS - 1)
    working = held.notes.transact

    async def fail(*_: object) -> None:
        message = "away"
        raise StoreAwayError(message)

    held.notes.transact = cast("Transact", fail)
    assert await held.hold() == []
    held.notes.transact = working
    assert await held.hold() == [NIGHT]
