"""Examines the mail server, and a marketing mail as it would be handed over: TLS, and what the signature covers."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from email import message_from_bytes
from urllib.parse import urlsplit

import aiosmtplib

from email_out.transports.mailjet import open_mailjet
from email_out.transports.smtp import parse_smtp_url
from service.messenger.doctor import Diagnosis, failed_check, passed_check

ONE_CLICK = ("list-unsubscribe", "list-unsubscribe-post")
_TIMEOUT = 15


async def examine_provider(url: str, lane: str) -> AsyncIterator[Diagnosis]:
    """Examine each server of a mail URL: its first, and its way out of an outage."""
    for one in url.split():
        yield await (_examine_mailjet(one, lane) if urlsplit(one).scheme == "mailjet" else examine_server(one, lane))


async def _examine_mailjet(url: str, lane: str) -> Diagnosis:
    """Ask for a message that nobody sent: the answer tells whether the key is taken, and nothing changes."""
    transport, what = open_mailjet(url, connections=1, hello=""), f"Mailjet for {lane} mail"
    try:
        told = await transport.settle("doctor")
    finally:
        await transport.close()
    name = transport.server_name
    if told.answer == "cannot tell":
        return failed_check(what, f"{name} does not take us.", "Are key and secret right, and is the way to it free?")
    cannot = ", ".join(transport.can.cannot_set)
    return passed_check(what, f"{name} takes the key. It signs mails itself, and sets {cannot} itself.")


async def examine_server(url: str, lane: str) -> Diagnosis:
    """Connect as a mail would, and say whether the way is encrypted."""
    server, what = parse_smtp_url(url), f"mail server for {lane} mail"
    client = aiosmtplib.SMTP(
        hostname=server.host, port=server.port, timeout=_TIMEOUT, use_tls=server.tls_mode == "implicit",
        start_tls=False if server.tls_mode == "implicit" else None,
        username=server.user or None, password=server.password or None,
    )  # fmt: skip
    try:
        await client.connect()
        encrypted = client.get_transport_info("sslcontext") is not None
    except (aiosmtplib.SMTPException, OSError) as error:
        # The class only: the text may quote the user name.
        says = f"{server.host}:{server.port} does not take us ({type(error).__name__})."
        return failed_check(what, says, "Look at DOORSTEP_MAIL_URL, the way to it, and its certificate.")
    finally:
        client.close()
    if encrypted:
        return passed_check(what, f"{server.host}:{server.port} answers, encrypted.")
    says = f"{server.host}:{server.port} answers and offers no encryption."
    # On the same machine nobody listens in between.
    local = server.host in ("localhost", "127.0.0.1", "::1")
    return passed_check(what, says) if local else failed_check(what, says, "Use a server with STARTTLS, or smtps://.")


def judge_headers(raw: bytes) -> Iterator[Diagnosis]:
    """Judge a marketing mail, as it is handed over or as it arrived: one click, and its signature (RFC 8058 §4)."""
    message = message_from_bytes(raw)
    missing = [name for name in ONE_CLICK if not message[name]]
    if missing:
        yield failed_check("one click", f"The mail has no {', '.join(missing)}.", "Look for what takes it out.")
        return
    # A mail may have several signatures, ours and the provider's; a receiver takes any good one.
    covered = [list_signed(str(one)) for one in message.get_all("DKIM-Signature", ())]
    if not covered:
        says = "Both headers are there; the signature over them is your provider's to make."
        yield Diagnosis(what="one click", good=True, says=says, remedy="Send one to yourself and look at h=.")
        return
    bare = [name for name in ONE_CLICK if not all(name in names for names in covered)]
    if bare:
        says = f"{', '.join(bare)} is not signed, and Gmail shows no button then."
        yield failed_check("one click", says, "Let whoever signs put it into h=.")
    else:
        yield passed_check("one click", f"Both headers are there, and {len(covered)} signatures cover them.")


def list_signed(signature: str) -> Sequence[str]:
    """Return the names of the headers that a signature covers."""
    found = re.search(r"(?:^|;)\s*h\s*=([^;]*)", signature)
    return [name.strip().lower() for name in found[1].split(":")] if found else []
