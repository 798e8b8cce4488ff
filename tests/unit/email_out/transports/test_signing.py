"""A transport that signs hands on what it signed, and lets mails wait while its keys cannot be used."""

from dataclasses import dataclass, field
from pathlib import Path

from email_out.dkim.sign import Signer
from email_out.dkim.signing_keys import make_keys
from email_out.message.mime import OutgoingMail, build_mime
from email_out.transports.base import (
    CANNOT_TELL,
    Abilities,
    Delivered,
    DeliveryResult,
    Gate,
    RetryLater,
    Settlement,
    open_gate,
)
from email_out.transports.open_transport import open_transport
from email_out.transports.signing import SigningTransport
from tests.unit.email_out.dkim.test_sign import DOMAIN, MAIL


@dataclass(slots=True)
class Carrier:
    """Keeps what it is handed."""

    server_name: str = "mail.example:587"
    carried: list[bytes] = field(default_factory=list)
    closed: bool = False

    @property
    def can(self) -> Abilities:
        """One mail after another."""
        return Abilities()

    async def settle(self, _send_id: str) -> Settlement:
        """Know nothing."""
        return CANNOT_TELL

    async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Take every mail whose gate opens."""
        assert mail is MAIL
        self.carried.append(mime_bytes)
        return await gate() or Delivered()

    async def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


async def test_the_carrier_gets_the_signed_message(tmp_path: Path) -> None:
    """With the gate; and it is closed with the one who signs."""
    make_keys(tmp_path, DOMAIN)
    carrier, raw = Carrier(), build_mime(MAIL)
    transport = SigningTransport(carrier=carrier, signer=Signer(tmp_path))
    assert await transport.send(MAIL, raw, open_gate) == Delivered()
    [signed] = carrier.carried
    assert signed.startswith(b"DKIM-Signature: v=1; a=rsa-sha256;")
    assert signed.endswith(raw)
    await transport.close()
    assert carrier.closed
    assert transport.server_name == "mail.example:587"


async def test_a_mail_waits_while_its_key_cannot_be_used(tmp_path: Path) -> None:
    """Unsigned it would be refused, or land among spam; that is no failed try of the mail."""
    make_keys(tmp_path, DOMAIN)
    (tmp_path / DOMAIN / "doorstep1e.pem").write_text("no key")
    carrier = Carrier()
    result = await SigningTransport(carrier=carrier, signer=Signer(tmp_path)).send(MAIL, build_mime(MAIL), open_gate)
    assert result == RetryLater(reason="the signing key cannot be used", failed=False)
    assert carrier.carried == []


def test_a_mail_url_is_signed_where_there_are_keys(tmp_path: Path) -> None:
    """And left to the provider where there are none."""
    assert isinstance(open_transport("smtp://mail.example", signing_keys=str(tmp_path)), SigningTransport)
    assert not isinstance(open_transport("smtp://mail.example"), SigningTransport)


async def test_only_the_first_mail_of_a_second_waits_for_files(tmp_path: Path) -> None:
    """The others are signed at once; both are the same bytes."""
    make_keys(tmp_path, DOMAIN)
    carrier, raw, signer = Carrier(), build_mime(MAIL), Signer(tmp_path)
    transport = SigningTransport(carrier=carrier, signer=signer)
    assert not signer.is_ready(MAIL)
    await transport.send(MAIL, raw, open_gate)
    await transport.send(MAIL, raw, open_gate)
    first, second = carrier.carried
    assert first == second != raw
