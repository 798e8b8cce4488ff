"""Erasure on a real store: in the chat, and by the operator; nothing of the person is left but the proof of consent."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.main import cli
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_api import message_payload
from store.compression import unpack
from store.valkey.store import ValkeyStore
from tests.support.running_service import Town

MIA, MAIL = "2711", "wilhelmine@private.example"
READ = {b"list": ("LRANGE", "0", "-1"), b"set": ("SMEMBERS",), b"hash": ("HGETALL",), b"zset": ("ZRANGE", "0", "-1")}
STAYS = ("}:ledger:", "}:pool:given:", "{meta}:value:playground")
"""The proofs, who has which code, and what the demo itself remembers of the people it plays."""


async def _everything(town: Town) -> Iterator[tuple[str, bytes]]:
    """Return every key of the store with all that stands in it, packed lines unpacked too."""
    store = town.demo.doorstep.store
    assert isinstance(store, ValkeyStore)
    found = []
    for key in sorted(await store._wire.call(b"KEYS", b"*")):
        kind = await store._wire.call(b"TYPE", key)
        command, *more = READ.get(kind, ("GET",))
        value = await store._wire.call(command, key, *more)
        parts = value if isinstance(value, list) else [value]
        found.append((key.decode(), b"\n".join(b"%b\n%b" % (one, _plain(one)) for one in parts)))
    return iter(found)


def _plain(packed: object) -> bytes:
    try:
        return unpack(bytes(packed)) if isinstance(packed, bytes) else b""
    except Exception:  # noqa: BLE001  what is no packed line has been read as it is
        return b""


async def _traces(town: Town, *words: str) -> dict[str, list[str]]:
    """Return the keys in whose name or content one of these words stands."""
    found: dict[str, list[str]] = {}
    for key, content in await _everything(town):
        names = [one for one in words if one in key or one.encode() in content]
        if names and not any(part in key for part in STAYS):
            found[key] = names
    return found


async def _known(town: Town) -> tuple[str, ...]:
    """Let Mia subscribe, with a product user and something in every book; return what may not be left of her."""
    await town.subscribe(MIA, MAIL)
    for event in ({"id": "e1", "email": MAIL}, {"id": "e2"}):
        told = await town.events([{**event, "event": "cup.noted", "user_id": "customer-77"}])
        assert [one["result"] for one in told["results"]] == ["accepted"]
    return town.name(MIA), MIA, MAIL, "Wilhelmine", "wilhelmine"


async def _tap(town: Town, label: str, payload: str = "") -> None:
    body = message_payload(
        page=PAGE, psid=MIA, mid=f"d_{label}", at=town.demo.doorstep.clock.now(), text=label, quick_reply=payload
    )
    assert await town.webhook(body) == 200


async def _gone(town: Town) -> None:
    """Wait until the record is gone."""
    async with asyncio.timeout(10):
        while (await town.demo.doorstep.store.load(town.name(MIA))).record:  # noqa: ASYNC110  no event for us
            await asyncio.sleep(0.01)


async def test_who_deletes_their_data_in_the_chat_is_gone_and_told_so(amsel: Town) -> None:
    """The farewell arrives, no key of the store tells of the person, no mail follows, and who writes again is new."""
    words = await _known(amsel)
    assert len(await _traces(amsel, *words)) > 5
    for text in ("my data", "My data", "Delete my data"):
        await amsel.say(MIA, text)
    await _tap(amsel, "Yes, delete it all")
    await amsel.until(lambda: amsel.texts(MIA)[-1].startswith("Deleted. Goodbye"), "the farewell")
    await _gone(amsel)
    await amsel.demo.graph.settled()
    assert await _traces(amsel, *words) == {}
    assert await amsel.demo.doorstep.store.ledger(amsel.name(MIA))
    mails = len(amsel.mails(MAIL))
    await amsel.pass_time(timedelta(days=40))
    assert len(amsel.mails(MAIL)) == mails
    told = await amsel.events([{"id": "e3", "event": "cup.noted", "user_id": "customer-77"}])
    assert [one["result"] for one in told["results"]] == ["unknown_person"]
    await amsel.say(MIA, "hello again")
    fresh = await amsel.record(MIA)
    assert (fresh.addresses, fresh.consents, fresh.behaviour) == ({}, {}, {})


async def test_a_farewell_that_the_platform_holds_up_is_waited_for(amsel: Town) -> None:
    """The erasure comes after the message, not before it."""
    await _known(amsel)
    for text in ("my data", "My data", "Delete my data"):
        await amsel.say(MIA, text)
    amsel.demo.graph.slow(0.8)
    await _tap(amsel, "Yes, delete it all")
    await _gone(amsel)
    assert amsel.texts(MIA)[-1].startswith("Deleted. Goodbye")


async def test_the_operator_exports_and_erases(amsel: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By address or by name: everything as JSON, then nothing; who only typed the address is not its owner."""
    words = await _known(amsel)
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path / "store"))
    runner = CliRunner()

    async def run(*said: str) -> tuple[int, str]:
        done = await asyncio.to_thread(runner.invoke, cli, ["subject", *said])
        return done.exit_code, done.output

    code, out = await run("export", MAIL)
    bundle = json.loads(out)
    assert (code, bundle["subscriber"]) == (0, words[0])
    assert bundle["record"]["identity"] == {"page": PAGE, "psid": MIA}
    assert {one["act"] for one in bundle["consent_ledger"]} >= {"agreed", "mailed", "confirmed"}
    assert all(bundle["wordings"].values())
    assert bundle["history"]
    assert {one["status"] for one in bundle["mails"]} <= {"sent", "queued", "attempting"}
    assert (await run("erase", words[0], "--yes"))[0] == 0
    assert await _traces(amsel, *words) == {}
    assert await run("export", words[0]) == (1, f"doorstep: There is no record {words[0]}.\n")
    assert await run("erase", MAIL, "--yes") == (1, "doorstep: Nobody gave this address.\n")
