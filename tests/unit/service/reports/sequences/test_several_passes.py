"""Several passes of a person through one sequence, one for each order: told apart in the report and the explanation."""

from datetime import timedelta

from domain.decision import Context
from domain.ports import Store
from service.engine.build_commit import COMPLAINT, HistoryLine, decode_line
from service.forecast.read_people import forecast_mails_ahead
from service.reports.sequences.explain_person import PersonStory
from service.reports.sequences.follow_pass import PersonData, follow_pass
from service.reports.sequences.read_sequence import count_sequence
from service.reports.sequences.summarize import SequenceReport, StepRow, summarize
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG
from tests.support.sequence_people import CATALOG, NAME
from tests.unit.onboarding.engine.test_passes import CONFIG, DELIVERED, compile_it
from tests.unit.service.reports.sequences.population import DAY, Life

ORDERS = compile_it(DELIVERED.replace("exit:", "goal: {event: invoice.sent, within: 30 days}\nexit:", 1))
NOW = NOON + 40 * DAY


def context_at(now_days: int = 40) -> Context:
    """Return what the report may know."""
    return Context(now=NOON + now_days * DAY, entropy=bytes(16), keys=KEYS, config=CONFIG)


async def report_on(store: Store, days: int = 40) -> SequenceReport:
    """Return the report so many days after noon."""
    return summarize(await count_sequence(store, ORDERS.sequences["s"], context_at(days), 90), 90, "sent")


async def shop(store: Store, *deeds: tuple[int, str, str], until: int = 40) -> Life:
    """Let somebody order, get and cancel: (day, event, order)."""
    life = Life(store=store, catalog=ORDERS, config=CONFIG)
    await life.live("mia", start=NOON, until=NOON)
    for day, event, order in deeds:
        await life.wait_until(NOON + day * DAY)
        await life.do(event, NOON + day * DAY, order=order)
    await life.wait_until(NOON + until * DAY)
    return life


def row(report: SequenceReport, name: str) -> StepRow:
    """Return the row of a step."""
    return next(step for step in report.steps if step.step == name)


async def test_orders_at_the_same_time_are_counted_one_by_one() -> None:
    """One came and one is late; what is mailed is exact, and only the latest stands in comparisons."""
    store = MemoryStore(4, server_ms=lambda: 0)
    await shop(
        store, (1, "order.placed", "a"), (2, "order.placed", "b"), (5, "order.delivered", "a"),
        (6, "invoice.sent", "a"), until=30,
    )  # fmt: skip

    report = await report_on(store, 30)

    assert (report.began, report.status) == (2, {"goal": 1, "finished": 1})
    assert (row(report, "there").reached, row(report, "late").mailed, report.forgotten) == (2, 1, 0)


async def test_orders_one_after_the_other_are_told_whole() -> None:
    """Each by its own sentences; of those that ended the latest is kept, and it is said how many are not."""
    store = MemoryStore(4, server_ms=lambda: 0)
    await shop(
        store, (1, "order.placed", "a"), (3, "order.cancelled", "a"), (4, "order.placed", "b"),
        (6, "order.cancelled", "b"), (8, "order.placed", "c"), until=31,
    )  # fmt: skip

    report = await report_on(store, 31)

    assert (report.began, report.forgotten, report.status) == (2, 1, {"left": 1, "finished": 1})
    assert (row(report, "there").waited, row(report, "there").ended) == ({"ran out": 1}, {"left": 1})


async def test_each_running_pass_is_explained() -> None:
    """By its order; without one that runs, the latest."""
    store = MemoryStore(4, server_ms=lambda: 0)
    life = await shop(store, (1, "order.placed", "a"), (2, "order.placed", "b"), until=3)
    lines = [decode_line(raw) for raw in await store.history(life.record.id, last=200)]
    story = PersonStory(record=life.record, history=lines, context=context_at(3))

    standings = story.explain(ORDERS, ["s"])

    assert [(one.key, one.state, one.step, one.until) for one in standings] == [
        ("a", "running", "there", NOON + 22 * DAY), ("b", "running", "there", NOON + 23 * DAY),
    ]  # fmt: skip
    assert {one.next_mail for one in standings} == {"come_back"}


async def test_complaints_are_counted_at_their_mail() -> None:
    """By the id of the mail, which the label of the event names."""
    store = MemoryStore(4, server_ms=lambda: 0)
    life = Life(store=store, catalog=CATALOG)
    await life.live("mia", start=NOON, until=NOON + DAY)
    mail = KEYS.send_id(life.record.id, NAME, "1", "welcome")
    line = HistoryLine(at=NOON + timedelta(hours=5), events=(f"MailRefused {COMPLAINT} {mail}",), reasons=())
    history = [decode_line(raw) for raw in await store.history(life.record.id, last=200)]
    data = PersonData(record=life.record, history=[*history, line], sends=await store.sends_of(life.record.id))
    context = Context(now=NOON + DAY, entropy=bytes(16), keys=KEYS, config=SHIPPED_CONFIG)

    followed = follow_pass(CATALOG.sequences[NAME], data, context)

    assert {step: mail.complained for step, mail in followed.mails.items()} == {"welcome": True}


async def test_what_is_said_of_an_order_is_said_of_that_one() -> None:
    """Why each began, what comes next, why it ended: with both orders open at once."""
    store = MemoryStore(4, server_ms=lambda: 0)
    life = await shop(
        store, (1, "order.placed", "a"), (2, "order.placed", "b"), (3, "order.delivered", "b"),
        (4, "order.cancelled", "a"), until=5,
    )  # fmt: skip
    lines = [decode_line(raw) for raw in await store.history(life.record.id, last=200)]

    assert {reason.about for line in lines for reason in line.reasons if reason.room == "onboarding"} == {"s/a", "s/b"}
    first, second = [life.record.runs[f"s/{order}"] for order in "ab"]
    assert (first.status, second.status, second.step) == ("left", "finished", "cross")
    report = await report_on(store, 5)
    assert (row(report, "there").reached, row(report, "there").waited, row(report, "there").ended) == (
        2, {"happened": 1}, {"left": 1},
    )  # fmt: skip
    assert report.left_because == {"order.cancelled happened": 1}


async def test_the_next_mail_is_that_of_its_own_order() -> None:
    """Of two orders that stand at different steps, each has its own; the forecast of days counts both."""
    store = MemoryStore(4, server_ms=lambda: 0)
    text = DELIVERED.replace("  more: {if: no other order.placed since start, else: end}\n", "  days: {wait: 5 days}\n")
    catalog = compile_it(text)
    life = Life(store=store, catalog=catalog, config=CONFIG)
    await life.live("mia", start=NOON, until=NOON)
    for day, event, order in ((1, "order.placed", "a"), (2, "order.placed", "b"), (3, "order.delivered", "b")):
        await life.wait_until(NOON + day * DAY)
        await life.do(event, NOON + day * DAY, order=order)
    lines = [decode_line(raw) for raw in await store.history(life.record.id, last=200)]
    story = PersonStory(record=life.record, history=lines, context=context_at(3))

    assert [(one.key, one.step, one.next_mail) for one in story.explain(catalog, ["s"])] == [
        ("a", "there", "come_back"), ("b", "days", "welcome"),
    ]  # fmt: skip
    ahead = await forecast_mails_ahead(store, catalog, context_at(3), 30)
    assert {day.day.day: day.steps_at_most for day in ahead.days if day.at_most} == {
        1: {"s/cross": 1.0}, 15: {"s/late": 1.0},
    }  # fmt: skip
    assert ahead.waiting == 1
