"""A second mail provider for an outage of the first: for transactional mail only, such as a code that somebody awaits.

Mails go by the second one after the first has failed for 60 seconds, and only those that never began at the first: one
that may have gone already is asked about there.  Every 15 seconds one mail tries the first, so its return is noticed.
"""

import asyncio

import structlog

from email_out.message.mime import OutgoingMail
from email_out.transports.base import (
    Abilities,
    Delivered,
    DeliveryResult,
    Gate,
    OutcomeUnknown,
    RetryLater,
    Settlement,
    Transport,
)

log = structlog.get_logger("email_out")

FAILING_SECONDS = 60.0
"""How long the first provider has failed, without one success, before the second is used."""
TRY_SECONDS = 15.0
"""From one look at the first provider to the next, while the second is used."""


class WayOut:
    """Two transports, of which the second is used while the first is away."""

    def __init__(self, first: Transport, second: Transport, *, failing_seconds: float = FAILING_SECONDS) -> None:
        """Take both; ``failing_seconds`` is the time that the first may fail."""
        self.first = first
        self._second = second
        self._failing_seconds = failing_seconds
        self._failing_since: float | None = None
        self._try_at = 0.0

    @property
    def server_name(self) -> str:
        """Host and port of the first."""
        return self.first.server_name

    @property
    def can(self) -> Abilities:
        """As the first."""
        return self.first.can

    async def settle(self, send_id: str) -> Settlement:
        """Ask the first, and the second where that can tell."""
        told = await self.first.settle(send_id)
        if told.answer == "went" or not self._second.can.settle:
            return told
        other = await self._second.settle(send_id)
        return other if other.answer == "went" else told

    async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Hand a mail that never began to the first, or to the second if the first has failed for long."""
        if self._is_given_up():
            return await self._second.send(mail, mime_bytes, gate)
        was_asked = False

        async def watched_gate() -> DeliveryResult | None:
            nonlocal was_asked
            was_asked = True
            return await gate()

        result = await self.first.send(mail, mime_bytes, watched_gate)
        self._note_result(result)
        # A mail whose gate was never asked has not begun, so it need not wait for another turn.
        if not was_asked and isinstance(result, RetryLater) and result.unreachable and self._has_failed_for_long():
            return await self._second.send(mail, mime_bytes, gate)
        return result

    async def close(self) -> None:
        """Close both."""
        await self.first.close()
        await self._second.close()

    def _has_failed_for_long(self) -> bool:
        now = asyncio.get_running_loop().time()
        return self._failing_since is not None and now - self._failing_since >= self._failing_seconds

    def _is_given_up(self) -> bool:
        """Return True if this mail goes by the second; now and then one is let through to look at the first."""
        if not self._has_failed_for_long():
            return False
        now = asyncio.get_running_loop().time()
        if now < self._try_at:
            return True
        self._try_at = now + TRY_SECONDS
        return False

    def _note_result(self, result: DeliveryResult) -> None:
        failed = isinstance(result, OutcomeUnknown) or (isinstance(result, RetryLater) and result.unreachable)
        if failed and self._failing_since is None:
            self._failing_since = asyncio.get_running_loop().time()
        elif failed and self._has_failed_for_long():
            log.warning("mail_way_out", url=self.server_name)
        # A refusal may be our own and shows nothing; only an acceptance shows that it is back.
        elif isinstance(result, Delivered):
            self._failing_since = None


def pick_transport(transport: Transport, *, began: bool) -> Transport:
    """Return what a mail is to be sent by; one that ``began`` and may have gone stays where it began."""
    return transport.first if began and isinstance(transport, WayOut) else transport
