"""The same conversation on Bottender and on aiogram: message in, state in Valkey, replies delivered, 200.

Each peer is one process, as its own documentation starts it, with a Valkey that writes nothing to disk.
"""

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench import graph, processes, traffic
from bench.rows.talk import measure_replies
from bench.table import Figures
from service.engine.clock import system_ms

HERE = Path(__file__).parents[1] / "peers"
BOTTENDER = HERE / "bottender"
AIOGRAM = processes.SCRATCH / "aiogram"


class PeerMissingError(Exception):
    """A peer could not be installed; the message says what it needs."""


@asynccontextmanager
async def run_bottender(graph_port: int) -> AsyncIterator[tuple[int, int]]:
    """Run the Bottender app against a Graph stand-in; yield its port and process id."""
    await _install_bottender()
    port = processes.free_port()
    async with processes.run_valkey() as store:
        settings = {
            "NODE_ENV": "production",
            "NO_UPDATE_NOTIFIER": "1",
            "REDIS_PORT": str(store),
            "GRAPH_URL": f"http://127.0.0.1:{graph_port}",
            "PAGE_ID": traffic.PAGE,
            "PAGE_TOKEN": "bench-page-token",
            "APP_SECRET": traffic.APP_SECRET,
            "VERIFY_TOKEN": "bench-verify-token",
        }
        start = ["node", "node_modules/bottender/bin/cli.js", "start", "--port", str(port)]
        async with processes.run_server(start, port, folder=BOTTENDER, settings=settings) as pid:
            yield port, pid


async def _install_bottender() -> None:
    if not shutil.which("npm"):
        message = "Bottender needs node and npm (Debian: apt-get install nodejs npm)"
        raise PeerMissingError(message)
    if not (BOTTENDER / "node_modules" / ".package-lock.json").exists():
        await processes.run_to_end(["npm", "ci", "--omit=dev", "--no-progress"], folder=BOTTENDER)


@asynccontextmanager
async def run_aiogram(bot_api_port: int) -> AsyncIterator[tuple[int, int]]:
    """Run the aiogram app against a Bot API stand-in; yield its port and process id."""
    await _install_aiogram()
    port = processes.free_port()
    async with processes.run_valkey() as store:
        settings = {
            "PORT": str(port),
            "REDIS_PORT": str(store),
            "BOT_API_URL": f"http://127.0.0.1:{bot_api_port}",
            "BOT_TOKEN": "1234567:bench-bot-token",
            "SECRET_TOKEN": traffic.SECRET_TOKEN,
        }
        start: list[str | Path] = [AIOGRAM / "bin" / "python", HERE / "aiogram_app.py"]
        async with processes.run_server(start, port, settings=settings) as pid:
            yield port, pid


async def _install_aiogram() -> None:
    lock = HERE / "requirements.lock"
    stamp = AIOGRAM / "installed"
    if stamp.exists() and stamp.read_text() == lock.read_text():
        return
    await processes.run_to_end([sys.executable, "-m", "venv", AIOGRAM])
    pip = [str(AIOGRAM / "bin" / "python"), "-m", "pip", "--quiet"]
    await processes.run_to_end([*pip, "install", "--no-deps", "--require-hashes", "-r", str(lock)])
    stamp.write_text(lock.read_text())


async def measure(figures: Figures) -> None:
    """Messages answered a second by each peer, warmed up."""
    for name, peer, build in (
        ("bottender reply", run_bottender, traffic.messenger_requests("/webhook", at_ms=system_ms())),
        ("aiogram reply", run_aiogram, traffic.telegram_requests()),
    ):
        async with graph.run_graph_stand_in() as replies, peer(replies) as server:
            await measure_replies(figures, name, server, replies, build)
