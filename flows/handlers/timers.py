"""Timers: nudges, timeouts, the end of a wait, scheduled messages, quiet after a handover.

All of them stand in the record, so they survive a restart.  One entry of the due index wakes the earliest.
"""

from datetime import datetime

from domain.record import Subscriber
from flows.compiled.catalog import FlowCatalog
from flows.conversation.handover import quiet_until, take_thread_back
from flows.conversation.state import ConversationTurn
from flows.conversation.walk import ask_moved_question, follow_trigger, go_on, resume_conversation


def wake_at(catalog: FlowCatalog, record: Subscriber) -> datetime | None:
    """Return when the earliest timer of the conversation is due; None if there is none."""
    conversation = record.conversation
    nudge = timeout = None
    if conversation and not record.paused:
        nudge, timeout = conversation.nudge_at, conversation.timeout_at
    # Asked with every message, so the plain case returns before any list is built.
    if not record.relays and not record.paused:
        return min(nudge, timeout) if nudge and timeout else nudge or timeout
    times = [message.due_at for message in record.relays if not message.chat]
    times += [at for at in (nudge, timeout, quiet_until(record, catalog.human_hours)) if at]
    return min(times, default=None)


def is_due(catalog: FlowCatalog, record: Subscriber, now: datetime) -> bool:
    """Return True if a timer is due."""
    at = wake_at(catalog, record)
    return at is not None and at <= now


def handle_due(turn: ConversationTurn) -> None:
    """Do what is due in the conversation; scheduled messages follow (``deliver_due``)."""
    now, record = turn.context.now, turn.record
    if not is_due(turn.catalog, record, now):
        return
    turn.speech.is_response = False
    # In order of precedence: each branch also clears or renews the timers of those below it.
    quiet_end = quiet_until(record, turn.catalog.human_hours)
    if record.paused and quiet_end and quiet_end <= now:
        _end_quiet_handover(turn)
    elif not record.paused and ask_moved_question(turn):
        return
    elif not record.paused and turn.timeout_at and turn.timeout_at <= now:
        _end_wait(turn)
    elif not record.paused and turn.nudge_at and turn.nudge_at <= now:
        _give_nudge(turn)


def _end_quiet_handover(turn: ConversationTurn) -> None:
    """Take over from the team after it was quiet for a while; say so only if the conversation can go on."""
    handover = turn.record.handover
    take_thread_back(turn)
    if turn.step is not None or (handover and handover.step):
        resume_conversation(turn, "Nobody of the team wrote for a while, so the bot takes over again.")
    else:
        turn.change_record(paused=False, handover=None, undisclosed=True)
        turn.add_reason("Nobody of the team wrote for a while, so the bot listens again.")


def _end_wait(turn: ConversationTurn) -> None:
    """Go on from a step whose time is over."""
    step = turn.step
    turn.nudge_at = turn.timeout_at = None
    if step is None or step.timeout is None:
        return
    if step.kind == "wait":
        turn.add_reason("The wait is over.")
        go_on(turn)
    else:
        turn.add_reason("Nobody answered in time.")
        follow_trigger(turn, step.timeout_trigger)


def _give_nudge(turn: ConversationTurn) -> None:
    """Say the reminder that is due; if several are, the one with the longest delay, in whatever order they stand."""
    step, now = turn.step, turn.context.now
    turn.nudge_at = None
    texts = turn.texts.nudges
    if step is None:
        return
    # After a long outage several may be due at once: only one is said, and all of them count as given.
    due = [number for number, after in enumerate(step.nudge_delays) if turn.entered_at + after <= now]
    if len(due) > turn.nudges and len(due) <= len(texts):
        turn.add_reason("The question was open for a while, so the nudge was due.")
        turn.speech.say_texts(texts[max(due, key=lambda number: step.nudge_delays[number])])
    turn.nudges = max(len(due), turn.nudges)
    coming = [after for after in step.nudge_delays if turn.entered_at + after > now]
    turn.nudge_at = turn.entered_at + min(coming) if coming else None
