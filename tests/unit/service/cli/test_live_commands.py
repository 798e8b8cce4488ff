"""plan, apply, rollback, replay, codes and waiting as they are typed, on an embedded store."""

import asyncio
import json
from pathlib import Path

import pytest

from domain import record as records
from domain import unanswered_questions
from domain.events import Message
from domain.keyring import Keyring
from domain.ports import Commit
from domain.record import Consent, Identity, Subscriber
from service.engine.clock import fresh_entropy, system_now
from service.engine.transact import Transactor
from service.workspace.publishing.editions import open_editions
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.run_cli import Doorstep, settle_in
from tests.support.walk_flows import BOOK, TOUR, replace_text, tour_files

SECRET = "a secret that has more than thirty-two bytes"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand beside a workspace “w” whose tour is live and has Mia at “black”."""
    settle_in(tmp_path, monkeypatch, SECRET)
    save(tmp_path / "w")
    asyncio.run(_begin(tmp_path))
    return tmp_path


def save(folder: Path, tour: str = TOUR) -> None:
    """Write the workspace."""
    for name, text in tour_files(tour).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


async def _begin(folder: Path) -> None:
    keys = Keyring(SECRET)
    async with embedded_server(folder / "store") as url:
        store = await open_store(url, check_value=keys.check_value)
        editions = await open_editions(store, folder / "w", system_now)
        transact = Transactor(
            store=store,
            keys=keys,
            clock=system_now,
            entropy=fresh_entropy,
            rules=editions.current_rules,
            epoch=editions.live_number,
            take_over_live=editions.take_over_live,
        )
        for number, text in enumerate(("tour", "black")):
            event = Message(id=f"e{number}", at=system_now(), mid=f"m{number}", text=text)
            await transact(keys.subscriber_id("1", "mia"), (event,), Identity(page="1", psid="mia"))
        await store.close()


def test_plan_refusal_map_and_rollback_as_they_are_typed(doorstep: Doorstep, folder: Path) -> None:
    """A removed step with people in it: refused with what to add, applied with the map, taken back."""
    assert doorstep("plan", "w") == (0, "Nothing differs from what is live (edition 1).\n")
    renamed = TOUR.replace("  black:\n", "  dark:\n").replace("Black: black", "Black: dark")
    save(folder / "w", renamed)
    for verb in ("plan", "apply"):
        code, said = doorstep(verb, "w")
        assert (code, "1 person stands there; it looks like “dark” now" in said) == (1, True), said
        assert "migrate: {black: dark}   or   migrate: {black: stay}" in said
        assert "It cannot be applied: 1 question left open." in said
    save(folder / "w", renamed + "migrate: {black: dark}\n")
    code, said = doorstep("apply", "w")
    assert (code, "they go on at dark" in said, "Edition 2 is live." in said) == (0, True, True), said
    code, said = doorstep("rollback")
    assert (code, "Edition 3 is live: the one before." in said) == (0, True), said
    code, said = doorstep("rollback")
    assert (code, said) == (1, "doorstep: there is no edition to go back to\n")


def test_who_fits_already_is_let_begin_by_name(doorstep: Doorstep, folder: Path) -> None:
    """The plan says how many, and how many a day; a name that is none is told with the one that was meant."""
    asyncio.run(_write_reader(folder))
    book = BOOK.replace("start: confirmed", "start: when field liked is green")
    for name, text in tour_files(TOUR, book).items():
        (folder / "w" / name).parent.mkdir(exist_ok=True)
        (folder / "w" / name).write_text(text, "utf-8")
    code, said = doorstep("plan", "w", "--begin", "bok")
    assert (code, "no condition and no date begins a sequence “bok”. Did you mean “book”?" in said) == (2, True), said
    code, said = doorstep("plan", "w")
    assert "nobody (1 fit already; --begin book: at most 1 a day)" in " ".join(said.split()), said
    code, said = doorstep("apply", "--begin", "book", "w")
    assert (code, "book: 1 fit already and begin from now on, at most 1 a day." in said) == (0, True), said
    assert "On top: at most 1 person a day begin book by order" in doorstep("forecast")[1]


async def _write_reader(folder: Path) -> None:
    consent = Consent(status="confirmed", wording="w", language="en", asked_at=system_now(), address="a")
    reader = Subscriber(
        id="somebody", version=1, identity=Identity(page="1", psid="ann"), created_at=system_now(),
        last_event_at=system_now(), consents={"leaf": consent}, fields={"liked": "green"},
    )  # fmt: skip
    async with embedded_server(folder / "store") as url:
        store = await open_store(url, check_value=Keyring(SECRET).check_value)
        await store.commit(Commit(subscriber=reader.id, version=0, record=records.encode(reader)))
        await store.close()


def test_the_plan_for_programs(doorstep: Doorstep, folder: Path) -> None:
    """Everything that is printed is there as JSON."""
    save(folder / "w", replace_text("With milk?", "With a drop of milk?"))
    code, said = doorstep("plan", "w", "--json")
    plan = json.loads(said)
    assert (code, plan["epoch"], plan["people"], plan["missing"]) == (0, 1, 1, [])
    (change,) = plan["changes"]
    assert (change["name"], change["how"], change["people"], change["what"]) == (
        "tour",
        "words",
        1,
        "they read the new words at once",
    )
    assert change["steps"] == [{"step": "black", "how": "words", "people": 1, "what": "", "perhaps": ""}]


def test_a_broken_workspace_is_neither_planned_nor_applied(doorstep: Doorstep, folder: Path) -> None:
    """The findings say why, and what is live stays."""
    save(folder / "w", replace_text("Without: bye", "Without: by"))
    for verb in ("plan", "apply"):
        code, said = doorstep(verb, "w")
        assert (code, "Did you mean “bye”?" in said) == (1, True), said


def test_codes_are_added_and_counted(doorstep: Doorstep, folder: Path) -> None:
    """A file can be added twice; an unknown pool and an empty file are refused."""
    (folder / "codes.txt").write_text("A1\nB2\n\nA1\n", "utf-8")
    assert doorstep("codes", "add", "spring", "codes.txt") == (0, "2 new codes in spring; 2 left.\n")
    code, said = doorstep("codes", "add", "spring", "codes.txt")
    assert (code, said) == (0, "no new codes in spring, 2 had been in it before; 2 left.\n")
    code, said = doorstep("codes", "list", "--json")
    assert json.loads(said) == [{"pool": "spring", "left": 2, "given": 0}]
    code, said = doorstep("codes", "add", "sprnig", "codes.txt")
    assert (code, "Did you mean “spring”?" in said) == (2, True), said
    (folder / "codes.txt").write_text("\n", "utf-8")
    assert doorstep("codes", "add", "spring", "codes.txt")[0] == 1


def test_replay_shows_where_answers_would_go(doorstep: Doorstep, folder: Path) -> None:
    """From which step, what was said, both ways, how often; exit code 0 also where something differs."""
    code, said = doorstep("replay", "tour", "--workspace", "w")
    assert (code, "Every answer would go the same way." in said) == (0, True), said
    save(folder / "w", replace_text("Black: black}", "Black: green}"))
    code, said = doorstep("replay", "tour", "--workspace", "w")
    assert (code, [line.split() for line in said.splitlines()][-1]) == (0, ["hello", "“black”", "black", "green", "1"])
    code, said = doorstep("replay", "tuor", "--workspace", "w")
    assert (code, "Did you mean “tour”?" in said) == (2, True), said


def test_what_was_not_understood_is_listed_and_cleared(doorstep: Doorstep, folder: Path) -> None:
    """Alike texts stand together, the most frequent first."""
    asyncio.run(_asked(folder, "Do you ship to Bern?", "opening hours", "do you ship to bern", "Do you ship to Bonn"))
    code, said = doorstep("unanswered", "--json", "--clear")
    assert (code, [(one["times"], one["text"], one["places"]) for one in json.loads(said)]) == (
        0,
        [(3, "Do you ship to Bonn", ["–"]), (1, "opening hours", ["–"])],
    )
    assert doorstep("unanswered") == (0, "Everything was understood.\n")
    asyncio.run(_asked(folder, "red \x1b[31m alert\u202e", subscriber="eve"))
    assert "\x1b" not in doorstep("unanswered")[1]


async def _asked(folder: Path, *texts: str, subscriber: str = "bob") -> None:
    async with embedded_server(folder / "store") as url:
        store = await open_store(url, check_value=Keyring(SECRET).check_value)
        for number, text in enumerate(texts):
            note = unanswered_questions.unanswered_entry(at=system_now(), flow="", step="", language="en", text=text)
            line = (note.list_name, note.line)
            await store.commit(Commit(subscriber=subscriber, version=number, record=b"", list_entries=(line,)))
        await store.close()


def test_nobody_waits(doorstep: Doorstep) -> None:
    """An empty list says so, for people and programs."""
    assert doorstep("waiting") == (0, "Nobody waits for a person.\n")
    assert doorstep("waiting", "--json") == (0, "[]\n")


def test_hooks_are_listed_with_their_secret(doorstep: Doorstep, folder: Path) -> None:
    """Of the live edition; a name that is none gets the nearest, and no secret."""
    assert "No hooks are declared" in doorstep("hooks")[1]
    config = folder / "w" / "doorstep.yaml"
    config.write_text(config.read_text("utf-8") + "hooks: {crm: {url: https://crm.example/ask}}\n", "utf-8")
    assert doorstep("apply", "w")[0] == 0

    assert "https://crm.example/ask" in doorstep("hooks")[1]
    assert "Every hook has heard everything." in doorstep("hooks", "--failed")[1]
    assert doorstep("hooks", "crm")[1].strip() == Keyring(SECRET).hook_secrets("crm")[0]
    code, printed = doorstep("hooks", "crn")
    assert code == 2
    assert "“crn” is not declared" in printed
