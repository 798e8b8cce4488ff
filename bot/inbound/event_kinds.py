"""Every kind of webhook item, and the event it turns into.  Pure.

The keys are those of ``messaging[]`` items, or of ``entry[]`` where it says so.  Source: Messenger Platform,
“Webhook events” reference, and what the platform has been seen to send.  ``bot.inbound.parse`` reads this table, and
``docs/messenger.md`` shows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKind:
    """One kind of item."""

    name: str
    """The item's key; also the label under which it is counted."""
    becomes: str
    """The event it turns into; empty if it is ignored."""
    reason: str
    """Why it is read this way, or why it is ignored."""


# The first rows are read by bot.inbound.item_readers; those without an event are only counted.
KINDS = (
    ItemKind(name="message", becomes="Message", reason="text, quick reply, attachments; may carry a referral"),
    ItemKind(name="message (is_deleted)", becomes="MessageUnsend", reason="the person took it back"),
    ItemKind(
        name="message (is_echo)", becomes="Echo", reason="ours: settles a send by its metadata; sender is the Page"
    ),
    ItemKind(name="message (is_echo, not ours)", becomes="Control", reason="a person of the team or another app wrote"),
    ItemKind(name="postback", becomes="Postback", reason="a button, the menu or get-started; may carry a referral"),
    ItemKind(name="referral", becomes="Referral", reason="an m.me link or ad followed into an open thread"),
    ItemKind(name="optin", becomes="OptIn", reason="plugin or notification messages"),
    ItemKind(name="message_edit", becomes="MessageEdit", reason="num_edit tells the editions apart"),
    ItemKind(name="reaction", becomes="Reaction", reason="the action (react, unreact) tells them apart"),
    ItemKind(name="pass_thread_control", becomes="Control", reason="the thread was given to us, or to whom it names"),
    ItemKind(name="take_thread_control", becomes="Control", reason="the thread was taken from us"),
    ItemKind(name="request_thread_control", becomes="Control", reason="another app asks for the thread"),
    ItemKind(name="standby", becomes="Control", reason="in entry[]: another has the thread; never answered"),
    ItemKind(
        name="policy_enforcement", becomes="Policy", reason="about the Page; block stops its sending until unblock"
    ),
    ItemKind(name="delivery", becomes="", reason="the Send API's answer and the echo already tell"),
    ItemKind(name="read", becomes="", reason="nothing is decided by a read mark"),
    ItemKind(name="app_roles", becomes="", reason="about the Page, has no sender"),
    ItemKind(name="changes (comment)", becomes="Commented", reason="in entry[], feed: somebody commented on a post"),
    ItemKind(
        name="comment", becomes="", reason="the Page's own, edited, hidden, removed, or gone again in the same body"
    ),
    ItemKind(name="unanswered_comment", becomes="", reason="no flow answers it, so nothing is kept of it"),
    ItemKind(name="changes", becomes="", reason="in entry[]: the console's test button, and other fields of the Page"),
    ItemKind(name="account_linking", becomes="", reason="no account is linked through Messenger"),
    ItemKind(name="game_play", becomes="", reason="no games"),
    ItemKind(name="messaging_feedback", becomes="", reason="no feedback template is sent"),
    ItemKind(name="response_feedback", becomes="", reason="thumbs on an answer decide nothing"),
    ItemKind(name="payment", becomes="", reason="nothing is sold in the chat"),
    ItemKind(name="checkout_update", becomes="", reason="nothing is sold in the chat"),
    ItemKind(name="pre_checkout", becomes="", reason="nothing is sold in the chat"),
    ItemKind(name="order", becomes="", reason="carts are not read"),
    ItemKind(name="message_template_status_update", becomes="", reason="no utility template is used"),
    ItemKind(
        name="user_ref", becomes="", reason="a sender without PSID cannot be answered; known with the first message"
    ),
    ItemKind(name="own_page", becomes="", reason="the Page as its own sender: an echo that does not say so"),
    ItemKind(name="other_object", becomes="", reason="genuine, but not about a Page: the app subscribed to more"),
    ItemKind(name="unknown_page", becomes="", reason="a Page without a token: nobody could ever answer; logged"),
    ItemKind(name="another_app", becomes="", reason="a Page whose app is not the one that signed; logged"),
    ItemKind(name="unknown", becomes="", reason="a kind that is not in this table"),
    ItemKind(name="malformed", becomes="", reason="lacks what its kind needs, such as a sender"),
    ItemKind(name="repeated", becomes="", reason="the same item twice in one body"),
)

IGNORED = frozenset(kind.name for kind in KINDS if not kind.becomes) | {"standby"}
"""Names under which items are counted as ignored; ``standby`` is one, for all but messages and taps in it."""

FIELDS = (
    "messages", "messaging_postbacks", "messaging_optins", "messaging_referrals", "message_echoes", "message_reactions",
    "message_edits", "messaging_handovers", "messaging_policy_enforcement", "standby", "feed",
)  # fmt: skip
"""Webhook fields of a Page that Doorstep acts on; the app must be subscribed to each."""


def missing_fields(apps: Mapping[str, Sequence[str]], app_id: str) -> tuple[str, ...]:
    """Return the fields that are not subscribed to, given the subscribed fields by app id.

    If our app's id is unknown (empty), a field counts as subscribed if any app is subscribed to it.
    """
    subscribed = set(apps.get(app_id, ())) if app_id else {field for fields in apps.values() for field in fields}
    return tuple(field for field in FIELDS if field not in subscribed)
