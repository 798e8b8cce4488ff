"""Turns what arrived at the SMTP sink into one person's inbox."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from email.utils import parseaddr

from service.playground.views import AttachmentView, MailHeadView, MailView
from service.stand_ins.smtp_server import ReceivedMail

LONGEST_PREVIEW = 140
READABLE = ("text/plain", "text/calendar", "application/ics")
"""Media types whose content is shown as text."""
INVISIBLE = ("Cf", "Mn")
"""Unicode categories that preheaders are padded with, so that no other text follows them."""

_HIDDEN = re.compile(r"<div[^>]*display:\s*none[^>]*>(.*?)</div>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]+>|&[#\w]+;")  # tags and entities: <b>, &#847;


def list_heads(received: Iterable[ReceivedMail], addresses: Collection[str]) -> tuple[MailHeadView, ...]:
    """Return the mails to these addresses, newest first."""
    return tuple(_build_head(mail) for mail in reversed(sent_to(received, addresses)))


def find_mail(received: Iterable[ReceivedMail], addresses: Collection[str], name: str) -> MailView | None:
    """Return one mail to these addresses; None if there is none by this id."""
    received_mail = next((mail for mail in received if _is_for(mail, addresses) and _stable_id(mail) == name), None)
    if received_mail is None:
        return None
    return MailView(
        head=_build_head(received_mail),
        html=received_mail.html_part,
        text=received_mail.text_part,
        headers=received_mail.all_headers,
        attached=tuple(_list_attachments(received_mail)),
    )


def _list_attachments(received: ReceivedMail) -> Iterator[AttachmentView]:
    for part in received.parsed_message.walk():
        name, kind = part.get_filename(), part.get_content_type()
        if name:
            content = part.get_content()  # text as str, everything else as bytes
            text = content if isinstance(content, str) else content.decode("utf-8", "replace")
            yield AttachmentView(name=name, kind=kind, text=text.replace("\r\n", "\n") if kind in READABLE else "")


def sent_to(received: Iterable[ReceivedMail], addresses: Collection[str]) -> list[ReceivedMail]:
    """Return the mails to these addresses, oldest first; addresses are given in lower case."""
    return [mail for mail in received if _is_for(mail, addresses)]


def _is_for(received: ReceivedMail, addresses: Collection[str]) -> bool:
    return any(recipient.casefold() in addresses for recipient in received.recipients)


def _stable_id(received: ReceivedMail) -> str:
    """Return an id that stays the same after a restart."""
    # The sink's own numbers begin at one again with every start.
    return hashlib.sha256(received.received_at.isoformat().encode() + received.raw).hexdigest()[:16]


def _build_head(received: ReceivedMail) -> MailHeadView:
    name, address = parseaddr(str(received.parsed_message["From"]))
    return MailHeadView(
        id=_stable_id(received),
        sender_name=name,
        sender=address,
        to=", ".join(received.recipients),
        subject=received.subject,
        preview=_preview_text(received),
        at=received.received_at,
    )


def _preview_text(received: ReceivedMail) -> str:
    """Return what a mail client shows beside the subject: the preheader, else the beginning of the text."""
    # The preheader is a hidden block at the top of the HTML, padded with invisible characters and entities.
    hidden = _HIDDEN.search(received.html_part)
    text = _TAG.sub(" ", hidden[1]) if hidden else received.text_part
    seen = "".join(char for char in text if unicodedata.category(char) not in INVISIBLE)
    return " ".join(seen.split())[:LONGEST_PREVIEW]
