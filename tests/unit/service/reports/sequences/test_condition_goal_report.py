"""The report on a sequence whose goal is a condition: who reached it, when, and by which mail more did."""

from datetime import timedelta

import pytest

from tests.support.sequence_people import DAY, compile_clean, sequence_text
from tests.unit.service.reports.sequences.population import STOPS, Life
from tests.unit.service.reports.sequences.test_sequence_report import NOW, new_store, report_on

GOAL = "goal: {when: cup.noted at least twice in 7 days, within: 20 days}"


async def test_its_moment_is_kept_wherever_the_person_was_by_then() -> None:
    """In the sequence, behind its last step, after leaving, or too late: the second cup is what counts."""
    catalog = compile_clean(sequence_text("  a: {send: welcome}\n  w: {wait: 5 days}\n", goal=GOAL))
    store = new_store()
    for psid, days in {"inside": (1, 2), "behind": (8, 9), "left": (3, 4), "late": (20, 21), "never": (1,)}.items():
        deeds = [(day * DAY, "cup.noted") for day in days]
        stops = [(DAY, STOPS)] if psid == "left" else []
        await Life(store=store, catalog=catalog).live(psid, [*deeds, *stops], until=NOW)

    report = await report_on(store, catalog)

    assert report.goal is not None
    assert (report.goal.event, report.goal.condition) == ("", "cup.noted at least twice in 7 days")
    assert (report.goal.matured, report.goal.reached) == (5, 3)
    assert report.goal.median_days == pytest.approx(9.04, abs=0.01)
    assert report.status == {"goal": 2, "left": 1, "finished": 2}


async def test_a_winner_can_be_found_by_it_in_a_time_of_its_own() -> None:
    """``winner: goal`` compares by the condition; with ``within`` only who reached it by then counts."""
    split = "  a:\n    send: {evaluate_order: 50%, evaluate_invite: 50%}\n    winner: "
    reached = {}
    for words in ("goal", "{by: goal, within: 3 days}"):
        catalog = compile_clean(sequence_text(f"{split}{words}\n", goal=GOAL))
        store = new_store()
        for number in range(8):
            deeds = [(timedelta(days=day), "cup.noted") for day in ((1, 2) if number % 2 else (8, 9))]
            await Life(store=store, catalog=catalog).live(f"{number}", deeds, until=NOW)
        (row,) = (await report_on(store, catalog)).comparisons
        reached[words] = (row.event, sum(arm.reached for arm in row.arms))

    assert reached == {"goal": ("", 8), "{by: goal, within: 3 days}": ("“cup.noted at least twice in 7 days”", 4)}
