"""Two Pages of two apps in one process: own token, own secret, own rate, own defaults; tokens rotated while running."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.inbound.webhook import PATH
from bot.outbound import rate_limit
from bot.outbound.sender import ChatSender
from domain import record as records
from service.demo.compose import copy_shipped_workspace, find_free_port
from service.engine.clock import system_now
from service.runtime import settings
from service.runtime.app import Doorstep, open_doorstep
from service.runtime.reload_secrets import SecretReloader
from service.runtime.settings import Settings
from service.runtime.web_app import listen_at
from service.stand_ins.graph_api import GraphStandIn, message_payload, postback_payload, sign_body
from service.stand_ins.smtp_server import Inbox
from tests.support.running_service import wait_until

TEA, OFFICE, MIA = "1001", "2002", "2711"
TOKENS = {TEA: "token of tea", OFFICE: "token of office"}
SECRETS = {TEA: "an app's secret", OFFICE: "another app's secret"}
PAGES = f'\npages: {{"{OFFICE}": {{language: de, flow: office}}}}\n'


@dataclass(kw_only=True)
class TwoPages:
    """One process with two Pages."""

    url: str
    graph: GraphStandIn
    http: aiohttp.ClientSession
    doorstep: Doorstep
    env: Settings
    sent: int = 0

    async def post_body(self, body: bytes, secret: str) -> int:
        """Post a body signed by an app."""
        headers = {"X-Hub-Signature-256": sign_body(body, secret), "Content-Type": "application/json"}
        async with self.http.post(self.url + PATH, data=body, headers=headers) as answer:
            return answer.status

    async def send_text(self, page: str, text: str, *, psid: str = MIA, secret: str = "") -> None:
        """Write to a Page; ``secret`` signs in place of the Page's own app."""
        self.sent += 1
        body = message_payload(page=page, psid=psid, mid=f"m{self.sent}", at=system_now(), text=text)
        assert await self.post_body(body, secret or SECRETS[page]) == 200

    async def press_get_started(self, page: str, *, psid: str = MIA) -> None:
        """Press get-started on a Page."""
        self.sent += 1
        body = postback_payload(
            page=page, psid=psid, mid=f"m{self.sent}", at=system_now(), payload="get_started", title="Get Started"
        )
        assert await self.post_body(body, SECRETS[page]) == 200

    def texts_of(self, page: str) -> list[str]:
        """Return what a Page has said."""
        return [
            str(delivered.message.get("text", ""))
            for delivered in self.graph.sent
            if delivered.page == page and delivered.message
        ]


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[TwoPages]:
    """Open both Pages."""
    workspace = tmp_path / "workspace"
    copy_shipped_workspace(workspace)
    with (workspace / "doorstep.yaml").open("a", encoding="utf-8") as file:
        file.write(PAGES)
    url = f"http://127.0.0.1:{find_free_port('127.0.0.1', 0)}"
    graph = GraphStandIn(tokens=TOKENS, app_secret=SECRETS[TEA], clock=system_now, echo_to=url + PATH)
    graph.secrets[OFFICE] = SECRETS[OFFICE]
    inbox = Inbox(system_now)
    async with AsyncExitStack() as stack:
        graph_url = await stack.enter_async_context(listen_at(graph.build_application(), "127.0.0.1", 0))
        smtp = f"smtp://127.0.0.1:{await inbox.start_listening()}"
        stack.push_async_callback(inbox.stop_listening)
        env = settings.read_settings(
            needed=False,
            public_url=url,
            workspace=workspace,
            data=tmp_path / "store",
            secret="s" * 32,
            messenger_app_secret=SECRETS[TEA],
            messenger_page_secrets={OFFICE: SECRETS[OFFICE]},
            messenger_verify_token="v" * 16,
            messenger_page_tokens=TOKENS,
            graph_url=graph_url,
            mail_url=smtp,
            api_token="t" * 16,
        )
        doorstep = await stack.enter_async_context(open_doorstep(env, "all"))
        assert doorstep.app
        await stack.enter_async_context(listen_at(doorstep.app, "127.0.0.1", int(url.rpartition(":")[2])))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield TwoPages(url=url, graph=graph, http=http, doorstep=doorstep, env=env)
        await graph.wait_until_delivered()


async def test_each_page_has_its_own_language_and_its_own_beginning(street: TwoPages) -> None:
    """Get-started begins what the Page says; who comes there is spoken to in its language, and is somebody else."""
    await street.press_get_started(TEA)
    await street.press_get_started(OFFICE)
    await wait_until(lambda: street.texts_of(TEA) and street.texts_of(OFFICE), "an answer from each")
    met = [records.decode(raw) async for _, raw in street.doorstep.store.all_subscribers()]
    assert {(record.identity.page, record.language, record.first_flow) for record in met} == {
        (TEA, "", "newsletter"), (OFFICE, "de", "office"),
    }  # fmt: skip


async def test_what_one_app_signs_is_no_word_of_the_others_page(street: TwoPages) -> None:
    """Taken with 200, as anything that is not ours, and never answered."""
    await street.send_text(OFFICE, "hello", secret=SECRETS[TEA])
    await street.send_text(TEA, "hello")
    await wait_until(lambda: street.texts_of(TEA), "an answer")
    assert street.texts_of(OFFICE) == []


async def test_a_page_that_must_wait_holds_nobody_up(street: TwoPages) -> None:
    """A rate limit of one Page; the other answers meanwhile."""
    street.graph.fail_next("page_rate")
    await street.send_text(TEA, "hello")
    await wait_until(lambda: not street.graph._failures["messages"], "the refusal")
    await street.send_text(OFFICE, "hallo")
    await wait_until(lambda: street.texts_of(OFFICE), "an answer")
    assert street.texts_of(TEA) == []


async def test_a_token_is_rotated_while_running(street: TwoPages, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old one is refused and the message waits; with the new one it goes, and the other Page noticed nothing."""
    # Half a minute else: the head that was refused is put back for it.
    monkeypatch.setattr(rate_limit, "PUT_BACK_MS", 300)
    street.graph.tokens[TEA] = "a new token"
    await street.send_text(TEA, "hello")
    await street.send_text(OFFICE, "hallo")
    await wait_until(lambda: street.texts_of(OFFICE), "an answer")
    assert street.texts_of(TEA) == []
    fresh = street.env.model_copy(update={"messenger_page_tokens": {**TOKENS, TEA: "a new token"}})
    assert street.doorstep.worker
    sender = street.doorstep.worker.senders["chat"]
    assert isinstance(sender, ChatSender)
    rotation = SecretReloader(
        clients=street.doorstep.clients, secrets=street.doorstep.secrets, resume=sender.resume_page, read=lambda: fresh
    )
    await rotation.take_over()
    await wait_until(lambda: street.texts_of(TEA), "the answer that waited")
