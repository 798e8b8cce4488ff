"""Telling a person something at its time: by chat while the platform lets us, else by mail; once.

An entry stands in the record until it is told.  One that was told by chat stays for two days more, since the platform
may still refuse it: then it goes by mail, under the same id, so that it goes once.
"""

from datetime import timedelta

from msgspec.structs import replace

from domain.events import ChatRefused
from domain.record import Conversation, Relay
from flows.compiled.step import Step
from flows.conversation.field_dates import due
from flows.conversation.mails import letter, may_write, proven_address
from flows.conversation.state import ADDRESS, Talk

SETTLED = timedelta(hours=48)
"""How long a relay that was told by chat may still turn out to be refused."""
MOST_TOLD = 10
"""Of those told by chat, only the latest are remembered: a person may walk to the same step again and again."""


def add(talk: Talk, step: Step) -> None:
    """Plan what a step wants told; what the same step has planned before, and nobody heard yet, is replaced."""
    if step.letter is None or talk.flow is None:
        return
    flow, at = talk.flow.name, due(step.letter.at, talk.record, talk.context)
    kept = tuple(one for one in talk.record.relays if one.chat or (one.flow, one.step) != (flow, step.name))
    if at is None:
        talk.change(relays=kept)
        talk.because(f"Nothing is left to tell: {step.letter.at.field} is empty or over.")
        return
    planned = Relay(
        id=talk.id("relay"), flow=flow, flow_hash=talk.flow_hash, step=step.name, due_at=at, address=talk.address
    )
    talk.change(relays=(*kept, planned))
    if at <= talk.context.now and not talk.by_time:
        _settle(talk, planned, _tell_here(talk, step, planned))
    else:
        talk.because(f"{step.name} is to be told at its time.")


def tidy(talk: Talk) -> None:
    """Drop what was told by chat and can no longer be refused."""
    now = talk.context.now
    kept = tuple(one for one in talk.record.relays if not one.chat or one.due_at + SETTLED > now)
    if len(kept) < len(talk.record.relays):
        talk.change(relays=kept)


def deliver(talk: Talk) -> None:
    """Tell everything that is due."""
    now = talk.context.now
    for one in talk.record.relays:
        if not one.chat and one.due_at <= now:
            _settle(talk, one, _tell(talk, one))


def refused(talk: Talk, event: ChatRefused) -> None:
    """What the platform did not take goes by mail."""
    told = next((one for one in talk.record.relays if event.send and one.chat == event.send), None)
    if told is None or event.reason == "permanent":
        return
    apart = _apart(talk, told)
    topic = apart.step.letter.topic if apart.step and apart.step.letter else ""
    if apart.step is not None and (not topic or _consented(apart, topic)):
        apart.because("The platform did not take the message, so it goes by mail.")
        _by_mail(apart, apart.step, told)
    _back(talk, apart)
    _settle(talk, told, "")


def _tell_here(talk: Talk, step: Step, planned: Relay) -> str:
    """Tell what is due at once in its place among what is said now; return as :func:`_tell` does."""
    if step.letter and step.letter.topic and not _consented(talk, step.letter.topic):
        talk.because(f"There is no confirmed consent for {step.letter.topic}, so it is not told.")
        return ""
    return _by_channel(talk, step, planned)


def _tell(talk: Talk, planned: Relay) -> str:
    """Tell it; return the id of the chat message that may still be refused, or nothing if it is settled."""
    apart = _apart(talk, planned)
    step, chat = apart.step, ""
    if step is None or step.letter is None:
        apart.because(f"{planned.step} is gone from the flow, so it is not told.")
    elif step.letter.topic and not _consented(apart, step.letter.topic):
        apart.because(f"There is no confirmed consent for {step.letter.topic}, so it is not told.")
    else:
        chat = _by_channel(apart, step, planned)
        apart.send_apart()
    _back(talk, apart)
    return chat


def _by_channel(apart: Talk, step: Step, planned: Relay) -> str:
    """Tell it by the channel the person chose; without a choice by chat if that is possible, else by mail."""
    chosen = apart.record.channels
    channel = chosen.get(step.letter.topic if step.letter else "") or chosen.get("")
    chat = ""
    if channel != "mail" and apart.can_chat() and not apart.record.paused:
        following = apart.next_chat
        apart.say_step()
        chat = following if apart.next_chat != following else ""
    if channel == "both" or not chat:
        _by_mail(apart, step, planned)
        return ""
    apart.because(f"{step.name} is told by chat.")
    return chat


def _by_mail(apart: Talk, step: Step, planned: Relay) -> None:
    topic = step.letter.topic if step.letter else ""
    consent = apart.record.consents.get(topic)
    address = consent.address if consent else proven_address(apart, planned.address)
    if address and may_write(apart):
        apart.want(letter(apart, step, planned.id, address))
        apart.because(f"{step.name} is told by mail.")
    elif not address:
        apart.because("No address is proven, so it could not be told by mail.")


def _consented(apart: Talk, topic: str) -> bool:
    known = apart.record.consents.get(topic)
    return known is not None and known.status == "confirmed"


def _apart(talk: Talk, planned: Relay) -> Talk:
    """Return a talk that stands at the relay's own place, whatever conversation is open."""
    place = Conversation(
        flow=planned.flow, flow_hash=planned.flow_hash, step=planned.step, entered_at=talk.context.now,
        variables={ADDRESS: planned.address} if planned.address else {},
    )  # fmt: skip
    apart = Talk(talk.book, replace(talk.record, conversation=place), talk.context)
    apart.response = False
    return apart


def _back(talk: Talk, apart: Talk) -> None:
    """Take over what was told apart; the open conversation stays as it is."""
    outcome = apart.close()
    talk.take(replace(outcome, record=replace(outcome.record, conversation=talk.record.conversation)))


def _settle(talk: Talk, planned: Relay, chat: str) -> None:
    """Drop an entry that was told; one told by chat stays while the chat may refuse it."""
    rest = tuple(one for one in talk.record.relays if one.id != planned.id)
    if not chat:
        talk.change(relays=rest)
        return
    before = [one for one in rest if one.chat][-MOST_TOLD + 1 :]
    told = replace(planned, chat=chat, due_at=talk.context.now)
    talk.change(relays=(*(one for one in rest if not one.chat), *before, told))
