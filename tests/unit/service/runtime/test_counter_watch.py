"""Alarms on counters that should stay at zero."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.counters import DEAD_LETTER
from domain.ports import Commit
from service.runtime.counter_watch import MAIL_TODAY, TROUBLE, CounterWatch
from tests.support.memory_store.store import MemoryStore

NOW = datetime(2026, 6, 15, 8, tzinfo=UTC)


class Team:
    """The team's mailbox."""

    def __init__(self) -> None:
        """Begin with an empty one that takes mail."""
        self.mails: list[str] = []
        self.takes = True

    async def tell(self, text: str) -> bool:
        """Take a mail, unless it is closed."""
        if self.takes:
            self.mails.append(text.splitlines()[0])
        return self.takes


@pytest.fixture(name="team")
def _team() -> Team:
    return Team()


async def add_dead_letters(store: MemoryStore, number: int, name: str) -> None:
    """Count so many dead letters."""
    counted = {DEAD_LETTER: number}
    await store.commit(Commit(subscriber=name, version=0, record=b"x", counters=counted, day="2026-06-15"))


async def test_the_first_dead_letter_of_a_day_is_told_and_then_ten_times_as_many(team: Team) -> None:
    """A broken rule counts fast; the team is not mailed for each."""
    store = MemoryStore(4, server_ms=lambda: 0)
    watch = CounterWatch(store=store, clock=lambda: NOW, tell_team=team.tell)
    await watch.watch_counters()
    await add_dead_letters(store, 1, "mia")
    await watch.watch_counters()
    await add_dead_letters(store, 8, "ben")
    await watch.watch_counters()
    await add_dead_letters(store, 1, "eve")
    await watch.watch_counters()

    assert [mail.split()[0] for mail in team.mails] == ["1", "10"]
    assert TROUBLE.labels(DEAD_LETTER)._value.get() == 10


async def test_one_of_several_processes_tells_the_team(team: Team) -> None:
    """The others only show the number; whoever leads later tells what it finds then."""
    store = MemoryStore(4, server_ms=lambda: 0)
    leaders = [False]
    watch = CounterWatch(store=store, clock=lambda: NOW, tell_team=team.tell, is_leader=lambda: leaders[-1])
    await add_dead_letters(store, 3, "mia")
    await watch.watch_counters()

    assert (team.mails, TROUBLE.labels(DEAD_LETTER)._value.get()) == ([], 3)
    leaders.append(True)
    await watch.watch_counters()

    assert [mail.split()[0] for mail in team.mails] == ["3"]


async def test_a_mail_that_did_not_go_is_tried_again(team: Team) -> None:
    """At the next look."""
    store = MemoryStore(4, server_ms=lambda: 0)
    watch = CounterWatch(store=store, clock=lambda: NOW, tell_team=team.tell)
    await add_dead_letters(store, 1, "mia")
    team.takes = False
    await watch.watch_counters()
    team.takes = True
    await watch.watch_counters()

    assert len(team.mails) == 1


async def test_the_mail_of_today_is_shown_by_class_and_topic(team: Team) -> None:
    """What belongs to the mails and nothing else; on the next day yesterday's are gone."""
    store, now = MemoryStore(4, server_ms=lambda: 0), [NOW]
    watch = CounterWatch(store=store, clock=lambda: now[0], tell_team=team.tell)
    counted = {"returned:hard": 2, "withdrawn:friday_leaf": 3, "flow:newsletter:ask": 9}
    await store.commit(Commit(subscriber="mia", version=0, record=b"x", counters=counted, day="2026-06-15"))
    await watch.watch_counters()
    shown = {sample.labels["counter"]: sample.value for sample in next(iter(MAIL_TODAY.collect())).samples}
    assert shown == {"returned:hard": 2, "withdrawn:friday_leaf": 3}
    now[0] += timedelta(days=1)
    await watch.watch_counters()
    assert not next(iter(MAIL_TODAY.collect())).samples
