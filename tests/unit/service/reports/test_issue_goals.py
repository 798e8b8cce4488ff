"""Who of an issue's readers did what it is for, within its time."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.deeds import make_deed
from domain.ports import SendLine
from onboarding.issues.decide import issue_send_id
from service.reports.issue_goals import judge_reader
from service.workspace.edition import load_edition
from tests.support.mail_world import confirmed_reader
from tests.support.people import KEYS, NOON

DAY = timedelta(days=1)
WINTER = load_edition(None)[0].issues.issues["winter_teas"]
"""Its goal is an order within seven days."""
PERSON = confirmed_reader()[0]


@pytest.mark.parametrize(
    ("ordered", "now", "told"),
    [
        (NOON + DAY, NOON + 8 * DAY, [("winter_teas", True)]),
        (NOON - DAY, NOON + 8 * DAY, [("winter_teas", False)]),  # before the mail
        (NOON + 7.5 * DAY, NOON + 8 * DAY, [("winter_teas", False)]),  # too late
        (NOON + DAY, NOON + 6 * DAY, []),  # others still have time
    ],
)
def test_an_order_after_the_mail_and_in_time_counts(
    ordered: datetime, now: datetime, told: list[tuple[str, bool]]
) -> None:
    """Of a mail that was accepted only; whoever got none is not counted."""
    assert WINTER.goal
    deeds = {WINTER.goal.event: make_deed(1, ordered, ordered, [ordered])}
    record, [address] = replace(PERSON, behaviour=deeds), PERSON.addresses
    name = issue_send_id(KEYS, WINTER.name, address)
    line = SendLine(id=name, subscriber=record.id, status="sent", at_ms=int(NOON.timestamp()) * 1000)
    assert list(judge_reader(record, [line], KEYS, [WINTER], now)) == told
    assert list(judge_reader(record, [replace(line, status="refused")], KEYS, [WINTER], now)) == []
