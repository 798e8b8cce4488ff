"""The gate of an issue's mail at the moment of sending: what keeps it for now, and what ends it."""

from datetime import datetime
from typing import Protocol

from domain.effects import SendMail
from domain.ports import Clock
from domain.record import Subscriber
from onboarding.issues.judge import judge_mail
from service.issues.count_readers import STOPPED
from service.issues.watch import IssueWatch
from service.workspace.publishing.editions import Editions

ISSUE_PAUSED = "the issue is paused"


class GateParts(Protocol):
    """What the gate asks."""

    @property
    def issues(self) -> IssueWatch:
        """The states of issues."""

    @property
    def editions(self) -> Editions:
        """The live edition, whose limits hold."""


async def hold_issue(parts: GateParts, clock: Clock, record: Subscriber, mail: SendMail) -> str:
    """Return why a mail of an issue has to wait, as half a sentence; empty if it has not."""
    # Asked again here, where only the message itself is missing: so a pause holds for every mail that did not begin.
    await parts.issues.look_if_old()
    if parts.issues.is_paused(mail):
        return ISSUE_PAUSED
    # What is left out is no wait; it is refused a moment later.
    judgement = judge_mail(record, mail, mail.queued_at, parts.editions.current_config(), clock())
    return "" if judgement.left_out else judgement.waits_for


def refuse_issue(parts: GateParts, record: Subscriber, mail: SendMail, now: datetime) -> str:
    """Return why a mail of an issue does not go at all; empty if it may."""
    # Before anything of the person: a stop is the same for everybody, and is counted so.
    if parts.issues.is_stopped(mail):
        return STOPPED
    return judge_mail(record, mail, mail.queued_at, parts.editions.current_config(), now).left_out
