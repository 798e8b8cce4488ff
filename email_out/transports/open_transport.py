"""Opens the mail transport that a mail URL names: the one place that knows which schemes there are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from email_out.transports.base import MailSettingsError, Transport
from email_out.transports.mailjet import open_mailjet
from email_out.transports.smtp import open_smtp
from email_out.transports.way_out import WayOut


class TransportOpener(Protocol):
    """Makes the transport of one URL scheme."""

    def __call__(self, url: str, *, connections: int, hello: str) -> Transport:
        """Return the transport; nothing connects yet.  Raises :class:`MailSettingsError`."""
        ...


OPENERS: Mapping[str, TransportOpener] = {"smtp": open_smtp, "smtps": open_smtp, "mailjet": open_mailjet}
"""By URL scheme.  A new provider is a module with an opener, and a row here."""
MOST_URLS = 2


def open_transport(url: str, *, connections: int = 1, hello: str = "[127.0.0.1]", signing_keys: str = "") -> Transport:
    """Return the transport of a mail URL; nothing connects before the first mail.

    A second URL after a space is the way out of an outage (:mod:`email_out.transports.way_out`).  ``connections`` is
    the most that are open at once; ``hello`` is this machine's public name; ``signing_keys`` is the folder of DKIM keys
    (:mod:`email_out.dkim.signing_keys`), empty if somebody else signs.  Raises :class:`MailSettingsError` if the URL
    cannot work, or ``ValueError`` if it is no URL at all.
    """
    urls = url.split() or [""]
    if len(urls) > MOST_URLS:
        message = "the mail URL may be followed by one other, the way out of an outage, and no more"
        raise MailSettingsError(message)
    opened = [_open_one(one, connections=connections, hello=hello, signing_keys=signing_keys) for one in urls]
    return WayOut(*opened) if len(opened) > 1 else opened[0]


def _open_one(url: str, *, connections: int, hello: str, signing_keys: str) -> Transport:
    opener = OPENERS.get(urlsplit(url).scheme)
    if opener is None:
        *others, last = (f"{scheme}://" for scheme in OPENERS)
        message = f"the mail URL must begin with {', '.join(others)} or {last}"
        raise MailSettingsError(message)
    transport = opener(url, connections=connections, hello=hello)
    # A provider that builds the mail signs it, and would drop a signature of ours.
    if not signing_keys or transport.can.signs:
        return transport
    # Only who signs needs the library for it, which takes 7 MB of a process.
    from email_out.dkim.sign import Signer  # noqa: PLC0415  as above
    from email_out.transports.signing import SigningTransport  # noqa: PLC0415  as above

    return SigningTransport(carrier=transport, signer=Signer(Path(signing_keys)))


def check_mail_url(url: str, *, way_out: bool = True) -> None:
    """Raise :class:`MailSettingsError` or ``ValueError`` if no transport can be opened for this URL.

    Without ``way_out``, a second URL is refused: marketing mail waits for the end of an outage.
    """
    if not way_out and len(url.split()) > 1:
        message = "the mail URL may not be followed by another: only transactional mail has a way out of an outage"
        raise MailSettingsError(message)
    # Opening connects to nothing, so it is the check itself: a URL that passes here opens later, too.
    open_transport(url)
