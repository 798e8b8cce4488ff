"""Replays: what people said, redacted, once more against a changed flow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.handlers.redaction import redact_text
from flows.understanding.answer_words import NO_WORDS, YES_WORDS
from service.cli.apply import apply_edition
from service.cli.replay import replay_newest
from service.cli.waiting import find_waiting
from service.engine.build_commit import decode_line
from service.workspace.replay.replay import AnswerDifference
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import PAGE
from tests.support.walk_flows import TOUR, TouringProcess, replace_text, start_touring, tour_edition

SECRET_WORDS = (
    "my number is 0151 23456789", "mia@example.com", "Rosa Luxemburg", "0151 23456789", "987654", "4711 0815",
)  # fmt: skip


@pytest.fixture
def store() -> MemoryStore:
    """Return an empty store."""
    return MemoryStore(2, server_ms=lambda: 0)


async def people(store: MemoryStore) -> TouringProcess:
    """Return a process in which three people have walked through the tour."""
    one = await start_touring(store)
    answers = {"mia": ("black", "perhaps", "with milk"), "bob": ("Green", "the smell"), "eve": ("blakc",)}
    for psid, texts in answers.items():
        await one.send_text(psid, "tour")
        for text in texts:
            await one.send_text(psid, text)
    return one


async def test_the_history_holds_what_was_heard_and_where_it_led(store: MemoryStore) -> None:
    """Labels and words of ours as they are; what people typed themselves by its kind."""
    await people(store)
    version = tour_edition().rules.flows.flows["tour"].hash[:8]
    lines = [decode_line(raw) for raw in await store.history(KEYS.subscriber_id(PAGE, "mia"))]
    assert [(line.heard, line.flow, line.flow_hash, line.step, line.after) for line in lines] == [
        (("“tour”",), "", "", "", "tour/hello"),
        (("“black”",), "tour", version, "hello", "tour/black"),
        (("<text>",), "tour", version, "black", "tour/black"),
        (("“with milk”",), "tour", version, "black", ""),
    ]


async def test_nothing_differs_against_the_same_flow(store: MemoryStore) -> None:
    """Every answer can be given again, also one that only came close to a label."""
    await people(store)
    found = await replay_newest(store, "tour", tour_edition(), 500)
    assert (found.conversations, found.moves, found.unclear, found.differences) == (3, 6, 0, ())


async def test_answers_that_would_go_differently_are_counted(store: MemoryStore) -> None:
    """From which step, what was said, where it led, where it would lead."""
    await people(store)
    swapped = replace_text("{Green: green, Black: black}", "{Green: green, Black: green}")
    found = await replay_newest(
        store, "tour", tour_edition(swapped.replace("  green:\n", "  green:\n    tries: 2\n")), 500
    )
    assert found.differences == (
        AnswerDifference(step="hello", heard="<text>", then="black", now="green", times=1),
        AnswerDifference(step="hello", heard="“black”", then="black", now="green", times=1),
    )


async def test_a_step_that_is_gone_is_told_or_followed_by_its_map(store: MemoryStore) -> None:
    """With a map, the new name is the same place."""
    await people(store)
    renamed = TOUR.replace("  black:\n", "  dark:\n").replace("Black: black", "Black: dark")
    gone = {(one.step, one.now) for one in (await replay_newest(store, "tour", tour_edition(renamed), 500)).differences}
    assert gone == {("black", "gone"), ("hello", "dark"), ("green", "dark")}
    mapped = await replay_newest(store, "tour", tour_edition(renamed + "migrate: {black: dark}\n"), 500)
    assert mapped.differences == ()


async def test_what_was_said_in_an_older_version_counts(store: MemoryStore) -> None:
    """Its steps are known by the names they have now."""
    await people(store)
    renamed = tour_edition(
        TOUR.replace("  black:\n", "  dark:\n").replace("Black: black", "Black: dark") + "migrate: {black: dark}\n"
    )
    assert (await apply_edition(store, renamed))[1]
    found = await replay_newest(store, "tour", renamed, 500)
    assert (found.moves, found.unclear, found.differences) == (6, 0, ())


async def test_only_the_newest_conversations_are_replayed(store: MemoryStore) -> None:
    """As many as asked for."""
    await people(store)
    assert (await replay_newest(store, "tour", tour_edition(), 2)).conversations == 2


@pytest.mark.parametrize("text", SECRET_WORDS)
async def test_nothing_typed_is_kept(store: MemoryStore, text: str) -> None:
    """No word, address, telephone or code of a person stands in the history."""
    one = await start_touring(store)
    await one.send_text("mia", "tour")
    await one.send_text("mia", "green")
    await one.send_text("mia", text)
    await one.send_text("mia", text, payload=f"tap|tour|green|say.{text}")
    raw = b"".join(await store.history(KEYS.subscriber_id(PAGE, "mia")))
    assert not [word for word in text.split() if len(word) > 3 and word.encode() in raw]


@given(st.text(max_size=40))
def test_what_is_kept_is_ours_or_a_kind(text: str) -> None:
    """Whatever is typed: one of our words, a kind, or a number of three digits at most."""
    book = tour_edition().rules.flows
    flow = book.flows["tour"]
    kept = redact_text(text, flow.steps["hello"], book)
    ours = {*YES_WORDS, *NO_WORDS, *book.start_words, *book.command_words, *flow.steps["hello"].labels}
    kinds = {"<email>", "<code>", "<digits>", "<text>"}
    number = kept.startswith("<number ") and len(kept) <= len("<number 999>")
    assert kept in kinds or kept.strip("“”") in ours or number


async def test_who_was_handed_over_is_listed(store: MemoryStore) -> None:
    """Since when, why, and where the team answers."""
    one = await people(store)
    await one.send_text("eve", "person")
    (waiting,) = await find_waiting(store)
    assert (waiting.page, waiting.since, waiting.answered_at) == (PAGE, NOON, None)
    assert waiting.why == "asked for a human"
    assert waiting.inbox.endswith(f"asset_id={PAGE}")
