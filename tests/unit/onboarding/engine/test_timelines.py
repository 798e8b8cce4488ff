"""Golden timelines: what people get from the shipped sequence, when, and why.  NOON is a Monday, 13:00 in Hamburg."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.events import Unsubscribed
from tests.support.people import NOON
from tests.support.sequence_people import (
    DAY,
    compile_clean,
    onboarding_sentences,
    sent_mails,
    sequence_text,
    simulate_person,
    timed_event,
)

HOUR = timedelta(hours=1)


def test_who_stays_away_is_called_back_once() -> None:
    """Welcome at once, come back after three days, and then silence."""
    moments = simulate_person([])

    assert sent_mails(moments) == [("Mon 23 Nov 12:00", "welcome"), ("Thu 26 Nov 12:00", "come_back")]
    assert onboarding_sentences(moments) == [
        "tasting_book starts: friday_leaf was confirmed.",
        "welcome goes out: friday_leaf was confirmed.",
        "first_cup waits: 0 of 1 cup.noted so far, at most until Thu 13:00.",
        "come_back goes out: no cup.noted within 3 days.",
        "second_chance waits: 0 of 1 cup.noted so far, at most until Thu 10 Dec, 13:00.",
        "tasting_book is finished: no cup.noted within 14 days.",
    ]


def test_who_comes_back_and_stays_is_asked_what_they_think() -> None:
    """A cup after the come-back mail leads on; the third one to an evaluation."""
    moments = simulate_person(
        [timed_event("cup.noted", 5 * DAY), timed_event("cup.noted", 6 * DAY), timed_event("cup.noted", 7 * DAY)]
    )

    assert sent_mails(moments)[:2] == [("Mon 23 Nov 12:00", "welcome"), ("Thu 26 Nov 12:00", "come_back")]
    assert [(at, name.startswith("evaluate_")) for at, name in sent_mails(moments)[2:]] == [("Mon 30 Nov 12:00", True)]
    assert moments[-1].mails[0].variables == {"cups": 3}


def test_who_is_active_is_never_called_back() -> None:
    """Three cups bring one evaluation and no come-back mail."""
    moments = simulate_person([timed_event("cup.noted", number * DAY) for number in (1, 2, 3)])

    assert [at for at, _ in sent_mails(moments)] == ["Mon 23 Nov 12:00", "Thu 26 Nov 12:00"]
    assert moments[-1].mails[0].template in {"evaluate_order", "evaluate_invite"}
    assert onboarding_sentences(moments)[-2].endswith(": 3 cup.noted so far.")


def test_who_uses_it_too_little_is_not_asked() -> None:
    """Two cups are no real use: no evaluation."""
    moments = simulate_person([timed_event("cup.noted", DAY), timed_event("cup.noted", 2 * DAY)])

    assert sent_mails(moments) == [("Mon 23 Nov 12:00", "welcome")]
    assert onboarding_sentences(moments)[-1] == "tasting_book is finished: fewer than 3 cup.noted within 21 days."


def test_an_order_ends_everything() -> None:
    """The goal is reached: nothing more comes."""
    moments = simulate_person([timed_event("box.ordered", DAY)])

    assert sent_mails(moments) == [("Mon 23 Nov 12:00", "welcome")]
    assert onboarding_sentences(moments)[-1] == "tasting_book reached its goal: box.ordered happened."


def test_a_withdrawal_ends_everything() -> None:
    """Who unsubscribes gets nothing more, whatever they do later."""
    left = (DAY, Unsubscribed(id="u", at=NOON + DAY))
    moments = simulate_person([left, *(timed_event("cup.noted", number * DAY) for number in (2, 3, 4))])

    assert sent_mails(moments) == [("Mon 23 Nov 12:00", "welcome")]
    assert onboarding_sentences(moments)[-1] == "tasting_book is left: friday_leaf was withdrawn."


def test_an_event_told_late_counts_for_its_own_time() -> None:
    """An order that happened within its window, but is told 40 days later, still ends the pass it belongs to."""
    steps = "  welcome: {send: welcome}\n  rest: {wait: 60 days}\n  bye: {send: bye}\n"
    catalog = compile_clean(sequence_text(steps, goal="goal: {event: box.ordered, within: 30 days}"))

    in_time = simulate_person([timed_event("box.ordered", 29 * DAY, late=20 * DAY)], catalog=catalog)
    too_late = simulate_person([timed_event("box.ordered", 31 * DAY)], catalog=catalog)

    assert [len(sent_mails(moments)) for moments in (in_time, too_late)] == [1, 2]


def test_a_cup_told_in_the_night_stops_the_mail_that_waits_for_the_morning() -> None:
    """The come-back mail waits for 08:00 in Tokyo; a cup told meanwhile makes it pointless."""
    quiet = simulate_person([], timezone="Asia/Tokyo")
    stopped = simulate_person([timed_event("cup.noted", 2 * DAY, late=DAY + 3 * HOUR)], timezone="Asia/Tokyo")

    assert sent_mails(quiet) == [("Mon 23 Nov 12:00", "welcome"), ("Thu 26 Nov 23:09", "come_back")]
    assert "come_back goes out Fri 08:09, after the quiet hours: no cup.noted within 3 days." in onboarding_sentences(
        quiet
    )
    assert "come_back goes out: its turn has come, and still no cup.noted." in onboarding_sentences(quiet)
    assert sent_mails(stopped) == [("Mon 23 Nov 12:00", "welcome")]
    assert "come_back is not sent: cup.noted happened meanwhile." in onboarding_sentences(stopped)


@pytest.mark.parametrize(
    ("zone", "start", "came_back"),
    [
        ("America/Los_Angeles", datetime(2026, 11, 23, 12, tzinfo=UTC), "Thu 26 Nov 16"),
        ("Pacific/Auckland", datetime(2026, 11, 23, 12, tzinfo=UTC), "Thu 26 Nov 19"),
        ("Asia/Kathmandu", datetime(2026, 11, 23, 20, tzinfo=UTC), "Fri 27 Nov 02"),
        # The clocks go forward in Berlin on 29 March and back on 25 October 2026.
        ("Europe/Berlin", datetime(2026, 3, 26, 2, tzinfo=UTC), "Sun 29 Mar 06"),
        ("Europe/Berlin", datetime(2026, 10, 22, 2, tzinfo=UTC), "Sun 25 Oct 07"),
        ("nowhere/Land", datetime(2026, 11, 23, 22, tzinfo=UTC), "Fri 27 Nov 07"),
    ],
)
def test_later_mails_keep_the_quiet_hours_where_the_person_is(zone: str, start: datetime, came_back: str) -> None:
    """At night the mail waits for 08:00 local time and up to a quarter of an hour; the welcome never waits."""
    sent = sent_mails(simulate_person([], timezone=zone, start=start))

    assert sent[0] == (f"{start:%a %d %b %H:%M}", "welcome")
    assert sent[1][0].rpartition(":")[0] == came_back


def test_a_time_as_said_is_kept_where_the_person_is() -> None:
    """“Friday 09:00 their time” is Friday nine o'clock in New York for who lives there."""
    catalog = compile_clean(sequence_text("  rest: {wait: Friday 09:00 their time}\n  leaf: {send: leaf}\n"))
    moments = simulate_person([], catalog=catalog, timezone="America/New_York")

    assert sent_mails(moments) == [("Fri 27 Nov 14:00", "leaf")]
    assert onboarding_sentences(moments)[1:3] == [
        "rest waits until Fri 09:00.",
        "leaf goes out: it is Friday 09:00 their time.",
    ]


def test_a_condition_leads_one_way_or_the_other() -> None:
    """An “if” goes on when it holds, and its else way when it does not."""
    steps = (
        "  rest: {wait: 1 day}\n  keen: {if: cup.noted twice, else: cold}\n"
        "  thanks: {send: thanks, go: end}\n  cold: {send: cold}\n"
    )
    catalog = compile_clean(sequence_text(steps))

    keen = simulate_person([timed_event("cup.noted", HOUR), timed_event("cup.noted", 2 * HOUR)], catalog=catalog)
    cold = simulate_person([timed_event("cup.noted", HOUR)], catalog=catalog)

    assert [sent_mails(moments) for moments in (keen, cold)] == [
        [("Tue 24 Nov 12:00", "thanks")], [("Tue 24 Nov 12:00", "cold")],
    ]  # fmt: skip
    assert "cold goes out: “cup.noted twice” does not hold." in onboarding_sentences(cold)
