"""Makes the person and the mail of ``send-test``, with a value for everything that a template may use."""

from datetime import datetime, timedelta

from domain.consent.confirmation_requests import CONFIRMATION, PROOF
from domain.deeds import make_deed
from domain.effects import Calendar, SendMail
from domain.questions.question_state import CHOICES, write_labels
from domain.record import Address, Consent, Identity, Pending, Profile, Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from flows.compiled.step import Step
from onboarding.language.catalog import Send
from service.workspace.edition import Edition

SAMPLE_COUNT = 3
"""How often the sample person did each event; also the value of each number field."""
SAMPLE_CODE = "SAMPLE-7"
SAMPLE_DAYS = timedelta(days=7)
"""Distance of each date and moment from now."""


def make_sample(  # noqa: PLR0917  what the command line gave
    edition: Edition, template: str, email: str, language: str, name: str, address: str, now: datetime, nonce: str
) -> tuple[Subscriber, SendMail]:
    """Return a person with a value in every field, and a mail to them as a flow or sequence would send it."""
    # The mails of the double opt-in are sent by no step: their topic is the first one, their code the pending nonce's.
    config, proving = edition.config, template in (CONFIRMATION, PROOF)
    sends = _step_that_sends(edition, template)
    sequence, sequence_topic = _sequence_that_sends(edition, template)
    topic = "" if template == PROOF else sequence_topic or _topic_of_mail(sends, config)
    is_asked = topic in config.consent_topics  # of a contract nobody is asked
    consent = Consent(
        status="confirmed", wording="", language=language, asked_at=now, address=address, confirmed_at=now
    )
    pending = Pending(topics=(topic,), nonce=nonce, requested_at=now, expires_at=now + timedelta(hours=1))
    record = Subscriber(
        id="send-test",
        identity=Identity(page="0", psid="0"),  # no such person: the links of the mail open nothing
        created_at=now,
        last_event_at=now,
        language=language,
        profile=Profile(first_name=name),
        consents={topic: consent} if is_asked else {},
        pending={address: pending},
        addresses={address: Address(email=email, status="proven", proven_at=now)},
        behaviour={event: make_deed(count=SAMPLE_COUNT, first=now, last=now) for event in config.events},
        fields={field: _sample_value(field, config, language, now) for field in config.fields if field != "first_name"},
        codes=dict.fromkeys(config.pools, SAMPLE_CODE),
    )
    # As in the flows: a mail without a topic needs no consent, so it goes by the transactional lane.
    transactional = proving or (sends is not None and not topic) or (bool(topic) and not is_asked)
    mail = SendMail(
        id=f"test-{nonce[:12]}", template=template, address=address,
        lane="transactional" if transactional else "marketing", language=language, queued_at=now, topic=topic,
        nonce=nonce if proving else "", step=sends.name if sends else "",
        calendar=_calendar_of_mail(sends, language, now),
        sequence=sequence,
        variables={
            "cards": "Assam, Sencha", "code": SAMPLE_CODE, CHOICES: _answers_of_mail(edition, template, language),
        },
    )  # fmt: skip
    return record, mail


def _step_that_sends(edition: Edition, template: str) -> Step | None:
    """Return the first step of a flow that sends this mail."""
    steps = (step for flow in edition.rules.flows.flows.values() for step in flow.steps.values())
    return next((step for step in steps if step.mail and step.mail.template == template), None)


def _sequence_that_sends(edition: Edition, template: str) -> tuple[str, str]:
    """Return the first sequence that sends this mail, and the topic under which it does; empty if none does."""
    # Of several the first: which one does not matter to how the mail looks.
    for sequence in edition.rules.sequences.sequences.values():
        for step in sequence.steps.values():
            if isinstance(step.action, Send) and template in step.action.templates:
                return sequence.name, step.action.topic or sequence.topic
    return "", ""


def _answers_of_mail(edition: Edition, template: str, language: str) -> str:
    """Return the answers of the first question that this mail asks in a sequence; empty if it asks nothing."""
    steps = (step for one in edition.rules.sequences.sequences.values() for step in one.steps.values())
    sends = (step.action for step in steps if isinstance(step.action, Send) and template in step.action.templates)
    # The same mail may be sent elsewhere without its question.
    asked = next((send.question for send in sends if send.question), None)
    return write_labels(asked.labels_in(language)) if asked else ""


def _topic_of_mail(sends: Step | None, config: WorkspaceConfig) -> str:
    return sends.mail.topic if sends and sends.mail else next(iter(config.consent_topics), "")


def _calendar_of_mail(sends: Step | None, language: str, now: datetime) -> Calendar | None:
    if sends is None or sends.mail is None or sends.mail.calendar is None:
        return None
    texts = sends.texts[language].appointment
    return Calendar(
        uid="send-test", title=texts.title.source if texts else "", starts=now + SAMPLE_DAYS,
        minutes=sends.mail.calendar.minutes, where=texts.where.source if texts else "",
    )  # fmt: skip


def _sample_value(name: str, config: WorkspaceConfig, language: str, now: datetime) -> Value:
    """Return a value as the field would store it; a text field has its label as value."""
    declaration, day = config.fields[name], now + SAMPLE_DAYS
    match declaration.type:
        case "number":
            return SAMPLE_COUNT
        case "yes_no":
            return True
        case "date":
            return day.date().isoformat()
        case "time":
            return "19:00"
        case "moment":
            return day.isoformat(timespec="minutes")  # with offset, as moments are stored
        case _:
            return config.pick_text(declaration.label, language) or name
