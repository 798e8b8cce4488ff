"""Opens the mail transport that a mail URL names: the one place that knows which schemes there are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from email_out.dkim.sign import Signer
from email_out.transports.base import MailSettingsError, Transport
from email_out.transports.signing import SigningTransport
from email_out.transports.smtp import open_smtp


class TransportOpener(Protocol):
    """Makes the transport of one URL scheme."""

    def __call__(self, url: str, *, connections: int, hello: str) -> Transport:
        """Return the transport; nothing connects yet.  Raises :class:`MailSettingsError`."""
        ...


OPENERS: Mapping[str, TransportOpener] = {"smtp": open_smtp, "smtps": open_smtp}
"""By URL scheme.  A new provider is a module with an opener, and a row here."""


def open_transport(url: str, *, connections: int = 1, hello: str = "[127.0.0.1]", signing_keys: str = "") -> Transport:
    """Return the transport of a mail URL; nothing connects before the first mail.

    ``connections`` is the most that are open at once; ``hello`` is this machine's public name; ``signing_keys`` is the
    folder of DKIM keys (:mod:`email_out.dkim.signing_keys`), empty if somebody else signs.  Raises
    :class:`MailSettingsError` if the URL cannot work, or ``ValueError`` if it is no URL at all.
    """
    opener = OPENERS.get(urlsplit(url).scheme)
    if opener is None:
        message = f"the mail URL must begin with {' or '.join(f'{scheme}://' for scheme in OPENERS)}"
        raise MailSettingsError(message)
    transport = opener(url, connections=connections, hello=hello)
    return SigningTransport(carrier=transport, signer=Signer(Path(signing_keys))) if signing_keys else transport


def check_mail_url(url: str) -> None:
    """Raise :class:`MailSettingsError` or ``ValueError`` if no transport can be opened for this URL."""
    # Opening connects to nothing, so it is the check itself: a URL that passes here opens later, too.
    open_transport(url)
