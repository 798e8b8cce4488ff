"""Makes what a step sends: the mail, or for a relay the chat message while the platform lets us write.  Pure."""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from domain.decision import Context, Outcome
from domain.effects import SendChat, SendMail
from domain.record import Subscriber
from language.text_template import split_at_sentences
from onboarding.engine.behaviour import count_occurrences
from onboarding.engine.fill_text import fill_text
from onboarding.language.catalog import MailSequence, Send, SequenceStep

MOST_TEXT = 2_000
"""Most characters of a message (Messenger Send API)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """What goes out to a person at one step."""

    first: SendMail | SendChat
    by: str = ""
    """How it goes, for the log; empty for a mail."""
    more: Outcome | None = None
    """What goes beside it, on the changed record."""


def make_messages(
    sequence: MailSequence, step: SequenceStep, template: str, record: Subscriber, context: Context
) -> OutgoingMessage:
    """Return what a step sends: by the channel that the person chose; without a choice by chat if that is possible."""
    run, send = record.runs[sequence.name], step.action
    topic = send.topic if isinstance(send, Send) else ""
    mail = make_mail(sequence, step.name, template, record, context, topic=topic)
    channel = record.channels.get(topic or sequence.topic) or record.channels.get("")
    if not isinstance(send, Send) or not send.says or channel == "mail" or not _can_chat(record, context.now):
        return OutgoingMessage(first=mail)
    language = record.language or context.config.default_language
    says = send.says.get(language) or send.says.get(context.config.default_language) or next(iter(send.says.values()))
    text = fill_text(says, record, language, context).strip()
    if not text:
        return OutgoingMessage(first=mail)
    chats = _build_chats(record, text)
    told = {**run.told, step.name: chats[-1].id}
    runs = {**record.runs, sequence.name: replace(run, told=told)}
    changed = replace(record, chat_serial=record.chat_serial + len(chats), runs=runs)
    by_mail = (mail,) if channel == "both" else ()
    return OutgoingMessage(
        first=chats[0], by=" by chat and mail" if by_mail else " by chat",
        more=Outcome(record=changed, effects=(*chats[1:], *by_mail)),
    )  # fmt: skip


def make_mail(
    sequence: MailSequence, step: str, template: str, record: Subscriber, context: Context, *, topic: str = ""
) -> SendMail:
    """Return the mail of a step; under the same id it goes once, however often it is decided."""
    run = record.runs[sequence.name]
    counters = {
        event.counter: count_occurrences(record, name) for name, event in context.config.events.items() if event.counter
    }
    is_service = sequence.is_service and not topic
    consent = record.consents.get(topic)
    return SendMail(
        # Person, sequence, pass and step: deciding the same send twice gives the same id, and it goes out once.
        id=context.keys.send_id(record.id, sequence.name, str(run.number), step),
        template=template,
        address=consent.address if consent else run.address,
        lane="transactional" if is_service else "marketing",
        language=record.language or context.config.default_language,
        queued_at=context.now,
        topic="" if is_service else topic or sequence.topic,
        sequence=sequence.name,
        run=run.number,
        step=step,
        variables=dict(counters),
    )


def _can_chat(record: Subscriber, now: datetime) -> bool:
    until = record.window_expires_at
    return until is not None and until > now and not record.unavailable and not record.paused


def _build_chats(record: Subscriber, text: str) -> list[SendChat]:
    # Serial numbers make the ids the same when the step is decided again after a lost race.
    return [
        SendChat(
            id=f"{record.id}.{record.chat_serial + number}",
            to=record.identity.psid,
            text=part,
            typing=number == 1,
            response=False,
            good_until=record.window_expires_at,
        )
        for number, part in enumerate(split_at_sentences(text, MOST_TEXT), start=1)
    ]
