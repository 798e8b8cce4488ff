"""Changing a workspace while people are inside: who moves, who finishes where they are, and what is refused."""

import pytest

from domain.ports import StoreAwayError
from service.cli.apply import applied
from service.workspace.edition import compile_edition
from service.workspace.publishing import head_count, live_edition
from service.workspace.publishing.diff import Change, Older, StepChange
from service.workspace.publishing.publish import NothingLiveError, planned, rollback, swap
from store.memory.store import MemoryStore
from tests.support.people import NOON
from tests.support.walk_flows import FILE, HOUSE, TOUR, Touring, changed, edition, files, place, touring

WORDS = changed("With milk?", "With a drop of milk?")
RENAMED = TOUR.replace("  black:\n", "  dark:\n").replace("Black: black", "Black: dark")
MAPPED = RENAMED + "migrate: {black: dark}\n"
STAYING = RENAMED + "migrate: {black: stay}\n"
REWIRED = changed("  green:\n    say: Green it is.", "  green:\n    tries: 1\n    say: Green it is.")


@pytest.fixture
def store() -> MemoryStore:
    """Return an empty store."""
    return MemoryStore(2, server_ms=lambda: 0)


async def at_black(store: MemoryStore) -> Touring:
    """Return a process whose live edition is the tour, with Mia at “black”."""
    one = await touring(store)
    await one.says("mia", "tour")
    await one.says("mia", "black")
    return one


async def test_the_first_edition_is_live_at_once(store: MemoryStore) -> None:
    """A second process with another folder runs what is live, not its folder."""
    await touring(store)
    other = await touring(store, edition(WORDS))
    assert (await store.epoch(), other.editions.epoch) == (1, 1)
    assert other.editions.current.hash == edition().hash


async def test_other_words_are_read_at_once(store: MemoryStore) -> None:
    """Who stands in the flow goes on in the new version, at the same step, in every process."""
    one, other = await at_black(store), await touring(store)
    found, live = await applied(store, edition(WORDS))
    assert (found and found.missing, live and live.epoch) == ((), 2)
    record = await other.says("mia", "perhaps")
    assert place(record) == ("black", edition(WORDS).rules.flows.flows["tour"].hash)
    assert (one.editions.epoch, other.editions.epoch) == (1, 2)
    assert (await one.says("mia", "with milk")).conversation is None
    assert one.editions.epoch == 2


@pytest.mark.parametrize(
    ("new", "version"),
    [
        (changed("With milk?", "With a drop of milk?"), "words"),
        (changed("Without: bye", "No milk: bye"), "label"),
        (MAPPED, "name"),
        (changed("  black:\n    say:", "  black:\n    tries: 1\n    say:"), "shape"),
    ],
)
async def test_a_tap_on_what_was_shown_before_is_understood(store: MemoryStore, new: str, version: str) -> None:
    """Whether words, a label, the name of the step or the shape of the flow have changed since."""
    one = await at_black(store)
    (shown,) = [button.payload for button in await one.chips("mia") if button.label == "Without"]
    _, live = await applied(store, edition(new))
    assert live, version
    record = await one.says("mia", "Without", payload=shown)
    assert record.conversation is None
    assert "Thank you." in await one.heard("mia")


async def test_a_tap_on_a_button_to_a_step_is_understood(store: MemoryStore) -> None:
    """By its place: the words on it may have changed."""
    tour = changed("choices: {With milk: bye, Without: bye}", "buttons: {Enough: bye}")
    one = await touring(store, edition(tour))
    await one.says("mia", "tour")
    await one.says("mia", "black")
    await applied(store, edition(tour.replace("With milk?", "Shall we?")))
    assert (await one.says("mia", "Enough", payload="tap|tour|black|button.0")).conversation is None


async def test_a_step_that_is_gone_with_people_in_it_is_refused(store: MemoryStore) -> None:
    """The plan says who stands there, what it probably became, and what to add; nothing is changed."""
    one = await at_black(store)
    found, live = await applied(store, edition(RENAMED))
    assert (live, await store.epoch()) == (None, 1)
    assert found
    (finding,) = found.missing
    assert (finding.file, finding.code) == (FILE, "strands-people")
    assert finding.message == "The step “black” of tour is gone, and 1 person stands there; it looks like “dark” now."
    assert "migrate: {black: dark}" in finding.hint
    assert "migrate: {black: stay}" in finding.hint
    assert place(await one.says("mia", "perhaps"))[0] == "black"


async def test_a_map_moves_people_at_their_next_event(store: MemoryStore) -> None:
    """Their answer is judged by the new step."""
    one = await at_black(store)
    _, live = await applied(store, edition(MAPPED))
    assert live
    assert place(await one.record("mia"))[0] == "black"
    record = await one.says("mia", "perhaps")
    assert place(record) == ("dark", edition(MAPPED).rules.flows.flows["tour"].hash)


async def test_with_stay_people_finish_in_the_old_version(store: MemoryStore) -> None:
    """A process that starts afterwards knows that version too."""
    await at_black(store)
    _, live = await applied(store, edition(STAYING))
    assert live
    later = await touring(store, edition(STAYING))
    record = await later.says("mia", "perhaps")
    assert place(record) == ("black", edition().rules.flows.flows["tour"].hash)
    assert (await later.says("mia", "without")).conversation is None
    assert place(await later.says("mia", "tour"))[1] == edition(STAYING).rules.flows.flows["tour"].hash


async def test_a_rewired_flow_is_finished_in_the_old_version(store: MemoryStore) -> None:
    """Newcomers get the new one; the plan tells both."""
    one = await at_black(store)
    await one.says("bob", "tour")
    await one.says("bob", "green")
    found, live = await applied(store, edition(REWIRED))
    assert found
    assert found.changes == (
        Change(
            kind="flow", name="tour", how="structure", people=2,
            what="they finish in the old version",
            steps=(
                StepChange(
                    step="green", how="rewired", people=1, what="tries differ; they finish in the old version"
                ),
            ),
        ),
    )
    assert place(await one.says("mia", "perhaps"))[1] == edition().rules.flows.flows["tour"].hash
    assert place(await one.says("eve", "tour"))[1] == edition(REWIRED).rules.flows.flows["tour"].hash
    assert live


async def test_a_rollback_strands_nobody_either(store: MemoryStore) -> None:
    """Who came in by the edition that is taken back finishes in it; the next rollback goes further back."""
    one = await at_black(store)
    await applied(store, edition(MAPPED))
    await one.says("bob", "tour")
    await one.says("bob", "black")
    await applied(store, edition(changed("See you soon.", "Bye.", MAPPED)))
    back, found = await rollback(store, NOON)
    assert (back.epoch, back.edition, found.missing) == (4, edition(MAPPED).hash, ())
    again, _ = await rollback(store, NOON)
    assert (again.epoch, again.edition) == (5, edition().hash)
    assert place(await one.says("mia", "perhaps"))[0] == "black"
    assert place(await one.says("bob", "perhaps")) == ("dark", edition(MAPPED).rules.flows.flows["tour"].hash)
    with pytest.raises(NothingLiveError):
        await rollback(store, NOON)


async def test_moves_of_several_editions_follow_each_other(store: MemoryStore) -> None:
    """Who was silent through a renaming and a rewording goes the whole way."""
    one = await at_black(store)
    await applied(store, edition(MAPPED))
    later = changed("With milk?", "With a drop of milk?", RENAMED)
    _, live = await applied(store, edition(later))
    assert live
    assert place(await one.says("mia", "perhaps")) == ("dark", edition(later).rules.flows.flows["tour"].hash)


async def test_a_map_may_not_be_dropped_before_people_have_moved(store: MemoryStore) -> None:
    """Who was mapped and is silent counts where they will stand."""
    await at_black(store)
    await applied(store, edition(MAPPED))
    without = RENAMED.replace("  dark:\n", "  noir:\n").replace("Black: dark", "Black: noir")
    found, _, _ = await planned(store, edition(without))
    assert [one.message for one in found.missing] == [
        "The step “dark” of tour is gone, and 1 person stands there; it looks like “noir” now."
    ]


async def test_a_flow_that_is_gone_is_refused_or_finished(store: MemoryStore) -> None:
    """With --stay its people finish, and nobody new comes in."""
    one = await at_black(store)
    other = TOUR.replace("flow: tour", "flow: walk").replace("words: [tour]", "words: [walk]")
    new = edition(other)
    found, live = await applied(store, new)
    assert found
    assert ([one.hint for one in found.missing], live) == (
        ["Keep it, or let them finish in the old version: doorstep apply --stay tour"], None,
    )
    _, live = await applied(store, new, stay=["tour"])
    assert live
    assert place(await one.says("mia", "perhaps"))[0] == "black"
    assert (await one.says("mia", "with milk")).conversation is None


async def test_what_an_old_version_needs_may_not_go_with_it(store: MemoryStore) -> None:
    """Who finishes in it would be asked for a field that is not declared any more."""
    one = await touring(store)
    await one.says("bob", "tour")
    await one.says("bob", "green")
    plain = changed("    ask: text\n    save: liked\n", "    choices: {The smell: bye}\n")
    bare = "".join(line for line in HOUSE.splitlines(keepends=True) if "liked" not in line and line != "fields:\n")
    less, _ = compile_edition({**files(plain), "doorstep.yaml": bare})
    assert less
    found, _, _ = await planned(store, less)
    assert [one.message for one in found.missing] == [
        "1 person will finish in the old version of tour, which needs the field liked."
    ]


async def test_versions_that_nobody_needs_are_forgotten(store: MemoryStore) -> None:
    """As long as one stands in it, it is kept."""
    one = await at_black(store)
    await applied(store, edition(STAYING))
    await one.editions.renew()
    await one.editions.forget()
    assert len(one.editions.current.rules.flows.older) == 1
    await one.says("mia", "with milk")
    await one.editions.forget()
    live = await live_edition.present(store)
    assert live
    assert (live.versions, dict(one.editions.current.rules.flows.older)) == ((), {})


async def test_the_plan_tells_of_who_finishes_in_older_versions(store: MemoryStore) -> None:
    """They are asked about once only."""
    await at_black(store)
    await applied(store, edition(STAYING))
    found, _, _ = await planned(store, edition(RENAMED))
    assert found.missing == ()
    assert found.older == (Older(flow="tour", hash=edition().rules.flows.flows["tour"].hash, people=1),)


async def test_of_two_who_apply_at_once_one_is_overtaken(store: MemoryStore) -> None:
    """What the second compared with is not live any more."""
    await touring(store)
    _, live, old = await planned(store, edition(WORDS))
    assert await swap(store, live, old, edition(WORDS), NOON)
    assert await swap(store, live, old, edition(REWIRED), NOON) is None
    assert await store.epoch() == 2


async def test_a_process_that_cannot_run_what_is_live_decides_nothing(store: MemoryStore) -> None:
    """Its callers are told to come again, as if the store were away; it never goes on with the old one."""
    one = await at_black(store)
    await applied(store, edition(WORDS))
    store._meta[f"edition:{edition(WORDS).hash}"] = store._meta[f"edition:{edition().hash}"][:0]
    with pytest.raises(StoreAwayError):
        await one.says("mia", "with milk")
    assert place(await one.record("mia"))[0] == "black"


async def test_the_demo_moves_everybody_and_lets_the_lost_start_over(store: MemoryStore) -> None:
    """A saved file is live at once; who stands at a step that is gone is asked from the beginning."""
    one = await at_black(store)
    await one.editions._apply(edition(REWIRED))
    assert place(await one.says("mia", "perhaps")) == ("black", edition(REWIRED).rules.flows.flows["tour"].hash)
    await one.editions._apply(edition(RENAMED))
    assert place(await one.says("mia", "perhaps"))[0] != "black"
    await one.editions._apply(edition())
    await one.says("bob", "tour")
    await one.says("bob", "black")
    await one.editions._apply(edition(MAPPED))
    assert place(await one.says("bob", "perhaps"))[0] == "dark"


async def test_the_census_counts_and_names_nobody(store: MemoryStore) -> None:
    """By flow, version and step."""
    one = await at_black(store)
    await one.says("bob", "tour")
    version = edition().rules.flows.flows["tour"].hash
    counted = await head_count.take(store)
    assert dict(counted.conversations) == {("tour", version, "black"): 1, ("tour", version, "hello"): 1}
    assert (counted.people, counted.needed, dict(counted.runs)) == (2, frozenset({("tour", version)}), {})
