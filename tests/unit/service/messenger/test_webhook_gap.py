"""When a silent Page counts as deaf."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from service.messenger import webhook_gap
from service.messenger.webhook_gap import WebhookTimes, is_deaf, note_webhook, usual_gap

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


def _weeks(days: int, *, night: timedelta = timedelta(hours=10)) -> WebhookTimes:
    """Return a Page that heard something every ten minutes but at night."""
    known, at = None, MONDAY
    for _ in range(days):
        end = at + timedelta(days=1)
        while at < end - night:
            known = note_webhook(known, at)
            at += timedelta(minutes=10)
        at = end
    assert known is not None
    return known


def test_a_new_page_is_never_deaf() -> None:
    """While too few days are known, nothing is unusual."""
    known = note_webhook(None, MONDAY)
    assert usual_gap(known) is None
    assert not is_deaf(known, MONDAY + timedelta(days=30))


def test_a_usual_night_is_no_alarm_and_three_of_them_are() -> None:
    """The longest gap of a usual day is what silence is measured by."""
    known = _weeks(5)
    assert usual_gap(known) == timedelta(hours=10, minutes=10)
    assert not is_deaf(known, known.last + timedelta(hours=30))
    assert is_deaf(known, known.last + timedelta(hours=31))


def test_a_busy_page_is_not_deaf_within_half_an_hour() -> None:
    """Three times a very short gap is still no silence worth waking anybody for."""
    known = WebhookTimes(last=MONDAY, day="2026-11-16", days=(20.0, 30.0, 25.0))
    assert not is_deaf(known, MONDAY + timedelta(minutes=30))
    assert is_deaf(known, MONDAY + timedelta(minutes=31))


def test_an_outage_does_not_become_usual() -> None:
    """A silence that was reported is left out of what is usual."""
    known = _weeks(5)
    outage = replace(known, alarmed=known.last + timedelta(days=2))
    after = note_webhook(outage, known.last + timedelta(days=4))
    assert after.alarmed is None
    assert usual_gap(after) == usual_gap(known)


def test_what_is_kept_reads_back_and_rubbish_is_nothing() -> None:
    """The stored form survives, and a value of another shape is forgotten."""
    known = _weeks(3)
    assert webhook_gap.decode_times(webhook_gap.encode_times(known)) == known
    assert webhook_gap.decode_times(b"\x93abc") is None
    assert webhook_gap.decode_times(None) is None
