"""Mail to those who run the installation: to whom it goes, and what happens when it cannot."""

from email import message_from_bytes, policy

import pytest
from structlog.testing import capture_logs

from domain.workspace_config import TeamMailbox
from email_out.transports.open_transport import open_transport
from service.runtime.operator_alerts import OperatorAlerts
from service.stand_ins.smtp_server import Inbox
from tests.support.people import NOON, SHIPPED_CONFIG

TEXT = "Page 12 may be deaf.\nThe last webhook came long ago."
OPERATOR, SUPPORT = TeamMailbox(email="ops@amseltea.example"), TeamMailbox(email="help@amseltea.example")


def _alarms(port: int, team: dict[str, TeamMailbox]) -> OperatorAlerts:
    config = SHIPPED_CONFIG.model_copy(update={"team": team})
    transport = open_transport(f"smtp://127.0.0.1:{port}")
    return OperatorAlerts(config=lambda: config, transport=transport, now=lambda: NOON, entropy=lambda: bytes(16))


@pytest.mark.parametrize(
    ("team", "to"),
    [({"support": SUPPORT}, SUPPORT.email), ({"support": SUPPORT, "operator": OPERATOR}, OPERATOR.email)],
)
async def test_an_alarm_goes_to_who_operates_else_to_support(team: dict[str, TeamMailbox], to: str) -> None:
    """Its first line is the subject; the rest is there as text."""
    inbox = Inbox(lambda: NOON)
    alarms = _alarms(await inbox.start_listening(), team)
    assert await alarms.mail_team(TEXT)
    await alarms.transport.close()
    await inbox.stop_listening()
    (mail,) = inbox.received
    assert (mail.recipients, mail.subject) == ((to,), "Pip: Page 12 may be deaf.")
    body = message_from_bytes(mail.raw, policy=policy.default).get_body(("plain",))
    assert body
    assert "The last webhook came long ago." in body.get_content()


async def test_without_a_mailbox_there_is_nobody_to_tell() -> None:
    """The log says so, once an alarm; it need not be tried again."""
    with capture_logs() as lines:
        assert await _alarms(9, {}).mail_team(TEXT)
    assert [(line["event"], line["remedy"]) for line in lines] == [
        ("alarm_has_no_mailbox", "declare team: operator in doorstep.yaml")
    ]


async def test_a_mail_server_that_is_away_is_tried_again_by_the_caller() -> None:
    """Nothing is raised, nothing personal is logged."""
    with capture_logs() as lines:
        assert not await _alarms(9, {"support": SUPPORT}).mail_team(TEXT)
    assert [(line["event"], line["error"]) for line in lines] == [("alarm_not_mailed", "RetryLater")]
