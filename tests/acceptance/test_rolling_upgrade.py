"""Two versions side by side on one store: the next one, whose records this one must not touch, takes over."""

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from domain.keyring import Keyring
from domain.record import SCHEMA
from service.demo.compose import find_free_port
from service.engine.build_commit import decode_line
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.service_processes import PAGE, SECRET, Installation, prepare_installation

KEYS = Keyring(SECRET)
PEOPLE = [str(number) for number in range(7, 13)]
MESSAGES = 6
FIELD = "a field of the next version"
NEXT_VERSION = f"""
import msgspec
from msgspec.structs import replace
from domain import record as records
records.SCHEMA = {SCHEMA + 1}
encode_known = records.encode
def encode(record):
    fields = msgspec.msgpack.decode(encode_known(replace(record, schema=records.SCHEMA)), type=list[msgspec.Raw])
    return msgspec.msgpack.encode([*fields, {FIELD!r}])
records.encode = encode
"""
"""What a version does that raises the schema: each record that it writes has one more field at its end."""


async def talk(psid: str, versions: list[Installation]) -> None:
    """Send messages, each until it is answered 200: a proxy shares them among the versions, and Meta repeats."""
    for number in range(MESSAGES):
        turn = number
        while await versions[turn % len(versions)].post_text(psid, f"m_{psid}.{number}", "newsletter") != 200:
            turn += 1
            await asyncio.sleep(0.05)


@pytest.mark.skipif(os.environ.get("DOORSTEP_TEST_SERVERS") != "all", reason="half a minute; make servers runs it")
async def test_two_versions_run_side_by_side_until_the_older_is_stopped(tmp_path: Path) -> None:
    """Everything answered is decided once, nothing that the newer one wrote is lost, and everybody gets the answers."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_server(tmp_path / "outside"))
        older = await stack.enter_async_context(prepare_installation(tmp_path, STORE_URL=url))
        port = find_free_port("127.0.0.1", 0)
        settings = older.environment | {"DOORSTEP_PORT": str(port)}
        newer = replace(older, url=f"http://127.0.0.1:{port}", environment=settings)
        first = await older.start_process("run")
        await asyncio.gather(*(talk(psid, [older]) for psid in PEOPLE[:3]))
        await newer.start_process("run", before=NEXT_VERSION)
        await asyncio.gather(*(talk(psid, [older, newer]) for psid in PEOPLE[3:]))
        first.terminate()
        await first.wait()
        for psid in PEOPLE:
            assert await newer.post_text(psid, f"m_{psid}.last", "newsletter") == 200
        await newer.wait_until(lambda: all(len(newer.received_messages(psid)) > MESSAGES for psid in PEOPLE))
        await check_records(url)


async def check_records(url: str) -> None:
    """Every message stands in its person's history once, and every record has the field of the next version."""
    store = await open_store(url, check_value=KEYS.check_value)
    for psid in PEOPLE:
        name = KEYS.subscriber_id(PAGE, psid)
        lines = await store.history(name, last=2_000)
        assert sum(decode_line(line).events.count("Message") for line in lines) == MESSAGES + 1
        raw = (await store.load(name)).record or b""
        fields = msgspec.msgpack.decode(raw)
        assert (fields[0], fields[-1]) == (SCHEMA + 1, FIELD)
    await store.close()
