"""The data deletion callback over HTTP: a signed request erases, and its page tells what became of it."""

import base64
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace

from bot.graph_api.app_client import AppClient
from bot.graph_api.page_client import open_session
from domain import record as records
from domain.consent import address_registry
from domain.effects import UpdateAddress
from domain.ports import Commit
from domain.record import Address
from service.engine.address_registry import AddressRegistry
from service.privacy.erasure import Erasure
from service.privacy.meta_deletion import PATH, MetaDeletions
from tests.support.people import KEYS, MAIL, NOON, SHIPPED_CONFIG, new_subscriber
from tests.support.transactors import TransactorBench

APP_ID, SECRET = "4711", "the-app-secret"
USER = "218471"
Client = TestClient[web.Request, web.Application]


def deletion(user: str = USER, secret: str = SECRET) -> dict[str, str]:
    """Return the form of a request that this app signs."""
    payload = base64.urlsafe_b64encode(json.dumps({"algorithm": "HMAC-SHA256", "user_id": user}).encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(secret.encode(), payload, "sha256")).rstrip(b"=")
    return {"signed_request": f"{signature.decode()}.{payload.decode()}"}


@dataclass
class Platform:
    """The part of the Graph API that knows whose an app-scoped id is."""

    psids: dict[str, str] = field(default_factory=lambda: {"page": "1001"})
    away: bool = False

    async def ids_for_pages(self, request: web.Request) -> web.Response:
        """Answer as the platform does to the app's own token."""
        form = await request.post()
        if self.away:
            return web.json_response({"error": {"code": 2, "message": "try again"}}, status=500)
        assert form["access_token"] == f"{APP_ID}|{SECRET}"
        assert form["method"] == "get"
        assert "access_token" not in request.query_string
        data = [{"id": psid, "page": {"id": page}} for page, psid in self.psids.items()]
        return web.json_response({"data": data})


@asynccontextmanager
async def _running(
    config: TransactorBench, platform: Platform, app_id: str = APP_ID
) -> AsyncIterator[tuple[Client, MetaDeletions]]:
    graph = web.Application()
    graph.router.add_post("/v25.0/{user}/ids_for_pages", platform.ids_for_pages)
    async with TestServer(graph) as server, open_session() as session:
        addresses = AddressRegistry(
            store=config.store, transact=config.make_transactor(), clock=lambda: NOON, config=lambda: SHIPPED_CONFIG
        )
        app = AppClient(app_id=app_id, app_secret=lambda: SECRET, session=session, graph_url=str(server.make_url("")))
        deletions = MetaDeletions(
            store=config.store,
            keys=KEYS,
            clock=lambda: NOON,
            erase=Erasure(store=config.store, addresses=addresses),
            app=app if app_id else None,
            app_secrets=lambda: [SECRET],
            public_url="https://doorstep.example",
            config=lambda: SHIPPED_CONFIG,
        )
        doorstep = web.Application()
        doorstep.add_routes(deletions.routes())
        async with TestClient(TestServer(doorstep)) as client:
            yield client, deletions


async def _kept(config: TransactorBench) -> str:
    """Keep Mia with a proven address; return its keyed hash."""
    name = KEYS.address_hash(MAIL)
    mia = replace(
        new_subscriber(), addresses={name: Address(email=MAIL, status="proven", proven_by="code", proven_at=NOON)}
    )
    await config.store.commit(Commit(subscriber=mia.id, version=0, record=records.encode(replace(mia, version=1))))
    told = UpdateAddress(id="t", address=name, change="confirmed", at=NOON, by="code", proven_at=NOON)
    state, _ = address_registry.apply_change(address_registry.decode_state(None), mia.id, told)
    assert await config.store.save_address(name, version=0, state=address_registry.encode_state(state))
    return name


async def _status(client: Client, url: str) -> tuple[int, str]:
    async with client.get(url.removeprefix("https://doorstep.example")) as response:
        return response.status, await response.text()


async def test_a_signed_request_erases_and_its_page_says_so() -> None:
    """The record is gone, the proven mailbox is suppressed by its hash, and asking again gives the same code."""
    config, platform = TransactorBench(), Platform()
    name = await _kept(config)
    async with _running(config, platform) as (client, _):
        answers = [await (await client.post(PATH, data=deletion())).json() for _ in range(2)]
        status, text = await _status(client, answers[0]["url"])
    assert answers[0] == answers[1]
    assert (await config.store.load(new_subscriber().id)).record is None
    state = address_registry.decode_state((await config.store.load_address(name))[0])
    assert (state.holders, state.owner, [one.reason for one in state.suppressions]) == ((), "", ["erased"])
    assert status == 200
    assert "Your data has been deleted" in text


async def test_somebody_unknown_has_nothing_to_delete() -> None:
    """A person who never wrote to us gets a code and a page too."""
    async with _running(TransactorBench(), Platform(psids={})) as (client, _):
        answer = await (await client.post(PATH, data=deletion())).json()
        assert "nothing to delete" in (await _status(client, answer["url"]))[1]


async def test_a_request_waits_for_the_platform_and_is_carried_out_later() -> None:
    """While the platform cannot say who it is, the request stays open; the chore ends it."""
    config, platform = TransactorBench(), Platform(away=True)
    await _kept(config)
    async with _running(config, platform) as (client, deletions):
        answer = await (await client.post(PATH, data=deletion())).json()
        assert "is being deleted" in (await _status(client, answer["url"]))[1]
        assert (await config.store.load(new_subscriber().id)).record is not None
        platform.away = False
        await deletions.retry_open()
        assert "has been deleted" in (await _status(client, answer["url"]))[1]
    assert (await config.store.load(new_subscriber().id)).record is None


async def test_requests_that_an_older_version_left_open_are_carried_out() -> None:
    """They lie in the place of that version, which is empty afterwards; a newer request takes them along."""
    config, code = TransactorBench(), KEYS.user_hash(f"deletion:{USER}")
    left_open = msgspec.msgpack.encode({code: USER, "another": "99"})
    assert await config.store.save_address("deletions", version=0, state=left_open)
    await _kept(config)
    async with _running(config, Platform()) as (client, deletions):
        await deletions.retry_open()
        assert "has been deleted" in (await _status(client, f"{PATH}/{code}"))[1]
        assert "nothing to delete" in (await _status(client, f"{PATH}/another"))[1]
        assert await deletions._load_open() == {}
    assert await config.store.load_address("deletions") == (msgspec.msgpack.encode({}), 2)
    assert (await config.store.load(new_subscriber().id)).record is None


async def test_without_an_app_id_it_stays_open() -> None:
    """Nobody can be found without it; the request is not lost."""
    config = TransactorBench()
    async with _running(config, Platform(), app_id="") as (client, _):
        answer = await (await client.post(PATH, data=deletion())).json()
        assert "is being deleted" in (await _status(client, answer["url"]))[1]


async def test_what_is_not_from_the_platform_is_refused() -> None:
    """A wrong signature, no form and a made-up code get 400 and 404, and erase nobody."""
    config = TransactorBench()
    await _kept(config)
    async with _running(config, Platform()) as (client, _):
        forged = await client.post(PATH, data=deletion(secret="another"))
        empty = await client.post(PATH)
        huge = await client.post(PATH, data={"signed_request": "x" * 20_000})
        assert (forged.status, empty.status, huge.status) == (400, 400, 413)
        assert (await _status(client, f"{PATH}/made-up"))[0] == 404
    assert (await config.store.load(new_subscriber().id)).record is not None
