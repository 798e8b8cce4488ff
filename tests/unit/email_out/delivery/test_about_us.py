"""A refusal that means us is counted, so that the team is alarmed; one that means the reader is not."""

import pytest

from domain.consent import decisions
from domain.effects import Count
from email_out.delivery.outcomes import refusal_event
from email_out.transports.base import SendRefused
from tests.support.mail_world import confirmed_reader
from tests.support.people import NOON, deciding_context


@pytest.mark.parametrize(
    ("problem", "counted"),
    [
        ("550 5.7.1", ["returned:block"]),
        ("550 5.7.26", ["returned:policy"]),
        ("550 5.1.8", ["returned:policy"]),
        ("550", []),
        ("", []),
    ],
)
def test_what_a_receiver_has_against_us_is_counted(problem: str, counted: list[str]) -> None:
    """By the enhanced status, as of what comes back later; nobody is suppressed by it."""
    person, mail = confirmed_reader()
    event = refusal_event(mail, SendRefused(reason="no", status="failed", sender_problem=problem), NOON)
    outcome = decisions.apply_event(person, event, deciding_context())
    assert [effect.name for effect in outcome.effects if isinstance(effect, Count)] == counted
    assert {held.status for held in outcome.record.addresses.values()} == {"proven"}
