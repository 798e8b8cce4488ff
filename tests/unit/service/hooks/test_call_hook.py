"""Asking a hook, against a real HTTP server: what it is told, what counts as an answer, and where nobody is asked."""

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from msgspec.structs import replace

from domain.effects import CallHook
from domain.ports import HookAnswer
from domain.workspace_hooks import Hook
from service.hooks.call_hook import HookAwayError, HookCaller
from service.hooks.guarded_resolver import GuardedResolver, PrivateAddressError, refuse_private
from service.hooks.read_answer import LARGEST_ANSWER
from tests.support.flow_person import shipped_config
from tests.support.people import KEYS

NOW = datetime(2026, 11, 22, 9, 0, 0, 250_000, tzinfo=UTC)
CALL = CallHook(
    id="c1", hook="crm", flow="order", step="look", at=NOW, until=NOW + timedelta(seconds=30),
    fields={"order_number": "A-1", "grüße": "schön"}, sets=("state", "left", "shops"),
)  # fmt: skip
FAILED = HookAnswer(taken=False)


@dataclass
class Receiver:
    """A program behind a hook; answers what it is told to, in turn."""

    answers: list[web.Response] = field(default_factory=list)
    heard: list[tuple[web.Request, bytes]] = field(default_factory=list)
    hangs: bool = False
    drips: bool = False
    """Whether it sends a byte now and then for ever."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Note a request and answer it."""
        self.heard.append((request, await request.read()))
        if self.hangs:
            await self.ended.wait()
        if self.drips:
            return await self._drip(request)
        return self.answers.pop(0) if self.answers else web.json_response({})

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        while not self.ended.is_set():
            await answer.write(b" ")
            await asyncio.sleep(0.02)  # often enough that no pause between two bytes is the reason
        return answer


@asynccontextmanager
async def run_receiver() -> AsyncIterator[Receiver]:
    """Run a receiver that listens."""
    one = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", one.receive)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/doorstep"
    yield one
    one.ended.set()
    await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    async with run_receiver() as one:
        yield one


def caller(url: str, *, allow_private: bool = True, now: datetime = NOW, seconds: float = 5.0) -> HookCaller:
    """Who asks the hook ``crm`` at this address."""
    hooks = {"crm": Hook(url=url, allow_private=allow_private)}
    config = shipped_config().model_copy(update={"hooks": hooks})
    return HookCaller(keys=KEYS, clock=lambda: now, config=lambda: config, answer_seconds=seconds)


async def test_it_is_told_the_listed_fields_and_who_asks_can_be_proven(receiver: Receiver) -> None:
    """The body holds nothing more, and the signature is over the time and the very bytes."""
    receiver.answers = [web.json_response({"state": "sent", "left": 3, "shops": ["Kiel", "Bonn"], "more": {"a": 1}})]
    answered = await caller(receiver.url).call("mia", CALL)
    assert answered == HookAnswer(taken=True, fields={"state": "sent", "left": 3, "shops": "Kiel\nBonn"})
    [(request, body)] = receiver.heard
    assert (request.method, request.content_type, request.headers["Doorstep-Id"]) == ("POST", "application/json", "c1")
    assert json.loads(body) == {
        "id": "c1", "at": "2026-11-22T09:00:00.250000+00:00", "kind": "step", "flow": "order", "step": "look",
        "person": {"user_id": "mia"}, "fields": {"order_number": "A-1", "grüße": "schön"},
    }  # fmt: skip
    at, *signatures = request.headers["Doorstep-Signature"].split(",")
    secret = KEYS.hook_secrets("crm")[0]
    right = hmac.digest(secret.encode(), f"{at.removeprefix('t=')}.".encode() + body, "sha256").hex()
    assert (at, signatures) == (f"t={int(NOW.timestamp())}", [f"v1={right}"])


async def test_an_answer_without_a_body_is_one(receiver: Receiver) -> None:
    """It was taken, and sets nothing."""
    receiver.answers = [web.Response(status=204)]
    assert await caller(receiver.url).call("mia", CALL) == HookAnswer(taken=True)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(body=b'{"state": "se'),
        lambda: web.json_response(["sent"]),
        lambda: web.Response(body=b'{"left": NaN}'),
        lambda: web.Response(body=b"\xff\xfe{}"),
        lambda: web.Response(body=b"[" * 60_000),
        lambda: web.json_response({"left": 2**70}),
        lambda: web.json_response({"state": {"now": "sent"}}),
        lambda: web.json_response({"shops": [1, 2]}),
        lambda: web.json_response({"more": "x" * LARGEST_ANSWER}),
        lambda: web.Response(status=302, headers={"Location": "/elsewhere"}),
        lambda: web.Response(status=404),
        lambda: web.Response(body=b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"}),
    ],
    ids=[
        "half", "list", "nan", "no-text", "deep", "huge-number", "map", "list-of-numbers", "huge", "redirect",
        "not-found", "packed",
    ],
)  # fmt: skip
async def test_everything_else_is_no_answer(receiver: Receiver, answer: object) -> None:
    """Asked once, not led elsewhere, and not asked again."""
    assert callable(answer)
    receiver.answers = [answer()]
    assert await caller(receiver.url).call("mia", CALL) == FAILED
    assert len(receiver.heard) == 1


async def test_an_error_of_the_server_is_worth_asking_again(receiver: Receiver) -> None:
    """The second try has the same id, so that the receiver can tell."""
    receiver.answers = [web.Response(status=500), web.Response(status=429), web.json_response({"state": "sent"})]
    asking = caller(receiver.url)
    for _ in range(2):
        with pytest.raises(HookAwayError):
            await asking.call("mia", CALL)
    assert await asking.call("mia", CALL) == HookAnswer(taken=True, fields={"state": "sent"})
    assert {request.headers["Doorstep-Id"] for request, _ in receiver.heard} == {"c1"}


async def test_one_that_hangs_or_is_gone_is_asked_again(receiver: Receiver) -> None:
    """Neither holds a delivery for longer than its time."""
    receiver.hangs = True
    with pytest.raises(HookAwayError, match="TimeoutError"):
        await caller(receiver.url, seconds=0.05).call("mia", CALL)
    with pytest.raises(HookAwayError):
        await caller("http://127.0.0.1:9/x?key=secret").call("mia", CALL)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_leads_nowhere(receiver: Receiver, status: int) -> None:
    """Not even of a hook that may lie in a private network, and whatever the redirect asks for: it is no answer."""
    async with run_receiver() as inner:
        receiver.answers = [web.Response(status=status, headers={"Location": inner.url})]
        assert await caller(receiver.url).call("mia", CALL) == FAILED
        assert (len(receiver.heard), inner.heard) == (1, [])


async def test_an_answer_that_begins_and_never_ends_is_given_up(receiver: Receiver) -> None:
    """The time is that of the whole answer, not of its beginning or of a pause in it."""
    receiver.drips = True
    with pytest.raises(HookAwayError, match="TimeoutError"):
        await caller(receiver.url, seconds=0.2).call("mia", CALL)
    assert len(receiver.heard) == 1


async def test_after_its_time_nobody_is_asked(receiver: Receiver) -> None:
    """Nor is a hook that is no longer declared."""
    assert await caller(receiver.url, now=CALL.until).call("mia", CALL) is None
    assert await caller(receiver.url).call("mia", replace(CALL, hook="gone")) == FAILED
    assert receiver.heard == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
async def test_a_private_address_is_refused(receiver: Receiver, host: str) -> None:
    """However it is written; nothing arrives there."""
    url = receiver.url.replace("127.0.0.1", host)
    assert await caller(url, allow_private=False).call("mia", CALL) == FAILED
    assert receiver.heard == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.1.1", "::1",
        "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "[::1]", "::",
    ],
)  # fmt: skip
def test_addresses_that_only_we_can_reach(address: str) -> None:
    """In every dress."""
    with pytest.raises(PrivateAddressError):
        refuse_private(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822", "crm.example"])
def test_addresses_of_the_world_and_names_pass(address: str) -> None:
    """A name is judged when it is resolved."""
    refuse_private(address)


async def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to both is a trap; resolving happens once, and the connection goes to what was judged."""
    found = [["93.184.216.34"], ["93.184.216.34", "10.0.0.1"]]

    async def resolve(*_: object, **__: object) -> list[tuple[object, object, int, str, tuple[str, int]]]:
        await asyncio.sleep(0)
        return [(socket.AF_INET, None, 0, "", (address, 443)) for address in found.pop(0)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    [public] = await GuardedResolver().resolve("crm.example", 443)
    assert (public["host"], public["hostname"], public["port"]) == ("93.184.216.34", "crm.example", 443)
    with pytest.raises(PrivateAddressError):
        await GuardedResolver().resolve("crm.example", 443)
