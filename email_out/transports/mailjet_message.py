"""Writes one mail as a message of Mailjet's Send API v3.1.  Pure.

Mailjet builds the mail itself and signs it, so it takes the parts of a mail and not its bytes.  Whatever it would
refuse is mended or refused here.  Source of all rules: ``guides/_send-api.md`` of ``mailjet/api-documentation``.
"""

import base64

from email_out.message.mime import (
    Mailbox,
    OutgoingMail,
    require_printable,
    smtp_address,
    write_bulk_headers,
)

Json = dict[str, object]

LONGEST_SUBJECT = 255
"""Characters (“Message JSON properties”, row Subject)."""
FORBIDDEN_HEADERS = frozenset(
    {
        "authentication-results", "bcc", "cc", "date", "delivered-to", "dkim-signature", "domainkey-status", "from",
        "list-id", "message-id", "received", "received-spf", "return-path", "sender", "subject", "to", "user-agent",
        "x-csa-complaints", "x-feedback-id", "x-mailer", "x-mailjet-campaign", "x-mailjet-debug", "x-mailjet-prio",
        "x-mailjet-segmentation", "x-mailjet-trackclick", "x-mailjet-trackopen", "x-mj-customid", "x-mj-errormessage",
        "x-mj-eventpayload", "x-mj-mid", "x-mj-statisticscontactslistid", "x-mj-templateerrordeliver",
        "x-mj-templateerrorreporting", "x-mj-templateid", "x-mj-templatelanguage", "x-mj-vars", "x-mj-workflowid",
    }
)  # fmt: skip
"""In lower case (“Add Email Headers”): a message with one of them is refused with send-0011."""
CANNOT_SET = ("Message-ID", "Date", "List-Id")
"""Those of our headers that are forbidden."""


def write_message(mail: OutgoingMail) -> Json:
    """Return one element of ``Messages``.  Raises :class:`HeaderError` if a value cannot be written."""
    message: Json = {
        "From": _write_box(mail.sender),
        "To": [_write_box(mail.to)],
        "Subject": _cut_subject(require_printable(mail.subject)),
        "TextPart": mail.text,
        "HTMLPart": mail.html,
        "CustomID": mail.id,
        "Headers": _write_headers(mail),
        # Links and pixels are ours or none: a reader was promised what is measured.
        "TrackOpens": "disabled",
        "TrackClicks": "disabled",
    }
    if not mail.html:  # tracking may only be said of mails with HTML, and "" is no part
        message = {
            name: value for name, value in message.items() if name not in ("HTMLPart", "TrackOpens", "TrackClicks")
        }
    if mail.reply_to:
        message["ReplyTo"] = _write_box(mail.reply_to)
    if mail.campaign:
        # A second lock beside our ledger: Mailjet blocks a second mail of a campaign to one contact.
        message |= {"CustomCampaign": mail.campaign, "DeduplicateCampaign": True}
    if mail.calendar:
        message["Attachments"] = [
            {
                "ContentType": "application/ics",
                "Filename": "appointment.ics",
                "Base64Content": base64.b64encode(mail.calendar).decode(),
            }
        ]
    return message


def _write_headers(mail: OutgoingMail) -> dict[str, str]:
    headers = {"Auto-Submitted": "auto-generated"}  # out-of-office programs do not answer it (RFC 3834)
    if mail.bulk_headers:
        headers |= write_bulk_headers(mail.bulk_headers)
    return {name: value for name, value in headers.items() if name.lower() not in FORBIDDEN_HEADERS}


def _write_box(box: Mailbox) -> Json:
    # JSON has no guard against a line break in a name: the same check as for the bytes of a mail.
    name = " ".join(require_printable(box.name).split())
    address = smtp_address(box.email)
    return {"Email": address, "Name": name} if name else {"Email": address}


def _cut_subject(subject: str) -> str:
    # A subject that is too long would cost the whole mail (mj-0006), and nobody reads its end.
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"
