"""``doorstep address unblock`` and ``doorstep store repeat-stops`` as they are typed, on an embedded store."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain import record as records
from domain.consent import address_registry
from domain.consent.address_registry import AddressState, Suppression
from domain.effects import UpdateAddress, decode_posted
from domain.events import Message, NotMe
from domain.keyring import Keyring
from domain.ports import INTERNAL, Store
from domain.record import Subscriber
from service.cli.address import Unblocked
from service.engine.address_registry import AddressRegistry
from service.engine.clock import fresh_entropy, system_now
from service.engine.transact import Transactor
from service.workspace.publishing.editions import open_editions
from store.embedded.server import embedded_server
from store.stop_file import Stop, StopFile
from store.valkey.store import open_store
from tests.support.run_cli import Doorstep, settle_in
from tests.support.shipped_workspace import EMAIL, IDENTITY, PAGE, PSID
from tests.support.transactors import take_all

SECRET = "a secret that has more than thirty-two bytes"
KEYS = Keyring(SECRET)
MIA = KEYS.subscriber_id(PAGE, PSID)
ADDRESS = KEYS.address_hash(EMAIL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand beside a store whose Mia asked for a code, and whose mailbox said that it was not them."""
    settle_in(tmp_path, monkeypatch, SECRET)
    asyncio.run(disown(tmp_path))
    return tmp_path


async def disown(folder: Path) -> None:
    """Let Mia ask for a code, and its mailbox say that it was not them."""
    async with embedded_server(folder / "store") as url:
        store = await open_store(url, check_value=KEYS.check_value)
        editions = await open_editions(store, None, system_now)
        transact = Transactor(
            store=store,
            keys=KEYS,
            clock=system_now,
            entropy=fresh_entropy,
            rules=editions.current_rules,
            epoch=editions.live_number,
            take_over_live=editions.take_over_live,
        )
        for number, text in enumerate(("newsletter", "yes", EMAIL)):
            event = Message(id=f"e{number}", at=system_now(), mid=f"m{number}", text=text)
            await transact(MIA, (event,), IDENTITY)
        await transact(MIA, (NotMe(id="n", at=system_now(), address=ADDRESS),))
        registry = AddressRegistry(store=store, transact=transact, clock=system_now, config=editions.current_config)
        for claim in await take_all(store, INTERNAL, MIA):
            told = decode_posted(claim.item)
            if isinstance(told, UpdateAddress):
                await registry.update_address(MIA, told)
        await store.close()


async def _read(folder: Path) -> tuple[AddressState, Subscriber]:
    async with embedded_server(folder / "store") as url:
        store = await open_store(url, check_value=KEYS.check_value)
        state = address_registry.decode_state((await store.load_address(ADDRESS))[0])
        raw = (await store.load(MIA)).record
        await store.close()
    assert raw
    return state, records.decode(raw)


async def _suppress(folder: Path, *reasons: str, holders: bool = True) -> None:
    async with embedded_server(folder / "store") as url:
        store: Store = await open_store(url, check_value=KEYS.check_value)
        raw, version = await store.load_address(ADDRESS)
        state = address_registry.decode_state(raw)
        held = tuple(Suppression(reason=reason, at=system_now()) for reason in reasons)  # type: ignore[arg-type]  # the test's own words
        changed = replace(state, suppressions=held, holders=state.holders if holders else ())
        await store.save_address(ADDRESS, version=version, state=address_registry.encode_state(changed))
        await store.close()


def test_a_block_is_lifted_with_a_line_in_the_ledger(doorstep: Doorstep, folder: Path) -> None:
    """Who and why stand in the chain; the address is to be proven anew, and no consent came back."""
    assert [held.reason for held in asyncio.run(_read(folder))[0].suppressions] == ["not_me"]
    code, said = doorstep(
        "address", "unblock", EMAIL.upper(), "--reason", "the owner\ncalled", "--by", "anna", "--json"
    )
    assert (code, json.loads(said)["lifted"]) == (0, ["not_me"]), said
    assert set(json.loads(said)) == set(Unblocked.__struct_fields__)
    state, record = asyncio.run(_read(folder))
    assert (state.suppressions, record.addresses[ADDRESS].status) == ((), "unproven")
    assert {consent.status for consent in record.consents.values()} <= {"agreed", "withdrawn"}
    code, said = doorstep("consent", "prove", EMAIL, "--json")
    [holder] = json.loads(said)["holders"]
    assert (holder["chain"], holder["entries"][-1]["act"]) == ("whole", "unblocked")
    assert holder["entries"][-1]["how"] == "anna: the owner called"
    code, said = doorstep("address", "unblock", EMAIL, "--reason", "once more")
    assert (code, "is not blocked" in said) == (1, True)


@pytest.mark.parametrize(
    ("reasons", "words", "told"),
    [
        (("complaint", "not_me"), (), "Nobody may lift that"),
        (("erased",), (), "It is erased: only its owner"),
        (("unsubscribed",), (), "unsubscribed: only its owner"),
        (("hard_bounce",), (), "say --bounced"),
        (("hard_bounce", "not_me", "unsubscribed"), ("--bounced",), ""),
    ],
)
def test_what_an_operator_may_lift(
    doorstep: Doorstep, folder: Path, reasons: tuple[str, ...], words: tuple[str, ...], told: str
) -> None:
    """A complaint, an erasure and an unsubscription stay; a bounce needs its own word."""
    asyncio.run(_suppress(folder, *reasons))
    code, said = doorstep("address", "unblock", EMAIL, "--reason", "they called", *words)
    left = tuple(held.reason for held in asyncio.run(_read(folder))[0].suppressions)
    assert (code, told in said, left) == ((1, True, reasons) if told else (0, True, ("unsubscribed",))), said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("not-an-address", "--reason", "x"), "@"),
        ((EMAIL,), "--reason"),
        ((EMAIL, "--reason", " \n "), "--reason must say why"),
    ],
)
def test_a_wrong_call_is_explained(doorstep: Doorstep, folder: Path, words: tuple[str, ...], told: str) -> None:
    """Exit code 2, and the word that is wrong; nothing was lifted."""
    code, said = doorstep("address", "unblock", *words)
    assert (code, told in said) == (2, True), said
    assert [held.reason for held in asyncio.run(_read(folder))[0].suppressions] == ["not_me"]


def test_a_block_that_no_ledger_could_tell_of_stays(doorstep: Doorstep, folder: Path) -> None:
    """Nobody holds the address any more: the person gives it first."""
    asyncio.run(_suppress(folder, "not_me", holders=False))
    code, said = doorstep("address", "unblock", EMAIL, "--reason", "they called")
    assert (code, "give it in the chat first" in said) == (1, True)


def test_suppressions_are_listed_without_an_address(folder: Path, doorstep: Doorstep) -> None:
    """By keyed hash, with reason and date, as a table, CSV and JSON."""
    assert folder.is_dir()
    code, csv = doorstep("address", "suppressions", "--csv")
    assert (code, csv.splitlines()[0], len(csv.splitlines())) == (0, "address,reason,topic,since", 2)
    assert csv.splitlines()[1].startswith(f"{ADDRESS},not_me,,20")
    [row] = json.loads(doorstep("address", "suppressions", "--json")[1])
    assert (row["address"], row["reason"], row["topic"]) == (ADDRESS, "not_me", "")
    assert EMAIL not in csv + doorstep("address", "suppressions")[1]


def test_what_people_stopped_is_repeated_in_a_store_that_lost_its_end(doorstep: Doorstep, folder: Path) -> None:
    """The folder beside the store knows what was answered; doing it twice changes nothing."""
    asyncio.run(_suppress(folder))
    old = Stop(at=system_now() - timedelta(hours=30), what="suppressed", who=ADDRESS, reason="hard_bounce")
    lost = Stop(at=system_now(), what="suppressed", who=ADDRESS, reason="complaint")
    StopFile(folder / "store" / "stops").add_stops([old, lost])
    code, said = doorstep("store", "repeat-stops", "--json")
    assert (code, json.loads(said)) == (0, {"withdrawn": 0, "erased": 0, "suppressed": 1}), said
    assert [held.reason for held in asyncio.run(_read(folder))[0].suppressions] == ["complaint"]
    code, said = doorstep("store", "repeat-stops")
    assert (code, "no withdrawals, no erasures, no suppressions" in said) == (0, True), said
    said = doorstep("store", "repeat-stops", "--hours", "48", "--json")[1]
    assert json.loads(said)["suppressed"] == 1
