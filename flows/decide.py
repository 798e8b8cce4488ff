"""Decides what one event means for a conversation.  Pure; the only entrance to flows at run time."""

from collections.abc import Callable, Sequence
from typing import Any

from domain.decision import Context, Fact, Outcome
from domain.entry_point import EntryPoint
from domain.events import (
    AnyEvent,
    ChatRefused,
    Commented,
    ConfirmPressed,
    HookAnswered,
    Message,
    MessageEdit,
    MessageUnsend,
    OptIn,
    Postback,
    PrivateReplyDelivered,
    Profiled,
    Referral,
    Resubscribed,
    SeatsTaken,
    ThreadControlChanged,
    VoucherDrawn,
)
from domain.record import Profile, Subscriber
from domain.referral_codes import read_ref
from flows.answers.user_input import UserInput
from flows.compiled.catalog import ELSE, FlowCatalog
from flows.conversation import handover, scheduled_messages, shell_answers
from flows.conversation.bot_disclosure import disclose_bot
from flows.conversation.state import ConversationTurn
from flows.conversation.walk import ask_moved_question, begin_flow, follow_trigger, resume_conversation
from flows.handlers import interruptions, messaging_window, timers
from flows.handlers.answer_question import continue_confirmed
from flows.handlers.edited_messages import handle_edit, handle_unsend
from flows.handlers.private_replies import answer_comment, keep_invitation
from flows.handlers.redaction import OURS, PRESSED, REDACTIONS
from flows.handlers.route_input import route_input
from flows.handlers.timers import wake_at
from flows.language.model import StepKind
from language.zones import zone_of_person

__all__ = ["decide_flows", "wake_at"]


def decide_flows(
    catalog: FlowCatalog, record: Subscriber, event: AnyEvent | None, facts: Sequence[Fact], context: Context
) -> Outcome:
    """Decide what an event means for the conversation; without an event, what is due now.

    ``facts`` came from the rooms that decided before, in the same pass.  Never raises for anything a person can send.
    """
    handler = _HANDLERS.get(type(event))
    if handler is None and (not facts or isinstance(event, Resubscribed)):
        # A button pressed too late changes nothing, but the history tells of it.
        return Outcome(record=record, redacted_inputs=(PRESSED,) if isinstance(event, ConfirmPressed) else ())
    # Woken by a timer of another room, or too early.
    if event is None and not facts and not timers.is_due(catalog, record, context.now):
        return Outcome(record=record)
    turn = ConversationTurn(catalog, record, context)
    turn.is_timed = event is None
    # Most records hold no scheduled message: the check is cheaper than the call.
    if record.relays:
        scheduled_messages.drop_settled(turn)
    if handler:
        handler(turn, event)
    for fact in facts:
        _apply_fact(turn, fact)
    if event is None and turn.record.relays:
        scheduled_messages.deliver_due(turn)
    if turn.record.interrupted:
        interruptions.offer_return(turn, record)
    # After everything else: only now is it known what is said, and whether a text names the bot already.
    if turn.discloses_bot:
        disclose_bot(turn)
    if redact := REDACTIONS.get(type(event)):
        turn.redacted_input = redact(turn, event)
    return turn.close()


# -- what a person sends -------------------------------------------------------------------------------------
def _handle_message(turn: ConversationTurn, event: Message) -> None:
    messaging_window.open_window(turn, "message", event.entry)
    ours = event.payload != "" and event.payload.startswith(OURS)
    # The platform's own email chip sends the address as its payload, so it is read as if it had been typed.
    text = event.payload if event.payload and not ours and "@" in event.payload else event.text
    if event.entry and not ours and _begin_by_link(turn, event.entry):
        return
    route_input(
        turn, UserInput(text=text, payload=event.payload, mid=event.mid, attachments=event.attachments, urls=event.urls)
    )


def _handle_postback(turn: ConversationTurn, event: Postback) -> None:
    messaging_window.open_window(turn, "postback", event.entry)
    if event.entry and _begin_by_link(turn, event.entry):
        return
    route_input(turn, UserInput(text=event.title, payload=event.payload, mid=event.mid))


def _handle_referral(turn: ConversationTurn, event: Referral) -> None:
    messaging_window.open_window(turn, "referral", event.entry)
    if not _begin_by_link(turn, event.entry):
        turn.add_reason("A link was followed whose ref begins no flow.")


def _handle_opt_in(turn: ConversationTurn, event: OptIn) -> None:
    if not event.ref:
        return
    messaging_window.open_window(turn, "optin", EntryPoint(ref=event.ref, source="OPTIN"))
    _begin_by_link(turn, EntryPoint(ref=event.ref))


def _begin_by_link(turn: ConversationTurn, entry: EntryPoint) -> bool:
    """Begin the flow of a link, else of that name, else of an ad by its id; False if there is none."""
    catalog, (link, _) = turn.catalog, read_ref(entry.ref)
    name = catalog.links.get(link) or (link if link in catalog.ref_names else catalog.links.get(entry.ad_id, ""))
    flow = catalog.flows.get(name)
    if flow is None:
        return False
    begin_flow(turn, flow, "A link or ad begins this flow.")
    return True


# -- what the platform and the shell report ----------------------------------------------------------------------
def _handle_profile(turn: ConversationTurn, event: Profiled) -> None:
    old = turn.record.profile  # what the platform leaves out this time stays known
    profile = Profile(
        first_name=event.first_name or old.first_name, locale=event.locale or old.locale,
        timezone=event.timezone or _settle_timezone(turn),
    )  # fmt: skip
    turn.change_record(profile=profile, profiled_at=turn.context.now)
    # "pt_BR" fits a workspace that speaks "pt", and "pt" one that speaks "pt-BR".
    language = event.locale.replace("_", "-").split("-")[0].casefold()
    matching = next((code for code in turn.catalog.language_packs if code.casefold().split("-")[0] == language), "")
    if matching and not turn.record.language:
        turn.change_record(language=matching)


def _settle_timezone(turn: ConversationTurn) -> str:
    """Return the known time zone, for a profile that tells none."""
    # An offset belongs to the time at which it was told, which is about to be forgotten: its zone is kept instead.
    record, context = turn.record, turn.context
    return zone_of_person(record, context.config.timezone, context.now).key if record.profile.timezone else ""


def _handle_refusal(turn: ConversationTurn, event: ChatRefused) -> None:
    if event.reason == "outside_window":
        turn.change_record(window_expires_at=turn.context.now, window_cause="refused")
        turn.add_reason("The platform closed the messaging window.")
    elif event.reason == "user_unavailable":
        turn.change_record(unavailable=True)
        turn.nudge_at = None
        turn.add_reason("The person cannot be reached in chat.")
    scheduled_messages.mail_refused(turn, event)
    turn.speech.forget_refused_wording(event.send)


def _handle_voucher(turn: ConversationTurn, event: VoucherDrawn) -> None:
    _go_on_with(turn, shell_answers.keep_voucher(turn, event), "code")


def _handle_seats(turn: ConversationTurn, event: SeatsTaken) -> None:
    _go_on_with(turn, shell_answers.keep_seats(turn, event), "take")


def _handle_hook(turn: ConversationTurn, event: HookAnswered) -> None:
    _go_on_with(turn, shell_answers.take_answer(turn, event), "hook")


def _go_on_with(turn: ConversationTurn, trigger: str, kind: StepKind) -> None:
    """Go on from a step of this kind that waited for the shell; an empty trigger: none waits."""
    if turn.record.paused:
        return
    if trigger:
        follow_trigger(turn, trigger)
    elif turn.moved_from is None or turn.moved_from.kind == kind:
        ask_moved_question(turn)


def _handle_control(turn: ConversationTurn, event: ThreadControlChanged) -> None:
    if handover.apply_control(turn, event):
        turn.speech.is_response = False
        resume_conversation(turn, "The team has handed the conversation back.")


def _handle_timer(turn: ConversationTurn, event: None) -> None:
    del event
    timers.handle_due(turn)


# -- what has become true ----------------------------------------------------------------------------------------
def _apply_fact(turn: ConversationTurn, fact: Fact) -> None:
    step, was_paused = turn.step, turn.record.paused
    if fact.name in ("confirmed", "proven") and not turn.speech.pieces:
        turn.speech.is_response = False
        continue_confirmed(turn, fact.topic)
    elif fact.name == "expired" and step and step.kind in ("confirm", "prove") and fact.address == turn.address:
        turn.speech.is_response = False
        turn.add_reason("The code has expired.")
        follow_trigger(turn, ELSE)
    # The fact changes the conversation, but while a human talks the bot says nothing about it.
    if was_paused:
        turn.speech.discard_all()


_HANDLERS: dict[type, Callable[[ConversationTurn, Any], None]] = {
    Message: _handle_message,
    Postback: _handle_postback,
    Referral: _handle_referral,
    OptIn: _handle_opt_in,
    Commented: answer_comment,
    PrivateReplyDelivered: keep_invitation,
    MessageEdit: handle_edit,
    MessageUnsend: handle_unsend,
    Profiled: _handle_profile,
    ChatRefused: _handle_refusal,
    VoucherDrawn: _handle_voucher,
    SeatsTaken: _handle_seats,
    HookAnswered: _handle_hook,
    ThreadControlChanged: _handle_control,
    type(None): _handle_timer,
}
"""By kind of event; other events change a conversation only by the facts that come with them."""
