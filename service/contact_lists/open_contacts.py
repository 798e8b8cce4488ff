"""Opens the contacts of each Mailjet key that mail URLs name: for erasing people there, and for lists kept in step."""

from collections.abc import Iterable
from contextlib import AsyncExitStack

from email_out.transports.mailjet_api import MailjetApi, parse_mailjet_url
from email_out.transports.mailjet_contacts import MailjetContacts

SCHEME = "mailjet://"


def open_contacts(texts: Iterable[str], stack: AsyncExitStack) -> dict[str, MailjetContacts]:
    """Return the contacts of each key in these texts of URLs, by a name that holds no secret; ``stack`` closes them."""
    opened: dict[str, MailjetContacts] = {}
    for url in dict.fromkeys(url for text in texts for url in text.split() if url.startswith(SCHEME)):
        key = parse_mailjet_url(url)
        contacts = MailjetContacts(MailjetApi(key, connections=2))
        stack.push_async_callback(contacts.close)
        # The beginning of the public half tells keys apart, and may stand in a certificate.
        opened[f"{key.server_name} {key.key[:8]}"] = contacts
    return opened
