"""``messenger setup`` and ``messenger doctor`` for real, against the strict stand-in and a service that runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from typer.testing import CliRunner

from bot.inbound.event_kinds import FIELDS
from bot.inbound.webhook import PATH
from service.cli.main import cli
from service.demo.compose import find_free_port
from service.engine.clock import system_now
from service.runtime import settings
from service.runtime.app import Doorstep, open_doorstep
from service.runtime.settings import PREFIX
from service.runtime.web_app import listen_at
from service.stand_ins.graph_api import GraphStandIn, message_payload, sign_body
from service.stand_ins.graph_app import SCOPES, TokenDetails
from service.stand_ins.graph_edges import APP_ID
from service.stand_ins.smtp_server import Inbox
from tests.support.patience import PATIENCE_SECONDS
from tests.web.test_deletions import deletion

PAGE, SECRET = "1234", "the app's secret"


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """A running service, the platform, and the commands."""

    url: str
    graph: GraphStandIn
    inbox: Inbox
    doorstep: Doorstep
    http: aiohttp.ClientSession
    run: Callable[[str], Awaitable[tuple[int, str]]]
    """Run ``doorstep messenger`` with this word; returns exit code and what it said."""


@pytest.fixture
async def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clinic]:
    """Run a service on the shipped workspace; nothing is set up on the Page yet."""
    url = f"http://127.0.0.1:{find_free_port('127.0.0.1', 0)}"
    graph = GraphStandIn(tokens={PAGE: "EAAtoken"}, app_secret=SECRET, clock=system_now)
    inbox = Inbox(system_now)
    monkeypatch.chdir(tmp_path)
    async with AsyncExitStack() as stack:
        graph_url = await stack.enter_async_context(listen_at(graph.build_application(), "127.0.0.1", 0))
        smtp = f"smtp://127.0.0.1:{await inbox.start_listening()}"
        stack.push_async_callback(inbox.stop_listening)
        for name, value in {
            "public_url": url,
            "data": str(tmp_path / "store"),
            "secret": "s" * 32,
            "messenger_app_secret": SECRET,
            "messenger_app_id": APP_ID,
            "messenger_verify_token": "v" * 16,
            "graph_url": graph_url,
            "messenger_page_tokens": f'{{"{PAGE}": "EAAtoken"}}',
            "mail_url": smtp,
        }.items():
            monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
        monkeypatch.setenv("COLUMNS", "300")
        doorstep = await stack.enter_async_context(open_doorstep(settings.read_settings(needed=False), "all"))
        assert doorstep.app
        await stack.enter_async_context(listen_at(doorstep.app, "127.0.0.1", int(url.rpartition(":")[2])))

        async def run(word: str) -> tuple[int, str]:
            done = await asyncio.to_thread(CliRunner().invoke, cli, ["messenger", word])
            return done.exit_code, done.output

        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield Clinic(url=url, graph=graph, inbox=inbox, doorstep=doorstep, http=http, run=run)


async def _heard(clinic: Clinic) -> None:
    """Let a webhook come in, and the watchdog write it down."""
    body = message_payload(page=PAGE, psid="7", mid="m1", at=system_now(), text="hello")
    headers = {"X-Hub-Signature-256": sign_body(body, SECRET), "Content-Type": "application/json"}
    async with clinic.http.post(clinic.url + PATH, data=body, headers=headers) as answer:
        assert answer.status == 200
    await clinic.doorstep.upkeep.watchdog.write_times()


async def test_the_doctor_names_all_that_is_missing_and_setup_mends_it(clinic: Clinic) -> None:
    """Before: no subscription, no profile, no callback.  After: what is left is what only the console can do."""
    code, before = await clinic.run("doctor")
    assert code == 1
    for line in (
        "✓ service: It answers.", "✓ handshake: It answers.", f"✓ Page {PAGE}, token: It is valid.",
        f"✗ Page {PAGE}, webhook: The app has no callback for Pages.",
        f"✗ Page {PAGE}, subscription: No app is subscribed.\n  → doorstep messenger setup",
        f"✗ Page {PAGE}, profile: Not set: get-started, greeting", f"✗ Page {PAGE}, hearing: No webhook has ever come.",
    ):  # fmt: skip
        assert line in before
    clinic.graph.callback = (clinic.url + PATH, True)
    code, out = await clinic.run("setup")
    assert (code, "✗" in out) == (0, False)
    assert clinic.graph.subscribed[PAGE] == list(FIELDS)
    code, after = await clinic.run("doctor")
    assert (code, [line for line in after.splitlines() if "✗" in line]) == (
        1, [f"✗ Page {PAGE}, hearing: No webhook has ever come."],
    )  # fmt: skip
    await _heard(clinic)
    code, healthy = await clinic.run("doctor")
    assert (code, "✗" in healthy) == (0, False)
    assert f"✓ Page {PAGE}, hearing: The last webhook came " in healthy


async def test_what_the_platform_says_of_token_and_callback_is_told_with_its_remedy(clinic: Clinic) -> None:
    """An end that is near, a permission that is missing, a callback that was switched off, another that leads away."""
    clinic.graph.worth = {
        PAGE: TokenDetails(scopes=SCOPES[:1], expires_at=system_now() + timedelta(days=3)),
    }  # fmt: skip
    clinic.graph.callback = (clinic.url + PATH, False)
    _, out = await clinic.run("doctor")
    assert f"✗ Page {PAGE}, permissions: pages_manage_metadata missing." in out
    assert f"✗ Page {PAGE}, permissions: pages_read_engagement is missing: comments are not seen without it." in out
    assert "token: It ends on " in out
    assert "webhook: The platform has switched 127.0.0.1:" in out
    clinic.graph.worth = {PAGE: TokenDetails(valid=False)}
    clinic.graph.callback = ("https://elsewhere.example/hook", True)
    _, out = await clinic.run("doctor")
    assert "token: The platform does not accept it any more.\n  → Make a new Page token" in out
    assert "webhook: It goes to https://elsewhere.example/hook." in out
    assert "EAAtoken" not in out
    assert SECRET not in out


async def test_a_profile_that_somebody_changed_is_seen(clinic: Clinic) -> None:
    """By the Page's settings, or by another tool."""
    await clinic.run("setup")
    clinic.graph.profiles[PAGE]["greeting"] = [{"locale": "default", "text": "Hi"}]
    _, out = await clinic.run("doctor")
    assert f"✗ Page {PAGE}, profile: Not as the workspace says: greeting.\n  → doorstep messenger setup" in out


async def test_a_platform_out_of_reach_is_said_so(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network is what to look at, not the token."""
    monkeypatch.setenv(f"{PREFIX}GRAPH_URL", "http://127.0.0.1:9")
    code, out = await clinic.run("doctor")
    assert code == 1
    assert "→ Check DOORSTEP_GRAPH_URL and the way to the internet." in out


async def test_a_deletion_request_of_the_platform_erases(clinic: Clinic) -> None:
    """Meta names the person by an app-scoped id; the running service asks whose it is, erases, and tells on a page."""
    await _heard(clinic)
    clinic.graph.scoped = {"218471": {PAGE: "7"}}
    name = clinic.doorstep.keys.subscriber_id(PAGE, "7")
    assert (await clinic.doorstep.store.load(name)).record
    async with clinic.http.post(clinic.url + "/messenger/data-deletion", data=deletion("218471", SECRET)) as answer:
        told = await answer.json()
    assert (await clinic.doorstep.store.load(name)).record is None
    async with clinic.http.get(told["url"]) as answer:
        assert (answer.status, "Your data has been deleted" in await answer.text()) == (200, True)


async def test_the_watchdog_mends_a_lost_subscription_of_a_running_service(clinic: Clinic) -> None:
    """One look of the worker that leads; the team hears of it by mail, which is in no subscriber's lane."""
    worker = clinic.doorstep.worker
    assert worker
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not worker.is_leader():  # noqa: ASYNC110  it takes its partitions in the background
            await asyncio.sleep(0.01)
    await clinic.doorstep.upkeep.watchdog.examine_pages()
    assert clinic.graph.subscribed[PAGE] == list(FIELDS)
    (mail,) = clinic.inbox.received
    assert (mail.recipients, mail.subject) == (("help@amseltea.example",), f"Pip: Page {PAGE} needs a look.")
