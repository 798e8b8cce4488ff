"""Changing a workspace while people are inside: who moves, who finishes where they are, and what is refused."""

import pytest

from domain.ports import StoreAwayError
from service.cli.apply import apply_edition
from service.workspace.edition import compile_edition
from service.workspace.publishing import head_count, live_edition
from service.workspace.publishing.diff import OlderVersion, StepChange, UnitChange
from service.workspace.publishing.publish import NothingLiveError, plan_against_live, roll_back, swap_edition
from tests.support.memory_store.store import MemoryStore
from tests.support.people import NOON
from tests.support.walk_flows import (
    CONFIG_TEXT,
    FILE,
    TOUR,
    TouringProcess,
    replace_text,
    standing_place,
    start_touring,
    tour_edition,
    tour_files,
)

WORDS = replace_text("With milk?", "With a drop of milk?")
RENAMED = TOUR.replace("  black:\n", "  dark:\n").replace("Black: black", "Black: dark")
MAPPED = RENAMED + "migrate: {black: dark}\n"
STAYING = RENAMED + "migrate: {black: stay}\n"
REWIRED = replace_text("  green:\n    say: Green it is.", "  green:\n    tries: 1\n    say: Green it is.")


@pytest.fixture
def store() -> MemoryStore:
    """Return an empty store."""
    return MemoryStore(2, server_ms=lambda: 0)


async def at_black(store: MemoryStore) -> TouringProcess:
    """Return a process whose live edition is the tour, with Mia at “black”."""
    one = await start_touring(store)
    await one.send_text("mia", "tour")
    await one.send_text("mia", "black")
    return one


async def test_the_first_edition_is_live_at_once(store: MemoryStore) -> None:
    """A second process with another folder runs what is live, not its folder."""
    await start_touring(store)
    other = await start_touring(store, tour_edition(WORDS))
    assert (await store.live_edition_number(), other.editions.epoch) == (1, 1)
    assert other.editions.current.hash == tour_edition().hash


async def test_other_words_are_read_at_once(store: MemoryStore) -> None:
    """Who stands in the flow goes on in the new version, at the same step, in every process."""
    one, other = await at_black(store), await start_touring(store)
    found, live = await apply_edition(store, tour_edition(WORDS))
    assert (found and found.missing, live and live.epoch) == ((), 2)
    record = await other.send_text("mia", "perhaps")
    assert standing_place(record) == ("black", tour_edition(WORDS).rules.flows.flows["tour"].hash)
    assert (one.editions.epoch, other.editions.epoch) == (1, 2)
    assert (await one.send_text("mia", "with milk")).conversation is None
    assert one.editions.epoch == 2


@pytest.mark.parametrize(
    ("new", "version"),
    [
        (replace_text("With milk?", "With a drop of milk?"), "words"),
        (replace_text("Without: bye", "No milk: bye"), "label"),
        (MAPPED, "name"),
        (replace_text("  black:\n    say:", "  black:\n    tries: 1\n    say:"), "shape"),
    ],
)
async def test_a_tap_on_what_was_shown_before_is_understood(store: MemoryStore, new: str, version: str) -> None:
    """Whether words, a label, the name of the step or the shape of the flow have changed since."""
    one = await at_black(store)
    (shown,) = [button.payload for button in await one.take_chips("mia") if button.label == "Without"]
    _, live = await apply_edition(store, tour_edition(new))
    assert live, version
    record = await one.send_text("mia", "Without", payload=shown)
    assert record.conversation is None
    assert "Thank you." in await one.take_texts("mia")


async def test_a_tap_on_a_button_to_a_step_is_understood(store: MemoryStore) -> None:
    """By its place: the words on it may have changed."""
    tour = replace_text("choices: {With milk: bye, Without: bye}", "buttons: {Enough: bye}")
    one = await start_touring(store, tour_edition(tour))
    await one.send_text("mia", "tour")
    await one.send_text("mia", "black")
    await apply_edition(store, tour_edition(tour.replace("With milk?", "Shall we?")))
    assert (await one.send_text("mia", "Enough", payload="tap|tour|black|button.0")).conversation is None


async def test_a_step_that_is_gone_with_people_in_it_is_refused(store: MemoryStore) -> None:
    """The plan says who stands there, what it probably became, and what to add; nothing is changed."""
    one = await at_black(store)
    found, live = await apply_edition(store, tour_edition(RENAMED))
    assert (live, await store.live_edition_number()) == (None, 1)
    assert found
    (finding,) = found.missing
    assert (finding.file, finding.code) == (FILE, "strands-people")
    assert finding.message == "The step “black” of tour is gone, and 1 person stands there; it looks like “dark” now."
    assert "migrate: {black: dark}" in finding.hint
    assert "migrate: {black: stay}" in finding.hint
    assert standing_place(await one.send_text("mia", "perhaps"))[0] == "black"


async def test_a_map_moves_people_at_their_next_event(store: MemoryStore) -> None:
    """Their answer is judged by the new step."""
    one = await at_black(store)
    _, live = await apply_edition(store, tour_edition(MAPPED))
    assert live
    assert standing_place(await one.load_record("mia"))[0] == "black"
    record = await one.send_text("mia", "perhaps")
    assert standing_place(record) == ("dark", tour_edition(MAPPED).rules.flows.flows["tour"].hash)


async def test_with_stay_people_finish_in_the_old_version(store: MemoryStore) -> None:
    """A process that starts afterwards knows that version too."""
    await at_black(store)
    _, live = await apply_edition(store, tour_edition(STAYING))
    assert live
    later = await start_touring(store, tour_edition(STAYING))
    record = await later.send_text("mia", "perhaps")
    assert standing_place(record) == ("black", tour_edition().rules.flows.flows["tour"].hash)
    assert (await later.send_text("mia", "without")).conversation is None
    assert (
        standing_place(await later.send_text("mia", "tour"))[1] == tour_edition(STAYING).rules.flows.flows["tour"].hash
    )


async def test_a_rewired_flow_is_finished_in_the_old_version(store: MemoryStore) -> None:
    """Newcomers get the new one; the plan tells both."""
    one = await at_black(store)
    await one.send_text("bob", "tour")
    await one.send_text("bob", "green")
    found, live = await apply_edition(store, tour_edition(REWIRED))
    assert found
    assert found.changes == (
        UnitChange(
            kind="flow",
            name="tour",
            how="structure",
            people=2,
            what="they finish in the old version",
            steps=(
                StepChange(step="green", how="rewired", people=1, what="tries differ; they finish in the old version"),
            ),
        ),
    )
    assert standing_place(await one.send_text("mia", "perhaps"))[1] == tour_edition().rules.flows.flows["tour"].hash
    assert standing_place(await one.send_text("eve", "tour"))[1] == tour_edition(REWIRED).rules.flows.flows["tour"].hash
    assert live


async def test_a_rollback_strands_nobody_either(store: MemoryStore) -> None:
    """Who came in by the edition that is taken back finishes in it; the next rollback goes further back."""
    one = await at_black(store)
    await apply_edition(store, tour_edition(MAPPED))
    await one.send_text("bob", "tour")
    await one.send_text("bob", "black")
    await apply_edition(store, tour_edition(replace_text("See you soon.", "Bye.", MAPPED)))
    back, found = await roll_back(store, NOON)
    assert (back.epoch, back.edition, found.missing) == (4, tour_edition(MAPPED).hash, ())
    again, _ = await roll_back(store, NOON)
    assert (again.epoch, again.edition) == (5, tour_edition().hash)
    assert standing_place(await one.send_text("mia", "perhaps"))[0] == "black"
    assert standing_place(await one.send_text("bob", "perhaps")) == (
        "dark",
        tour_edition(MAPPED).rules.flows.flows["tour"].hash,
    )
    with pytest.raises(NothingLiveError):
        await roll_back(store, NOON)


async def test_moves_of_several_editions_follow_each_other(store: MemoryStore) -> None:
    """Who was silent through a renaming and a rewording goes the whole way."""
    one = await at_black(store)
    await apply_edition(store, tour_edition(MAPPED))
    later = replace_text("With milk?", "With a drop of milk?", RENAMED)
    _, live = await apply_edition(store, tour_edition(later))
    assert live
    assert standing_place(await one.send_text("mia", "perhaps")) == (
        "dark",
        tour_edition(later).rules.flows.flows["tour"].hash,
    )


async def test_a_map_may_not_be_dropped_before_people_have_moved(store: MemoryStore) -> None:
    """Who was mapped and is silent counts where they will stand."""
    await at_black(store)
    await apply_edition(store, tour_edition(MAPPED))
    without = RENAMED.replace("  dark:\n", "  noir:\n").replace("Black: dark", "Black: noir")
    found, _, _ = await plan_against_live(store, tour_edition(without))
    assert [one.message for one in found.missing] == [
        "The step “dark” of tour is gone, and 1 person stands there; it looks like “noir” now."
    ]


async def test_a_flow_that_is_gone_is_refused_or_finished(store: MemoryStore) -> None:
    """With --stay its people finish, and nobody new comes in."""
    one = await at_black(store)
    other = TOUR.replace("flow: tour", "flow: walk").replace("words: [tour]", "words: [walk]")
    new = tour_edition(other)
    found, live = await apply_edition(store, new)
    assert found
    assert ([one.hint for one in found.missing], live) == (
        ["Keep it, or let them finish in the old version: doorstep apply --stay tour"],
        None,
    )
    _, live = await apply_edition(store, new, stay=["tour"])
    assert live
    assert standing_place(await one.send_text("mia", "perhaps"))[0] == "black"
    assert (await one.send_text("mia", "with milk")).conversation is None


async def test_what_an_old_version_needs_may_not_go_with_it(store: MemoryStore) -> None:
    """Who finishes in it would be asked for a field that is not declared any more."""
    one = await start_touring(store)
    await one.send_text("bob", "tour")
    await one.send_text("bob", "green")
    plain = replace_text("    ask: text\n    save: liked\n", "    choices: {The smell: bye}\n")
    bare = "".join(
        line for line in CONFIG_TEXT.splitlines(keepends=True) if "liked" not in line and line != "fields:\n"
    )
    less, _ = compile_edition({**tour_files(plain), "doorstep.yaml": bare})
    assert less
    found, _, _ = await plan_against_live(store, less)
    assert [one.message for one in found.missing] == [
        "1 person will finish in the old version of tour, which needs the field liked."
    ]


async def test_versions_that_nobody_needs_are_forgotten(store: MemoryStore) -> None:
    """As long as one stands in it, it is kept."""
    one = await at_black(store)
    await apply_edition(store, tour_edition(STAYING))
    await one.editions.take_over_live()
    await one.editions.forget_old_versions()
    assert len(one.editions.current.rules.flows.older_versions) == 1
    await one.send_text("mia", "with milk")
    await one.editions.forget_old_versions()
    live = await live_edition.load_live(store)
    assert live
    assert (live.versions, dict(one.editions.current.rules.flows.older_versions)) == ((), {})


async def test_the_plan_tells_of_who_finishes_in_older_versions(store: MemoryStore) -> None:
    """They are asked about once only."""
    await at_black(store)
    await apply_edition(store, tour_edition(STAYING))
    found, _, _ = await plan_against_live(store, tour_edition(RENAMED))
    assert found.missing == ()
    assert found.older == (OlderVersion(flow="tour", hash=tour_edition().rules.flows.flows["tour"].hash, people=1),)


async def test_of_two_who_apply_at_once_one_is_overtaken(store: MemoryStore) -> None:
    """What the second compared with is not live any more."""
    await start_touring(store)
    _, live, old = await plan_against_live(store, tour_edition(WORDS))
    assert await swap_edition(store, live, old, tour_edition(WORDS), NOON)
    assert await swap_edition(store, live, old, tour_edition(REWIRED), NOON) is None
    assert await store.live_edition_number() == 2


async def test_a_process_that_cannot_run_what_is_live_decides_nothing(store: MemoryStore) -> None:
    """Its callers are told to come again, as if the store were away; it never goes on with the old one."""
    one = await at_black(store)
    await apply_edition(store, tour_edition(WORDS))
    store._meta[f"edition:{tour_edition(WORDS).hash}"] = store._meta[f"edition:{tour_edition().hash}"][:0]
    with pytest.raises(StoreAwayError):
        await one.send_text("mia", "with milk")
    assert standing_place(await one.load_record("mia"))[0] == "black"


async def test_the_demo_moves_everybody_and_lets_the_lost_start_over(store: MemoryStore) -> None:
    """A saved file is live at once; who stands at a step that is gone is asked from the beginning."""
    one = await at_black(store)
    await one.editions._make_live(tour_edition(REWIRED))
    assert standing_place(await one.send_text("mia", "perhaps")) == (
        "black",
        tour_edition(REWIRED).rules.flows.flows["tour"].hash,
    )
    await one.editions._make_live(tour_edition(RENAMED))
    assert standing_place(await one.send_text("mia", "perhaps"))[0] != "black"
    await one.editions._make_live(tour_edition())
    await one.send_text("bob", "tour")
    await one.send_text("bob", "black")
    await one.editions._make_live(tour_edition(MAPPED))
    assert standing_place(await one.send_text("bob", "perhaps"))[0] == "dark"


async def test_the_census_counts_and_names_nobody(store: MemoryStore) -> None:
    """By flow, version and step."""
    one = await at_black(store)
    await one.send_text("bob", "tour")
    version = tour_edition().rules.flows.flows["tour"].hash
    counted = await head_count.count_heads(store)
    assert dict(counted.conversations) == {("tour", version, "black"): 1, ("tour", version, "hello"): 1}
    assert (counted.people, counted.needed, dict(counted.runs)) == (2, frozenset({("tour", version)}), {})
