"""Private replies to comments: who is meant before the platform tells who it is.

The platform tells the PSID of a commenter only once the reply is delivered.  Until then a placeholder record stands for
the comment; it holds only the reply on its way, and is erased with it.  The reply's id, which its echo carries as
``metadata``, says all that is needed to recognise the person from then on.  So the echo and the person's answer lead
to the same :class:`domain.events.PrivateReplyDelivered`, whichever arrives first.
"""

import re

from msgspec import Struct

from domain.keyring import Keyring
from domain.record import Subscriber

PLACEHOLDER_PREFIX = "comment:"
"""How the PSID of a placeholder record begins; PSIDs of people are digits."""
PLATFORM_ID = re.compile(r"[A-Za-z0-9_]{1,100}")
"""How the platform writes the ids of posts and comments."""
_SEPARATOR = "|"
_PARTS = 5


class PrivateReply(Struct, frozen=True, kw_only=True, gc=False):
    """What the id of a private reply says."""

    flow: str
    language: str
    """The language of the comment's words; empty if they did not tell."""
    post: str
    comment: str


def reply_id_prefix(keys: Keyring, page: str) -> str:
    """Return how the id of each private reply of this Page begins."""
    # The subscriber id of an empty PSID: it differs by Page, and no person has it.
    return keys.subscriber_id(page, "")


def write_reply_id(prefix: str, reply: PrivateReply) -> str:
    """Return the id of a private reply."""
    return _SEPARATOR.join((prefix, reply.flow, reply.language, reply.post, reply.comment))


def read_reply_id(prefix: str, id: str) -> PrivateReply | None:  # noqa: A002  the effect's term
    """Return what the id of a message says; None if the message is not a private reply of this Page."""
    parts = id.split(_SEPARATOR)
    if len(parts) != _PARTS or parts[0] != prefix:
        return None
    return PrivateReply(flow=parts[1], language=parts[2], post=parts[3], comment=parts[4])


def placeholder_psid(comment: str) -> str:
    """Return the PSID under which the placeholder record of a comment is kept."""
    return PLACEHOLDER_PREFIX + comment


def is_placeholder(record: Subscriber) -> bool:
    """Return True if a record stands for a comment, not for a person."""
    return record.identity.psid.startswith(PLACEHOLDER_PREFIX)
