"""Hooks over real HTTP: what a program answers is said in the chat, and what cannot be told holds nobody up."""

import asyncio
import hmac
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web

import service.runtime.delivery
from domain.failed_hooks import FAILED_HOOKS, read_failed_hook
from service.demo.compose import copy_shipped_workspace
from service.hooks.call_hook import HookCaller
from service.runtime.base_parts import make_keyring
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_service import LOOK_SECONDS, run_service

MIA, ADDRESS = "1001", "mia@example.com"
FLOW = """flow: parcel
start: {words: [parcel]}
steps:
  number: {say: Which order?, ask: text, save: need, else: lost}
  look: {say: I look it up., hook: crm, fields: [need], sets: [parcel_state], else: lost}
  told: {say: "It is {{ parcel_state }}.", go: end}
  lost: {say: I cannot see it now., go: end}
"""
FIELD = "parcel_state: {type: text, label: {en: Parcel, de: Paket}, fallback: {en: away, de: fort}}"
SEQUENCE = """sequence: told
topic: boxes
start: cup.noted
steps:
  hangs: {hook: hangs}
  moved: {hook: moved}
  inner: {hook: inner}
  named: {hook: named}
  mail: {send: box_sent}
"""
Receive = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def run_program(receive: Receive) -> AsyncIterator[int]:
    """Run a program that answers every request; yield its port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receive)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_a_person_hears_what_the_program_knows(tmp_path: Path) -> None:
    """The first request meets an error of the server, the second is answered; only the listed field has left."""
    heard: list[tuple[str, bytes]] = []

    async def receive(request: web.Request) -> web.Response:
        heard.append((request.headers["Doorstep-Signature"], await request.read()))
        return web.Response(status=500) if len(heard) == 1 else web.json_response({"parcel_state": "underway"})

    copy_shipped_workspace(tmp_path / "workspace")
    file = tmp_path / "workspace" / "doorstep.yaml"
    written = re.sub(r"(?m)^fields:.*$", lambda found: f"{found[0]}\n  {FIELD}", file.read_text("utf-8"))
    (tmp_path / "workspace" / "flows" / "parcel.yaml").write_text(FLOW, "utf-8")

    async with run_program(receive) as port:
        hooks = f'hooks: {{crm: {{url: "http://127.0.0.1:{port}/doorstep", allow_private: true}}}}'
        file.write_text(f"{written}\n{hooks}\n", "utf-8")
        async with run_service(tmp_path) as running:
            await running.send_text(MIA, "parcel")
            await running.send_text(MIA, "A-1042")
            await running.wait_until(lambda: "It is underway." in running.received_texts(MIA), "the answer of the hook")
            record = await running.load_record(MIA)
            [secret] = make_keyring(running.demo.doorstep.settings).hook_secrets("crm")

    assert record.fields["parcel_state"] == "underway"
    told = [json.loads(body) for _, body in heard]
    assert [one["fields"] for one in told] == [{"need": "A-1042"}] * 2
    assert {one["person"]["user_id"] for one in told} == {record.id}
    # The signatures are random, and may hold the same four digits.
    assert MIA not in str([body for _, body in heard])
    for signature, body in heard:
        at, right = signature.removeprefix("t=").split(",v1=")
        assert hmac.compare_digest(right, hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex())


async def test_hooks_that_hang_redirect_or_lie_in_a_private_network_hold_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail behind them goes at once; nothing is told to where a redirect or a name leads; all of it is listed."""
    monkeypatch.setattr(service.runtime.delivery, "HookCaller", partial(HookCaller, answer_seconds=0.3))
    inner: list[str] = []
    outer: list[str] = []
    ended = asyncio.Event()

    async def note_inner(request: web.Request) -> web.Response:
        inner.append(request.path)
        return web.Response(status=204)

    async with run_program(note_inner) as inner_port:

        async def receive(request: web.Request) -> web.Response:
            outer.append(request.path)
            if request.path == "/hangs":
                await ended.wait()
            return web.Response(status=307, headers={"Location": f"http://127.0.0.1:{inner_port}/moved"})

        async with run_program(receive) as port:
            hooks: dict[str, dict[str, object]] = {
                "hangs": {"url": f"http://127.0.0.1:{port}/hangs", "allow_private": True},
                "moved": {"url": f"http://127.0.0.1:{port}/moved", "allow_private": True},
                "inner": {"url": f"https://127.0.0.1:{inner_port}/inner"},
                "named": {"url": f"https://localhost:{inner_port}/named"},
            }
            failed = await tell_and_fail(tmp_path, hooks, ended)

    assert sorted(failed) == [("hangs", "hangs"), ("inner", "inner"), ("moved", "moved"), ("named", "named")]
    assert inner == []
    assert outer.count("/moved") == 1


async def tell_and_fail(
    folder: Path, hooks: dict[str, dict[str, object]], ended: asyncio.Event
) -> list[tuple[str, str]]:
    """Have a sequence tell these hooks and mail Mia; return hook and step of what could not be told in a day."""
    copy_shipped_workspace(folder / "workspace")
    file = folder / "workspace" / "doorstep.yaml"
    file.write_text(f"{file.read_text('utf-8')}\nhooks: {json.dumps(hooks)}\n", "utf-8")
    (folder / "workspace" / "sequences" / "told.yaml").write_text(SEQUENCE, "utf-8")
    async with run_service(folder) as running:
        store = running.demo.doorstep.store

        async def list_failed() -> list[tuple[str, str]]:
            lines = [read_failed_hook(line) for line in await store.list_entries(FAILED_HOOKS)]
            return [(line.hook, line.step) for line in lines]

        await running.subscribe_person(MIA, ADDRESS)
        await running.post_product_event(ADDRESS, "cup.noted")
        await running.wait_for_mail(ADDRESS, "box is on its way")
        assert await list_failed() == []  # the first hook hangs, and those behind it wait for their turn
        await running.demo.doorstep.clock.move_ahead(timedelta(hours=25))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(await list_failed()) < len(hooks):  # noqa: ASYNC110  the worker has no event for us
                await asyncio.sleep(LOOK_SECONDS)
        ended.set()
        return await list_failed()
