"""Why a sequence that begins by time has not begun for a person."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.deeds import Deed, add_occurrence
from domain.record import Subscriber
from service.reports.sequences.explain_start import explain_timed_starts
from tests.support.people import NOON, deciding_context
from tests.support.sequence_people import confirmed_newcomer
from tests.unit.onboarding.engine.test_timed_starts import CONFIG, compile_start


@pytest.mark.parametrize(
    ("start", "fields", "looked_at", "said"),
    [
        ("when field plan is pro", {}, False, "it begins when “field plan is pro” comes to hold"),
        ("when field plan is pro", {"plan": "pro"}, False,
         "“field plan is pro” holds, and the person was not looked at for it yet"),
        ("when field plan is pro", {"plan": "pro"}, True,
         "“field plan is pro” held at the last look as well; it must turn false first"),
        ("when weekday is Friday", {}, False,
         "it begins when “weekday is Friday” comes to hold, by time alone Fri 00:00 at the earliest"),
        ("7 days before ends", {}, False, "it begins 7 days before ends, which is empty"),
        ("7 days before ends", {"ends": "2026-12-24"}, False, "it begins 7 days before ends: Thu 17 Dec, 00:00"),
        ("7 days before ends", {"ends": "2026-11-24"}, False, "it begins 7 days before ends, which is over"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(start: str, fields: dict[str, str], looked_at: bool, said: str) -> None:  # noqa: FBT001  a column of the table
    """With the day, where time alone can begin it."""
    sequence = compile_start(start).sequences["s"]
    starts = {sequence.start.timed[0].key: 0} if looked_at else {}
    record = replace(confirmed_newcomer(timezone="UTC"), fields=fields, starts=starts)
    assert explain_timed_starts(sequence, record, replace(deciding_context(), now=NOON, config=CONFIG)) == said


def opened_on(*days_ago: int) -> Subscriber:
    """Return somebody who opened the app on these days, the first longest ago."""
    deed: Deed | None = None
    for days in days_ago:
        deed = add_occurrence(deed, NOON - timedelta(days=days))
    return replace(confirmed_newcomer(timezone="UTC"), behaviour={"app.opened": deed} if deed else {})


def test_what_is_known_of_the_events_is_said() -> None:
    """How often lately, how often usually, and when last; nothing of events that the condition does not ask about."""
    start = compile_start("when app.opened falls").sequences["s"]
    context = replace(deciding_context(), now=NOON, config=CONFIG)
    weekly = [days for week in (4, 3, 2, 1) for days in (7 * week + 6, 7 * week + 4, 7 * week + 2, 7 * week + 1)]

    never = explain_timed_starts(start, opened_on(), context)
    steady = explain_timed_starts(start, opened_on(*weekly, 6, 5, 2), context)
    new = explain_timed_starts(start, opened_on(2), context)

    assert never == "it begins when “app.opened falls” comes to hold (no app.opened yet)"
    assert "(app.opened 3 times in 7 days, usual 4 a week, last Sat 12:00)" in steady
    assert "(app.opened 1 time in 7 days, last " in new
