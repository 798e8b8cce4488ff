"""What another edition brings to those who wait: ``plan`` tells it, and ``apply`` asks if it is much."""

from datetime import timedelta

import pytest

from service.cli.apply import apply_edition
from service.cli.plan import plan_edition
from service.engine.clock import MovableClock
from service.forecast.mails_after_apply import is_surge
from service.workspace.edition import Edition, compile_edition, shipped_files
from service.workspace.publishing.diff import MailsSoon, StepAhead
from service.workspace.publishing.publish import publish_first
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import shipped_edition
from tests.unit.service.reports.sequences.population import DAY, Life

SOON = timedelta(minutes=30)


def changed_edition(old: str, new: str) -> Edition:
    """Return the shipped workspace with one text of its sequence replaced."""
    files = shipped_files()
    name = next(name for name in files if name.endswith("tasting_book.yaml"))
    assert old in files[name]
    edition, found = compile_edition({**files, name: files[name].replace(old, new, 1)})
    assert edition, found
    return edition


def new_store() -> MemoryStore:
    """Return an empty store whose time stands."""
    return MemoryStore(server_ms=lambda: 0)


async def live_on(store: MemoryStore, edition: Edition, people: int, since: timedelta) -> None:
    """Make an edition live, and let so many people stand at their first cup since then."""
    await publish_first(store, edition, NOON)
    for number in range(people):
        life = Life(store=store, catalog=edition.rules.sequences)
        await life.live(f"p{number}", start=NOON - since, until=NOON)


async def test_a_wait_that_is_longer_is_told() -> None:
    """Everybody at the step gets the mail that much later, and nothing leaves at once."""
    store = new_store()
    await live_on(store, shipped_edition(), 3, DAY)
    longer = changed_edition("at_most: 3 days", "at_most: 6 days")

    plan = await plan_edition(store, longer, (), (), now=NOON, keys=KEYS)

    (change,) = plan.changes
    later = ("get come_back 3 days later", 3)
    assert change.ahead == (StepAhead(step="first_cup", as_before=0, otherwise=(later,)),)
    assert plan.soon == MailsSoon(yours=0, live=0)


async def test_what_changes_for_nobody_is_not_told() -> None:
    """Nobody stands where it differs: all go on as before."""
    store = new_store()
    await live_on(store, shipped_edition(), 2, DAY)

    plan = await plan_edition(store, changed_edition("times: 3", "times: 4"), (), (), now=NOON, keys=KEYS)

    assert [change.ahead for change in plan.changes] == [()]


async def test_many_mails_at_once_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the live version the mail comes two days later: apply sends 25 of them within the hour only if it is meant."""

    async def load_noon(_store: MemoryStore) -> MovableClock:
        return MovableClock(base=lambda: NOON)

    monkeypatch.setattr("service.cli.apply.load_clock", load_noon)
    store = new_store()
    slow = changed_edition(
        "  come_back:\n    send: come_back", "  come_back:\n    wait: 2 days\n  late:\n    send: come_back"
    )
    await live_on(store, slow, 25, 3 * DAY - SOON)

    plan, live = await apply_edition(store, shipped_edition(), keys=KEYS)
    assert plan
    assert plan.soon == MailsSoon(yours=25, live=0)
    assert live is None

    _, live = await apply_edition(store, shipped_edition(), keys=KEYS, yes=True)
    assert live
    assert live.epoch == 2


def test_few_mails_or_usual_ones_are_not_asked_about() -> None:
    """More than three times the live version's, and at least twenty."""
    asked = {(yours, live): is_surge(MailsSoon(yours=yours, live=live), 3) for yours, live in
             ((19, 0), (20, 0), (20, 6), (20, 7), (60, 20), (61, 20))}  # fmt: skip

    assert [pair for pair, is_asked in asked.items() if is_asked] == [(20, 0), (20, 6), (61, 20)]
    assert not is_surge(None, 3)
