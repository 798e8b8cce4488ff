"""Hands letters that people write to us on to the team, each once.

The team's mail has the writer as Reply-To, so an answer goes to them and not to a robot.  It is marked as automatic,
and what comes back of it goes to the sender's own mailbox, so no loop can begin here.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from domain.ports import Clock, MetaStore
from domain.workspace_config import WorkspaceConfig
from email_out.feedback.read_report import Report
from email_out.message.compose import compose_notice
from email_out.message.mime import HeaderError, Mailbox, build_mime, smtp_address
from email_out.transports.base import Delivered, Transport, open_gate

MAILBOXES = ("letters", "support")
"""Names of team mailboxes; letters go to the first that is declared."""
MOST_REMEMBERED = 1_000
"""Letters that are known as handed on: one that a mail server brings again is not mailed again."""
_NAME = "feedback:letters"
_DIGEST_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterForwarder:
    """Mails letters to the team that the workspace declares."""

    store: MetaStore
    config: Callable[[], WorkspaceConfig]
    transport: Transport
    """Of the transactional lane."""
    clock: Clock

    @property
    def has_mailbox(self) -> bool:
        """Return True if somebody reads letters."""
        return any(name in self.config().team for name in MAILBOXES)

    async def forward(self, report: Report) -> bool:
        """Mail a letter to the team, unless it was before; return False if the mail server did not take it."""
        config = self.config()
        mailbox = next(config.team[name] for name in MAILBOXES if name in config.team)
        # A mail server that lost our answer brings the same letter again.
        digest = _name_letter(report)
        known = await self.store.load_meta(_NAME) or b""
        pieces = [known[at : at + _DIGEST_BYTES] for at in range(0, len(known), _DIGEST_BYTES)]
        if digest in pieces:
            return True
        notice = compose_notice(
            f"letter-{digest.hex()}", f"{report.subject or report.writer}\n\n{report.text}", mailbox, config,
            about="Letter", origin=f"a letter of {report.writer}", at=self.clock(),
        )  # fmt: skip
        try:
            smtp_address(report.writer)
            notice = replace(notice, reply_to=Mailbox(email=report.writer))
            raw = build_mime(notice)
        except HeaderError:  # an address that no header can hold: the text names it
            notice = replace(notice, reply_to=None)
            raw = build_mime(notice)
        if not isinstance(await self.transport.send(notice, raw, open_gate), Delivered):
            return False
        # Noted after it went: a crash in between mails it twice, and never not at all.
        await self.store.save_meta(_NAME, b"".join([*pieces, digest][-MOST_REMEMBERED:]))
        return True


def _name_letter(report: Report) -> bytes:
    # Most letters have a Message-ID; one without is known by what it says.
    own = report.own_id or f"{report.subject}|{report.text}"
    return hashlib.sha256(f"{report.writer}|{own}".encode()).digest()[:_DIGEST_BYTES]
