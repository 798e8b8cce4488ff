"""What an answer of Mailjet's Send API v3.1 says of each mail of a batch.  Pure.

An answer is read mail by mail, whatever its status: 400 is also said of a batch of which one mail is refused and the
others are on their way.  A mail of which the answer says nothing certain is *unknown*, never sent again by itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from email_out.transports.base import Delivered, DeliveryResult, OutcomeUnknown, RetryLater, SendRefused

ErrorMeaning = Literal["refused", "sender", "key"]
"""The mail is given up; that too, and the operator must act, as it is about us; every mail waits for a better key."""


@dataclass(frozen=True, slots=True)
class SendErrorRow:
    """What an error code means for the mail."""

    code: str
    meaning: ErrorMeaning
    says: str


ERROR_TABLE = (
    SendErrorRow("send-0003", "refused", "no text, HTML or template"),
    SendErrorRow("send-0004", "refused", "HTML beside a template with HTML"),
    SendErrorRow("send-0006", "sender", "the key may not set Sender"),
    SendErrorRow("send-0007", "sender", "the Sender is not validated"),
    SendErrorRow("send-0008", "sender", "the address in From is not validated for the key"),
    SendErrorRow("send-0010", "sender", "the template belongs to another key"),
    SendErrorRow("send-0011", "refused", "a forbidden header"),
    SendErrorRow("send-0012", "refused", "DeduplicateCampaign without CustomCampaign"),
    SendErrorRow("send-0013", "sender", "the MonitoringCategory does not exist"),
    SendErrorRow("send-0015", "refused", "too many recipients"),
    SendErrorRow("send-0016", "refused", "TemplateLanguage is missing"),
    SendErrorRow("mj-0001", "key", "the key is suspended"),
    SendErrorRow("mj-0002", "refused", "the JSON is malformed"),
    SendErrorRow("mj-0003", "refused", "a mandatory property is missing"),
    SendErrorRow("mj-0004", "refused", "a value has another type"),
    SendErrorRow("mj-0005", "refused", "a value is not among the allowed ones"),
    SendErrorRow("mj-0006", "refused", "a value is too long"),
    SendErrorRow("mj-0007", "refused", "an array is empty"),
    SendErrorRow("mj-0008", "refused", "an array has too many elements"),
    SendErrorRow("mj-0011", "refused", "the call is too large"),
    SendErrorRow("mj-0012", "refused", "a value is empty"),
    # Not a bounce: Mailjet reads addresses more strictly than mail servers, and the mailbox may exist.
    SendErrorRow("mj-0013", "refused", "the format of an address is not taken"),
    SendErrorRow("mj-0015", "key", "the key or its secret is wrong"),
)
"""Source of every row: ``guides/_send-api.md``, “Send API errors”; mj-0004 stands in its example only."""
MEANINGS: Mapping[str, ErrorMeaning] = {row.code: row.meaning for row in ERROR_TABLE}

TOO_MANY_CALLS = 429
TOO_LARGE = 413
FIRST_SERVER_ERROR = 500
REFUSES_KEY = (401, 403)
_UNREADABLE = OutcomeUnknown(reason="the answer of the provider cannot be read")
_SILENT = OutcomeUnknown(reason="the answer of the provider does not name this mail")
_REJECTED_KEY = "the provider does not take the key"


@dataclass(frozen=True, slots=True)
class SplitBatch:
    """The call was refused as a whole, and nothing of it was taken: each half is to be tried by itself."""

    refusal: SendRefused
    """What it means if the batch is one mail."""


def read_answer(status: int, raw: bytes, ids: Sequence[str]) -> list[DeliveryResult] | SplitBatch:
    """Return what became of each mail of a batch; ``ids`` are their CustomIDs in the order of the call."""
    if status >= FIRST_SERVER_ERROR:
        # Seen to have been accepted all the same: only a search tells.
        return [OutcomeUnknown(reason=f"the provider answered {status}")] * len(ids)
    if status == TOO_MANY_CALLS:
        return [RetryLater(reason="the provider takes no more calls for now", failed=False)] * len(ids)
    if status == TOO_LARGE:
        return SplitBatch(_refuse("mj-0011"))
    try:
        body = json.loads(raw)
    except ValueError:
        return [_reject_key() if status in REFUSES_KEY else _UNREADABLE] * len(ids)
    if not isinstance(body, dict):
        return [_UNREADABLE] * len(ids)
    items = body.get("Messages")
    # Public reports show errors of the whole call beside an empty list of messages.
    if isinstance(items, list) and items:
        return _read_items(items, ids)
    return _read_whole(status, body, len(ids))


def _read_whole(status: int, body: Mapping[str, object], count: int) -> list[DeliveryResult] | SplitBatch:
    """Read an error of the whole call, in either of the two forms that are known."""
    errors = body.get("Errors")
    codes = _read_codes(errors) if isinstance(errors, list) else []
    # One error, as the guide has it, or a list of them, as public reports do.
    code = str(body.get("ErrorCode") or (codes or [""])[0])
    if status in REFUSES_KEY or MEANINGS.get(code) == "key":
        return [_reject_key()] * count
    return SplitBatch(_refuse(code)) if code else [_UNREADABLE] * count


def _read_items(items: list[object], ids: Sequence[str]) -> list[DeliveryResult]:
    read = [item if isinstance(item, dict) else {} for item in items]
    named = {str(item.get("CustomID")): item for item in read if item.get("Status") == "success"}
    # The order is the one of the call, says the guide.  It is believed only while every name fits its place.
    in_order = len(read) == len(ids) and all(
        item.get("Status") != "success" or item.get("CustomID") == own for item, own in zip(read, ids, strict=True)
    )
    return [_read_item(named.get(own) or (read[place] if in_order else {})) for place, own in enumerate(ids)]


def _read_item(item: Mapping[str, object]) -> DeliveryResult:
    if item.get("Status") == "success":
        return Delivered(provider_id=_read_message_id(item.get("To")))
    errors = item.get("Errors")
    codes = _read_codes(errors) if item.get("Status") == "error" and isinstance(errors, list) else []
    # The gravest of several decides: about us before about the mail.
    ranked = sorted(codes, key=lambda code: MEANINGS.get(code, "refused") == "refused")
    if not ranked:
        return _SILENT
    return _reject_key() if MEANINGS.get(ranked[0]) == "key" else _refuse(ranked[0])


def _read_codes(errors: list[object]) -> list[str]:
    return [str(error["ErrorCode"])[:20] for error in errors if isinstance(error, dict) and error.get("ErrorCode")]


def _read_message_id(boxes: object) -> str:
    first = boxes[0] if isinstance(boxes, list) and boxes else None
    number = first.get("MessageID") if isinstance(first, dict) else None
    # Kept as text: such numbers are above 2^53, where other programs' floats have gaps.
    return str(number) if isinstance(number, int | str) and number else ""


def _refuse(code: str) -> SendRefused:
    meaning = MEANINGS.get(code, "refused")
    return SendRefused(
        reason=f"the provider refused it: {code}",
        status="failed",
        sender_problem=code if meaning == "sender" else "",
    )


def _reject_key() -> RetryLater:
    # Not counted as a try: whoever mends the key must find every mail still waiting.
    return RetryLater(reason=_REJECTED_KEY, failed=False)


def is_rejected_key(result: DeliveryResult) -> bool:
    """Return True if a mail waits because the key is not taken: the operator must act."""
    return isinstance(result, RetryLater) and result.reason == _REJECTED_KEY


def read_search(status: int, raw: bytes) -> tuple[Literal["went", "did not", "cannot tell"], str]:
    """Return what a search for a CustomID found, with the provider's id as text."""
    if status != 200:  # noqa: PLR2004  anything else tells nothing of the mail
        return "cannot tell", ""
    try:
        body = json.loads(raw)
        rows = body["Data"]
        found = rows[0] if rows else None
    except (ValueError, KeyError, TypeError):
        return "cannot tell", ""
    if found is None:
        return "did not", ""
    return ("went", str(found.get("ID", ""))) if isinstance(found, dict) else ("cannot tell", "")
