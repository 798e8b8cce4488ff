"""Alerts to the operators of the installation, mailed without the outbox, since no subscriber is involved."""

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
"""Names of team mailboxes; alerts go to the first that is declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAlerts:
    """Mails the team that the workspace declares."""

    config: Callable[[], WorkspaceConfig]
    transport: Transport
    """Of the transactional lane."""
    now: Callable[[], datetime]
    """Real time."""
    entropy: Entropy

    async def mail_team(self, text: str) -> bool:
        """Mail a text whose first line is the subject; return False if it failed, and should be tried again later.

        Without a mailbox in ``doorstep.yaml`` nothing is mailed; the log has the alert.
        """
        config = self.config()
        mailbox = next((config.team[name] for name in MAILBOXES if name in config.team), None)
        if mailbox is None:
            log.warning("alarm_has_no_mailbox", remedy=f"declare team: {MAILBOXES[0]} in doorstep.yaml")
            return True  # trying again would not help
        mail = compose_notice(
            f"alarm-{self.entropy().hex()}",
            text,
            mailbox,
            config,
            about=config.bot,
            origin="an alarm of Doorstep",
            at=self.now(),
        )
        try:
            result = await self.transport.send(mail, build_mime(mail), open_gate)
        except HeaderError as error:
            log.warning("alarm_not_mailed", error=type(error).__name__)
            return False
        if not isinstance(result, Delivered):
            log.warning("alarm_not_mailed", error=type(result).__name__, reason=result.reason)
            return False
        return True
