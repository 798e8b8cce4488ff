"""The report on a sequence, over people who lived through it in virtual time."""

import random  # noqa: TID251  personas; the seed is a parameter
from collections import Counter
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from domain import record as records
from domain.decision import Context
from domain.effects import SendMail
from domain.ports import SendStatus, Store
from onboarding.language.catalog import SequenceCatalog
from service.reports.sequences.follow_pass import find_silent_way
from service.reports.sequences.read_sequence import TOGETHER, count_sequence
from service.reports.sequences.summarize import SequenceReport, StepRow, compare_arms, summarize
from service.reports.sequences.tally import ArmTally, ComparisonTally
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG
from tests.support.sequence_people import CATALOG, NAME, compile_clean, sequence_text
from tests.unit.service.reports.sequences.population import DAY, STOPS, Deed, Life

NOW = NOON + 90 * DAY
GOAL = "goal: {event: box.ordered, within: 30 days}"


def new_store() -> MemoryStore:
    """Return an empty store."""
    return MemoryStore(4, server_ms=lambda: 0)


async def report_on(store: Store, catalog: SequenceCatalog, name: str = "s", days: int = 365) -> SequenceReport:
    """Return the report at :data:`NOW`."""
    context = Context(now=NOW, entropy=bytes(16), keys=KEYS, config=SHIPPED_CONFIG)
    return summarize(await count_sequence(store, catalog.sequences[name], context, days), days, "ordered")


def step(report: SequenceReport, name: str) -> StepRow:
    """Return the row of a step."""
    return next(row for row in report.steps if row.step == name)


def some_deeds(dice: random.Random) -> list[Deed]:
    """Return what somebody does in their first 40 days."""
    deeds = [(timedelta(days=30 * dice.random()), "cup.noted") for _ in range(dice.randrange(6))]
    deeds += [(timedelta(days=40 * dice.random()), "box.ordered")] if dice.random() < 0.3 else []
    return deeds + ([(timedelta(days=40 * dice.random()), STOPS)] if dice.random() < 0.1 else [])


async def test_a_wait_for_a_condition_is_counted_by_how_it_ended() -> None:
    """Who comes to it stands there, went on because it held, ran out, or left, which has its reason."""
    store, dice = new_store(), random.Random(2)  # noqa: S311  no secret
    steps = "  w: {wait: {when: cup.noted at least twice in 7 days, at_most: 12 days}, else: nag}\n"
    catalog = compile_clean(sequence_text(steps + "  thanks: {send: welcome, go: end}\n  nag: {send: come_back}\n"))
    for number in range(40):
        start = NOON + timedelta(days=80 * dice.random())
        await Life(store=store, catalog=catalog).live(f"{number}", some_deeds(dice), start=start, until=NOW)

    report = await report_on(store, catalog)

    wait = step(report, "w")
    assert wait.reached == 40 == wait.here + sum(wait.waited.values()) + sum(wait.ended.values())
    assert wait.waited["happened"] == step(report, "thanks").reached > 0
    assert wait.waited["ran out"] == step(report, "nag").reached > 0
    assert sum(wait.left_because.values()) == wait.ended.get("left", 0)


async def test_a_population_is_counted_whole() -> None:
    """Whoever reaches a step stands there, went on, or broke off there; nobody is lost, none of them is named."""
    store, dice, orders = new_store(), random.Random(1), 0  # noqa: S311  no secret
    people = 3 * TOGETHER + 5
    for number in range(people):
        deeds, start = some_deeds(dice), NOON + timedelta(days=88 * dice.random())
        await Life(store=store, catalog=CATALOG).live(f"{number}", deeds, start=start, until=NOW)
        until = min(NOW, start + 30 * DAY)
        orders += start + 30 * DAY <= NOW and any(deed == "box.ordered" and start + at <= until for at, deed in deeds)

    report = await report_on(store, CATALOG, NAME)

    assert report.began == people == sum(report.status.values())
    assert set(report.status) == {"running", "goal", "finished", "left"}
    for row in report.steps:
        if row.kind == "WaitFor":
            assert row.reached == row.here + sum(row.waited.values()) + sum(row.ended.values()), row
        else:
            assert row.reached == row.mailed + row.skipped, row
    first, real, later = step(report, "first_cup"), step(report, "real_use"), step(report, "second_chance")
    assert real.reached == first.waited["happened"] + later.waited["happened"]
    assert step(report, "evaluate").reached == real.waited["happened"]
    assert step(report, "come_back").skipped_because.keys() <= {"cup.noted happened meanwhile", "box.ordered happened"}
    assert report.goal is not None
    assert report.goal.reached == orders
    assert report.goal.matured < people
    told = msgspec.json.encode(report).decode()
    assert "@" not in told
    async for name, _ in store.all_subscribers():
        assert name not in told


async def test_days_and_drafts_bound_who_is_counted() -> None:
    """Who began earlier is left out, and so is the team that tries a draft."""
    store = new_store()
    life = Life(store=store, catalog=CATALOG)
    for number in range(3):
        await life.live(f"{number}", start=NOW - timedelta(days=10 * number + 1), until=NOW)
    author = replace(life.record, trying_until=NOW, version=life.record.version + 1)
    store._data_of(author.id).records[author.id] = (author.version, records.encode(author))

    assert [(await report_on(store, CATALOG, NAME, days)).began for days in (90, 15, 5)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("status", "note", "mailed", "under_way", "because"),
    [
        ("sent", "", 1, 0, {}),
        ("unknown", "", 1, 0, {}),
        ("queued", "", 0, 1, {}),
        ("refused", "the person left s", 0, 0, {"the person left s": 1}),
        ("failed", "5.1.1", 0, 0, {"could not be delivered": 1}),
    ],
)
async def test_the_send_ledger_says_what_became_of_a_mail(
    status: SendStatus, note: str, mailed: int, under_way: int, because: dict[str, int]
) -> None:
    """Handed over, on its way, or why not; a mail server's answer is nothing to group by."""
    store, catalog = new_store(), compile_clean(sequence_text("  a: {send: welcome}\n"))

    def settle(_mail: SendMail) -> tuple[SendStatus, str]:
        return status, note

    await Life(store=store, catalog=catalog, settling=settle).live("mia", until=NOW)
    row = step(await report_on(store, catalog), "a")

    assert (row.reached, row.mailed, row.under_way, row.skipped_because) == (1, mailed, under_way, because)


SPLIT = "  a:\n    send: {evaluate_order: 50%, evaluate_invite: 50%}\n"


async def compared_people(store: Store, catalog: SequenceCatalog, shares: dict[str, float], people: int) -> None:
    """Let people live whose chance of an order is that of the mail they got."""
    dice = random.Random(3)  # noqa: S311  no secret
    for number in range(people):
        got: list[str] = []

        def note_template(mail: SendMail, got: list[str] = got) -> tuple[SendStatus, str]:
            got.append(mail.template)
            return "sent", ""

        life = Life(store=store, catalog=catalog, settling=note_template)
        await life.live(f"{number}", until=NOON)
        if dice.random() < shares[got[0]]:
            await life.do("box.ordered", NOON + 2 * DAY)


async def test_a_better_arm_is_found_and_a_worse_is_not_praised() -> None:
    """40 % against 20 % of 700 people is told; two equal mails are “not decided”, with the people that are missing."""
    catalog = compile_clean(sequence_text(SPLIT, goal=GOAL))
    clear, equal = new_store(), new_store()
    await compared_people(clear, catalog, {"evaluate_order": 0.2, "evaluate_invite": 0.4}, 700)
    await compared_people(equal, catalog, {"evaluate_order": 0.2, "evaluate_invite": 0.2}, 300)

    (found,) = (await report_on(clear, catalog)).comparisons
    (undecided,) = (await report_on(equal, catalog)).comparisons

    assert (found.name, found.split_is_off, sum(arm.matured for arm in found.arms)) == ("a", False, 700)
    (difference,) = found.differences
    assert (difference.arm, difference.than, difference.decided) == ("evaluate_invite", "evaluate_order", True)
    assert difference.low < 0.2 < difference.high
    assert not undecided.differences[0].decided
    assert undecided.differences[0].missing_people


async def test_a_comparison_drops_nobody() -> None:
    """Whoever began before the days asked for still counts in it: the interval holds for sums that only grow."""
    catalog = compile_clean(sequence_text(SPLIT, goal=GOAL))
    store = new_store()
    await compared_people(store, catalog, {"evaluate_order": 0.5, "evaluate_invite": 0.5}, 30)

    report = await report_on(store, catalog, days=5)

    (row,) = report.comparisons
    assert (report.began, sum(arm.exposed for arm in row.arms)) == (0, 30)


async def test_a_split_that_loses_people_is_told_instead_of_a_result() -> None:
    """If nine in ten people of one arm are missing, the report compares nothing."""
    catalog = compile_clean(sequence_text(SPLIT, goal=GOAL))
    store = new_store()
    await compared_people(store, catalog, {"evaluate_order": 0.5, "evaluate_invite": 0.5}, 200)
    losing = compile_clean(sequence_text(SPLIT.replace("50%", "10%", 1).replace("50%", "90%", 1), goal=GOAL))
    kept = new_store()
    await compared_people(kept, losing, {"evaluate_order": 0.5, "evaluate_invite": 0.5}, 200)

    (fair,) = (await report_on(store, catalog)).comparisons
    context = Context(now=NOW, entropy=bytes(16), keys=KEYS, config=SHIPPED_CONFIG)
    tally = await count_sequence(kept, losing.sequences["s"], context, 365)
    # The same people, held against the shares of another file, and with no trace of the change.
    tally.sequence = catalog.sequences["s"]
    (off,) = summarize(tally, 365, "").comparisons

    assert (fair.split_is_off, len(fair.differences)) == (False, 1)
    assert (off.split_is_off, off.differences) == (True, ())


async def test_a_changed_split_begins_a_new_comparison() -> None:
    """Whoever was mailed while the shares were others counts in no arm; the day of the change is told."""
    before = compile_clean(sequence_text(SPLIT, goal=GOAL))
    after = compile_clean(sequence_text(SPLIT.replace("50%", "90%", 1).replace("50%", "10%", 1), goal=GOAL))
    store = new_store()
    for number in range(40):
        catalog, start = (before, NOON) if number < 20 else (after, NOON + 5 * DAY)
        await Life(store=store, catalog=catalog).live(f"{number}", start=start, until=NOW)

    (row,) = (await report_on(store, after)).comparisons

    assert row.changed_on == NOON.date()
    assert sum(arm.exposed for arm in row.arms) == 20


async def test_late_goals_and_goals_of_people_who_left_count() -> None:
    """What happened in its time is what counts, not where in the sequence they were."""
    catalog = compile_clean(sequence_text("  a: {send: welcome}\n  w: {wait: 2 days}\n", goal=GOAL))
    store = new_store()
    for psid, deeds in {
        "late": [(9 * DAY, "box.ordered")],
        "left": [(DAY, STOPS), (3 * DAY, "box.ordered")],
        "too late": [(31 * DAY, "box.ordered")],
        "never": [],
    }.items():
        await Life(store=store, catalog=catalog).live(psid, deeds, until=NOW)

    report = await report_on(store, catalog)

    assert report.goal is not None
    assert (report.goal.matured, report.goal.reached) == (4, 2)
    assert report.goal.median_days == pytest.approx(9.04, abs=0.01)
    assert report.goal.share_by_day == {1: 0, 3: 0, 7: 0.25, 14: 0.5, 30: 0.5}
    assert report.left_because == {"friday_leaf was withdrawn": 1}
    assert (step(report, "w").reached, step(report, "w").ended) == (4, {"left": 1})


async def test_steps_without_a_sentence_are_filled_in() -> None:
    """A wait that is over at once, and a condition, were passed by whoever came behind them."""
    steps = """  w: {wait: {for: cup.noted, at_most: 3 days}, else: end}
  keen: {if: cup.noted at least once in 7 days, else: other}
  again: {wait: {for: cup.noted, at_most: 2 days}, else: end}
  a: {send: welcome, go: end}
  other: {send: come_back}
"""
    catalog = compile_clean(sequence_text(steps))
    store = new_store()
    for number in range(4):
        await Life(store=store, catalog=catalog).live(f"{number}", [(DAY, "cup.noted")][: number % 2], until=NOW)

    report = await report_on(store, catalog)

    assert {row.step: row.reached for row in report.steps} == {"w": 4, "keen": 2, "again": 2, "a": 2, "other": 0}
    assert step(report, "w").waited == {"ran out": 2, "happened": 2}
    assert step(report, "again").waited == {"happened": 2}
    assert report.goal is None
    assert report.comparisons == ()
    sequence = catalog.sequences["s"]
    assert find_silent_way(sequence, "w", "a") == ("keen", "again")
    assert find_silent_way(sequence, "w", "other") == ("keen",)
    assert find_silent_way(sequence, "a", "other") == ()


@pytest.mark.parametrize(
    ("stops_after", "counted"),
    [(0.5, {"a": 1}), (3.5, {"b": 1}), (9.9, {"b": 1}), (10.1, {}), (30, {})],
)
async def test_stopping_is_counted_against_the_last_mail(stops_after: float, counted: dict[str, int]) -> None:
    """Within a week, also when the sequence is over by then; mails go out on day 0 and day 3."""
    catalog = compile_clean(sequence_text("  a: {send: welcome}\n  w: {wait: 3 days}\n  b: {send: come_back}\n"))
    store = new_store()
    await Life(store=store, catalog=catalog).live("mia", [(stops_after * DAY, STOPS)], until=NOW)

    report = await report_on(store, catalog)

    assert {row.step: row.stopped for row in report.steps if row.stopped} == counted


async def test_who_goes_round_counts_once() -> None:
    """A daily loop: one person at a step, however often they pass it, and the wait they stand in is not over."""
    steps = """  look: {wait: {for: cup.noted, at_most: 1 day}, else: idle}
  a: {send: welcome, go: end}
  idle: {wait: 1 day}
  keen: {if: never box.ordered, go: look, else: end}
"""
    catalog, store = compile_clean(sequence_text(steps)), new_store()
    await Life(store=store, catalog=catalog).live("here", until=NOON + 10.5 * DAY)
    await Life(store=store, catalog=catalog).live("waits", until=NOON + 11.5 * DAY)
    await Life(store=store, catalog=catalog).live("went", [(4.5 * DAY, "cup.noted")], until=NOON + 10 * DAY)

    report = await report_on(store, catalog)

    assert {row.step: row.reached for row in report.steps} == {"look": 3, "a": 1, "idle": 3, "keen": 3}
    assert (step(report, "look").here, step(report, "idle").here) == (1, 1)
    assert step(report, "look").waited == {"happened": 1, "ran out": 1}


async def test_a_renamed_step_keeps_its_people() -> None:
    """What the history says of the old name counts at the new one, mails too."""
    old = compile_clean(sequence_text("  a: {send: welcome}\n  w: {wait: 3 days}\n"))
    new = compile_clean(sequence_text("  b: {send: welcome}\n  w: {wait: 3 days}\nmigrate: {a: b}\n"))
    store = new_store()
    await Life(store=store, catalog=old).live("mia", until=NOON + DAY)

    report = await report_on(store, new)

    assert (step(report, "b").reached, step(report, "b").mailed, step(report, "w").here) == (1, 1, 1)


def test_a_held_out_part_is_one_more_arm() -> None:
    """A comparison takes arms of any name and share, and holds each against the first."""
    comparison = ComparisonTally()
    comparison.arms[NOON.date(), "held out"] = ArmTally(exposed=410, matured=400, reached=80)
    comparison.arms[NOON.date(), "mailed"] = ArmTally(exposed=3_700, matured=3_600, reached=1_080)

    row = compare_arms("holdout", comparison, {"held out": 10, "mailed": 90})

    assert (row.split_is_off, [(arm.arm, arm.share) for arm in row.arms]) == (
        False, [("held out", 0.2), ("mailed", 0.3)],
    )  # fmt: skip
    assert [(found.arm, found.decided, round(found.estimate, 3)) for found in row.differences] == [
        ("mailed", True, 0.1)
    ]


async def test_goal_of_the_mailed_is_held_against_that_of_the_held_out() -> None:
    """Who is held out counts in the comparison only; who began while another share was held out, in none."""
    steps = "  a: {send: welcome, anyway: true}\n  w: {wait: 3 days}\n  b: {send: come_back}\n"
    halved = compile_clean(sequence_text(steps, goal=f"{GOAL}\nholdout: 50%"))
    fewer = compile_clean(sequence_text(steps, goal=f"{GOAL}\nholdout: 10%"))
    store = new_store()
    for number in range(60):
        # One in six orders before the first mail that it is about: nobody knows what it would have done.
        deeds = [(DAY if number % 6 == 0 else 5 * DAY, "box.ordered")] if number % 3 == 0 else []
        await Life(store=store, catalog=halved).live(f"{number}", deeds, until=NOW)

    report, changed = await report_on(store, halved), await report_on(store, fewer)

    (row,) = report.comparisons
    assert row.name == "holdout"
    assert [arm.arm for arm in row.arms] == ["held out", "mailed"]
    assert sum(arm.matured for arm in row.arms) == 50
    assert sum(arm.reached for arm in row.arms) == 10
    assert (len(row.differences), row.changed_on) == (1, None)
    assert report.began == 60
    assert 20 < report.held_out < 40
    assert report.goal is not None
    assert report.goal.matured == 60 - report.held_out
    assert step(report, "b").skipped_because["they are held out"] == row.arms[0].exposed
    assert changed.comparisons[0].changed_on == NOON.date()


async def test_memory_does_not_grow_with_people() -> None:
    """Twice the people of the same days make no more numbers."""
    sizes = []
    for people in (100, 200):
        store = new_store()
        for number in range(people):
            await Life(store=store, catalog=CATALOG).live(
                f"{number}", [(timedelta(days=number % 10), "box.ordered")], until=NOW
            )
        context = Context(now=NOW, entropy=bytes(16), keys=KEYS, config=SHIPPED_CONFIG)
        tally = await count_sequence(store, CATALOG.sequences[NAME], context, 365)
        sizes.append(Counter(len(tally.times.reached) + len(each.skipped) for each in tally.steps.values()))

    assert sizes[0] == sizes[1]
