"""A mail between its claim and its hand-over: the record that it was made from, its bytes, and what its sender asks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from domain import record as records
from domain.consent.address_registry import Admission
from domain.consent.mail_break import is_held_by_break
from domain.effect_handling.handlers import why_withheld
from domain.effects import SendMail
from domain.keyring import Keyring
from domain.ports import Claim, RecordStore
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.delivery.outcomes import has_arrived
from email_out.message.compose import compose_mail, compose_team_mail
from email_out.message.mime import HeaderError, OutgoingMail, build_mime
from email_out.templates.catalog import MailCatalog
from email_out.templates.render import RenderError, render
from email_out.transports.base import Delivered, RetryLater, SendRefused

log = structlog.get_logger("email_out")

MailsOfEdition = Callable[[str], Awaitable[tuple[MailCatalog, WorkspaceConfig]]]
"""Workspace version → its mails and declarations; an unknown version gives the current one."""
SequenceRefusal = Callable[[Subscriber, SendMail, datetime], str]
"""Why a mail's sequence or flow no longer wants it; empty if it does."""
Admit = Callable[[SendMail, Subscriber], Awaitable[Admission]]
IsPaused = Callable[[SendMail], bool]
"""True if mails like this one wait for better times."""
NoteHold = Callable[[Claim, SendMail, str], Awaitable[None]]
"""Takes in that a mail waits, and why, as half a sentence."""

MOST_LOOKS = 4
"""How often a mail whose record changes under it asks its gates before it waits."""
ON_BREAK = RetryLater(reason="the person takes a break from mails", failed=False)
BROKEN_OFF = RetryLater(reason="the store was away", failed=False)
FORGOTTEN = SendRefused(reason="the subscriber is no longer known")
NO_ADDRESS = SendRefused(reason="the address is no longer known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A record, and the version at which it was loaded."""

    version: int
    record: Subscriber
    met: int = 0
    """The meeting with the store (:class:`domain.ports.meetings.Meetings`) at which this is its version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedMail:
    """A mail that is ready to be handed over."""

    outgoing: OutgoingMail
    mime_bytes: bytes
    snapshot: Snapshot
    """What it was rendered from."""


async def load_snapshot(store: RecordStore, claim: Claim, earlier: Snapshot | None = None) -> Snapshot | None:
    """Return the record as it is now, or ``earlier`` if that is still the latest; None if it was erased."""
    met = store.meetings
    loaded = await store.load(claim.subscriber)
    if loaded.record is None:
        return None
    if earlier and (earlier.version, earlier.met) == (loaded.version, met):
        return earlier  # spares decoding the same bytes again
    return Snapshot(version=loaded.version, record=records.decode(loaded.record), met=met)


async def ask_address(admit: Admit, mail: SendMail, record: Subscriber) -> SendRefused | RetryLater | None:
    """Return None if the address may get this mail now."""
    verdict = await admit(mail, record)
    if verdict.answer == "later":
        return RetryLater(reason=verdict.reason, failed=False)
    return SendRefused(reason=verdict.reason) if verdict.answer == "no" else None


def judge_record(
    claim: Claim, mail: SendMail, record: Subscriber, now: datetime, sequence_refusal: SequenceRefusal
) -> Delivered | SendRefused | RetryLater | None:
    """Return None if the record as it is now wants this mail; else how its send ends."""
    if has_arrived(claim, mail, record):
        return Delivered()
    if is_held_by_break(record, mail, now):
        return ON_BREAK
    # A mail to the team needs no consent, and is never withheld.
    reason = why_withheld(record, mail, now, sequence_refusal)
    return SendRefused(reason=reason) if reason else None


def write_prepared(
    mail: SendMail, snapshot: Snapshot, edition: tuple[MailCatalog, WorkspaceConfig], links: tuple[Keyring, str]
) -> PreparedMail | SendRefused:
    """Render a mail for a record; a mail that cannot be written is refused, and will be at each try."""
    # No fault of the template: the person corrected the address, or a failover lost it together with the mail.
    if not mail.team and mail.address not in snapshot.record.addresses:
        return NO_ADDRESS
    try:
        outgoing = write_mail(mail, snapshot.record, *edition, links)
        return PreparedMail(outgoing=outgoing, mime_bytes=build_mime(outgoing), snapshot=snapshot)
    except (RenderError, HeaderError) as error:
        if isinstance(error, RenderError):
            log.error("mail_not_rendered", send=mail.id, template=mail.template, error=str(error))
        return SendRefused(reason=str(error), status="failed")


async def leave_unnoted(_claim: Claim, _mail: SendMail, _reason: str) -> None:
    """Note nothing of a mail that waits."""


def write_mail(
    mail: SendMail, record: Subscriber, catalog: MailCatalog, config: WorkspaceConfig, links: tuple[Keyring, str]
) -> OutgoingMail:
    """Return the parts of a mail; ``links`` are the keys and the base of its links.  Raises ``RenderError``."""
    if mail.team:
        return compose_team_mail(mail, config, record.id, links)
    content = render(catalog, mail, record, config, *links)
    return compose_mail(mail, content, config, links[0])
