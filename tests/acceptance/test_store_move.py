"""A service on the embedded store moves to a server while people write: nothing answered is lost."""

import asyncio
import os
from pathlib import Path

import pytest

from domain.keyring import Keyring
from service.engine.build_commit import decode_line
from store.valkey.store import open_store
from tests.support.servers.process import ServerProcess
from tests.support.service_processes import PAGE, SECRET, Installation, prepare_installation, wait_for_end

KEYS = Keyring(SECRET)
PEOPLE = 4


async def keep_writing(installation: Installation, psid: str, answered: dict[str, int], over: asyncio.Event) -> None:
    """Send one message after the other, each until it is answered 200."""
    while not over.is_set():
        try:
            status = await installation.post_text(psid, f"m_{psid}.{answered[psid]}", "a line")
        except OSError:
            status = 0
        answered[psid] += status == 200
        await asyncio.sleep(0 if status == 200 else 0.05)


@pytest.mark.skipif(os.environ.get("DOORSTEP_TEST_SERVERS") != "all", reason="half a minute; make servers runs it")
async def test_a_service_moves_from_the_embedded_store_to_a_server(tmp_path: Path) -> None:
    """The command tells the seconds; the running service ends with the new place, and goes on there."""
    server = ServerProcess(tmp_path / "there", {"appendonly": "yes"})
    server.start()
    await server.wait_for(b"PONG", b"PING")
    try:
        async with prepare_installation(tmp_path) as installation:
            service = await installation.start_process("run")
            answered, over = {str(number): 0 for number in range(7, 7 + PEOPLE)}, asyncio.Event()
            writing = asyncio.gather(*(keep_writing(installation, psid, answered, over) for psid in answered))
            await installation.wait_until(lambda: min(answered.values()) > 1)
            mover = await installation.start_process("store", "move", "embedded", server.url, ready=False)
            code, told, said = await wait_for_end(mover)
            assert (code, "the store stood still for" in told) == (0, True), told + said
            code, _, said = await wait_for_end(service)
            assert (code, "the store was moved" in said) == (1, True), said
            code, _, said = await wait_for_end(await installation.start_process("run", ready=False))
            assert (code, f"the store was moved to 127.0.0.1:{server.port}" in said) == (1, True), said
            installation.environment["DOORSTEP_STORE_URL"] = server.url
            before = dict(answered)
            await installation.start_process("run")
            await installation.wait_until(lambda: all(answered[psid] > before[psid] for psid in before))
            over.set()
            await writing
        await check_histories(server.url, answered)
    finally:
        server.kill()


async def check_histories(url: str, answered: dict[str, int]) -> None:
    """Every answered message stands in its person's history, once."""
    store = await open_store(url, check_value=KEYS.check_value)
    for psid, count in answered.items():
        lines = await store.history(KEYS.subscriber_id(PAGE, psid), last=2_000)
        assert sum(decode_line(line).events.count("Message") for line in lines) == count
    await store.close()
