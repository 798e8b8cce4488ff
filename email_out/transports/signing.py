"""A transport that signs each message (DKIM) before another one carries it: for SMTP, where nobody else signs."""

import asyncio
from dataclasses import dataclass

import structlog

from email_out.dkim.sign import Signer
from email_out.dkim.signing_keys import SigningKeyError
from email_out.message.mime import HeaderError, OutgoingMail
from email_out.transports.base import (
    Abilities,
    DeliveryResult,
    Gate,
    RetryLater,
    SendRefused,
    Settlement,
    Transport,
)

log = structlog.get_logger("email_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningTransport:
    """Signs, then hands on."""

    carrier: Transport
    signer: Signer

    @property
    def server_name(self) -> str:
        """Host and port of the carrier."""
        return self.carrier.server_name

    @property
    def can(self) -> Abilities:
        """As the carrier."""
        return self.carrier.can

    async def settle(self, send_id: str) -> Settlement:
        """As the carrier."""
        return await self.carrier.settle(send_id)

    async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Sign one mail and hand it over; it waits while its keys cannot be used."""
        try:
            # Both signatures take 0.3 ms, and a thread as much again, for it waits for the interpreter three times.
            # Only files, looked at once a second, are read beside the loop.
            if self.signer.is_ready(mail):
                signed = self.signer.sign(mail, mime_bytes)
            else:
                signed = await asyncio.to_thread(self.signer.sign, mail, mime_bytes)
        except SigningKeyError as error:
            # Unsigned mail of a domain that signs is refused by DMARC, or lands among spam.
            log.error("mail_not_signed", error=str(error))
            return RetryLater(reason="the signing key cannot be used", failed=False)
        except HeaderError as error:
            return SendRefused(reason=str(error), status="failed")
        return await self.carrier.send(mail, signed, gate)

    async def close(self) -> None:
        """Close the connections of the carrier."""
        await self.carrier.close()
