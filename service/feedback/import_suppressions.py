"""Takes in addresses that another system must not mail any more: CSV with address or keyed hash, reason and date.

What a list of another system says is taken as it is: it can only make us mail less.  A line that cannot be read is told
with its number, and the others are taken in; the same file again changes nothing.
"""

import csv
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from email_validator import EmailNotValidError, validate_email

from domain.consent.mailboxes import is_contact_list
from domain.keyring import Keyring
from service.engine.address_registry import AddressRegistry

Reason = Literal["unsubscribed", "complaint", "hard_bounce", "not_me", "erased"]
COLUMNS = ("address", "reason", "since")
WORDS: dict[str, Reason] = {
    "unsubscribed": "unsubscribed", "unsubscribe": "unsubscribed", "unsub": "unsubscribed", "opt-out": "unsubscribed",
    "complaint": "complaint", "spam": "complaint", "spamreport": "complaint", "abuse": "complaint",
    "hard_bounce": "hard_bounce", "hardbounce": "hard_bounce", "hard bounce": "hard_bounce", "bounce": "hard_bounce",
    "bounced": "hard_bounce", "invalid": "hard_bounce",
    "not_me": "not_me", "erased": "erased", "deleted": "erased",
}  # fmt: skip
"""What other systems call it."""
LONGEST_FIELD = 400
_HASH = re.compile(r"[A-Za-z0-9_-]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionLine:
    """One line of a file, read."""

    number: int
    address: str = ""
    """Keyed hash."""
    reason: Reason = "unsubscribed"
    topic: str = ""
    since: datetime | None = None
    fault: str = ""
    """What is wrong with it; empty if nothing is."""


def read_suppressions(
    rows: Iterable[str], keys: Keyring, now: datetime, topics: Iterable[str]
) -> Iterator[SuppressionLine]:
    """Yield each line of a CSV file with a heading; a fault never quotes an address."""
    # A zero byte, as UTF-16 read wrongly has them, would end the reading.
    reader = csv.DictReader(row.replace("\0", "").replace("\r", " ") for row in rows)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        yield SuppressionLine(number=1, fault=f"the heading lacks {', '.join(missing)}; it needs {', '.join(COLUMNS)}")
        return
    # Looked up for each line.
    known = frozenset(topics)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # such as a field of more than 131,072 characters
            yield SuppressionLine(number=reader.line_num, fault="it is no line of a table")
        else:
            yield _read_row(reader.line_num, row, keys, now, known)


def _read_row(
    number: int, row: dict[str, str | None], keys: Keyring, now: datetime, topics: frozenset[str]
) -> SuppressionLine:
    cells = {name: (row.get(name) or "").strip()[:LONGEST_FIELD] for name in (*COLUMNS, "topic")}
    reason = WORDS.get(cells["reason"].lower())
    if reason is None:
        return SuppressionLine(number=number, fault=f"the reason is none of {', '.join(get_args(Reason))}")
    since = _read_day(cells["since"])
    # A day to come would stop mail that the person may agree to before it.
    if since is None or since > now:
        return SuppressionLine(number=number, fault="“since” is no day or moment of the past, such as 2026-05-31")
    if cells["topic"] and cells["topic"] not in topics:
        return SuppressionLine(number=number, fault="there is no such topic in doorstep.yaml")
    if is_contact_list(cells["address"]):
        return SuppressionLine(number=number, fault="it is the address of a whole contact list, and nobody's own")
    address = _name_address(cells["address"], keys)
    if not address:
        return SuppressionLine(number=number, fault="it has neither an address nor a keyed hash of our own export")
    return SuppressionLine(number=number, address=address, reason=reason, topic=cells["topic"], since=since)


def _name_address(written: str, keys: Keyring) -> str:
    # An address holds an @, so it is never taken for a hash.
    if _HASH.fullmatch(written):
        return written
    try:
        email = validate_email(written, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""
    return keys.address_hash(email)


def _read_day(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def take_suppressions(
    lines: Iterable[SuppressionLine], addresses: AddressRegistry
) -> AsyncIterator[SuppressionLine]:
    """Take in what was read, line by line, and yield each when it is in the store.  Idempotent."""
    for line in lines:
        if not line.fault and line.since:
            await addresses.take_suppression(line.address, line.reason, line.since, line.topic)
        yield line
