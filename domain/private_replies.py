"""Private replies to comments: who is meant before the platform tells who it is.

Nobody knows the PSID of somebody who commented until the reply was delivered.  Until then a record of its own stands
for the comment; it holds nothing but the reply on its way, and is erased with it.  The reply's id, which its echo
carries as ``metadata``, says all that is needed to know the person from then on: who sees the echo, or the answer,
writes the same :class:`domain.events.Invited`.
"""

import re

from msgspec import Struct

from domain.keyring import Keyring
from domain.record import Subscriber

PREFIX = "comment:"
"""Begins the PSID of a record that stands for a comment; no PSID of a person has it."""
ID = re.compile(r"[A-Za-z0-9_]{1,100}")
"""How the platform writes the ids of posts and comments."""
_SIGN = "|"
_PARTS = 5


class Invitation(Struct, frozen=True, kw_only=True, gc=False):
    """What the id of a private reply says."""

    flow: str
    language: str
    """Empty unless the words of the comment told it."""
    post: str
    comment: str


def page_mark(keys: Keyring, page: str) -> str:
    """Return how the metadata of a message must begin whose recipient's PSID is not known yet."""
    return keys.subscriber_id(page, "")


def written(mark: str, invitation: Invitation) -> str:
    """Return the id of a private reply."""
    return _SIGN.join((mark, invitation.flow, invitation.language, invitation.post, invitation.comment))


def read(mark: str, id: str) -> Invitation | None:  # noqa: A002  the effect's term
    """Return what the id of a message says; None if it is no private reply of this Page's."""
    parts = id.split(_SIGN)
    if len(parts) != _PARTS or parts[0] != mark:
        return None
    return Invitation(flow=parts[1], language=parts[2], post=parts[3], comment=parts[4])


def stand_in(comment: str) -> str:
    """Return the PSID under which the record of a comment is kept."""
    return PREFIX + comment


def is_comment(record: Subscriber) -> bool:
    """Tell whether a record stands for a comment, not for a person."""
    return record.identity.psid.startswith(PREFIX)
