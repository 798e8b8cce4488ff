"""One event in a conversation: pure, and the only entrance to this room at run time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from flows.answers import change_address, give_address, heard_confirmed
from flows.book import ELSE, FlowBook
from flows.listen import Heard, receive
from flows.turn import ADDRESS_MID, Turn
from subscribers.decision import Context, Fact, Outcome
from subscribers.events import (
    ChatRefused,
    Entry,
    Event,
    Message,
    MessageEdit,
    OptIn,
    Postback,
    Profiled,
    Referral,
    Resubscribed,
)
from subscribers.record import Profile, Subscriber

WINDOW = timedelta(hours=24)
"""Standard messaging window (Messenger Platform policy)."""
AD_WINDOW = timedelta(days=7)
"""Window of a first message that came by a Click-to-Messenger ad (policy of 28 September 2026)."""


def wake_at(book: FlowBook, record: Subscriber) -> datetime | None:
    """Return when the conversation wants to be woken: for its nudge."""
    talk = record.conversation
    return talk.nudge_at if talk and talk.flow in book.flows and not record.paused else None


def step(
    book: FlowBook, record: Subscriber, event: Event | None, facts: Sequence[Fact], context: Context
) -> Outcome:
    """Decide what an event means for the conversation; with none, what is due now.

    ``facts`` are those of the rooms before, in this pass.  Never raises for anything a person can send.
    """
    handler = _HANDLERS.get(type(event))
    if isinstance(event, Resubscribed):
        return Outcome(record=record)
    if handler is None and not facts:
        return Outcome(record=record)
    if event is None and not facts and not _is_due(record, context.now):
        return Outcome(record=record)
    turn = Turn(book, record, context)
    if handler:
        handler(turn, event)
    for fact in facts:
        _hear_fact(turn, fact)
    return turn.close()


# -- what a person sends -------------------------------------------------------------------------------------
def _message(turn: Turn, event: Message) -> None:
    _open_window(turn, event.entry)
    ours = event.payload.startswith(("tap|", "start|", "do|"))
    text = event.payload if event.payload and not ours and "@" in event.payload else event.text
    if event.entry and not ours and _by_link(turn, event.entry):
        return
    receive(turn, Heard(text=text, payload=event.payload, mid=event.mid))


def _postback(turn: Turn, event: Postback) -> None:
    _open_window(turn, event.entry)
    if event.entry and _by_link(turn, event.entry):
        return
    receive(turn, Heard(text=event.title, payload=event.payload, mid=event.mid))


def _referral(turn: Turn, event: Referral) -> None:
    _open_window(turn, event.entry)
    if not _by_link(turn, event.entry):
        turn.because("A link was followed whose ref begins no flow.")


def _opt_in(turn: Turn, event: OptIn) -> None:
    if not event.ref:
        return
    _open_window(turn, Entry(ref=event.ref, source="OPTIN"))
    _by_link(turn, Entry(ref=event.ref))


def _open_window(turn: Turn, entry: Entry | None) -> None:
    record, now = turn.record, turn.context.now
    first = record.window_expires_at is None
    if first and record.version == 0:
        turn.fetch_profile()
    until = now + (AD_WINDOW if first and entry and entry.source == "ADS" else WINDOW)
    if record.window_expires_at:
        until = max(until, record.window_expires_at)
    known = record.entry
    if entry and known == ("", "", ""):
        known = (entry.ref, entry.source, entry.ad_id)
    turn.change(window_expires_at=until, unavailable=False, entry=known)


def _by_link(turn: Turn, entry: Entry) -> bool:
    flow = turn.book.flows.get(turn.book.links.get(entry.ref.casefold(), ""))
    if flow is None:
        return False
    turn.begin(flow, "A link or ad begins this flow.")
    return True


def _edit(turn: Turn, event: MessageEdit) -> None:
    """An edited message counts where it corrects the address that is being confirmed, or asked for."""
    now = turn.step
    if now is None or turn.record.paused or "@" not in event.text:
        return
    if now.kind == "email":
        give_address(turn, event.text, event.mid)
    elif now.kind == "confirm" and turn.variables.get(ADDRESS_MID) == event.mid:
        change_address(turn, event.text, event.mid)


# -- what the platform tells ---------------------------------------------------------------------------------
def _profiled(turn: Turn, event: Profiled) -> None:
    turn.change(profile=Profile(first_name=event.first_name, locale=event.locale, timezone=event.timezone))
    language = event.locale.replace("_", "-").split("-")[0].casefold()
    known = next((one for one in turn.book.voices if one.casefold().split("-")[0] == language), "")
    if known and not turn.record.language:
        turn.change(language=known)


def _refused(turn: Turn, event: ChatRefused) -> None:
    if event.reason == "outside_window":
        turn.change(window_expires_at=turn.context.now)
        turn.because("The platform closed the messaging window.")
    elif event.reason == "user_unavailable":
        turn.change(unavailable=True)
        turn.nudge_at = None
        turn.because("The person cannot be reached in chat.")


# -- what is due, and what has become true -------------------------------------------------------------------
def _is_due(record: Subscriber, now: datetime) -> bool:
    talk = record.conversation
    return talk is not None and talk.nudge_at is not None and talk.nudge_at <= now


def _due(turn: Turn, event: None) -> None:
    """Give the step's nudge, once, where the platform lets us."""
    del event
    if not _is_due(turn.record, turn.context.now):
        return
    turn.nudge_at, turn.response = None, False
    if turn.record.paused or turn.spoken.nudge is None:
        return
    turn.because("The question was open for a while, so the nudge was due.")
    turn.say(turn.spoken.nudge)


def _hear_fact(turn: Turn, fact: Fact) -> None:
    now = turn.step
    if fact.name == "confirmed" and not turn.spoke:
        turn.response = False
        heard_confirmed(turn, fact.topic)
    elif fact.name == "expired" and now and now.kind == "confirm" and fact.address == turn.address:
        turn.response = False
        turn.because("The code has expired.")
        turn.follow(ELSE)
    if turn.record.paused:
        turn.hush()


_HANDLERS: dict[type, Callable[[Turn, Any], None]] = {
    Message: _message,
    Postback: _postback,
    Referral: _referral,
    OptIn: _opt_in,
    MessageEdit: _edit,
    Profiled: _profiled,
    ChatRefused: _refused,
    type(None): _due,
}
"""Other events change no conversation, except by the facts that come with them."""
