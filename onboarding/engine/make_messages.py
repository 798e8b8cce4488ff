"""Makes what a step sends: the mail, or for a relay the chat message while the platform lets us write.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from domain.decision import Context, Outcome
from domain.effects import Button, SendChat, SendMail
from domain.questions.chat_answers import answer_payload
from domain.questions.question_state import CHOICES, write_labels
from domain.record import Subscriber
from language.text_template import split_at_sentences
from onboarding.engine.behaviour import count_occurrences
from onboarding.engine.steps.fill_text import fill_text
from onboarding.language.catalog import MailSequence, Send, SequenceStep

MOST_TEXT = 2_000
"""Most characters of a message (Messenger Send API)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """What goes out to a person at one step."""

    first: SendMail | SendChat
    mail_id: str
    """Of the mail, also if it goes by chat: a question is known by it."""
    by: str = ""
    """How it goes, for the log; empty for a mail."""
    more: Outcome | None = None
    """What goes beside it, on the changed record."""


def make_messages(
    sequence: MailSequence,
    step: SequenceStep,
    template: str,
    record: Subscriber,
    context: Context,
    *,
    choices: tuple[str, ...] = (),
) -> OutgoingMessage:
    """Return what a step sends: by the channel that the person chose; without a choice by chat if that is possible.

    ``choices`` are the answers of a question as they are shown: links of the mail, buttons of the chat.
    """
    run, send = record.runs[sequence.name], step.action
    topic = send.topic if isinstance(send, Send) else ""
    mail = make_mail(sequence, step.name, template, record, context, topic=topic, choices=choices)
    channel = record.channels.get(topic or sequence.topic) or record.channels.get("")
    if not isinstance(send, Send) or not send.says or channel == "mail" or not _can_chat(record, context.now):
        return OutgoingMessage(first=mail, mail_id=mail.id)
    language = record.language or context.config.default_language
    says = send.says.get(language) or send.says.get(context.config.default_language) or next(iter(send.says.values()))
    text = fill_text(says, record, language, context).strip()
    if not text:
        return OutgoingMessage(first=mail, mail_id=mail.id)
    chats = _build_chats(record, text, [answer_payload(mail.id, number) for number in range(len(choices))], choices)
    told = {**run.told, step.name: chats[-1].id}
    runs = {**record.runs, sequence.name: replace(run, told=told)}
    changed = replace(record, chat_serial=record.chat_serial + len(chats), runs=runs)
    by_mail = (mail,) if channel == "both" else ()
    return OutgoingMessage(
        first=chats[0], mail_id=mail.id, by=" by chat and mail" if by_mail else " by chat",
        more=Outcome(record=changed, effects=(*chats[1:], *by_mail)),
    )  # fmt: skip


def make_mail(
    sequence: MailSequence,
    step: str,
    template: str,
    record: Subscriber,
    context: Context,
    *,
    topic: str = "",
    choices: tuple[str, ...] = (),
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
        variables={**counters, CHOICES: write_labels(choices)} if choices else dict(counters),
    )


def _can_chat(record: Subscriber, now: datetime) -> bool:
    until = record.window_expires_at
    return until is not None and until > now and not record.unavailable and not record.paused


def _build_chats(record: Subscriber, text: str, payloads: Sequence[str], labels: Sequence[str]) -> list[SendChat]:
    parts = split_at_sentences(text, MOST_TEXT)
    buttons = tuple(Button(label=label, payload=payload) for label, payload in zip(labels, payloads, strict=True))
    # Serial numbers make the ids the same when the step is decided again after a lost race.
    return [
        SendChat(
            id=f"{record.id}.{record.chat_serial + number}",
            to=record.identity.psid,
            text=part,
            typing=number == 1,
            response=False,
            good_until=record.window_expires_at,
            # Under the last part: what comes behind them would take them away.
            quick_replies=buttons if number == len(parts) else (),
        )
        for number, part in enumerate(parts, start=1)
    ]
