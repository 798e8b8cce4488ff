"""The whole service in one process, on real HTTP, SMTP and Valkey, and people who use it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.inbound.webhook import PATH
from domain import record as records
from domain.record import Subscriber
from service.demo.compose import Demo, running
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_api import message_payload, postback_payload, sign
from service.stand_ins.smtp_server import Received

PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.01
CODE = re.compile(r"\d{6}")
LINK = re.compile(r'href="(http://127\.0\.0\.1[^"]+)"')


async def until(true: Callable[[], object], what: str) -> None:
    """Wait until something has happened in the background; it is never a matter of business time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not true():  # noqa: ASYNC110  servers in other tasks have no event for us
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        message = f"did not happen: {what}"
        raise AssertionError(message) from None


@dataclass(kw_only=True)
class Town:
    """A running demo and a browser-less visitor."""

    demo: Demo
    http: aiohttp.ClientSession
    sent: int = 0

    async def until(self, true: Callable[[], object], what: str) -> None:
        """Wait until something has happened in the background; it is never a matter of business time."""
        await until(true, what)

    async def webhook(self, body: bytes) -> int:
        """Post a signed body; return the status."""
        headers = {"X-Hub-Signature-256": sign(body, self.demo.secrets.app_secret), "Content-Type": "application/json"}
        async with self.http.post(self.demo.url + PATH, data=body, headers=headers) as answer:
            return answer.status

    def _mid(self) -> str:
        self.sent += 1
        return f"m_{self.sent}"

    async def say(self, psid: str, text: str, *, payload: str = "") -> None:
        """Write a message, or tap a quick reply, and wait for the answer."""
        before = len(self.texts(psid))
        body = message_payload(
            page=PAGE, psid=psid, mid=self._mid(), at=self.demo.doorstep.clock.now(), text=text, quick_reply=payload
        )
        assert await self.webhook(body) == 200
        await self.until(lambda: len(self.texts(psid)) > before, f"an answer to message {self.sent}")
        await self.said(psid)

    async def get_started(self, psid: str, ref: str = "") -> None:
        """Tap get-started."""
        body = postback_payload(
            page=PAGE,
            psid=psid,
            mid=self._mid(),
            at=self.demo.doorstep.clock.now(),
            payload="get_started",
            title="Get Started",
            ref=ref,
        )
        assert await self.webhook(body) == 200
        await self.until(lambda: self.texts(psid), "a greeting")
        await self.said(psid)

    async def said(self, psid: str) -> None:
        """Wait until everything that was decided to be said has arrived: an answer may be several messages."""
        decided = (await self.record(psid)).chat_serial
        await self.until(lambda: len(self.texts(psid)) >= decided, f"{decided} messages")

    def texts(self, psid: str) -> list[str]:
        """Return what arrived on a person's phone."""
        return [_text(one.message) for one in self.demo.graph.thread(psid) if one.message]

    def mails(self, email: str) -> list[Received]:
        """Return the mails in a person's mailbox."""
        return [one for one in self.demo.inbox.received if email in one.recipients]

    async def mail(self, email: str, subject: str) -> Received:
        """Wait for a mail whose subject has these words."""
        await self.until(lambda: any(subject in one.subject for one in self.mails(email)), f"a mail “{subject}”")
        return next(one for one in self.mails(email) if subject in one.subject)

    async def code(self, email: str) -> str:
        """Wait for a confirmation mail and return its code."""

        def codes() -> list[str]:
            return [found[0] for mail in self.mails(email) if (found := CODE.search(mail.subject))]

        await self.until(codes, "a mail with a code")
        return codes()[-1]

    async def subscribe(self, psid: str, email: str) -> None:
        """Walk the whole way from get-started to the welcome mail."""
        await self.get_started(psid)
        await self.say(psid, "yes")
        await self.say(psid, email)
        await self.say(psid, await self.code(email))
        await self.mail(email, "Welcome")

    async def did(self, email: str, event: str, times: int = 1) -> None:
        """Tell the events API what a person did."""
        for _ in range(times):
            self.sent += 1
            told = await self.events([{"id": f"e{self.sent}", "event": event, "email": email}])
            assert [one["result"] for one in told["results"]] == ["accepted"]

    async def events(self, items: list[Any]) -> Any:  # noqa: ANN401  the API's answer
        """Post product events; return the answer."""
        headers = {"Authorization": f"Bearer {self.demo.secrets.api_token}", "Content-Type": "application/json"}
        body = json.dumps({"events": items})
        async with self.http.post(f"{self.demo.url}/api/events", data=body, headers=headers) as answer:
            assert answer.status == 202
            return await answer.json()

    async def pass_time(self, ahead: timedelta) -> None:
        """Move business time, and wait until nothing is due by then and no mail is on its way."""
        await self.demo.doorstep.clock.move(ahead)
        assert self.demo.doorstep.worker
        self.demo.doorstep.worker.nudge()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._busy():  # noqa: ASYNC110  servers in other tasks have no event for us
                await asyncio.sleep(LOOK_SECONDS)

    async def _busy(self) -> bool:
        store = self.demo.doorstep.store
        now_ms = self.demo.doorstep.clock.now().timestamp() * 1000
        due = [await store.nearest_due("chat"), await store.nearest_due("mail")]
        if any(one is not None and one[1] <= now_ms for one in due):
            return True
        names = [name for partition in range(store.partitions) for name in await store.subscribers(partition)]
        lines = [line for name in names for line in await store.sends(name)]
        return any(line.status in ("queued", "attempting") for line in lines)

    async def record(self, psid: str) -> Subscriber:
        """Return what is stored of a person."""
        loaded = await self.demo.doorstep.store.load(self.name(psid))
        assert loaded.record
        return records.decode(loaded.record)

    def name(self, psid: str) -> str:
        """Return a person's keyed hash."""
        return self.demo.doorstep.keys.subscriber_id(PAGE, psid)

    async def everything(self) -> list[tuple[str, bytes | None, list[bytes]]]:
        """Return all that is stored of all people, and of the addresses they gave, to compare."""
        store = self.demo.doorstep.store
        all_of_it: list[tuple[str, bytes | None, list[bytes]]] = []
        for partition in range(store.partitions):
            for name in sorted(await store.subscribers(partition)):
                loaded = await store.load(name)
                assert loaded.record
                all_of_it.append((name, loaded.record, list(await store.ledger(name))))
                addresses = records.decode(loaded.record).addresses
                all_of_it += [(one, (await store.address(one))[0], []) for one in addresses]
        return all_of_it


def _text(message: dict[str, Any]) -> str:
    if "text" in message:
        return str(message["text"])
    return str(message["attachment"]["payload"].get("text", ""))


def links(mail: Received) -> list[str]:
    """Return the links of a mail that lead to us."""
    return [link.replace("&amp;", "&") for link in dict.fromkeys(LINK.findall(mail.html))]


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """Open the town; the clock stands in the morning, so that no mail waits for the quiet hours to end."""
    async with running(folder / "workspace", host="127.0.0.1", port=0, data=folder / "store") as demo:
        clock = demo.doorstep.clock
        until_ten = (timedelta(hours=34) - timedelta(hours=clock.now().hour, minutes=clock.now().minute)) % timedelta(1)
        await clock.move(until_ten)
        async with aiohttp.ClientSession() as http:
            yield Town(demo=demo, http=http)
