"""What waited in its lane is asked once more before it leaves: the hour, and the mails that really went before it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.effects import SendMail
from domain.record import Profile, Subscriber
from domain.workspace_config import SafetyLimits
from onboarding.engine.mail_hours.sending_hold import find_sending_hold
from onboarding.issues.judge import NO_ROOM, judge_mail
from onboarding.tuning.simulate import confirmed_person
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC
from tests.support.sequence_people import compile_clean, sequence_text

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONFIG = SHIPPED_CONFIG.model_copy(update={"limits": SafetyLimits(mails=("1 in 20 hours", "3 in 7 days"))})


def reader(**more: object) -> Subscriber:
    """Return somebody who confirmed two months ago."""
    record = confirmed_person(CONFIG, KEYS, TOPIC, NOON - 60 * DAY, psid="mia", timezone="UTC")
    return replace(record, profile=Profile(timezone="UTC"), **more)


def mail_of(record: Subscriber, queued_at: datetime, **more: object) -> SendMail:
    """Return a mail of a sequence."""
    made = SendMail(
        id="m", template="welcome", address=next(iter(record.addresses)), lane="marketing", language="en",
        queued_at=queued_at, topic=TOPIC, sequence="book", run=1, step="news",
    )  # fmt: skip
    return replace(made, **more)


@pytest.mark.parametrize(
    ("now", "waited", "went", "hold"),
    [
        (NOON, DAY, [], ""),
        (NOON + 10 * HOUR, DAY, [], "until the quiet hours are over"),
        # decided a moment ago, as the mail that was wanted at once
        (NOON + 10 * HOUR, 10 * timedelta(minutes=1), [], ""),
        (NOON, DAY, [NOON - HOUR], "20 hours after the mail before it"),
        (NOON, DAY, [NOON - 21 * HOUR], ""),
        (NOON, DAY, [NOON - 6 * DAY, NOON - 4 * DAY, NOON - 2 * DAY], "when there is room again (3 in 7 days)"),
        (NOON, DAY, [NOON - 8 * DAY, NOON - 4 * DAY, NOON - 2 * DAY], ""),
    ],
)
def test_a_mail_that_waited_keeps_hours_and_distance(
    now: datetime, waited: timedelta, went: Sequence[datetime], hold: str
) -> None:
    """By the clock of the person, and by the mails that went and not by those that were decided."""
    person = reader()
    assert find_sending_hold(person, mail_of(person, now - waited), went, CONFIG, now) == hold


@pytest.mark.parametrize(
    ("now", "waited", "hold"),
    [
        (NOON, DAY, "within workday 14:00 to 17:00"),
        (NOON, 10 * timedelta(minutes=1), ""),  # it leaves as it was decided
        (NOON + 2 * HOUR, DAY, ""),
        (NOON + 6 * HOUR, DAY, "within workday 14:00 to 17:00"),
    ],
)
def test_a_mail_that_waited_keeps_the_hours_of_its_sequence(now: datetime, waited: timedelta, hold: str) -> None:
    """Asked where the person is, as in deciding; a sequence that is gone has none."""
    person, text = reader(), sequence_text("  news: {send: welcome}\n")
    catalog = compile_clean(text + "hours: workday 14:00 to 17:00\n")
    mail = mail_of(person, now - waited, sequence=next(iter(catalog.sequences)))
    assert find_sending_hold(person, mail, [], CONFIG, now, catalog=catalog) == hold
    assert not find_sending_hold(person, replace(mail, sequence="gone"), [], CONFIG, now, catalog=catalog)


def test_what_somebody_asked_for_goes_at_any_hour() -> None:
    """A mail of a flow, the welcome of the moment of confirmation, and what an order owes."""
    person, night = reader(), NOON + 10 * HOUR
    welcome = mail_of(person, NOON - 60 * DAY)
    owed = mail_of(person, NOON - DAY, lane="transactional")
    asked = mail_of(person, NOON - DAY, flow="offer", sequence="")
    assert [find_sending_hold(person, mail, [NOON], CONFIG, night) for mail in (welcome, owed, asked)] == ["", "", ""]


def test_how_often_a_reader_wants_mail_counts_for_issues_and_sequences() -> None:
    """Once a week: an issue waits for the week to be over, or is left out if that is too late."""
    person = reader(mail_days=7, mailed=(NOON - 3 * DAY,))
    sequence_mail = mail_of(person, NOON - DAY)
    hold = find_sending_hold(person, sequence_mail, [NOON - 3 * DAY], CONFIG, NOON)
    issue = mail_of(person, NOON, sequence="", run=0, step="", issue="winter_teas", begin_by=NOON + 5 * DAY)
    waits = judge_mail(person, issue, NOON - DAY, CONFIG, NOON)
    late = judge_mail(person, replace(issue, begin_by=NOON + 3 * DAY), NOON - DAY, CONFIG, NOON)

    assert hold == "7 days after the mail before it, as they chose"
    assert (waits.at, waits.waits_for, late.left_out) == (NOON + 4 * DAY, "for room among the mails", NO_ROOM)
