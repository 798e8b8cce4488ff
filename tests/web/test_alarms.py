"""Mail to those who run the installation: to whom it goes, and what happens when it cannot."""

from email import message_from_bytes, policy

import pytest
from structlog.testing import capture_logs

from domain.workspace_config import Team
from email_out.transports.smtp import Pool, parse_url
from service.runtime.operator_alerts import Alarms
from service.stand_ins.smtp_server import Inbox
from tests.support.people import HOUSE, NOON

TEXT = "Page 12 may be deaf.\nThe last webhook came long ago."
OPERATOR, SUPPORT = Team(email="ops@amseltea.example"), Team(email="help@amseltea.example")


def _alarms(port: int, team: dict[str, Team]) -> Alarms:
    config = HOUSE.model_copy(update={"team": team})
    pool = Pool(parse_url(f"smtp://127.0.0.1:{port}"), size=1)
    return Alarms(config=lambda: config, pool=pool, now=lambda: NOON, entropy=lambda: bytes(16))


@pytest.mark.parametrize(
    ("team", "to"),
    [({"support": SUPPORT}, SUPPORT.email), ({"support": SUPPORT, "operator": OPERATOR}, OPERATOR.email)],
)
async def test_an_alarm_goes_to_who_operates_else_to_support(team: dict[str, Team], to: str) -> None:
    """Its first line is the subject; the rest is there as text."""
    inbox = Inbox(lambda: NOON)
    alarms = _alarms(await inbox.start(), team)
    assert await alarms.tell(TEXT)
    await alarms.pool.close()
    await inbox.stop()
    (mail,) = inbox.received
    assert (mail.recipients, mail.subject) == ((to,), "Pip: Page 12 may be deaf.")
    body = message_from_bytes(mail.raw, policy=policy.default).get_body(("plain",))
    assert body
    assert "The last webhook came long ago." in body.get_content()


async def test_without_a_mailbox_there_is_nobody_to_tell() -> None:
    """The log says so, once an alarm; it need not be tried again."""
    with capture_logs() as lines:
        assert await _alarms(9, {}).tell(TEXT)
    assert [(line["event"], line["remedy"]) for line in lines] == [
        ("alarm_has_no_mailbox", "declare team: operator in doorstep.yaml")
    ]


async def test_a_mail_server_that_is_away_is_tried_again_by_the_caller() -> None:
    """Nothing is raised, nothing personal is logged."""
    with capture_logs() as lines:
        assert not await _alarms(9, {"support": SUPPORT}).tell(TEXT)
    assert [(line["event"], line["error"]) for line in lines] == [("alarm_not_mailed", "ServerAwayError")]
