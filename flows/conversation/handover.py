"""Handover: a person of the team takes the conversation, and the bot takes it back.

While somebody of the team has the conversation the bot is silent and no timer speaks.  It ends when the team hands it
back, when the person types a word that begins a flow (or calls the bot by its name), or after quiet hours.
"""

from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from domain.effects import MoveThread
from domain.events import ThreadControlChanged
from domain.record import Handover, Subscriber
from flows.compiled.step import Step
from flows.conversation.mails import SUPPORT, mail_team
from flows.conversation.state import ConversationTurn

By = Literal["person", "flow", "team", "app"]


def begin_handover(turn: ConversationTurn, step: Step, return_step: str) -> None:
    """Hand over at a step; the conversation goes on with ``return_step`` afterwards."""
    # The step to go on with is fixed now, together with the version of the flow that it belongs to.
    place = Handover(
        since=turn.context.now, by="flow", reason=step.handover_reason, flow=turn.flow.name if turn.flow else "",
        flow_hash=turn.flow_hash, step=return_step,
    )  # fmt: skip
    _pause_bot(turn, place)
    _move_thread(turn, "pass")
    mail_team(turn, SUPPORT, step.handover_reason)
    turn.add_reason("A person of the team is asked to take over; the bot is silent.")


def pause_for_team(turn: ConversationTurn, by: By) -> None:
    """Pause the bot in the middle of a conversation; the open question stays open."""
    # ``chats`` stops messages that are decided but not sent yet.  After the person asked for a human, the bot's
    # answer to that must still go out.
    chats = 0 if by == "person" else turn.record.chat_serial
    _pause_bot(turn, Handover(since=turn.context.now, by=by, chats=chats))
    if by == "person":
        _move_thread(turn, "pass")


def _move_thread(turn: ConversationTurn, action: Literal["pass", "take"]) -> None:
    """Move the thread to the Page inbox or back, if the Page routes conversations."""
    record = turn.record
    page = turn.context.config.pages.get(record.identity.page)
    if page is None or not page.inbox:
        return
    name = turn.context.keys.send_id(record.id, "thread", action, turn.context.now.isoformat())
    move = MoveThread(id=name, to=record.identity.psid, action=action)
    # Passed after the bot's last message, taken back before its next one: without the thread it may not send.
    if action == "pass":
        turn.final_effects = (move,)
    else:
        turn.add_effects(move)


def _pause_bot(turn: ConversationTurn, handover: Handover) -> None:
    turn.nudge_at = turn.timeout_at = None
    turn.change_record(paused=True, handover=handover, interrupted=None)


def forget_return_step(turn: ConversationTurn) -> None:
    """Forget where the conversation was to go on after the handover, since it has ended."""
    if turn.record.handover is not None:
        turn.change_record(handover=replace(turn.record.handover, flow="", flow_hash="", step=""))


def apply_control(turn: ConversationTurn, event: ThreadControlChanged) -> bool:
    """Note who has the conversation; return True if the bot is to go on now."""
    if event.action == "asked":
        turn.add_reason("Another app asks for the conversation.")
        return False
    if event.action == "given_back":
        return turn.record.paused
    if not turn.record.paused:
        pause_for_team(turn, "app" if event.action == "taken" else "team")
        turn.add_reason("Somebody else speaks with the person now; the bot is silent.")
    handover = turn.record.handover or Handover(since=turn.context.now, by="team")
    if event.action == "spoke":
        # Everything decided up to the team's first words is dropped; what the bot decides later (a code that
        # confirms, say) is not.
        chats = handover.chats if handover.last_at else turn.record.chat_serial
        turn.change_record(handover=replace(handover, last_at=turn.context.now, chats=chats))
    return False


def quiet_until(record: Subscriber, hours: int) -> datetime | None:
    """Return when the bot takes over again if the team stays quiet; None if the bot is not paused."""
    if not record.paused or record.handover is None:
        return None
    return (record.handover.last_at or record.handover.since) + timedelta(hours=hours)


def take_thread_back(turn: ConversationTurn) -> None:
    """Take the thread back after the team was quiet for long enough."""
    _move_thread(turn, "take")


def end_handover(turn: ConversationTurn) -> Handover | None:
    """End the handover and say who speaks; return the handover that ended, None if there was none."""
    ended = turn.record.handover
    # “The bot is back” tells that a bot speaks.  If it cannot be said now, that is to be told later.
    turn.change_record(paused=False, handover=None, undisclosed=not turn.can_chat())
    turn.speech.say_reply("resumed")
    return ended
