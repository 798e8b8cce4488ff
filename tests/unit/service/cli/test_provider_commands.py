"""What commands tell of the mail provider: contacts of people who were erased, and lists that are kept in step."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from domain.keyring import Keyring
from domain.ports import Store
from service.contact_lists.compare_lists import COMPARED, ListComparison
from service.engine.clock import system_now
from service.privacy.provider_erasure import CERTIFICATES, KEY_NAMES, OPEN, ErasureLine, OpenErasure
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.issue_readers import make_readers, name_reader, write_readers
from tests.support.people import NOON
from tests.support.run_cli import Doorstep, settle_in

SECRET, TOPIC = "a secret of more than thirty-two bytes", "friday_leaf"
KEY = "api.mailjet.com 4f1a0b2c"
KEYS = Keyring(SECRET)
EMAIL = f"{name_reader(1)}@example.com"


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a shell without the mail URL."""
    settle_in(tmp_path, monkeypatch, SECRET)
    return tmp_path


async def run_once(folder: Path) -> None:
    """Let a service have made a workspace live, with two readers."""
    settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")
    async with open_doorstep(settings, "web") as service:
        readers = make_readers([1, 2], service.editions.current_config(), KEYS, TOPIC, system_now())
        await write_readers(service.store, readers, TOPIC)


def use_store(folder: Path, work: Callable[[Store], Awaitable[None]]) -> None:
    """Do something in the store while nobody else has it open."""

    async def open_and_work() -> None:
        async with embedded_server(folder / "store") as url:
            store = await open_store(url, check_value=KEYS.check_value)
            await work(store)
            await store.close()

    asyncio.run(open_and_work())


def test_a_contact_that_this_shell_cannot_delete_is_noted_and_told(folder: Path, doorstep: Doorstep) -> None:
    """Plainly, and until the service has done it; nothing that may be handed on names the person."""
    name = KEYS.subscriber_id("simulation", name_reader(1))
    left: list[OpenErasure] = []

    async def note_keys(store: Store) -> None:
        await store.save_meta(KEY_NAMES, msgspec.msgpack.encode((KEY,)))

    async def delete_there(store: Store) -> None:
        left.extend(msgspec.msgpack.decode(await store.load_meta(OPEN) or b"", type=list[OpenErasure]))
        line = ErasureLine(address=left[0].address, key=KEY, outcome="deleted", asked_at=left[0].asked_at, at=NOON)
        await store.save_meta(OPEN, msgspec.msgpack.encode(()))
        await store.save_meta(CERTIFICATES, msgspec.msgpack.encode((line,)))

    asyncio.run(run_once(folder))
    # Where nobody sends by Mailjet there is nothing to tell.
    code, said = doorstep("subject", "erase", KEYS.subscriber_id("simulation", name_reader(2)), "--yes")
    assert (code, "Mailjet" in said) == (0, False)
    assert doorstep("subject", "certificate", f"{name_reader(2)}@example.com") == (
        1, "No contact of this address was deleted at a mail provider.\n",
    )  # fmt: skip
    use_store(folder, note_keys)
    code, said = doorstep("subject", "erase", name, "--yes")
    assert (code, "no key of Mailjet, so the contact there is noted" in said) == (0, True)
    code, said = doorstep("subject", "certificate", EMAIL)
    assert (code, f"{KEY}: the provider was not asked yet" in said) == (1, True)
    code, said = doorstep("subject", "certificate", EMAIL, "--json")
    [told] = json.loads(said)
    assert (code, told["outcome"], told["keys"], EMAIL in said) == (0, "still tried", [KEY], False)

    use_store(folder, delete_there)
    assert [(one.email, one.keys, one.tries) for one in left] == [(EMAIL, (KEY,), 0)]
    says = "the contact was anonymised at once; the provider removes it after 30 days"
    assert doorstep("subject", "certificate", EMAIL.upper()) == (0, f"{NOON:%Y-%m-%d %H:%M} UTC  {KEY}: {says}\n")
    assert json.loads(doorstep("subject", "certificate", EMAIL, "--json")[1])[0]["outcome"] == "deleted"


def test_lists_are_told_as_the_last_night_found_them(folder: Path, doorstep: Doorstep) -> None:
    """A row each; contacts whom nobody knows stand below, by Mailjet's numbers."""

    async def look(store: Store) -> None:
        assert await store.load_meta(COMPARED) is None

    use_store(folder, look)
    code, said = doorstep("mail", "lists")
    assert (code, "No list was compared yet." in said) == (0, True)
    assert json.loads(doorstep("mail", "lists", "--json")[1]) == []
    first = ListComparison(
        list=4711, topic="friday_leaf", at=NOON, in_step=12_004, withdrawn=3, added=5, unsubscribed=2, older=1,
        unknown=(81, 82), unknown_count=1_002,
    )  # fmt: skip
    second = replace(first, list=4712, topic="tastings", at=NOON + timedelta(minutes=1), unknown=(), unknown_count=0)

    async def compare(store: Store) -> None:
        await store.save_meta(COMPARED, msgspec.msgpack.encode([first, second]))

    use_store(folder, compare)
    lines = doorstep("mail", "lists")[1].splitlines()
    assert [line.split() for line in lines[1:3]] == [
        ["4711", "friday_leaf", *f"{NOON:%Y-%m-%d %H:%M} UTC".split(), "12,004", "5", "2", "3", "1", "1,002"],
        ["4712", "tastings", *f"{second.at:%Y-%m-%d %H:%M} UTC".split(), "12,004", "5", "2", "3", "1", "0"],
    ]
    [strangers] = lines[3:]
    assert strangers == (
        "List 4711: nobody here knows contacts 81, 82 and 1,000 more. Nothing proves that they agreed, so they are not "
        "taken in."
    )
    told = json.loads(doorstep("mail", "lists", "--json")[1])
    assert [(one["list"], one["unknown"], one["at"]) for one in told] == [
        (4711, [81, 82], NOON.isoformat()), (4712, [], second.at.isoformat()),
    ]  # fmt: skip
