"""Every kind of webhook item, and what becomes of it.

The keys are those of ``messaging[]`` items, or of ``entry[]`` where it says so.  Source: Messenger Platform,
“Webhook events” reference, and what the platform has been seen to send.  ``bot.parse`` reads this table, and
``docs/messenger.md`` shows it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of item."""

    name: str
    """The item's key; also the label under which it is counted."""
    becomes: str
    """The event it turns into; empty: ignored."""
    reason: str
    """Why it is read this way, or why nothing is made of it."""


KINDS = (
    Kind(name="message", becomes="Message", reason="text, quick reply, attachments; may carry a referral"),
    Kind(name="message (is_deleted)", becomes="MessageUnsend", reason="the person took it back"),
    Kind(name="message (is_echo)", becomes="Echo", reason="settles a send by its metadata; sender is the Page"),
    Kind(name="postback", becomes="Postback", reason="a button, the menu or get-started; may carry a referral"),
    Kind(name="referral", becomes="Referral", reason="an m.me link or ad followed into an open thread"),
    Kind(name="optin", becomes="OptIn", reason="plugin or notification messages"),
    Kind(name="message_edit", becomes="MessageEdit", reason="num_edit tells the editions apart"),
    Kind(name="reaction", becomes="Reaction", reason="the action (react, unreact) tells them apart"),
    Kind(name="delivery", becomes="", reason="the Send API's answer and the echo already tell"),
    Kind(name="read", becomes="", reason="nothing is decided by a read mark"),
    Kind(name="pass_thread_control", becomes="", reason="conversation routing moves threads; nothing is decided by it"),
    Kind(name="take_thread_control", becomes="", reason="conversation routing moves threads; nothing is decided by it"),
    Kind(name="request_thread_control", becomes="", reason="another app asks for the thread; we never pass it"),
    Kind(name="app_roles", becomes="", reason="about the Page, has no sender"),
    Kind(name="policy_enforcement", becomes="", reason="about the Page, has no sender; logged for the operator"),
    Kind(name="standby", becomes="", reason="in entry[]: another app has the thread, so we must not reply"),
    Kind(name="changes", becomes="", reason="in entry[]: the console's test button, and fields of the Page"),
    Kind(name="account_linking", becomes="", reason="no account is linked through Messenger"),
    Kind(name="game_play", becomes="", reason="no games"),
    Kind(name="messaging_feedback", becomes="", reason="no feedback template is sent"),
    Kind(name="response_feedback", becomes="", reason="thumbs on an answer decide nothing"),
    Kind(name="payment", becomes="", reason="nothing is sold in the chat"),
    Kind(name="checkout_update", becomes="", reason="nothing is sold in the chat"),
    Kind(name="pre_checkout", becomes="", reason="nothing is sold in the chat"),
    Kind(name="order", becomes="", reason="carts are not read"),
    Kind(name="message_template_status_update", becomes="", reason="no utility template is used"),
    Kind(name="user_ref", becomes="", reason="a sender without PSID cannot be answered; known with the first message"),
    Kind(name="other_object", becomes="", reason="genuine, but not about a Page: the app subscribed to more"),
    Kind(name="unknown_page", becomes="", reason="a Page without a token: nobody could ever answer; logged"),
    Kind(name="unknown", becomes="", reason="a kind that is not in this table"),
    Kind(name="malformed", becomes="", reason="lacks what its kind needs, such as a sender"),
    Kind(name="repeated", becomes="", reason="the same item twice in one body"),
)

IGNORED = frozenset(kind.name for kind in KINDS if not kind.becomes)
