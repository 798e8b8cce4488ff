"""Reads comments on the Page's posts from webhook items.  Pure.

They come in ``entry[].changes[]`` of the field ``feed`` (Page webhooks, “feed”): ``item`` is ``comment``, and ``verb``
says what happened to it.  Only a new comment by somebody other than the Page may be answered privately.  A comment that
the same body also reports as hidden or removed is ignored.
"""

from collections.abc import Callable
from datetime import datetime

from bot.event_ids import make_event_id
from bot.inbound.item_readers import MOST_TEXT, Body, as_dict, as_id, as_word, clean_text
from domain.events import Commented
from domain.private_replies import PLATFORM_ID

ReadTime = Callable[[object], datetime]
"""Reads the platform's time; returns the time of receipt for one that is impossible."""

ADDED = "add"
GONE = frozenset({"remove", "delete", "hide"})
"""Verbs after which others cannot see the comment."""


def comment_in_change(change: object) -> Body | None:
    """Return the comment in a change; None if the change is about something else."""
    # {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": "12_34", "post_id": "1_12",
    #  "from": {"id": "7001"}, "message": "How much is it?", "created_time": 1764331200}}
    change_body = as_dict(change)
    value = as_dict(change_body.get("value"))
    return value if change_body.get("field") == "feed" and value.get("item") == "comment" else None


def read_comment_id(value: Body) -> str:
    """Return the comment's id; empty if it has none, or one that the platform would not write."""
    comment_id = as_id(value.get("comment_id"))
    return comment_id if PLATFORM_ID.fullmatch(comment_id) else ""


def is_gone(value: Body) -> bool:
    """Return True if the comment was removed or hidden."""
    return as_word(value.get("verb")) in GONE or value.get("is_hidden") is True


def is_new_comment(page: str, value: Body) -> bool:
    """Return True if the comment was added just now by somebody other than the Page."""
    # The Page's own answers under a post come as comments too, and must not be answered.
    return as_word(value.get("verb")) == ADDED and as_id(as_dict(value.get("from")).get("id")) != page


def read_new_comment(page: str, value: Body, read_time: ReadTime) -> Commented | None:
    """Return the event for a new comment; None without the ids of comment and post."""
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
