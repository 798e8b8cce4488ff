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

from domain.ports import LATER, Posting, StoreError, StoreTakesNoWritesError
from email_out.transports.smtp import SmtpTransport
from service.cli import main
from service.engine.lane_slots import SLOTS, lane_kind
from service.engine.transact import Transactor
from service.runtime import health, serve, settings
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.runtime.supervisor import ServiceFailedError, TaskSupervisor
from service.runtime.work_sharing.notify_workers import WorkerNotifier
from service.runtime.worker import Worker
from store.valkey.store import ValkeyStore
from tests.support.memory_store.store import MemoryStore
from tests.support.patience import PATIENCE_SECONDS


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings of a service that serves nobody; the test's own collector is left as it is."""
    monkeypatch.setattr(serve, "freeze_long_lived", lambda: None)
    return settings.read_settings(
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
        await asyncio.wait_for(serve.serve_until_signal(configured, role), PATIENCE_SECONDS)
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

    monkeypatch.setattr(settings, "read_settings", Settings)
    monkeypatch.setattr("service.cli.run.logs.configure_logging", lambda: None)
    monkeypatch.setattr("service.cli.run.uvloop.run", failing)
    monkeypatch.setattr(sys, "argv", ["doorstep", "run"])
    with pytest.raises(SystemExit) as left:
        main.main()
    assert (left.value.code, "a vital task failed: worker" in capsys.readouterr().err) == (1, True)


class RefusingStore(MemoryStore):
    """A store that can be read; its writes fail, or hang, as a test says."""

    fault: StoreError | None = None
    hangs = False
    tries = 0

    async def try_write(self) -> None:
        """Count it, then do as the test says."""
        self.tries += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.fault:
            raise self.fault


@pytest.mark.parametrize("reason", ["out of memory", "read only", "disk full or not writable"])
async def test_while_writes_fail_a_process_is_not_ready(monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    """503 says why; a write that succeeded speaks for the next ones, and one that failed is tried again."""
    store = RefusingStore(server_ms=lambda: 0)
    app = web.Application()
    app.add_routes(health.health_routes(store, lambda: "edition", str))
    async with TestClient(TestServer(app)) as client:
        assert {(await client.get("/readyz")).status for _ in range(5)} == {200}
        assert store.tries == 1
        monkeypatch.setattr(health, "PROBE_EVERY_S", 0)
        monkeypatch.setattr(health, "PROBE_AGAIN_S", 0)
        store.fault = StoreTakesNoWritesError(reason)
        answer = await client.get("/readyz")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
        assert (await answer.json())["reason"] == f"the store takes no writes: {reason}"
        store.fault = None
        assert (await client.get("/readyz")).status == 200


async def test_a_store_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks is answered in bounded time, all by one write."""
    monkeypatch.setattr(health, "PROBE_PATIENCE_S", 0.01)
    store = RefusingStore(server_ms=lambda: 0)
    store.hangs = True
    app = web.Application()
    app.add_routes(health.health_routes(store, lambda: "edition", str))
    async with TestClient(TestServer(app)) as client:
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(5)))
        assert ({answer.status for answer in answers}, store.tries) == ({503}, 1)


async def test_a_process_that_failed_is_not_ready() -> None:
    """Ready while all is well; 503 from the moment a vital task failed, which whoever watches hears at once."""
    vital, told = TaskSupervisor(), asyncio.Event()
    app = web.Application()
    app.add_routes(health.health_routes(MemoryStore(server_ms=lambda: 0), lambda: "edition", lambda: vital.failure))
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/readyz")).status == 200
        vital.call_on_failure(told.set)

        async def fails() -> None:
            raise ZeroDivisionError

        vital.run_vital("a task", fails())
        await asyncio.wait_for(told.wait(), PATIENCE_SECONDS)
        assert (await client.get("/readyz")).status == 503
    late = asyncio.Event()
    vital.call_on_failure(late.set)
    assert late.is_set()
    await vital.close()


async def test_what_is_ended_on_purpose_is_no_failure() -> None:
    """A task that is done, or that a stop cancels, leaves nothing to complain of."""
    vital = TaskSupervisor()
    vital.run_vital("done", asyncio.sleep(0))
    vital.run_vital("ended", asyncio.sleep(60))
    await asyncio.sleep(0)
    await vital.close()
    vital.raise_failure()
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
    note(SmtpTransport, "close", "connections")
    note(WorkerNotifier, "settle", "hints")
    note(TaskSupervisor, "close", "tasks")
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
    serving = asyncio.create_task(serve.serve_until_signal(configured, "all"))
    with capture_logs() as lines:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(line["event"] == "listening" for line in lines):  # noqa: ASYNC110  a log has no event for us
                await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, PATIENCE_SECONDS)
    assert order == ORDER


async def test_every_kind_of_lane_is_polled_and_has_room_and_a_sender(configured: Settings) -> None:
    """What is posted anywhere is sent; and commits ask the worker for room before they claim."""
    async with open_doorstep(configured, "worker") as doorstep:
        worker = doorstep.worker
        assert worker is not None
        assert {lane_kind(lane) for lane in worker.lanes} == set(worker.senders) == set(SLOTS)
        delivery = doorstep.transact.delivery
        assert delivery is not None
        posting = Posting(lane=LATER, item=b"")
        assert [delivery.has_room([posting], promised) for promised in (0, SLOTS[LATER])] == [True, False]
        assert isinstance(doorstep.transact.notify_workers, WorkerNotifier)
