"""A person of the team takes over, and the bot comes back.

While somebody of the team has the conversation the bot is silent and no timer speaks.  It ends when the team hands it
back, when the person types a word that begins a flow (or calls the bot by its name), or after quiet hours.
"""

from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from domain.effects import MoveThread
from domain.events import Control
from domain.record import Handover, Subscriber
from flows.compiled.step import Step
from flows.conversation.mails import SUPPORT, write_team
from flows.conversation.state import Talk

By = Literal["person", "flow", "team", "app"]


def begin(talk: Talk, step: Step, then: str) -> None:
    """Hand over at a step; ``then`` is the step that the conversation goes on with afterwards."""
    where = Handover(
        since=talk.context.now, by="flow", reason=step.reason, flow=talk.flow.name if talk.flow else "",
        flow_hash=talk.flow_hash, step=then,
    )  # fmt: skip
    _pause(talk, where)
    _move(talk, "pass")
    write_team(talk, SUPPORT, step.reason)
    talk.because("A person of the team is asked to take over; the bot is silent.")


def ask(talk: Talk, by: By) -> None:
    """Somebody takes the conversation in the middle of it; the open question stays open."""
    chats = 0 if by == "person" else talk.record.chat_serial
    _pause(talk, Handover(since=talk.context.now, by=by, chats=chats))
    if by == "person":
        _move(talk, "pass")


def _move(talk: Talk, action: Literal["pass", "take"]) -> None:
    """Have the thread move, where the Page routes conversations: passed after the last words, taken before the next."""
    record = talk.record
    page = talk.context.config.pages.get(record.identity.page)
    if page is None or not page.inbox:
        return
    name = talk.context.keys.send_id(record.id, "thread", action, talk.context.now.isoformat())
    move = MoveThread(id=name, to=record.identity.psid, action=action)
    if action == "pass":
        talk.parting = (move,)
    else:
        talk.want(move)


def _pause(talk: Talk, handover: Handover) -> None:
    talk.nudge_at = talk.timeout_at = None
    talk.change(paused=True, handover=handover)


def forget_place(talk: Talk) -> None:
    """The conversation has ended: when the bot takes over again there is nothing to go on with."""
    if talk.record.handover is not None:
        talk.change(handover=replace(talk.record.handover, flow="", flow_hash="", step=""))


def control(talk: Talk, event: Control) -> bool:
    """Note who has the conversation; True if the bot is to go on now."""
    if event.action == "asked":
        talk.because("Another app asks for the conversation.")
        return False
    if event.action == "given_back":
        return talk.record.paused
    if not talk.record.paused:
        ask(talk, "app" if event.action == "taken" else "team")
        talk.because("Somebody else speaks with the person now; the bot is silent.")
    known = talk.record.handover or Handover(since=talk.context.now, by="team")
    if event.action == "spoke":
        chats = known.chats if known.last_at else talk.record.chat_serial
        talk.change(handover=replace(known, last_at=talk.context.now, chats=chats))
    return False


def quiet_until(record: Subscriber, hours: int) -> datetime | None:
    """Return when the bot takes over again if nobody of the team writes; None if it is not silent."""
    if not record.paused or record.handover is None:
        return None
    return (record.handover.last_at or record.handover.since) + timedelta(hours=hours)


def take_back(talk: Talk) -> None:
    """Nobody of the team wrote for a while: the thread is ours again."""
    _move(talk, "take")


def end(talk: Talk) -> Handover | None:
    """Take the conversation back, and say who speaks; return what is known of the hand-over."""
    known = talk.record.handover
    talk.change(paused=False, handover=None, undisclosed=not talk.can_chat())
    talk.reply("resumed")
    return known
