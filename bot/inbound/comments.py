"""Comments on the Page's posts, as the platform tells of them (pure).

They come in ``entry[].changes[]`` of the field ``feed`` (Page webhooks, “feed”): ``item`` is ``comment``, ``verb`` what
happened to it.  Only a new comment of somebody else than the Page may be answered privately; one that was hidden or
removed by the time its webhook is read is let be.
"""

from collections.abc import Callable
from datetime import datetime

from bot.event_ids import make_event_id
from bot.inbound.item_readers import MOST_TEXT, Body, as_dict, as_id, as_word, clean_text
from domain.events import Commented
from domain.private_replies import PLATFORM_ID

ReadTime = Callable[[object], datetime]
"""Reads a time of the platform's; one that cannot be is the time of receipt."""

ADDED = "add"
GONE = frozenset({"remove", "delete", "hide"})
"""Verbs after which a comment is not there for others any more."""


def comment_in_change(change: object) -> Body | None:
    """Return what a change tells of a comment; None if it is about something else."""
    change_body = as_dict(change)
    value = as_dict(change_body.get("value"))
    return value if change_body.get("field") == "feed" and value.get("item") == "comment" else None


def read_comment_id(value: Body) -> str:
    """Return the comment's id; empty if it has none that the platform would write."""
    comment_id = as_id(value.get("comment_id"))
    return comment_id if PLATFORM_ID.fullmatch(comment_id) else ""


def is_gone(value: Body) -> bool:
    """Tell whether the comment was removed or hidden."""
    return as_word(value.get("verb")) in GONE or value.get("is_hidden") is True


def is_new_comment(page: str, value: Body) -> bool:
    """Tell whether somebody else than the Page wrote it just now."""
    return as_word(value.get("verb")) == ADDED and as_id(as_dict(value.get("from")).get("id")) != page


def read_new_comment(page: str, value: Body, read_time: ReadTime) -> Commented | None:
    """Return the event of a new comment; None if it lacks its ids."""
    comment_id, post_id = read_comment_id(value), as_id(value.get("post_id"))
    if not comment_id or not PLATFORM_ID.fullmatch(post_id):
        return None
    text = clean_text(value.get("message"), MOST_TEXT)
    return Commented(
        id=make_event_id(page, "comment", comment_id),
        at=read_time(value.get("created_time")),
        comment=comment_id,
        post=post_id,
        text=text,
    )
