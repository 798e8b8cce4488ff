"""Scheduled messages (``relay:`` in a flow): sent once, by chat while the platform allows it, else by mail.

A message stands in the record until it is sent.  One that was sent by chat stays for two days more, since the platform
may still refuse it.  It is mailed then under the same id, so that the person gets it once.
"""

from datetime import timedelta

from msgspec.structs import replace

from domain.events import ChatRefused
from domain.record import Conversation, ScheduledMessage
from flows.compiled.step import Step
from flows.conversation.field_dates import due_time
from flows.conversation.mails import build_mail, count_mail, find_proven_address
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import ADDRESS

REFUSAL_WINDOW = timedelta(hours=48)
"""How long the platform may still refuse a message that was sent by chat."""
MOST_SENT = 10
"""Latest messages sent by chat that the record remembers: a person may walk to the same step again and again."""


def schedule_message(turn: ConversationTurn, step: Step) -> None:
    """Schedule the message of a step; it replaces one of the same step that was not sent yet."""
    if step.mail is None or turn.flow is None:
        return
    flow, due_at = turn.flow.name, due_time(step.mail.due, turn.record, turn.context)
    kept = tuple(
        message for message in turn.record.relays if message.chat or (message.flow, message.step) != (flow, step.name)
    )
    if due_at is None:
        turn.change_record(relays=kept)
        turn.add_reason(f"Nothing is left to tell: {step.mail.due.field} is empty or over.")
        return
    planned = ScheduledMessage(
        id=turn.visit_id("relay"),
        flow=flow,
        flow_hash=turn.flow_hash,
        step=step.name,
        due_at=due_at,
        address=turn.address,
    )
    turn.change_record(relays=(*kept, planned))
    # Due at once: it is said here, among what else is said now.  In a turn that a timer began, ``deliver_due`` runs
    # at the end and sends it as a message of its own.
    if due_at <= turn.context.now and not turn.is_timed:
        _settle_message(turn, planned, _deliver_here(turn, step, planned))
    else:
        turn.add_reason(f"{step.name} is to be told at its time.")


def drop_settled(turn: ConversationTurn) -> None:
    """Drop the messages sent by chat that can no longer be refused."""
    now = turn.context.now
    # Of a message sent by chat, ``due_at`` holds when it was sent.
    kept = tuple(message for message in turn.record.relays if not message.chat or message.due_at + REFUSAL_WINDOW > now)
    if len(kept) < len(turn.record.relays):
        turn.change_record(relays=kept)


def deliver_due(turn: ConversationTurn) -> None:
    """Send every message that is due."""
    now = turn.context.now
    for message in turn.record.relays:
        if not message.chat and message.due_at <= now:
            _settle_message(turn, message, _deliver_message(turn, message))


def mail_refused(turn: ConversationTurn, event: ChatRefused) -> None:
    """Send a message by mail that the platform refused in chat."""
    sent = (message for message in turn.record.relays if event.send and message.chat == event.send)
    message = next(sent, None)
    # ``permanent``: the message itself is at fault (a broken picture, say), so the flow has to be mended.
    if message is None or event.reason == "permanent":
        return
    separate = _separate_turn(turn, message)
    topic = separate.step.mail.topic if separate.step and separate.step.mail else ""
    if separate.step is not None and (not topic or _has_consent(separate, topic)):
        separate.add_reason("The platform did not take the message, so it goes by mail.")
        _send_by_mail(separate, separate.step, message)
    _merge_turn(turn, separate)
    _settle_message(turn, message, "")


def _deliver_here(turn: ConversationTurn, step: Step, message: ScheduledMessage) -> str:
    """Send a message among what else is said now; return as :func:`_deliver_message` does."""
    if step.mail and step.mail.topic and not _has_consent(turn, step.mail.topic):
        turn.add_reason(f"There is no confirmed consent for {step.mail.topic}, so it is not told.")
        return ""
    return _send_by_channel(turn, step, message)


def _deliver_message(turn: ConversationTurn, message: ScheduledMessage) -> str:
    """Send a message; return the id of the chat message that may still be refused, empty if it is settled."""
    separate = _separate_turn(turn, message)
    step, chat = separate.step, ""
    if step is None or step.mail is None:
        separate.add_reason(f"{message.step} is gone from the flow, so it is not told.")
    elif step.mail.topic and not _has_consent(separate, step.mail.topic):
        separate.add_reason(f"There is no confirmed consent for {step.mail.topic}, so it is not told.")
    else:
        chat = _send_by_channel(separate, step, message)
        separate.send_separately()
    _merge_turn(turn, separate)
    return chat


def _send_by_channel(turn: ConversationTurn, step: Step, message: ScheduledMessage) -> str:
    """Send by the channel that the person chose; without a choice by chat if that is possible, else by mail."""
    chosen = turn.record.channels
    channel = chosen.get(step.mail.topic if step.mail else "") or chosen.get("")
    chat = ""
    if channel != "mail" and turn.can_chat() and not turn.record.paused:
        # The step may say nothing (its cards find no row): then no id is used up, and the mail goes instead.
        next_id = turn.speech.next_message_id
        turn.speech.say_step()
        chat = next_id if turn.speech.next_message_id != next_id else ""
    if channel == "both" or not chat:
        _send_by_mail(turn, step, message)
        return ""
    turn.add_reason(f"{step.name} is told by chat.")
    return chat


def _send_by_mail(turn: ConversationTurn, step: Step, message: ScheduledMessage) -> None:
    topic = step.mail.topic if step.mail else ""
    consent = turn.record.consents.get(topic)
    address = consent.address if consent else find_proven_address(turn, message.address)
    if address and count_mail(turn):
        turn.add_effects(build_mail(turn, step, message.id, address))
        turn.add_reason(f"{step.name} is told by mail.")
    elif not address:
        turn.add_reason("No address is proven, so it could not be told by mail.")


def _has_consent(turn: ConversationTurn, topic: str) -> bool:
    consent = turn.record.consents.get(topic)
    return consent is not None and consent.status == "confirmed"


def _separate_turn(turn: ConversationTurn, message: ScheduledMessage) -> ConversationTurn:
    """Return a turn that stands at the message's own step, whatever conversation is open."""
    place = Conversation(
        flow=message.flow, flow_hash=message.flow_hash, step=message.step, entered_at=turn.context.now,
        variables={ADDRESS: message.address} if message.address else {},
    )  # fmt: skip
    separate = ConversationTurn(turn.catalog, replace(turn.record, conversation=place), turn.context)
    separate.speech.is_response = False
    return separate


def _merge_turn(turn: ConversationTurn, separate: ConversationTurn) -> None:
    """Take over what a separate turn decided; the open conversation stays as it is."""
    outcome = separate.close()
    turn.add_outcome(replace(outcome, record=replace(outcome.record, conversation=turn.record.conversation)))


def _settle_message(turn: ConversationTurn, message: ScheduledMessage, chat: str) -> None:
    """Drop a message that was sent; one sent by chat stays while the platform may still refuse it."""
    others = tuple(other for other in turn.record.relays if other.id != message.id)
    if not chat:
        turn.change_record(relays=others)
        return
    waiting = [other for other in others if not other.chat]
    already_sent = [other for other in others if other.chat][-MOST_SENT + 1 :]  # one place is for the new message
    sent = replace(message, chat=chat, due_at=turn.context.now)
    turn.change_record(relays=(*waiting, *already_sent, sent))
