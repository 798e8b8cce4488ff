"""What is due without anybody saying anything: nudges, timeouts, the end of a wait, relays, quiet after a hand-over.

All of it stands in the record, so that it survives a restart; one entry of the due index wakes the earliest.
"""

from datetime import datetime

from domain.record import Subscriber
from flows.compiled.catalog import FlowBook
from flows.conversation.handover import quiet_until, take_back
from flows.conversation.walk import Turn


def wake_at(book: FlowBook, record: Subscriber) -> datetime | None:
    """Return when the conversation wants to be woken: for whichever of its timers is the earliest."""
    talk = record.conversation
    nudge, over = (talk.nudge_at, talk.timeout_at) if talk and not record.paused else (None, None)
    if not record.relays and not record.paused:
        return min(nudge, over) if nudge and over else nudge or over
    moments = [one.due_at for one in record.relays if not one.chat]
    moments += [at for at in (nudge, over, quiet_until(record, book.human_hours)) if at]
    return min(moments, default=None)


def is_due(book: FlowBook, record: Subscriber, now: datetime) -> bool:
    """Tell whether a timer is due."""
    at = wake_at(book, record)
    return at is not None and at <= now


def due(turn: Turn) -> None:
    """Do what is due of the conversation; what is to be told at its time follows (``deliver``)."""
    now, record = turn.context.now, turn.record
    if not is_due(turn.book, record, now):
        return
    turn.response = False
    quiet = quiet_until(record, turn.book.human_hours)
    if record.paused and quiet and quiet <= now:
        _quiet(turn)
    elif not record.paused and turn.ask_moved():
        return
    elif not record.paused and turn.timeout_at and turn.timeout_at <= now:
        _over(turn)
    elif not record.paused and turn.nudge_at and turn.nudge_at <= now:
        _nudge(turn)


def _quiet(turn: Turn) -> None:
    """Nobody of the team wrote for a while: the bot takes over again, and says so if it has something to go on with."""
    known = turn.record.handover
    take_back(turn)
    if turn.step is not None or (known and known.step):
        turn.resume("Nobody of the team wrote for a while, so the bot takes over again.")
    else:
        turn.change(paused=False, handover=None, undisclosed=True)
        turn.because("Nobody of the team wrote for a while, so the bot listens again.")


def _over(turn: Turn) -> None:
    """The time of the open step is over."""
    step = turn.step
    turn.nudge_at = turn.timeout_at = None
    if step is None or step.over is None:
        return
    if step.kind == "wait":
        turn.because("The wait is over.")
        turn.go_on()
    else:
        turn.because("Nobody answered in time.")
        turn.follow(step.ending)


def _nudge(turn: Turn) -> None:
    """Give the reminder that is due, where the platform lets us; of several the latest, whatever their order."""
    step, now = turn.step, turn.context.now
    turn.nudge_at = None
    texts = turn.spoken.nudges
    if step is None:
        return
    over = [number for number, after in enumerate(step.nudges) if turn.entered_at + after <= now]
    if len(over) > turn.nudges and len(over) <= len(texts):
        turn.because("The question was open for a while, so the nudge was due.")
        turn.say(texts[max(over, key=lambda number: step.nudges[number])])
    turn.nudges = max(len(over), turn.nudges)
    ahead = [after for after in step.nudges if turn.entered_at + after > now]
    turn.nudge_at = turn.entered_at + min(ahead) if ahead else None
