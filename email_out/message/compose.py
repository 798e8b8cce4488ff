"""Letters: a rendered mail, or a word to the team, with its sender, its headers and its appointment."""

import html
import re
from datetime import UTC, datetime, timedelta

from domain import effects
from domain.effects import NOTICE, SendMail
from domain.workspace_config import Sender, Team, WorkspaceConfig
from email_out.message.mime import Bulk, Letter, Mailbox
from email_out.templates.render import Content, RenderError

LONGEST_SUBJECT = 90
"""Characters of a subject made from the words of a notice."""
_NO_LETTERS = re.compile(r"[^a-z0-9]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def address_letter(mail: SendMail, content: Content, config: WorkspaceConfig) -> Letter:
    """Return the letter for a rendered mail: sender and headers by stream."""
    sender = config.senders.marketing if mail.lane == "marketing" else config.senders.transactional
    domain = sender.email.rpartition("@")[2]
    topic = config.topics.get(mail.topic)
    bulk = Bulk(
        list_id=(topic.list_id if topic else "") or f"{mail.topic}.{domain}",
        unsubscribe_url=content.unsubscribe_url,
        feedback_id=f"{mail.template}:{mail.topic}:{mail.sequence or mail.flow or 'direct'}:{_sender_id(domain)}",
    )
    return Letter(
        id=mail.id,
        sender=Mailbox(email=sender.email, name=sender.name_for(mail.language)),
        reply_to=Mailbox(email=sender.reply_to) if sender.reply_to else None,
        to=Mailbox(email=content.to),
        subject=content.subject,
        date=mail.queued_at,
        text=content.text,
        html=content.html,
        bulk=bulk if mail.lane == "marketing" else None,
        calendar=calendar_file(mail.calendar, mail, sender) if mail.calendar else b"",
    )


def team_letter(mail: SendMail, config: WorkspaceConfig) -> Letter:
    """Return the letter that tells the team what a flow has to say.

    Raises :class:`email_out.templates.render.RenderError` if the mailbox is no longer declared.
    """
    team = config.team.get(mail.team)
    if team is None:
        message = f"there is no team mailbox “{mail.team}” in doorstep.yaml"
        raise RenderError(message)
    source = f"flow “{mail.flow}”, step “{mail.step}”"
    notice = str(mail.variables.get(NOTICE) or "")
    return note(mail.id, notice, team, config, about=mail.flow, source=source, at=mail.queued_at)


def note(
    id: str, text: str, team: Team, config: WorkspaceConfig, *, about: str, source: str, at: datetime,  # noqa: A002  its term
) -> Letter:  # fmt: skip
    """Return a letter to the team: the text's first line, after what it is ``about``, is the subject."""
    notice = _CONTROL.sub(" ", text).strip()
    first = " ".join(notice.split("\n", 1)[0].split())
    closing = f"{config.brand}, {source}"
    return Letter(
        id=id,
        sender=Mailbox(email=config.senders.transactional.email, name=f"{config.brand} · {config.bot}"),
        to=Mailbox(email=team.email),
        subject=f"{about}: {first}"[:LONGEST_SUBJECT],
        date=at,
        text=f"{notice}\n\n-- \n{closing}\n",
        html=_page(notice, closing, team.language or config.language),
    )


def _page(notice: str, source: str, language: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in notice.split("\n") if line.strip())
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<body style="font-family: sans-serif">\n'
        f'{paragraphs}<p style="color: #666666">{html.escape(source)}</p>\n</body>\n</html>\n'
    )


def calendar_file(appointment: effects.Calendar, mail: SendMail, sender: Sender) -> bytes:
    """Return an appointment as a calendar file (RFC 5545), published by the sender (RFC 5546 §3.2.1)."""
    from icalendar import Calendar, Event, vCalAddress  # noqa: PLC0415  3 MB that only appointments need

    event, file = Event(), Calendar()
    starts = appointment.starts.astimezone(UTC)  # in UTC it needs no table of time zones
    organizer = vCalAddress(f"mailto:{sender.email}")
    organizer.params["CN"] = sender.name_for(mail.language)
    for name, value in (
        ("uid", f"{appointment.uid}@{sender.email.rpartition('@')[2]}"),
        ("dtstamp", mail.queued_at),
        ("dtstart", starts),
        ("dtend", starts + timedelta(minutes=appointment.minutes)),
        ("summary", appointment.title),
        ("location", appointment.where),
        ("description", appointment.description),
        ("organizer", organizer),
    ):
        if value:
            event.add(name, value)
    for name, value in (("version", "2.0"), ("prodid", "-//Doorstep//EN"), ("method", "PUBLISH")):
        file.add(name, value)
    file.add_component(event)
    return bytes(file.to_ical())


def _sender_id(domain: str) -> str:
    """Return Google's SenderId: 5 to 15 characters, the same for all mail of this stream."""
    return _NO_LETTERS.sub("", domain.casefold())[:15].ljust(5, "0")
