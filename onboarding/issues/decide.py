"""What ``issue.came`` means for one reader: the mail, or why there is none.  Pure."""

from msgspec.structs import replace

from domain.decision import Context, Outcome, Reason
from domain.effects import LeaveOut, SendMail
from domain.event_types.issues import IssueCame
from domain.keyring import Keyring
from domain.record import Subscriber
from onboarding.engine.mail_hours.mail_room import note_mail
from onboarding.issues.judge import judge_mail


def decide_issue(record: Subscriber, event: IssueCame, context: Context) -> Outcome:
    """Decide the mail of an issue; it is not asked for twice, but would have the same id."""
    mail = make_issue_mail(record, event, context.keys, context.config.default_language)
    # Judged once more: the record may have changed since the release looked at it.
    judgement = judge_mail(record, mail, event.released_at, context.config, context.now)
    if judgement.left_out:
        text = f"{event.issue} does not go: {judgement.left_out}."
        return Outcome(
            record=record, effects=(LeaveOut(id=mail.id, reason=judgement.left_out),), reasons=(_reason(event, text),)
        )
    # What the judgement would only put off goes into the outbox: the gate asks again, and keeps it there.
    mail = replace(mail, queued_at=context.now)
    reason = _reason(event, f"{event.issue} goes: {event.template}.")
    return Outcome(record=note_mail(record, context.now), effects=(mail,), reasons=(reason,))


def make_issue_mail(record: Subscriber, event: IssueCame, keys: Keyring, default_language: str) -> SendMail:
    """Return the mail of an issue to a reader; its id is made of issue and address, whoever holds the address."""
    # The address that the consent names: somebody may hold several.
    consent = record.consents.get(event.topic)
    address = consent.address if consent else ""
    return SendMail(
        id=issue_send_id(keys, event.issue, address),
        template=event.template,
        address=address,
        lane="marketing",  # so it is never sent again if its outcome is unknown
        language=record.language or default_language,
        queued_at=event.at,
        topic=event.topic,
        edition=event.edition,
        issue=event.issue,
        begin_by=event.begin_by,
    )


def issue_send_id(keys: Keyring, issue: str, address: str) -> str:
    """Return the id under which an address gets an issue, once."""
    return keys.send_id("issue", issue, address)


def event_id(issue: str, subscriber: str) -> str:
    """Return the id of the event by which an issue comes to a reader."""
    return f"issue:{issue}:{subscriber}"


def _reason(event: IssueCame, text: str) -> Reason:
    return Reason(room="onboarding", text=text, about=event.issue)
