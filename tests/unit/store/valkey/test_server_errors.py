"""What the errors of a server mean, as Redis 6.2 words them and as Redis 7 and Valkey do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from domain.ports import StoreAwayError, StoreError, StoreTakesNoWritesError
from store.valkey.connection import ValkeyConnection
from store.valkey.script import SAVE
from store.valkey.server_errors import is_over, make_store_error, read_error_code

SCRIPT = "ERR Error running script (call to f_2b58b113dac432e64a65f3ae35a5bac7217348a6): @user_script:1: "
WRAPPED = f"{SCRIPT}@user_script: 1: -"
OOM = "OOM command not allowed when used memory > 'maxmemory'."
READONLY = "READONLY You can't write against a read only replica."
MISCONF = "MISCONF Errors writing to the AOF file: No space left on device"
NOREPLICAS = "NOREPLICAS Not enough good replicas to write."


@pytest.mark.parametrize("before", ["", WRAPPED])
@pytest.mark.parametrize(
    ("text", "reason", "over"),
    [
        (OOM, "out of memory", False),
        (READONLY, "read only", True),
        (MISCONF, "disk full or not writable", False),
        (NOREPLICAS, "too few replicas", False),
    ],
)
def test_why_no_write_is_taken(before: str, text: str, reason: str, *, over: bool) -> None:
    """The code stands in front, or behind the dash of the script's error; only a replica is to be left."""
    error = make_store_error(before + text)
    assert (type(error), str(error)) == (StoreTakesNoWritesError, f"the store takes no writes: {reason}")
    assert is_over(read_error_code(before + text)) == over


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("LOADING Redis is loading the dataset in memory", StoreAwayError),
        (f"{WRAPPED}CLUSTERDOWN The cluster is down", StoreAwayError),
        (f"{SCRIPT}WRONGTYPE Operation against a key holding the wrong kind of value", StoreError),
        (f"{SCRIPT}user_script:1: mia said -OOM there", StoreError),
        ("ERR mia said -READONLY there", StoreError),
        ("", StoreError),
    ],
)
def test_other_errors(text: str, kind: type[StoreError]) -> None:
    """What a script was given is no code, whatever it looks like."""
    assert type(make_store_error(text)) is kind


def test_arguments_are_not_told() -> None:
    """A server repeats what it was sent, which may be personal."""
    error = make_store_error("ERR unknown command 'X', with args beginning with: 'mia@example.com' ")
    assert "mia" not in str(error)


@asynccontextmanager
async def _failing_over(answers: list[bytes]) -> AsyncIterator[tuple[int, list[int]]]:
    """Listen as a server whose first connection leads to a replica; yield its port and what each script met."""
    made: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(made)
        made.append(0)
        with suppress(ConnectionError):
            while header := await reader.readline():
                parts = [await _read_part(reader) for _ in range(int(header[1:]))]
                made[number] += parts[0] == b"EVALSHA"
                writer.write(answers[min(number, len(answers) - 1)] if parts[0] == b"EVALSHA" else b"+OK\r\n")
            writer.close()
            await writer.wait_closed()
        ended.release()

    ended = asyncio.Semaphore(0)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], made
    finally:
        server.close()
        for _ in made:
            await ended.acquire()


async def _read_part(reader: asyncio.StreamReader) -> bytes:
    length = int((await reader.readline())[1:])
    return (await reader.readexactly(length + 2))[:-2]


@pytest.mark.parametrize("refusal", [READONLY, WRAPPED + READONLY])
async def test_after_a_failover_behind_one_address_a_new_connection_is_made(refusal: str) -> None:
    """The old connection leads to what is a replica by now: one call fails, the next one is answered."""
    async with _failing_over([f"-{refusal}\r\n".encode(), b":1\r\n"]) as (port, made):
        connection = ValkeyConnection(f"redis://127.0.0.1:{port}")
        await connection.open_first()
        with pytest.raises(StoreTakesNoWritesError):
            await connection.run_script(SAVE, ())
        assert await connection.run_script(SAVE, ()) == 1
        assert made == [1, 1]
        await connection.close()
