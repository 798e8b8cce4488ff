"""What follows for a mail whose answer was lost."""

import pytest
from msgspec.structs import replace

from email_out.delivery.lost_answers import LookAgain, SendAgain, judge_settlement, wait_for_look
from email_out.transports.base import CANNOT_TELL, Delivered, OutcomeUnknown, Settlement
from tests.support.mail_world import welcome_mail

MARKETING = welcome_mail()
TRANSACTIONAL = replace(MARKETING, lane="transactional")
ABSENT = Settlement(answer="did not")


def test_the_first_look_comes_after_half_a_minute() -> None:
    """A message needs a moment until it can be found."""
    assert wait_for_look(0) == LookAgain(delay_ms=30_000)
    assert wait_for_look(29_000) == LookAgain(delay_ms=1_000)
    assert wait_for_look(30_000) is None


@pytest.mark.parametrize(("age", "delay"), [(30_000, 90_000), (61_000, 59_000), (120_000, 480_000), (599_999, 1)])
def test_it_is_asked_about_after_30_120_and_600_seconds(age: int, delay: int) -> None:
    """In either lane, while the provider does not know it."""
    assert judge_settlement(ABSENT, MARKETING, age) == LookAgain(delay_ms=delay)
    assert judge_settlement(CANNOT_TELL, TRANSACTIONAL, age) == LookAgain(delay_ms=delay)


def test_after_that_only_a_transactional_mail_goes_again() -> None:
    """A newsletter that comes twice is worse than one that is lost; of a code it is the other way round."""
    assert judge_settlement(ABSENT, MARKETING, 600_000) == OutcomeUnknown(reason="the provider does not know it")
    assert judge_settlement(ABSENT, TRANSACTIONAL, 600_000) == SendAgain()
    found = Settlement(answer="went", provider_id="7")
    assert judge_settlement(found, MARKETING, 31_000) == Delivered(provider_id="7")


def test_a_provider_that_cannot_tell_is_asked_for_a_day() -> None:
    """No answer is no news."""
    for mail in (MARKETING, TRANSACTIONAL):
        assert judge_settlement(CANNOT_TELL, mail, 3_600_000) == LookAgain(delay_ms=600_000)
    assert isinstance(judge_settlement(CANNOT_TELL, MARKETING, 86_400_000), OutcomeUnknown)
    assert judge_settlement(CANNOT_TELL, TRANSACTIONAL, 86_400_000) == SendAgain()
