"""Serving: taken down in order, deaf to a second signal, and gone with exit code 1 when a vital task fails."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from email_out.transports.smtp import Pool
from service.cli import main
from service.engine.transact import Transactor
from service.runtime import health, serve, settings
from service.runtime.app import composed
from service.runtime.notify_workers import Hinter
from service.runtime.settings import Settings
from service.runtime.supervisor import ServiceFailedError, Vital
from service.runtime.worker import ROOM, Worker, lane_kind
from store.memory.store import MemoryStore
from store.valkey.store import ValkeyStore


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings of a service that serves nobody; the test's own collector is left as it is."""
    monkeypatch.setattr(serve, "calm_collector", lambda: None)
    return settings.read(
        needed=False,
        port=0,
        public_url="http://127.0.0.1",
        data=tmp_path / "store",
        secret="s" * 32,
        messenger_app_secret="app",
        messenger_verify_token="verify",
        messenger_page_tokens={"4711": "token"},
        mail_url="smtp://127.0.0.1:9",
        api_token="api",
        store_url="",
    )


async def dies(_: Worker) -> None:
    """End as no worker should."""
    await asyncio.sleep(0)
    raise ZeroDivisionError


@pytest.mark.parametrize("role", ["all", "worker"])
async def test_a_service_whose_worker_died_stops(
    role: Any,  # noqa: ANN401  as parametrised
    configured: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody has to notice: it says what failed and where, stops by itself, and raises."""
    monkeypatch.setattr(Worker, "run", dies)
    with capture_logs() as lines, pytest.raises(ServiceFailedError, match="worker, ZeroDivisionError in dies:"):
        await asyncio.wait_for(serve.serve(configured, role), 20)
    failed = [line for line in lines if line["event"] == "vital_task_failed"]
    assert [(line["log_level"], line["what"]) for line in failed] == [("error", "worker")]


def test_a_service_that_failed_leaves_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that whatever started it starts it again."""

    def failing(work: Coroutine[Any, Any, None]) -> None:
        work.close()
        message = "stopped, because a vital task failed: worker"
        raise ServiceFailedError(message)

    monkeypatch.setattr(settings, "read", Settings)
    monkeypatch.setattr("service.cli.run.logs.configure", lambda: None)
    monkeypatch.setattr("service.cli.run.uvloop.run", failing)
    monkeypatch.setattr(sys, "argv", ["doorstep", "run"])
    with pytest.raises(SystemExit) as left:
        main.main()
    assert (left.value.code, "a vital task failed: worker" in capsys.readouterr().err) == (1, True)


async def test_a_process_that_failed_is_not_ready() -> None:
    """Ready while all is well; 503 from the moment a vital task failed, which whoever watches hears at once."""
    vital, told = Vital(), asyncio.Event()
    app = web.Application()
    app.add_routes(health.routes(MemoryStore(server_ms=lambda: 0), lambda: "edition", lambda: vital.failure))
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/readyz")).status == 200
        vital.watch(told.set)

        async def fails() -> None:
            raise ZeroDivisionError

        vital.keep("a task", fails())
        await asyncio.wait_for(told.wait(), 5)
        assert (await client.get("/readyz")).status == 503
    late = asyncio.Event()
    vital.watch(late.set)
    assert late.is_set()
    await vital.close()


async def test_what_is_ended_on_purpose_is_no_failure() -> None:
    """A task that is done, or that a stop cancels, leaves nothing to complain of."""
    vital = Vital()
    vital.keep("done", asyncio.sleep(0))
    vital.keep("ended", asyncio.sleep(60))
    await asyncio.sleep(0)
    await vital.close()
    vital.check()
    assert vital.failure == ""


def noting(monkeypatch: pytest.MonkeyPatch, order: list[str]) -> None:
    """Note what is taken down, when it is done."""

    def note(owner: type, method: str, name: str) -> None:
        whole: Callable[..., Any] = getattr(owner, method)

        async def later(self: object, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  handed on
            await whole(self, *args, **kwargs)
            order.append(name)

        def at_once(self: object, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  handed on
            whole(self, *args, **kwargs)
            order.append(name)

        monkeypatch.setattr(owner, method, later if asyncio.iscoroutinefunction(whole) else at_once)

    note(web.AppRunner, "cleanup", "web")
    note(AsyncIOScheduler, "shutdown", "chores")
    note(Transactor, "settle", "decisions")
    note(Worker, "stop", "worker")
    note(Pool, "close", "connections")
    note(Hinter, "settle", "hints")
    note(Vital, "close", "tasks")
    note(ValkeyStore, "close", "store")


ORDER = [
    "web", "chores", "decisions", "worker", "connections", "connections", "hints", "connections", "tasks", "store",
]  # fmt: skip


async def test_it_is_taken_down_in_order_and_a_second_signal_changes_nothing(
    configured: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Doors first, the store last; somebody who presses Ctrl-C again while it stops breaks nothing."""
    order: list[str] = []
    stop = Worker.stop

    async def pressed_again(worker: Worker, **kwargs: Any) -> None:  # noqa: ANN401  handed on
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)
        await stop(worker, **kwargs)

    monkeypatch.setattr(Worker, "stop", pressed_again)
    noting(monkeypatch, order)
    serving = asyncio.create_task(serve.serve(configured, "all"))
    with capture_logs() as lines:
        async with asyncio.timeout(20):
            while not any(line["event"] == "listening" for line in lines):  # noqa: ASYNC110  a log has no event for us
                await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, 20)
    assert order == ORDER


async def test_every_kind_of_lane_is_polled_and_has_room_and_a_sender(configured: Settings) -> None:
    """What is posted anywhere is sent; and commits ask the worker for room before they claim."""
    async with composed(configured, "worker") as doorstep:
        worker = doorstep.worker
        assert worker is not None
        assert {lane_kind(lane) for lane in worker.lanes} == set(worker.senders) == set(ROOM)
        assert (doorstep.transact.sending, doorstep.transact.roomy) == (worker.take, worker.roomy)
        assert isinstance(doorstep.transact.nudged, Hinter)
