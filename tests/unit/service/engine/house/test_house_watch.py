"""Events that go quiet, and values of the whole house that all processes see."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from service.engine.house.stored_values import change_house, load_house
from service.engine.house.watch import HouseWatch
from tests.support.memory_store.store import MemoryStore
from tests.support.people import NOON, SHIPPED_CONFIG

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENT = "cup.noted"


class House:
    """Two processes that watch one house in virtual time."""

    def __init__(self) -> None:
        self.store = MemoryStore(4, server_ms=lambda: 0)
        self.now = NOON
        self.told: list[str] = []
        self.first, self.second = (
            HouseWatch(store=self.store, clock=lambda: self.now, config=lambda: SHIPPED_CONFIG) for _ in range(2)
        )

    async def tell(self, text: str) -> bool:
        """Keep what the team is told."""
        self.told.append(text)
        return True

    async def run(self, until: datetime, *, speaks: bool) -> None:
        """Let time pass, quarter by quarter; the product tells an event each hour, to one process or the other."""
        while self.now < until:
            if speaks and self.now.minute == 0:
                (self.first if self.now.hour % 2 else self.second).note_events([EVENT, "box.unknown"])
            for process, leads in ((self.first, True), (self.second, False)):
                await process.write_heard()
                await process.judge_silence(self.tell, (lambda: True) if leads else (lambda: False))
            self.now += timedelta(minutes=15)

    async def tell_daily(self, days: int, each: dict[str, int]) -> None:
        """Let days pass, six hours after six hours; so often a day each event is told, and never long not."""
        for _ in range(days * 4):
            for name, times in each.items():
                for _ in range(times // 4):
                    self.first.note_events([name])
            await self.first.write_heard()
            await self.first.judge_silence(self.tell, lambda: True)
            self.now += 6 * HOUR


async def test_silence_is_noticed_told_once_and_ends() -> None:
    """After three times the usual gap of an hour; eight hours after it is heard again it is forgotten."""
    house = House()
    await house.run(NOON + 4 * DAY, speaks=True)
    assert house.told == []
    await house.run(NOON + 4 * DAY + 1.5 * HOUR, speaks=False)
    assert (await load_house(house.store)).silent == {}
    await house.run(NOON + 4 * DAY + 6 * HOUR, speaks=False)

    values = await load_house(house.store)
    assert list(values.silent) == [EVENT]
    assert values.silent[EVENT].since == NOON + 4 * DAY - HOUR
    assert values.silent[EVENT].heard_at is None
    assert [text.splitlines()[0] for text in house.told] == ["The event cup.noted has gone quiet"]
    assert house.first.current_values().hold_something

    await house.run(NOON + 4 * DAY + 12 * HOUR, speaks=True)
    values = await load_house(house.store)
    assert values.silent[EVENT].heard_at == NOON + 4 * DAY + 6 * HOUR
    await house.run(NOON + 4 * DAY + 15 * HOUR, speaks=True)
    assert (await load_house(house.store)).silent == {}
    assert len(house.told) == 1


async def test_a_newcomer_and_an_undeclared_event_are_not_judged() -> None:
    """What is usual is known after two days; what doorstep.yaml does not declare holds nobody back."""
    house = House()
    await house.run(NOON + DAY, speaks=True)
    await house.run(NOON + 3 * DAY, speaks=False)
    assert house.told == []


async def test_changes_beside_each_other_are_both_kept() -> None:
    """A change is made again on what another process wrote meanwhile; without a change no number is spent."""
    house = House()
    await change_house(house.store, lambda values: replace(values, halted={"s/a": NOON}))
    await change_house(house.store, lambda values: replace(values, halted={**values.halted, "s/b": NOON}))
    same = await change_house(house.store, lambda values: values)

    assert (sorted(same.halted), same.number) == (["s/a", "s/b"], 2)
    await house.first.look()
    assert house.first.current_values() == same


async def test_far_less_than_usual_is_silent_too() -> None:
    """Told 24 times a day for three weeks, then 4 times a day under its name and often under another."""
    house = House()
    await house.tell_daily(21, {EVENT: 24})
    assert house.told == []
    await house.tell_daily(2, {EVENT: 4, "cup.note": 20})
    values = await load_house(house.store)
    assert [(event, silence.rare, silence.heard_at) for event, silence in values.silent.items()] == [
        (EVENT, True, None)
    ]
    assert len(house.told) == 1
    assert "told less than a fifth as often as usual" in house.told[0]
    assert house.told[0].endswith("“cup.note” is told often and not declared: was it renamed?")

    await house.tell_daily(1, {EVENT: 24})
    assert (await load_house(house.store)).silent == {}
    assert len(house.told) == 1
