"""Composes outgoing mails: sender, headers, text parts and calendar file, for subscribers and for the team."""

import html
import re
from datetime import UTC, datetime, timedelta

from domain import effects
from domain.declarations import SenderAddress
from domain.effects import NOTICE, SendMail
from domain.keyring import Keyring
from domain.questions.task_state import TASK
from domain.workspace_config import TeamMailbox, WorkspaceConfig
from email_out.feedback.return_path import ReturnPath, write_return_path, write_stop_address
from email_out.message.mime import BulkHeaders, Mailbox, OutgoingMail
from email_out.message.task_mail import compose_task_mail
from email_out.templates.render import RenderedMail, RenderError
from language.personal_values import clean_line, clean_lines

LONGEST_SUBJECT = 90
"""Characters of a subject that is made from the text of a notice."""
LONGEST_ICAL_LINE = 1_000
"""Characters of an appointment's title and place."""
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")


def compose_mail(
    mail: SendMail, rendered: RenderedMail, config: WorkspaceConfig, keys: Keyring | None = None
) -> OutgoingMail:
    """Return the outgoing mail of a rendered one; its lane decides on the sender and on the list headers.

    With ``keys``, what comes back names the mail, if the sender declares a domain for it.
    """
    sender = config.senders.marketing if mail.lane == "marketing" else config.senders.transactional
    domain = sender.email.rpartition("@")[2]
    topic = config.topics.get(mail.topic)
    path = ReturnPath(send_id=mail.id, address=mail.address)
    envelope_sender = write_return_path(path, sender.bounces, keys) if keys and sender.bounces else ""
    # List-Id and Feedback-ID name the topic and the campaign, never the person: providers group complaints by them.
    bulk_headers = BulkHeaders(
        # Mail programs sort by List-Id, so a topic may keep its id when it is renamed.
        list_id=(topic.list_id if topic else "") or f"{mail.topic}.{domain}",
        unsubscribe_url=rendered.unsubscribe_url,
        unsubscribe_mailbox=write_stop_address(envelope_sender),
        feedback_id=f"{mail.template}:{mail.topic}:{mail.sequence or mail.flow or 'direct'}:{_sender_id(domain)}",
    )
    return OutgoingMail(
        id=mail.id,
        sender=Mailbox(email=sender.email, name=sender.name_for(mail.language)),
        envelope_sender=envelope_sender,
        reply_to=Mailbox(email=sender.reply_to) if sender.reply_to else None,
        to=Mailbox(email=rendered.to),
        subject=rendered.subject,
        date=mail.queued_at,  # not the time of sending: a retry must give the same bytes
        text=rendered.text,
        html=rendered.html,
        bulk_headers=bulk_headers if mail.lane == "marketing" else None,
        calendar=write_calendar_file(mail.calendar, mail, sender) if mail.calendar else b"",
        campaign=_name_campaign(mail) if mail.lane == "marketing" else "",
        counted=rendered.counted,
    )


def _name_campaign(mail: SendMail) -> str:
    """Return what a mail is one mail of: an issue, or a step of a pass; empty for a mail that may come again."""
    if mail.issue:
        return f"issue/{mail.issue}"
    # With the number of the pass: who runs through a sequence again gets its mails again.
    return f"{mail.sequence}/{mail.step}/{mail.run}" if mail.sequence else ""


def compose_team_mail(
    mail: SendMail, config: WorkspaceConfig, subscriber: str, links: tuple[Keyring, str]
) -> OutgoingMail:
    """Return the mail to the team that a notice or a task asks for; ``links`` as for :func:`compose_task_mail`.

    Raises :class:`email_out.templates.render.RenderError` if the mailbox is no longer declared.
    """
    team = config.team.get(mail.team)
    if team is None:
        message = f"there is no team mailbox “{mail.team}” in doorstep.yaml"
        raise RenderError(message)
    if mail.variables.get(TASK):
        return compose_task_mail(mail, team, config, subscriber, links)
    kind, about = ("flow", mail.flow) if mail.flow else ("sequence", mail.sequence)
    origin = f"{kind} “{about}”, step “{mail.step}”"
    notice = str(mail.variables.get(NOTICE) or "")
    return compose_notice(mail.id, notice, team, config, about=about, origin=origin, at=mail.queued_at)


def compose_notice(
    id: str, text: str, team: TeamMailbox, config: WorkspaceConfig, *, about: str, origin: str, at: datetime,  # noqa: A002  its term
) -> OutgoingMail:  # fmt: skip
    """Return a mail to the team.

    Its subject is ``about`` and the first line of ``text``; ``origin`` closes it and says where it comes from.
    """
    # A person may have typed this text in the chat.
    notice = clean_lines(text).strip()
    first_line = " ".join(notice.split("\n", 1)[0].split())
    closing = f"{config.brand}, {origin}"
    return OutgoingMail(
        id=id,
        sender=Mailbox(email=config.senders.transactional.email, name=f"{config.brand} · {config.bot}"),
        to=Mailbox(email=team.email),
        subject=f"{about}: {first_line}"[:LONGEST_SUBJECT],
        date=at,
        text=f"{notice}\n\n-- \n{closing}\n",
        html=_write_notice_html(notice, closing, team.language or config.default_language),
    )


def _write_notice_html(notice: str, closing: str, language: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in notice.split("\n") if line.strip())
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<body style="font-family: sans-serif">\n'
        f'{paragraphs}<p style="color: #666666">{html.escape(closing)}</p>\n</body>\n</html>\n'
    )


def write_calendar_file(appointment: effects.Calendar, mail: SendMail, sender: SenderAddress) -> bytes:
    """Return an appointment as a calendar file (RFC 5545), published by the sender (RFC 5546 §3.2.1)."""
    from icalendar import Calendar, Event, vCalAddress  # noqa: PLC0415  3 MB that only appointments need

    event, calendar = Event(), Calendar()
    starts = appointment.starts.astimezone(UTC)  # a local time would need a VTIMEZONE table in the file
    organizer = vCalAddress(f"mailto:{sender.email}")
    organizer.params["CN"] = sender.name_for(mail.language)
    for name, value in (
        ("uid", f"{appointment.uid}@{sender.email.rpartition('@')[2]}"),
        ("dtstamp", mail.queued_at),
        ("dtstart", starts),
        ("dtend", starts + timedelta(minutes=appointment.minutes)),
        ("summary", clean_line(appointment.title, LONGEST_ICAL_LINE)),
        ("location", clean_line(appointment.where, LONGEST_ICAL_LINE)),
        ("description", clean_lines(appointment.description)),
        ("organizer", organizer),
    ):
        if value:
            event.add(name, value)
    for name, value in (("version", "2.0"), ("prodid", "-//Doorstep//EN"), ("method", "PUBLISH")):
        calendar.add(name, value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _sender_id(domain: str) -> str:
    """Return the SenderId of Google's Feedback-ID: 5 to 15 characters, the same for all mail of this stream."""
    # leaf.amseltea.example → leafamselteaexa
    return _NOT_ALPHANUMERIC.sub("", domain.casefold())[:15].ljust(5, "0")
