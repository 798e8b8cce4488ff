"""Brings what the Mailjet stand-in took to a mail server, by SMTP as Mailjet does; the server's answer is an event."""

import asyncio
import base64
import smtplib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any

from service.stand_ins.mailjet.events import EventKind
from service.stand_ins.mailjet.send_rules import Json
from service.stand_ins.mailjet.state import AcceptedMessage

TIMEOUT = 10.0
"""Seconds that the mail server has for each answer."""
FIRST_PERMANENT = 500
_ERRORS = {"5.1.1": "user unknown", "5.2.2": "quota exceeded"}
"""Mailjet's words (``_event-api.md``) by enhanced status; for others the server's own words are told alone."""


@dataclass(slots=True, kw_only=True)
class Courier:
    """Hands messages to one mail server, oldest first."""

    port: int
    """Where the mail server listens on 127.0.0.1."""
    report: Callable[..., None]
    """Queues an event: kind, message, and what more it says."""
    waiting: deque[AcceptedMessage] = field(default_factory=deque)

    async def deliver_waiting(self) -> None:
        """Deliver what waits.  A server that is away or says “later” is asked again at the next call."""
        outcomes = await asyncio.to_thread(self._hand_over, list(self.waiting)) if self.waiting else []
        for kind, message, told in outcomes:
            self.waiting.remove(message)
            self.report(kind, message, **told)

    def _hand_over(self, messages: list[AcceptedMessage]) -> list[tuple[EventKind, AcceptedMessage, Json]]:
        """Return what became of those that are settled."""
        settled: list[tuple[EventKind, AcceptedMessage, Json]] = []
        try:
            with smtplib.SMTP("127.0.0.1", self.port, "mailjet.localhost", timeout=TIMEOUT) as server:
                for message in messages:
                    code, words = _send_one(server, message)
                    if code < FIRST_PERMANENT and code:
                        continue
                    settled.append(("bounce", message, _describe_refusal(words)) if code else ("sent", message, {}))
        except (OSError, smtplib.SMTPException):
            # What was answered before the connection broke is settled all the same.
            return settled
        return settled


def _send_one(server: smtplib.SMTP, message: AcceptedMessage) -> tuple[int, str]:
    """Return the server's refusal, or 0 and no words if it took the message."""
    said: bytes | str
    try:
        server.send_message(build_mime(message), f"bounce+{message.id}@mailjet.localhost", [message.email])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = error.recipients[message.email]
    except smtplib.SMTPResponseException as error:
        code, said = error.smtp_code, error.smtp_error
    else:
        return 0, ""
    return code, said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _describe_refusal(words: str) -> Json:
    error = next((name for status, name in _ERRORS.items() if words.startswith(status)), "")
    return {"error": error, "comment": words, "hard_bounce": error != "quota exceeded"}


def build_mime(message: AcceptedMessage) -> EmailMessage:
    """Return a message as a mail: Mailjet, not its customer, sets Message-ID and Date."""
    body: dict[str, Any] = message.body
    mail = EmailMessage()
    for name in ("From", "ReplyTo"):
        if name in body:
            mail["Reply-To" if name == "ReplyTo" else name] = _write_box(body[name])
    mail["To"] = ", ".join(_write_box(box) for box in body["To"])
    mail["Subject"] = body["Subject"]
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.uuid}@mailjet.localhost>"
    mail["X-MJ-MID"] = str(message.id)
    for name, value in body.get("Headers", {}).items():
        mail[name] = value
    mail.set_content(body.get("TextPart", ""))
    if "HTMLPart" in body:
        mail.add_alternative(body["HTMLPart"], subtype="html")
    for file in body.get("Attachments", []):
        maintype, _, subtype = file["ContentType"].partition("/")
        content = base64.b64decode(file["Base64Content"])
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=file["Filename"])
    return mail


def _write_box(box: dict[str, str]) -> str:
    return formataddr((box.get("Name", ""), box["Email"]))
