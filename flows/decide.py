"""One event in a conversation: pure, and the only entrance to this room at run time."""

from collections.abc import Callable, Sequence
from typing import Any

from domain.decision import Context, Fact, Outcome
from domain.events import (
    AnyEvent,
    ChatRefused,
    CodeDrawn,
    Commented,
    Control,
    Entry,
    Invited,
    Message,
    MessageEdit,
    MessageUnsend,
    OptIn,
    Postback,
    Profiled,
    Referral,
    Resubscribed,
)
from domain.record import Profile, Subscriber
from domain.referral_codes import read as read_ref
from flows.compiled.catalog import ELSE, FlowBook
from flows.conversation import handover, scheduled_messages, vouchers
from flows.conversation.walk import Turn
from flows.handlers import messaging_window, timers
from flows.handlers.answer_question import heard_confirmed
from flows.handlers.edited_messages import edited, unsent
from flows.handlers.private_replies import commented, invited
from flows.handlers.route_input import receive
from flows.handlers.timers import wake_at
from flows.handlers.user_input import Heard

__all__ = ["step", "wake_at"]


def step(
    book: FlowBook, record: Subscriber, event: AnyEvent | None, facts: Sequence[Fact], context: Context
) -> Outcome:
    """Decide what an event means for the conversation; with none, what is due now.

    ``facts`` are those of the rooms before, in this pass.  Never raises for anything a person can send.
    """
    handler = _HANDLERS.get(type(event))
    if isinstance(event, Resubscribed):
        return Outcome(record=record)
    if handler is None and not facts:
        return Outcome(record=record)
    if event is None and not facts and not timers.is_due(book, record, context.now):
        return Outcome(record=record)
    turn = Turn(book, record, context)
    turn.by_time = event is None
    if record.relays:
        scheduled_messages.tidy(turn)
    if handler:
        handler(turn, event)
    for fact in facts:
        _hear_fact(turn, fact)
    if event is None and turn.record.relays:
        scheduled_messages.deliver(turn)
    return turn.close()


# -- what a person sends -------------------------------------------------------------------------------------
def _message(turn: Turn, event: Message) -> None:
    messaging_window.opened(turn, "message", event.entry)
    ours = event.payload != "" and event.payload.startswith(("tap|", "start|", "do|"))
    text = event.payload if event.payload and not ours and "@" in event.payload else event.text
    if event.entry and not ours and _by_link(turn, event.entry):
        return
    receive(
        turn, Heard(text=text, payload=event.payload, mid=event.mid, attachments=event.attachments, urls=event.urls)
    )


def _postback(turn: Turn, event: Postback) -> None:
    messaging_window.opened(turn, "postback", event.entry)
    if event.entry and _by_link(turn, event.entry):
        return
    receive(turn, Heard(text=event.title, payload=event.payload, mid=event.mid))


def _referral(turn: Turn, event: Referral) -> None:
    messaging_window.opened(turn, "referral", event.entry)
    if not _by_link(turn, event.entry):
        turn.because("A link was followed whose ref begins no flow.")


def _opt_in(turn: Turn, event: OptIn) -> None:
    if not event.ref:
        return
    messaging_window.opened(turn, "optin", Entry(ref=event.ref, source="OPTIN"))
    _by_link(turn, Entry(ref=event.ref))


def _by_link(turn: Turn, entry: Entry) -> bool:
    """Begin the flow of a link, else of that name, else of an ad by its id; False if there is none."""
    book, (link, _) = turn.book, read_ref(entry.ref)
    name = book.links.get(link) or (link if link in book.named else book.links.get(entry.ad_id, ""))
    flow = book.flows.get(name)
    if flow is None:
        return False
    turn.begin(flow, "A link or ad begins this flow.")
    return True


# -- what the platform and the shell tell ----------------------------------------------------------------------
def _profiled(turn: Turn, event: Profiled) -> None:
    known = turn.record.profile  # what is not told (any more) is no reason to forget it
    profile = Profile(
        first_name=event.first_name or known.first_name, locale=event.locale or known.locale,
        timezone=event.timezone or known.timezone,
    )  # fmt: skip
    turn.change(profile=profile, profiled_at=turn.context.now)
    language = event.locale.replace("_", "-").split("-")[0].casefold()
    spoken = next((one for one in turn.book.voices if one.casefold().split("-")[0] == language), "")
    if spoken and not turn.record.language:
        turn.change(language=spoken)


def _refused(turn: Turn, event: ChatRefused) -> None:
    if event.reason == "outside_window":
        turn.change(window_expires_at=turn.context.now, window_cause="refused")
        turn.because("The platform closed the messaging window.")
    elif event.reason == "user_unavailable":
        turn.change(unavailable=True)
        turn.nudge_at = None
        turn.because("The person cannot be reached in chat.")
    scheduled_messages.refused(turn, event)
    turn.unshow_refused(event.send)


def _drawn(turn: Turn, event: CodeDrawn) -> None:
    trigger = vouchers.drawn(turn, event)
    if turn.record.paused:
        return
    if trigger:
        turn.follow(trigger)
    elif turn.moved_from is None or turn.moved_from.kind == "code":
        turn.ask_moved()


def _control(turn: Turn, event: Control) -> None:
    if handover.control(turn, event):
        turn.response = False
        turn.resume("The team has handed the conversation back.")


def _due(turn: Turn, event: None) -> None:
    del event
    timers.due(turn)


# -- what has become true ----------------------------------------------------------------------------------------
def _hear_fact(turn: Turn, fact: Fact) -> None:
    now, silent = turn.step, turn.record.paused
    if fact.name in ("confirmed", "proven") and not turn.spoke:
        turn.response = False
        heard_confirmed(turn, fact.topic)
    elif fact.name == "expired" and now and now.kind in ("confirm", "prove") and fact.address == turn.address:
        turn.response = False
        turn.because("The code has expired.")
        turn.follow(ELSE)
    if silent:
        turn.hush()


_HANDLERS: dict[type, Callable[[Turn, Any], None]] = {
    Message: _message,
    Postback: _postback,
    Referral: _referral,
    OptIn: _opt_in,
    Commented: commented,
    Invited: invited,
    MessageEdit: edited,
    MessageUnsend: unsent,
    Profiled: _profiled,
    ChatRefused: _refused,
    CodeDrawn: _drawn,
    Control: _control,
    type(None): _due,
}
"""Other events change no conversation, except by the facts that come with them."""
