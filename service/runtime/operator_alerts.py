"""Mail to those who run the installation: what no subscriber has a part in goes straight to the mail server."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from domain.ports import Entropy
from domain.workspace_config import WorkspaceConfig
from email_out.message.compose import note
from email_out.message.mime import HeaderError, build
from email_out.transports.smtp import Pool
from email_out.transports.smtp_replies import DeliveryError

log = structlog.get_logger("doorstep.alarms")

MAILBOXES = ("operator", "support")
"""Declared mailboxes of the team that alarms go to: the first there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """Tells the team of the workspace."""

    config: Callable[[], WorkspaceConfig]
    pool: Pool
    """Of the transactional lane."""
    now: Callable[[], datetime]
    """Real time."""
    entropy: Entropy

    async def tell(self, text: str) -> bool:
        """Mail a text, its first line the subject; False: it did not go, and should be tried again.

        Without a mailbox in ``doorstep.yaml`` there is nobody to tell: the log has it.
        """
        config = self.config()
        team = next((config.team[name] for name in MAILBOXES if name in config.team), None)
        if team is None:
            log.warning("alarm_has_no_mailbox", remedy=f"declare team: {MAILBOXES[0]} in doorstep.yaml")
            return True
        letter = note(
            f"alarm-{self.entropy().hex()}",
            text,
            team,
            config,
            about=config.bot,
            source="an alarm of Doorstep",
            at=self.now(),
        )
        try:
            async with self.pool.session() as session:
                await session.envelope(letter.sender.email, letter.to.email)
                await session.data(build(letter))
        except (DeliveryError, HeaderError) as error:
            log.warning("alarm_not_mailed", error=type(error).__name__)
            return False
        return True
