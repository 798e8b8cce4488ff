"""A person and a mail to them, with values for everything that a template may ask: what ``send-test`` sends."""

from datetime import datetime, timedelta

from domain.consent.decisions import CONFIRMATION, PROOF
from domain.effects import Calendar, SendMail
from domain.record import Address, Behaviour, Consent, Identity, Pending, Profile, Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from flows.compiled.step import Step
from service.workspace.edition import Edition

SAMPLE_COUNT = 3
"""How often the sample person did each thing; also the value of each number."""
SAMPLE_CODE = "SAMPLE-7"
SAMPLE_DAYS = timedelta(days=7)
"""How far ahead each day and moment lies."""


def sample(  # noqa: PLR0917  what the command line gave
    edition: Edition, template: str, email: str, language: str, name: str, address: str, now: datetime, nonce: str
) -> tuple[Subscriber, SendMail]:
    """Return a person whose every field is known, and a mail to them as a flow or sequence would send it."""
    config, proving = edition.config, template in (CONFIRMATION, PROOF)
    sends = _sent_by(edition, template)
    topic = "" if template == PROOF else _topic(sends, config)
    consent = Consent(
        status="confirmed", wording="", language=language, asked_at=now, address=address, confirmed_at=now
    )
    pending = Pending(topics=(topic,), nonce=nonce, requested_at=now, expires_at=now + timedelta(hours=1))
    record = Subscriber(
        id="send-test",
        identity=Identity(page="0", psid="0"),
        created_at=now,
        last_event_at=now,
        language=language,
        profile=Profile(first_name=name),
        consents={topic: consent} if topic else {},
        pending={address: pending},
        addresses={address: Address(email=email, status="proven", proven_at=now)},
        behaviour={event: Behaviour(count=SAMPLE_COUNT, first=now, last=now) for event in config.events},
        fields={field: _value(field, config, language, now) for field in config.fields if field != "first_name"},
        codes=dict.fromkeys(config.pools, SAMPLE_CODE),
    )
    transactional = proving or (sends is not None and not topic)
    mail = SendMail(
        id=f"test-{nonce[:12]}", template=template, address=address,
        lane="transactional" if transactional else "marketing", language=language, queued_at=now, topic=topic,
        nonce=nonce if proving else "", step=sends.name if sends else "", calendar=_calendar(sends, language, now),
        variables={"cards": "Assam, Sencha", "code": SAMPLE_CODE},
    )  # fmt: skip
    return record, mail


def _sent_by(edition: Edition, template: str) -> Step | None:
    """Return the first step of a flow that sends this mail."""
    steps = (step for flow in edition.rules.flows.flows.values() for step in flow.steps.values())
    return next((step for step in steps if step.letter and step.letter.template == template), None)


def _topic(sends: Step | None, config: WorkspaceConfig) -> str:
    return sends.letter.topic if sends and sends.letter else next(iter(config.topics), "")


def _calendar(sends: Step | None, language: str, now: datetime) -> Calendar | None:
    if sends is None or sends.letter is None or sends.letter.calendar is None:
        return None
    title = sends.spoken[language].title
    return Calendar(
        uid="send-test", title=title.source if title else "", starts=now + SAMPLE_DAYS,
        minutes=sends.letter.calendar.minutes, where=sends.letter.calendar.where.source,
    )  # fmt: skip


def _value(name: str, config: WorkspaceConfig, language: str, now: datetime) -> Value:
    """Return a value as the field would keep it; of a text, what people call it."""
    declared, day = config.fields[name], now + SAMPLE_DAYS
    match declared.type:
        case "number":
            return SAMPLE_COUNT
        case "yes_no":
            return True
        case "date":
            return day.date().isoformat()
        case "time":
            return "19:00"
        case "moment":
            return day.isoformat(timespec="minutes")
        case _:
            return config.text(declared.label, language) or name
