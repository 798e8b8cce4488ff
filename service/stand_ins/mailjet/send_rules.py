"""What Mailjet's Send API v3.1 refuses: tables with the source of each row, and the judge that reads them.

Sources: “guide” is ``guides/_send-api.md`` of ``mailjet/api-documentation``, “anymail” are the tests of
``anymail/django-anymail``.  What neither says raises :class:`NotEstablishedError`, which is answered 501: the stand-in
makes nothing up.
"""

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from email_validator import EmailNotValidError, validate_email

Json = dict[str, object]
Kind = Literal["mailbox", "mailboxes", "text", "flag", "number", "files", "headers", "object"]

MOST_MESSAGES = 50
"""Messages of one call (guide, “Send in bulk”, and the API's answer mj-0008)."""
MOST_RECIPIENTS = 50
"""Of a message, To, Cc and Bcc together (guide, property table and send-0015)."""
MOST_FILE_BYTES = 15 * 1024 * 1024
"""Of a message, attached and inlined files together (guide, property table)."""
ANY_SENDER = "*@*"
"""Among the senders of an account: whoever tries the stand-in by hand need not validate any."""
MAGIC_DOMAIN = "lists.mailjet.com"
"""An address there is a whole contact list (guide, row To)."""


class NotEstablishedError(Exception):
    """Neither source says what Mailjet does.  Find it out before you rely on it, and add a row with its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One error of a message, as the API writes it."""

    code: str
    status: int = 400
    message: str
    related: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """Return the JSON."""
        return {
            "ErrorIdentifier": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.code} {self.related}")),
            "ErrorCode": self.code,
            "StatusCode": self.status,
            "ErrorMessage": self.message,
            "ErrorRelatedTo": list(self.related),
        }


@dataclass(frozen=True, slots=True)
class Property:
    """One row of the guide's property table."""

    kind: Kind
    says: str
    needed: bool = False
    longest: int = 0
    values: tuple[str, ...] = ()


_TRACKING = ("account_default", "disabled", "enabled")

PROPERTIES: Mapping[str, Property] = {
    "From": Property("mailbox", "a valid, activated and registered sender", needed=True),
    "Sender": Property("mailbox", "applies only to keys that support has allowed it"),
    "To": Property("mailboxes", "at most 50; an address of lists.mailjet.com is a list", needed=True),
    "Cc": Property("mailboxes", "at most 50"),
    "Bcc": Property("mailboxes", "at most 50"),
    "ReplyTo": Property("mailbox", "where replies go"),
    "Subject": Property("text", "at most 255 characters", longest=255),
    "TextPart": Property("text", "mandatory without HTMLPart and TemplateID"),
    "HTMLPart": Property("text", "mandatory without TextPart and TemplateID"),
    "TemplateID": Property("number", "mandatory without TextPart and HTMLPart"),
    "TemplateLanguage": Property("flag", "off by default"),
    "TemplateErrorReporting": Property("mailbox", "only with TemplateLanguage"),
    "TemplateErrorDeliver": Property("flag", "only with TemplateLanguage"),
    "Attachments": Property("files", "15 MB, inlined ones counted"),
    "InlinedAttachments": Property("files", "15 MB, attached ones counted"),
    "Priority": Property("number", "priority in the queue of the key"),
    "CustomCampaign": Property("text", "groups messages"),
    "DeduplicateCampaign": Property("flag", "true: a contact gets one message of a campaign; needs CustomCampaign"),
    "TrackOpens": Property("text", "only with HTMLPart", values=_TRACKING),
    "TrackClicks": Property("text", "only with HTMLPart", values=_TRACKING),
    "CustomID": Property("text", "an id of one's own, by which the message is found"),
    "EventPayload": Property("text", "comes back in events"),
    "MonitoringCategory": Property("text", "must exist for the key"),
    "URLTags": Property("text", "at most 256 characters", longest=256),
    "Headers": Property("headers", "pairs of name and value; none of the forbidden ones"),
    "Variables": Property("object", "for personalisation"),
}
"""By name (guide, “Message JSON properties”)."""

# As the guide's table lists them; a word list, since fifty quoted names would fill a page.
FORBIDDEN_HEADERS = frozenset(
    """
    from sender subject to cc bcc return-path delivered-to dkim-signature domainkey-status received-spf
    authentication-results received x-mailjet-prio x-mailjet-debug user-agent x-mailer x-mj-customid x-mj-eventpayload
    x-mj-vars x-mj-templateerrordeliver x-mj-templateerrorreporting x-mj-templatelanguage x-mailjet-trackopen
    x-mailjet-trackclick x-mj-templateid x-mj-workflowid x-feedback-id x-mailjet-segmentation list-id x-mj-mid
    x-mj-errormessage date x-csa-complaints message-id x-mailjet-campaign x-mj-statisticscontactslistid
    """.split()  # noqa: SIM905  see above
)
"""In lower case (guide, “Add Email Headers”)."""

MALFORMED = Fault(code="mj-0002", message="Malformed JSON, please review the syntax and properties types.")
SERVER_ERROR = Fault(code="", status=500, message="internal error")
KEY_SUSPENDED = Fault(code="mj-0001", status=401, message="The API key is suspended.")
BAD_KEY = Fault(code="mj-0015", status=401, message="The API credentials are not valid.")
NO_MESSAGES = Fault(code="mj-0003", message="Missing mandatory property.", related=("Messages",))
EMPTY_MESSAGES = Fault(code="mj-0007", message="The array must not be empty.", related=("Messages",))
TOO_MANY_MESSAGES = Fault(code="mj-0008", message="Too many elements in the array.", related=("Messages",))
"""The messages of this call (guide, error table)."""

_CONTROL = re.compile(r"[\r\n\x00]")


def judge_call(body: object) -> Fault | None:
    """Return what is wrong with a call as a whole; None if its messages can be looked at one by one."""
    if not isinstance(body, dict):
        return MALFORMED
    unknown = body.keys() - {"Messages", "SandboxMode"}
    # The guide knows these two; Globals and AdvanceErrorHandling are used by programs, and described in neither source.
    if unknown:
        message = f"root property {min(unknown)}"
        raise NotEstablishedError(message)
    messages = body.get("Messages")
    if messages is None:
        return NO_MESSAGES
    if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
        return Fault(code="mj-0004", message='Type mismatch. Expected type "Messages".', related=("Messages",))
    if not messages:
        return EMPTY_MESSAGES
    return TOO_MANY_MESSAGES if len(messages) > MOST_MESSAGES else None


def judge_message(message: Json, senders: Collection[str]) -> list[Fault]:
    """Return what is wrong with one message; ``senders`` are the validated addresses and ``*@domain``."""
    faults = [
        Fault(code="mj-0003", message=f"The {name} is mandatory but missing from the input", related=(name,))
        for name, row in PROPERTIES.items()
        if row.needed and message.get(name) is None
    ]
    for name, value in message.items():
        row = PROPERTIES.get(name)
        if row is None:
            text = f"message property {name}"
            raise NotEstablishedError(text)
        if value is None and row.needed:
            continue
        faults += _judge_value(name, row, value)
    return faults or _judge_whole(message, senders)


def _judge_value(name: str, row: Property, value: object) -> list[Fault]:
    plain: dict[Kind, type] = {"flag": bool, "number": int, "object": dict}
    if row.kind in plain:
        # A bool is an int in Python, and no number in JSON.
        fits = isinstance(value, plain[row.kind]) and isinstance(value, bool) == (row.kind == "flag")
        return [] if fits else [_mismatch(name, row.kind)]
    match row.kind:
        case "text":
            return _judge_text(name, row, value)
        case "mailbox":
            return _judge_mailbox(name, value)
        case "mailboxes":
            return _judge_mailboxes(name, row, value)
        case "files":
            return _judge_files(name, value)
        case _:
            return _judge_headers(name, value)


def _judge_mailboxes(name: str, row: Property, value: object) -> list[Fault]:
    if not isinstance(value, list):
        return [_mismatch(name, "array of emails")]
    if not value and row.needed:
        return [Fault(code="mj-0007", message="The array must not be empty.", related=(name,))]
    return [fault for place, one in enumerate(value) for fault in _judge_mailbox(f"{name}[{place}]", one)]


def _judge_text(name: str, row: Property, value: object) -> list[Fault]:
    if not isinstance(value, str):
        return [_mismatch(name, "string")]
    if row.values and value not in row.values:
        return [Fault(code="mj-0005", message="The value is not allowed.", related=(name,))]
    if row.longest and len(value) > row.longest:
        return [Fault(code="mj-0006", message="The value is too long.", related=(name,))]
    return []


def _judge_mailbox(name: str, value: object) -> list[Fault]:
    if not isinstance(value, dict):
        return [_mismatch(name, "emailIn")]
    unknown = value.keys() - {"Email", "Name"}
    if unknown:
        message = f"property {min(unknown)} of {name}"
        raise NotEstablishedError(message)
    email, related = value.get("Email"), (f"{name}.Email",)
    if email is None:
        return [Fault(code="mj-0003", message="The Email is mandatory but missing from the input", related=related)]
    if not isinstance(email, str) or not isinstance(value.get("Name", ""), str):
        return [_mismatch(name, "emailIn")]
    if not email:
        return [Fault(code="mj-0012", message="The value must not be empty.", related=related)]
    return [] if _is_address(email) else [_bad_address(email, related)]


def _bad_address(email: str, related: tuple[str, ...]) -> Fault:
    # The wording that anymail has recorded.
    return Fault(code="mj-0013", message=f'"{email}" is an invalid email address.', related=related)


def _is_address(email: str) -> bool:
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _judge_files(name: str, value: object) -> list[Fault]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return [_mismatch(name, "array of attachments")]
    wanted = ["ContentType", "Filename", "Base64Content", *(["ContentID"] if name == "InlinedAttachments" else [])]
    faults = []
    for place, one in enumerate(value):
        for part in wanted:
            related = (f"{name}[{place}].{part}",)
            if not isinstance(one.get(part), str):
                faults.append(Fault(code="mj-0003", message="Missing mandatory property.", related=related))
            elif not one[part]:
                faults.append(Fault(code="mj-0012", message="The value must not be empty.", related=related))
    return faults


def _judge_headers(name: str, value: object) -> list[Fault]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        return [_mismatch(name, "object")]
    # A line break would add a header; neither source says what becomes of it, so no caller may rely on it.
    if any(_CONTROL.search(f"{header}{one}") for header, one in value.items()):
        message = "a control character in Headers"
        raise NotEstablishedError(message)
    return [
        Fault(code="send-0011", message="The header has a property of its own.", related=(f'Headers["{header}"]',))
        for header in value
        if header.lower() in FORBIDDEN_HEADERS
    ]


def _judge_whole(message: Json, senders: Collection[str]) -> list[Fault]:
    """Return what is wrong between the properties of a message whose values are sound."""
    has_html = "HTMLPart" in message
    if not message.keys() & {"HTMLPart", "TextPart", "TemplateID"}:
        text = 'At least "HTMLPart", "TextPart" or "TemplateID" must be provided.'
        return [Fault(code="send-0003", message=text, related=("HTMLPart", "TextPart"))]
    for name in ("Sender", "TemplateID", "MonitoringCategory"):
        if name in message:
            text = f"what an account may do with {name}"
            raise NotEstablishedError(text)
    if not has_html and message.keys() & {"TrackOpens", "TrackClicks"}:
        text = "TrackOpens or TrackClicks without HTMLPart"
        raise NotEstablishedError(text)
    if message.get("DeduplicateCampaign") and not message.get("CustomCampaign"):
        related = ("CustomCampaign", "DeduplicateCampaign")
        return [Fault(code="send-0012", message="DeduplicateCampaign needs CustomCampaign.", related=related)]
    if message.keys() & {"TemplateErrorReporting", "TemplateErrorDeliver"} and "TemplateLanguage" not in message:
        return [Fault(code="send-0016", message="TemplateLanguage is missing.", related=("TemplateLanguage",))]
    if len(list_recipients(message)) > MOST_RECIPIENTS:
        return [Fault(code="send-0015", message="Too many recipients.", related=("To", "CC", "Bcc"))]
    if ANY_SENDER in senders:
        return []
    sender = str(message["From"]["Email"]).lower()  # type: ignore[index]  # judged above
    if sender not in senders and f"*@{sender.rpartition('@')[2]}" not in senders:
        return [Fault(code="send-0008", status=403, message="The sender is not authorized.", related=("From",))]
    return []


def list_recipients(message: Json) -> list[str]:
    """Return the addresses of a message, each once (guide: “it is counted only once”)."""
    lists = [message.get(name) for name in ("To", "Cc", "Bcc")]
    found = [str(one["Email"]) for boxes in lists if isinstance(boxes, list) for one in boxes]
    return list(dict.fromkeys(found))


def _mismatch(name: str, expected: str) -> Fault:
    return Fault(code="mj-0004", message=f'Type mismatch. Expected type "{expected}".', related=(name,))
