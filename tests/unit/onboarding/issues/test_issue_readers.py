"""Who gets an issue, when, and who is left out: asked by the release, by the decision, and by the gate."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.effects import LeaveOut, SendMail
from domain.event_types.issues import IssueCame
from domain.record import Subscriber
from domain.sequence_runs import Run
from onboarding.issues import judge
from onboarding.issues.catalog import Issue, IssueWinner
from onboarding.issues.compile import compile_issues
from onboarding.issues.decide import decide_issue, event_id, issue_send_id
from onboarding.issues.moment import parse_issue_moment
from onboarding.issues.offers import Release, draw_part, look_at_reader
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC, confirmed_subscriber, deciding_context

HOUR = timedelta(hours=1)
READER = confirmed_subscriber()
ADDRESS = READER.consents[TOPIC].address
ISSUE = Issue(
    name="winter", topic=TOPIC, file="issues/winter.yaml", to=None, moment=None, late=6 * HOUR, parts=(("winter", 100),)
)  # fmt: skip
RELEASE = Release(issue=ISSUE, edition="e1", released_at=NOON + HOUR, moment=None)
EVENT = IssueCame(
    id=event_id("winter", READER.id), at=NOON + HOUR, issue="winter", topic=TOPIC, template="winter", edition="e1",
    released_at=NOON + HOUR, begin_by=NOON + 7 * HOUR,
)  # fmt: skip


def consent_with(record: Subscriber, **changes: Any) -> Subscriber:  # noqa: ANN401  fields of a consent
    """Return a reader whose consent differs."""
    return replace(record, consents={TOPIC: replace(record.consents[TOPIC], **changes)})


def address_with(record: Subscriber, status: Any) -> Subscriber:  # noqa: ANN401  a literal
    """Return a reader whose address differs."""
    return replace(record, addresses={ADDRESS: replace(record.addresses[ADDRESS], status=status)})


def test_a_reader_is_told_of_the_issue_and_gets_its_mail_once() -> None:
    """The id of the mail is made of issue and address, whoever holds it; the mail counts for the caps."""
    offer = look_at_reader(RELEASE, READER, KEYS, SHIPPED_CONFIG, NOON + HOUR)
    assert offer.event == EVENT
    outcome = decide_issue(READER, EVENT, deciding_context(after=HOUR))
    (mail,) = outcome.effects
    assert isinstance(mail, SendMail)
    assert mail.id == issue_send_id(KEYS, "winter", ADDRESS) == KEYS.send_id("issue", "winter", ADDRESS)
    assert (mail.issue, mail.template, mail.edition, mail.lane, mail.topic) == (
        "winter", "winter", "e1", "marketing", TOPIC,
    )  # fmt: skip
    assert outcome.record.mailed == (NOON + HOUR,)
    assert [reason.text for reason in outcome.reasons] == ["winter goes: winter."]
    another = replace(READER, id="another person with the same address")
    (same,) = decide_issue(another, EVENT, deciding_context(after=HOUR)).effects
    assert isinstance(same, SendMail)
    assert same.id == mail.id


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (consent_with(READER, status="withdrawn", withdrawn_at=NOON + 2 * HOUR), judge.UNSUBSCRIBED),
        (consent_with(READER, confirmed_at=NOON + 2 * HOUR), judge.AGAIN_LATER),
        (consent_with(READER, status="agreed"), f"no confirmed consent for {TOPIC}"),
        (address_with(READER, "bounced"), "the address is bounced"),
        (replace(READER, channels={TOPIC: "chat"}), judge.CHAT_ONLY),
        (replace(READER, channels={"": "chat"}), judge.CHAT_ONLY),
        (replace(READER, mails_paused_until=NOON + timedelta(days=9)), judge.BREAK),
        (replace(READER, mailed=(NOON + HOUR, *[NOON + 2 * HOUR] * 9)), judge.NO_ROOM),
    ],
)
def test_who_is_left_out_is_told_why_and_gets_no_mail(record: Subscriber, reason: str) -> None:
    """Each has one line in the send ledger, in the words by which people are counted."""
    outcome = decide_issue(record, EVENT, deciding_context(after=3 * HOUR))
    assert outcome.effects == (LeaveOut(id=issue_send_id(KEYS, "winter", ADDRESS), reason=reason),)
    assert outcome.record == record


def test_what_could_not_begin_in_time_is_not_sent_at_all() -> None:
    """Before its end an issue may go, after it nobody gets it."""
    for hours, left_out in ((6.9, ""), (7.1, judge.LATE)):
        offer = look_at_reader(RELEASE, READER, KEYS, SHIPPED_CONFIG, NOON + hours * HOUR)
        assert (offer.judgement.left_out, offer.event is None) == (left_out, False)


def test_a_reader_waits_for_the_moment_of_their_own_clock() -> None:
    """In New York it is Friday nine six hours after Berlin; nobody is asked before."""
    release = Release(
        issue=ISSUE, edition="e1", released_at=NOON, moment=parse_issue_moment("Friday 09:00 their time")
    )  # fmt: skip
    away = replace(READER, profile=replace(READER.profile, timezone="America/New_York"))
    at_home, far = (look_at_reader(release, one, KEYS, SHIPPED_CONFIG, NOON) for one in (READER, away))
    assert (at_home.event, far.event) == (None, None)
    assert far.at - at_home.at == 6 * HOUR
    assert look_at_reader(release, away, KEYS, SHIPPED_CONFIG, far.at).event


def test_at_night_the_issue_waits_for_the_morning() -> None:
    """A release “now” at eleven at night is no mail at eleven at night, unless it would be too late by then."""
    night = NOON.replace(hour=22)
    long = replace_release(late=timedelta(days=2), released_at=night)
    offer = look_at_reader(long, READER, KEYS, SHIPPED_CONFIG, night)
    assert (offer.event, offer.judgement.waits_for) == (None, "for the morning")
    assert offer.at.astimezone(NOON.tzinfo).hour == 7  # eight in Berlin
    short = look_at_reader(replace_release(late=HOUR, released_at=night), READER, KEYS, SHIPPED_CONFIG, night)
    assert short.judgement.left_out == judge.QUIET
    assert short.event


def test_a_mail_of_a_sequence_that_is_due_goes_first() -> None:
    """An issue yields to it for a minute, and never to one that is over."""
    run = Run(
        number=1, sequence_hash="h", step="s", started_at=NOON, entered_at=NOON, address=ADDRESS, due_at=NOON
    )  # fmt: skip
    for status, waits in (("running", True), ("left", False)):
        record = replace(READER, runs={"welcome": replace(run, status=status)})
        offer = look_at_reader(RELEASE, record, KEYS, SHIPPED_CONFIG, NOON + HOUR)
        assert (offer.event is None) is waits


def test_the_gate_does_not_count_the_mail_itself_against_the_caps() -> None:
    """Decided mails stand in the record; one that is asked again right before it goes must not wait for itself."""
    outcome = decide_issue(READER, EVENT, deciding_context(after=HOUR))
    (mail,) = outcome.effects
    assert isinstance(mail, SendMail)
    assert judge.judge_mail(outcome.record, mail, NOON + HOUR, SHIPPED_CONFIG, NOON + 2 * HOUR).waits_for == ""


def test_the_part_of_the_winner_waits_until_it_is_found() -> None:
    """Who has a mail of their own goes on; the others wait, and then get the winner."""
    parts = (("one", 30), ("other", 30), ("winner", 40))
    issue = issue_with(parts)
    names = [replace(READER, id=f"reader {number}") for number in range(200)]
    for winner in ("", "other"):
        release = Release(issue=issue, edition="e1", released_at=NOON, moment=None, winner=winner)
        offers = [look_at_reader(release, one, KEYS, SHIPPED_CONFIG, NOON) for one in names]
        told = [offer.event.template if offer.event else None for offer in offers]
        assert {"one", "other"} <= set(told)
        assert (None in told) is (winner == "")


@given(st.lists(st.integers(1, 98), min_size=1, max_size=4), st.text(min_size=1, max_size=20))
def test_everybody_has_one_part_and_always_the_same(shares: list[int], name: str) -> None:
    """Shares that make 100 leave nobody without a mail."""
    parts = [(f"m{place}", share) for place, share in enumerate(shares)]
    issue = issue_with((*parts, ("rest", 100 - min(99, sum(shares)))))
    assert draw_part(issue, KEYS, name) == draw_part(issue, KEYS, name) in dict(issue.parts)


def issue_with(parts: tuple[tuple[str, int], ...]) -> Issue:
    """Return the issue with other parts."""
    winner = IssueWinner(by_goal=False, after=HOUR, otherwise=parts[0][0])
    return Issue(
        name="winter", topic=TOPIC, file="f", to=None, moment=None, late=6 * HOUR, parts=parts, winner=winner
    )  # fmt: skip


def replace_release(*, late: timedelta, released_at: Any) -> Release:  # noqa: ANN401  a moment
    """Return a release “now” with another time limit."""
    issue = Issue(
        name="winter", topic=TOPIC, file="f", to=None, moment=None, late=late, parts=(("winter", 100),)
    )  # fmt: skip
    return Release(issue=issue, edition="e1", released_at=released_at, moment=None)


def test_a_file_becomes_an_issue() -> None:
    """Everything that it says is there; what it does not say has its safe value."""
    text = "issue: winter\ntopic: friday_leaf\nto: tag is reader\nsend: 2026-12-04 09:00\nmail: {a: 30%, b: 70%}\n"
    catalog, findings = compile_issues({"issues/winter.yaml": text}, SHIPPED_CONFIG)
    issue = catalog.issues["winter"]
    assert findings == []
    assert issue.to
    assert (issue.to.text, issue.parts, issue.late) == ("tag is reader", (("a", 30), ("b", 70)), timedelta(days=7))
    assert [(name, place.line, place.column) for name, place in issue.uses] == [("a", 5, 8), ("b", 5, 16)]
