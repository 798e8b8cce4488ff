"""Mail to those who run the installation: what no subscriber has a part in goes straight to the mail server."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from domain.ports import Entropy
from domain.workspace_config import WorkspaceConfig
from email_out.message.compose import compose_notice
from email_out.message.mime import HeaderError, build_mime
from email_out.transports.base import Delivered, Transport, open_gate

log = structlog.get_logger("doorstep.alarms")

MAILBOXES = ("operator", "support")
"""Declared mailboxes of the team that alarms go to: the first there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAlerts:
    """Tells the team of the workspace."""

    config: Callable[[], WorkspaceConfig]
    transport: Transport
    """Of the transactional lane."""
    now: Callable[[], datetime]
    """Real time."""
    entropy: Entropy

    async def mail_team(self, text: str) -> bool:
        """Mail a text, its first line the subject; False: it did not go, and should be tried again.

        Without a mailbox in ``doorstep.yaml`` there is nobody to tell: the log has it.
        """
        config = self.config()
        team = next((config.team[name] for name in MAILBOXES if name in config.team), None)
        if team is None:
            log.warning("alarm_has_no_mailbox", remedy=f"declare team: {MAILBOXES[0]} in doorstep.yaml")
            return True
        letter = compose_notice(
            f"alarm-{self.entropy().hex()}",
            text,
            team,
            config,
            about=config.bot,
            origin="an alarm of Doorstep",
            at=self.now(),
        )
        try:
            result = await self.transport.send(letter, build_mime(letter), open_gate)
        except HeaderError as error:
            log.warning("alarm_not_mailed", error=type(error).__name__)
            return False
        if not isinstance(result, Delivered):
            log.warning("alarm_not_mailed", error=type(result).__name__, reason=result.reason)
            return False
        return True
