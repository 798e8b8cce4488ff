"""From what arrived at the SMTP sink to the lines and mails of one person's inbox."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from email.utils import parseaddr

from service.playground.views import Attached, Mail, MailHead
from service.stand_ins.smtp_server import Received

LONGEST_PREVIEW = 140
READABLE = ("text/plain", "text/calendar", "application/ics")
"""Media types whose content is shown."""
INVISIBLE = ("Cf", "Mn")
"""Unicode categories that preheaders are padded with, so that no other text follows them."""

_HIDDEN = re.compile(r"<div[^>]*display:\s*none[^>]*>(.*?)</div>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]+>|&[#\w]+;")


def heads(received: Iterable[Received], addresses: Collection[str]) -> tuple[MailHead, ...]:
    """Return the mails to these addresses, newest first."""
    return tuple(_head(one) for one in reversed(sent_to(received, addresses)))


def mail(received: Iterable[Received], addresses: Collection[str], name: str) -> Mail | None:
    """Return one mail to these addresses; None if there is none of this id."""
    found = next((one for one in received if _is_for(one, addresses) and _id(one) == name), None)
    if found is None:
        return None
    return Mail(
        head=_head(found), html=found.html, text=found.text, headers=found.headers, attached=tuple(_attached(found))
    )


def _attached(received: Received) -> Iterator[Attached]:
    for part in received.message.walk():
        name, kind = part.get_filename(), part.get_content_type()
        if name:
            content = part.get_content()
            text = content if isinstance(content, str) else content.decode("utf-8", "replace")
            yield Attached(name=name, kind=kind, text=text.replace("\r\n", "\n") if kind in READABLE else "")


def sent_to(received: Iterable[Received], addresses: Collection[str]) -> list[Received]:
    """Return the mails to these addresses, oldest first; addresses are given in lower case."""
    return [one for one in received if _is_for(one, addresses)]


def _is_for(received: Received, addresses: Collection[str]) -> bool:
    return any(one.casefold() in addresses for one in received.recipients)


def _id(received: Received) -> str:
    """Return a name that outlives a restart, when the sink counts from one again."""
    return hashlib.sha256(received.received_at.isoformat().encode() + received.raw).hexdigest()[:16]


def _head(received: Received) -> MailHead:
    name, address = parseaddr(str(received.message["From"]))
    return MailHead(
        id=_id(received),
        sender_name=name,
        sender=address,
        to=", ".join(received.recipients),
        subject=received.subject,
        preview=_preview(received),
        at=received.received_at,
    )


def _preview(received: Received) -> str:
    """Return what a mail client shows beside the subject: the preheader, else the text's beginning."""
    hidden = _HIDDEN.search(received.html)
    text = _TAG.sub(" ", hidden[1]) if hidden else received.text
    seen = "".join(char for char in text if unicodedata.category(char) not in INVISIBLE)
    return " ".join(seen.split())[:LONGEST_PREVIEW]
