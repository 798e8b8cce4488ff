"""The chore that looks each night whether a part of a split has won, over people who lived through it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.house_values import HouseValues
from onboarding.language.catalog import SequenceCatalog
from service.engine.house.stored_values import load_house
from service.winners.change_choices import AHEAD, take_back_choice
from service.winners.nightly import NightlyWinners
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG
from tests.support.sequence_people import compile_clean, sequence_text
from tests.unit.service.reports.sequences.population import DAY, Life

GOAL = "goal: {event: box.ordered, within: 3 days}"
SPLIT = "  a:\n    send: {evaluate_order: 50%, evaluate_invite: 50%}\n    winner: "


def sequence_with(words: str) -> SequenceCatalog:
    """Return a sequence whose split looks for a winner."""
    return compile_clean(sequence_text(f"{SPLIT}{words}\n", goal=GOAL))


@dataclass(kw_only=True)
class Night:
    """A store with people, and the chore that looks at it."""

    catalog: SequenceCatalog
    store: MemoryStore = field(default_factory=lambda: MemoryStore(4, server_ms=lambda: 0))
    told: list[str] = field(default_factory=list)
    leads: bool = True

    async def let_live(self, first: int, people: int, ordering: dict[str, int], start: datetime = NOON) -> None:
        """Let people begin; of ten who get a part, so many order a box the next day."""
        house, got = await load_house(self.store), dict.fromkeys(ordering, 0)
        for number in range(first, first + people):
            life = Life(store=self.store, catalog=self.catalog, house=house)
            await life.live(f"{number}", start=start, until=start)
            part = life.mailed[0]
            got[part] += 1
            if got[part] % 10 < ordering[part]:
                await life.do("box.ordered", start + DAY)

    async def look(self, at: datetime) -> HouseValues:
        """Look at this time; return what is known of the house then."""
        chore = NightlyWinners(
            store=self.store,
            clock=lambda: at,
            keys=KEYS,
            config=lambda: SHIPPED_CONFIG,
            sequences=lambda: self.catalog,
            tell_team=self._tell,
            is_leader=lambda: self.leads,
        )
        await chore.look()
        return await load_house(self.store)

    async def _tell(self, text: str) -> bool:
        self.told.append(text)
        return True


async def test_what_does_better_is_chosen_once_and_the_team_hears_of_it() -> None:
    """Not before the time of the file, by whoever leads, once a day; a minute ahead, so that all processes know it."""
    night = Night(catalog=sequence_with("goal"))
    await night.let_live(0, 250, {"evaluate_order": 1, "evaluate_invite": 5})

    early = await night.look(NOON + 16 * DAY)
    night.leads = False
    other = await night.look(NOON + 17 * DAY)
    night.leads = True
    house = await night.look(NOON + 17 * DAY)
    again = await night.look(NOON + 18 * DAY)

    assert early.chosen == other.chosen == {}
    (chosen,) = house.chosen["s/a"]
    assert (chosen.part, chosen.at, chosen.is_early) == ("evaluate_invite", NOON + 17 * DAY + AHEAD, False)
    assert chosen.parts == {"evaluate_order": 50, "evaluate_invite": 50}
    assert again == house
    (told,) = night.told
    assert told.startswith("evaluate_invite is chosen for s/a\n\nIt does better: evaluate_invite ")
    assert told.endswith("doorstep winner undo s/a")


async def test_what_is_not_settled_stays_open_or_takes_what_the_file_says() -> None:
    """“too early”; with ``else`` that part is taken, and it is known that nothing was settled."""
    left, taking = Night(catalog=sequence_with("goal")), Night(catalog=sequence_with("{else: evaluate_order}"))
    for night in (left, taking):
        await night.let_live(0, 60, {"evaluate_order": 2, "evaluate_invite": 3})

    assert (await left.look(NOON + 20 * DAY)).chosen == {}
    (chosen,) = (await taking.look(NOON + 20 * DAY)).chosen["s/a"]
    assert (chosen.part, chosen.is_early) == ("evaluate_order", True)
    assert left.told == []
    assert "Nothing is settled" in taking.told[0]


async def test_what_was_taken_back_is_compared_anew() -> None:
    """Who got the chosen part by nineteen in twenty decides nothing; who begins later does, after as long a time."""
    night = Night(catalog=sequence_with("{by: goal, after: 5 days}"))
    await night.let_live(0, 250, {"evaluate_order": 1, "evaluate_invite": 5})
    await night.look(NOON + 6 * DAY)
    await night.let_live(1000, 50, {"evaluate_order": 9, "evaluate_invite": 0}, start=NOON + 7 * DAY)

    assert await take_back_choice(night.store, "s/a", NOON + 8 * DAY)
    assert not await take_back_choice(night.store, "s/a", NOON + 8 * DAY)
    taken_back = await night.look(NOON + 20 * DAY)
    await night.let_live(2000, 250, {"evaluate_order": 6, "evaluate_invite": 1}, start=NOON + 21 * DAY)
    too_soon = await night.look(NOON + 25 * DAY)
    house = await night.look(NOON + 27 * DAY)

    assert taken_back == too_soon
    assert [one.until for one in taken_back.chosen["s/a"]] == [NOON + 8 * DAY + timedelta(minutes=1)]
    assert [one.part for one in house.chosen["s/a"]] == ["evaluate_invite", "evaluate_order"]
