"""Lets the whole service take up the old store, on a clock that stands still, and notes what leaves it."""

import asyncio
import base64
import hmac
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import aiohttp
import msgspec
from aiohttp.test_utils import TestServer

from bot.outbound import sender
from domain import record as records
from domain.consent.ledger import verify_chain
from domain.ports import Store
from service.engine.build_commit import decode_line
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.stand_ins.smtp_server import Inbox, ReceivedMail
from tests.contract.old_store.known_fields import known_fields
from tests.contract.old_store.platform import COMMENTER, Platform
from tests.contract.old_store.read import KEYS, short_hash
from tests.contract.old_store.restore import NOW, PAGE, SECRET, as_json

PUBLIC_URL = "https://doorstep.example.com"
APP_SECRET = "the app's secret"
API_TOKEN = "a token for the events API"
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.05
FLOW = ("internal", "internal-later", f"chat:{PAGE}", "mail-transactional", "mail-marketing")
"""Lanes in the order in which one brings work for another."""
LINK = re.compile(re.escape(PUBLIC_URL) + r"(/[^\s\"<>]+)")
TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
DRAFTS = "test:refs"
"""Meta value that holds the refs of two links to a draft: one that was opened, and one that was not."""
BLOCKED_PAGE = "4712"
"""The platform blocked it, so nothing is sent from it."""
AHEAD = timedelta(seconds=60)
"""How far the store says that business time runs ahead of the machine's."""


@dataclass(frozen=True, kw_only=True)
class OldService:
    """The service on the old store, and what surrounds it."""

    store: Store
    platform: Platform
    inbox: Inbox
    http: aiohttp.ClientSession
    """Asks the service's own pages and routes."""

    async def wait_until_idle(self) -> None:
        """Wait until nothing is due and nothing waits to be sent."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            calm = 0
            while calm < 2:
                await asyncio.sleep(LOOK_SECONDS)
                calm = 0 if await self._is_busy() else calm + 1

    async def _is_busy(self) -> bool:
        due = await self.store.next_due("chat"), await self.store.next_due("mail")
        if any(one and one[1] <= NOW.timestamp() * 1000 for one in due):
            return True
        names = [name for number in range(self.store.partitions) for name in await self.store.subscriber_names(number)]
        # Work goes from lane to lane in one direction: looked at lane after lane, nothing slips past.
        return any([await self.store.count_waiting(lane, name) for lane in FLOW for name in names])

    async def get(self, path: str) -> list[Any]:
        """Return status and headline of a page."""
        async with self.http.get(path, allow_redirects=False) as answer:
            return await _read_page(answer)

    async def post(self, path: str, **fields: str) -> list[Any]:
        """Press a button of a page; return status and headline of what it shows then."""
        async with self.http.post(path, data=fields, allow_redirects=False) as answer:
            return await _read_page(answer)

    async def send_webhook(self, page: str = PAGE, **messaging: Any) -> int:  # noqa: ANN401  a part of a webhook
        """Send a signed webhook about one person; return the status."""
        stamp = int(NOW.timestamp() * 1000)
        entry = {"recipient": {"id": page}, "timestamp": stamp, **messaging}
        whole = {"object": "page", "entry": [{"id": page, "time": stamp, "messaging": [entry]}]}
        body = json.dumps(whole).encode()
        signature = f"sha256={hmac.digest(APP_SECRET.encode(), body, 'sha256').hex()}"
        headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
        async with self.http.post("/messenger/webhook", data=body, headers=headers) as answer:
            return answer.status

    async def report_events(self, *events: dict[str, Any]) -> Any:  # noqa: ANN401  parsed JSON
        """Tell the events API what people did; return its answer."""
        headers = {"Authorization": f"Bearer {API_TOKEN}"}
        async with self.http.post("/api/events", json={"events": events}, headers=headers) as answer:
            return await answer.json()


def _shown_once(requests: Sequence[Any]) -> list[Any]:
    """Return the requests without typing indicators that only repeat the one before."""
    # A process that stood still withholds its message, and shows the indicator again before the next attempt.
    shown = pairwise([None, *requests])
    return [request for before, request in shown if request != before or "sender_action" not in request[1]]


async def _read_page(answer: aiohttp.ClientResponse) -> list[Any]:
    title = TITLE.search(await answer.text())
    return [answer.status, " ".join(title[1].split()) if title else ""]


@asynccontextmanager
async def open_old_service(url: str) -> AsyncIterator[OldService]:
    """Run the whole service on a restored store, between a Graph API and a mail server of ours."""
    platform, inbox = Platform(), Inbox(lambda: NOW)
    graph = TestServer(platform.build_application())
    await graph.start_server()
    port = await inbox.start_listening()
    settings = Settings(
        store_url=url,
        secret=SECRET,
        public_url=PUBLIC_URL,
        messenger_app_secret=APP_SECRET,
        messenger_app_id="815",
        messenger_verify_token="a word to verify",
        messenger_page_tokens={PAGE: "a page token", BLOCKED_PAGE: "another"},
        graph_url=str(graph.make_url("")).rstrip("/"),
        mail_url=f"smtp://127.0.0.1:{port}",
        api_token=API_TOKEN,
    )
    try:
        # On a busy machine a typing indicator that takes a second is given up, and would be missing here.
        with patch.object(sender, "TYPING_S", PATIENCE_SECONDS):
            async with open_doorstep(settings, "all", clock=lambda: NOW - AHEAD) as doorstep:
                assert doorstep.app
                server = TestServer(doorstep.app)
                await server.start_server()
                async with aiohttp.ClientSession(base_url=server.make_url("")) as http:
                    yield OldService(store=doorstep.store, platform=platform, inbox=inbox, http=http)
                await server.close()
    finally:
        await inbox.stop_listening()
        await graph.close()


async def serve_store(url: str) -> Any:  # noqa: ANN401  parsed JSON
    """Return what the service sends by itself, and what its pages and routes answer to what is out in the world."""
    async with open_old_service(url) as service:
        await service.wait_until_idle()
        taken_up = {
            "sent": {name: _shown_once(service.platform.requests[name]) for name in sorted(service.platform.requests)},
            "mails": sorted((_read_mail(mail) for mail in service.inbox.received), key=str),
            "people": await _read_people(service.store),
        }
        mails = sorted(service.inbox.received, key=lambda mail: str(mail.parsed_message["Message-ID"]))
        service.platform.requests.clear()
        answers = await _use_links(service, mails)
        answers |= await _use_routes(service)
        await service.wait_until_idle()
        afterwards = {
            "sent": {name: _shown_once(service.platform.requests[name]) for name in sorted(service.platform.requests)},
            "people": await _read_people(service.store),
            "counters": dict(await service.store.day_counters(NOW.date().isoformat())),
            "open deletions": (await service.store.load_address("deletions"))[0],
        }
        return as_json({"taken up": taken_up, "answers": answers, "afterwards": afterwards})


def _read_mail(mail: ReceivedMail) -> dict[str, Any]:
    """Return envelope, headers and text of a mail, and a hash of it as it came over the wire."""
    parsed = mail.parsed_message
    parts = [f"{part.get_content_type()} {part.get_filename('')}".strip() for part in parsed.walk()]
    return {
        "envelope": [mail.sender, mail.recipients, mail.smtputf8],
        "headers": [f"{name}: {value}" for name, value in parsed.items()],
        "parts": parts,
        "text": _text_of(parsed),
        "raw": short_hash(mail.raw),
    }


def _text_of(parsed: EmailMessage) -> str:
    part = parsed.get_body(("plain",))
    return str(part.get_content()) if part else ""


async def _read_people(store: Store) -> dict[str, Any]:
    """Return everybody's record without its version, and what was noted; not in how many commits it was."""
    people = {}
    for number in range(store.partitions):
        for name in await store.subscriber_names(number):
            raw = (await store.load(name)).record
            assert raw
            record = records.decode(raw)
            lines = [decode_line(line) for line in await store.history(name)]
            people[name] = {
                "record": short_hash(msgspec.msgpack.encode(known_fields(msgspec.structs.replace(record, version=0)))),
                "ledger": [
                    entry.act
                    for entry in verify_chain(await store.consent_ledger(name), record.ledger_size, record.ledger_head)
                ],
                "sends": sorted([line.id, line.status, line.note] for line in await store.sends_of(name)),
                "events": sorted(event for line in lines for event in line.events),
                "reasons": short_hash(str(sorted(reason.text for line in lines for reason in line.reasons)).encode()),
            }
    return people


async def _use_links(service: OldService, mails: list[ReceivedMail]) -> dict[str, Any]:
    """Open every link of every mail, then press the buttons behind some of them."""
    links = {path for mail in mails for path in LINK.findall(_text_of(mail.parsed_message))}
    links |= {path for mail in mails for path in LINK.findall(str(mail.parsed_message["List-Unsubscribe"] or ""))}
    answers: dict[str, Any] = {f"GET {path}": await service.get(path) for path in sorted(links)}
    codes = sorted(path for path in links if path.startswith("/confirm/") and path.count(".") == 1)
    not_me = sorted(path for path in links if path.startswith("/confirm/") and path.count(".") > 1)
    stops = sorted(path for path in links if path.startswith("/unsubscribe/"))
    choices = sorted(path for path in links if path.startswith("/preferences/"))
    for path in codes[:3]:
        answers[f"POST {path}"] = [await service.post(path), await service.post(path)]
    for path in not_me[-2:]:
        answers[f"POST {path}"] = await service.post(path)
    for path in stops[:2]:
        answers[f"POST {path}"] = await service.post(path, **{"List-Unsubscribe": "One-Click"})
    for path in choices[2:4]:
        answers[f"POST {path}"] = await service.post(path, stop="")
    return answers


async def _use_routes(service: OldService) -> dict[str, Any]:
    """Do what other programs do: webhooks, product events, and a request for deletion."""
    used, unused = (await service.store.load_meta(DRAFTS) or b"").decode().split()
    done, waits = KEYS.user_hash("deletion:78"), KEYS.user_hash("deletion:77")
    deletion = "/messenger/data-deletion"
    return {
        "draft, opened by somebody else before": await _open_link(service, "31", used),
        "draft, opened by the same again": await _open_link(service, "21", used),
        "draft, opened first": await _open_link(service, "30", unused),
        "private reply answered": await service.send_webhook(
            sender={"id": COMMENTER}, message={"mid": "mid-c", "text": "yes please"}
        ),
        "blocked Page": await service.send_webhook(
            page=BLOCKED_PAGE, sender={"id": "51"}, message={"mid": "mid-b", "text": "newsletter"}
        ),
        "events": await service.report_events(
            {"id": "cup3", "event": "cup.noted", "email": "mia@example.com"},
            {"id": "cup9", "event": "cup.noted", "email": "mia@example.com"},
            {"id": "box9", "event": "box.ordered", "user_id": "shop-2"},
            {"id": "cup8", "event": "cup.noted", "email": "eve@example.com"},
            {"id": "cup7", "event": "cup.noted", "user_id": "shop-3"},
        ),
        "deletions": [
            await service.get(f"{deletion}/{waits}"),
            await service.get(f"{deletion}/{done}"),
            await service.get(f"{deletion}/nothing"),
            (await service.post(deletion, signed_request=_sign_request("77")))[0],
            await service.get(f"{deletion}/{waits}"),
        ],
    }


async def _open_link(service: OldService, psid: str, ref: str) -> int:
    referral = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
    return await service.send_webhook(sender={"id": psid}, referral=referral)


def _sign_request(user: str) -> str:
    content = json.dumps({"algorithm": "HMAC-SHA256", "user_id": user, "issued_at": 1}).encode()
    payload = base64.urlsafe_b64encode(content).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(APP_SECRET.encode(), payload, "sha256")).rstrip(b"=")
    return f"{signature.decode()}.{payload.decode()}"
