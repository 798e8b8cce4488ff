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
from store.compression import decompress_line
from store.valkey.base import split_record
from store.valkey.store import ValkeyStore
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_service import RunningService

MIA, MAIL = "2711", "wilhelmine@private.example"
READ = {b"list": ("LRANGE", "0", "-1"), b"set": ("SMEMBERS",), b"hash": ("HGETALL",), b"zset": ("ZRANGE", "0", "-1")}
STAYS = ("}:ledger:", "}:pool:given:", "{meta}:value:playground")
"""The proofs, who has which code, and what the demo itself remembers of the people it plays."""


async def _read_whole_store(running: RunningService) -> Iterator[tuple[str, bytes]]:
    """Return every key of the store with all that stands in it, packed lines unpacked too."""
    store = running.demo.doorstep.store
    assert isinstance(store, ValkeyStore)
    found = []
    for key in sorted(await store._connection.run_command(b"KEYS", b"*")):
        kind = await store._connection.run_command(b"TYPE", key)
        command, *more = READ.get(kind, ("GET",))
        value = await store._connection.run_command(command, key, *more)
        parts = value if isinstance(value, list) else [value]
        if b"}:s:" in key:
            parts = [split_record(key.rpartition(b":")[2], value)[1]]
        found.append((key.decode(), b"\n".join(b"%b\n%b" % (part, _unpack_value(part)) for part in parts)))
    return iter(found)


def _unpack_value(packed: object) -> bytes:
    try:
        return decompress_line(bytes(packed)) if isinstance(packed, bytes) else b""
    except Exception:  # noqa: BLE001  what is no packed line has been read as it is
        return b""


async def _find_traces(running: RunningService, *words: str) -> dict[str, list[str]]:
    """Return the keys in whose name or content one of these words stands."""
    found: dict[str, list[str]] = {}
    for key, content in await _read_whole_store(running):
        names = [word for word in words if word in key or word.encode() in content]
        if names and not any(part in key for part in STAYS):
            found[key] = names
    return found


async def _subscribe_mia(running: RunningService) -> tuple[str, ...]:
    """Let Mia subscribe, with a product user and something in every book; return what may not be left of her."""
    await running.subscribe_person(MIA, MAIL)
    for event in ({"id": "e1", "email": MAIL}, {"id": "e2"}):
        told = await running.post_events([{**event, "event": "cup.noted", "user_id": "customer-77"}])
        assert [result["result"] for result in told["results"]] == ["accepted"]
    return running.subscriber_name(MIA), MIA, MAIL, "Wilhelmine", "wilhelmine"


async def _tap_reply(running: RunningService, label: str, payload: str = "") -> None:
    body = message_payload(
        page=PAGE, psid=MIA, mid=f"d_{label}", at=running.demo.doorstep.clock.now(), text=label, quick_reply=payload
    )
    assert await running.post_webhook(body) == 200


async def _wait_until_gone(running: RunningService) -> None:
    """Wait until the record is gone."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await running.demo.doorstep.store.load(running.subscriber_name(MIA))).record:  # noqa: ASYNC110  no event for us
            await asyncio.sleep(0.01)


async def test_who_deletes_their_data_in_the_chat_is_gone_and_told_so(running: RunningService) -> None:
    """The farewell arrives, no key of the store tells of the person, no mail follows, and who writes again is new."""
    words = await _subscribe_mia(running)
    assert len(await _find_traces(running, *words)) > 5
    for text in ("my data", "My data", "Delete my data"):
        await running.send_text(MIA, text)
    await _tap_reply(running, "Yes, delete it all")
    await running.wait_until(lambda: running.received_texts(MIA)[-1].startswith("Deleted. Goodbye"), "the farewell")
    await _wait_until_gone(running)
    await running.demo.graph.wait_until_delivered()
    assert await _find_traces(running, *words) == {}
    assert await running.demo.doorstep.store.consent_ledger(running.subscriber_name(MIA))
    mails = len(running.received_mails(MAIL))
    await running.pass_time(timedelta(days=40))
    assert len(running.received_mails(MAIL)) == mails
    told = await running.post_events([{"id": "e3", "event": "cup.noted", "user_id": "customer-77"}])
    assert [result["result"] for result in told["results"]] == ["unknown_person"]
    await running.send_text(MIA, "hello again")
    fresh = await running.load_record(MIA)
    assert (fresh.addresses, fresh.consents, fresh.behaviour) == ({}, {}, {})


async def test_a_farewell_that_the_platform_holds_up_is_waited_for(running: RunningService) -> None:
    """The erasure comes after the message, not before it."""
    await _subscribe_mia(running)
    for text in ("my data", "My data", "Delete my data"):
        await running.send_text(MIA, text)
    running.demo.graph.answer_slowly(0.8)
    await _tap_reply(running, "Yes, delete it all")
    await _wait_until_gone(running)
    assert running.received_texts(MIA)[-1].startswith("Deleted. Goodbye")


async def test_the_operator_exports_and_erases(
    running: RunningService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By address or by name: everything as JSON, then nothing; who only typed the address is not its owner."""
    words = await _subscribe_mia(running)
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path / "store"))
    runner = CliRunner()

    async def run(*said: str) -> tuple[int, str]:
        done = await asyncio.to_thread(runner.invoke, cli, ["subject", *said])
        return done.exit_code, done.output

    code, out = await run("export", MAIL)
    bundle = json.loads(out)
    assert (code, bundle["subscriber"]) == (0, words[0])
    assert bundle["record"]["identity"] == {"page": PAGE, "psid": MIA}
    assert {line["act"] for line in bundle["consent_ledger"]} >= {"agreed", "mailed", "confirmed"}
    assert all(bundle["wordings"].values())
    assert bundle["history"]
    assert {mail["status"] for mail in bundle["mails"]} <= {"sent", "queued", "attempting"}
    assert (await run("erase", words[0], "--yes"))[0] == 0
    assert await _find_traces(running, *words) == {}
    assert await run("export", words[0]) == (1, f"doorstep: There is no record {words[0]}.\n")
    assert await run("erase", MAIL, "--yes") == (1, "doorstep: Nobody gave this address.\n")
