"""The whole service in one process on real HTTP, SMTP and Valkey, and the actions of people who use it."""

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
from service.demo.compose import Demo, run_demo
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_api import message_payload, postback_payload, sign_body
from service.stand_ins.smtp_server import ReceivedMail
from tests.support.patience import PATIENCE_SECONDS

LOOK_SECONDS = 0.01
CODE = re.compile(r"\d{6}")
LINK = re.compile(r'href="(http://127\.0\.0\.1[^"]+)"')


async def wait_until(true: Callable[[], object], what: str) -> None:
    """Wait until something has happened in the background; it is never a matter of business time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not true():  # noqa: ASYNC110  servers in other tasks have no event for us
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        message = f"did not happen: {what}"
        raise AssertionError(message) from None


@dataclass(kw_only=True)
class RunningService:
    """A running demo, and everything that a test does to it and reads from it."""

    demo: Demo
    http: aiohttp.ClientSession
    sent: int = 0

    async def wait_until(self, true: Callable[[], object], what: str) -> None:
        """Wait until something has happened in the background; it is never a matter of business time."""
        await wait_until(true, what)

    async def post_webhook(self, body: bytes) -> int:
        """Post a signed body; return the status."""
        headers = {
            "X-Hub-Signature-256": sign_body(body, self.demo.secrets.app_secret),
            "Content-Type": "application/json",
        }
        async with self.http.post(self.demo.url + PATH, data=body, headers=headers) as answer:
            return answer.status

    def next_mid(self) -> str:
        """Return a message id that was not used before."""
        self.sent += 1
        return f"m_{self.sent}"

    async def send_text(self, psid: str, text: str, *, payload: str = "") -> None:
        """Write a message, or tap a quick reply, and wait for the answer."""
        before = len(self.received_texts(psid))
        body = message_payload(
            page=PAGE, psid=psid, mid=self.next_mid(), at=self.demo.doorstep.clock.now(), text=text, quick_reply=payload
        )
        assert await self.post_webhook(body) == 200
        await self.wait_until(lambda: len(self.received_texts(psid)) > before, f"an answer to message {self.sent}")
        await self.wait_for_answers(psid)

    async def get_started(self, psid: str, ref: str = "") -> None:
        """Tap get-started."""
        body = postback_payload(
            page=PAGE,
            psid=psid,
            mid=self.next_mid(),
            at=self.demo.doorstep.clock.now(),
            payload="get_started",
            title="Get Started",
            ref=ref,
        )
        assert await self.post_webhook(body) == 200
        await self.wait_until(lambda: self.received_texts(psid), "a greeting")
        await self.wait_for_answers(psid)

    async def wait_for_answers(self, psid: str) -> None:
        """Wait until everything that was decided to be said has arrived: an answer may be several messages."""
        # The record counts every message that was decided; each arrives once.
        loaded = await self.demo.doorstep.store.load(self.subscriber_name(psid))
        if loaded.record is None:  # whoever asked to be erased may be gone by now, and the farewell was awaited
            return
        decided = records.decode(loaded.record).chat_serial
        await self.wait_until(lambda: len(self.received_texts(psid)) >= decided, f"{decided} messages")

    def received_texts(self, psid: str) -> list[str]:
        """Return what arrived on a person's phone."""
        return [
            _message_text(delivered.message) for delivered in self.demo.graph.messages_to(psid) if delivered.message
        ]

    def received_mails(self, email: str) -> list[ReceivedMail]:
        """Return the mails in a person's mailbox."""
        return [mail for mail in self.demo.inbox.received if email in mail.recipients]

    async def wait_for_mail(self, email: str, subject: str) -> ReceivedMail:
        """Wait for a mail whose subject has these words."""
        await self.wait_until(
            lambda: any(subject in mail.subject for mail in self.received_mails(email)), f"a mail “{subject}”"
        )
        return next(mail for mail in self.received_mails(email) if subject in mail.subject)

    async def wait_for_code(self, email: str) -> str:
        """Wait for a confirmation mail and return its code."""

        def find_codes() -> list[str]:
            return [found[0] for mail in self.received_mails(email) if (found := CODE.search(mail.subject))]

        await self.wait_until(find_codes, "a mail with a code")
        return find_codes()[-1]

    async def subscribe_person(self, psid: str, email: str) -> None:
        """Walk the whole way from get-started to the welcome mail."""
        await self.get_started(psid)
        await self.send_text(psid, "yes")
        await self.send_text(psid, email)
        await self.send_text(psid, await self.wait_for_code(email))
        await self.wait_for_mail(email, "Welcome")

    async def post_product_event(self, email: str, event: str, times: int = 1) -> None:
        """Post a product event of a person, ``times`` times."""
        for _ in range(times):
            self.sent += 1
            answer = await self.post_events([{"id": f"e{self.sent}", "event": event, "email": email}])
            assert [result["result"] for result in answer["results"]] == ["accepted"]

    async def post_events(self, items: list[Any]) -> Any:  # noqa: ANN401  the API's answer
        """Post product events; return the answer."""
        headers = {"Authorization": f"Bearer {self.demo.secrets.api_token}", "Content-Type": "application/json"}
        body = json.dumps({"events": items})
        async with self.http.post(f"{self.demo.url}/api/events", data=body, headers=headers) as answer:
            assert answer.status == 202
            return await answer.json()

    async def pass_time(self, ahead: timedelta) -> None:
        """Move business time, and wait until nothing is due by then and no mail is on its way."""
        await self.demo.doorstep.clock.move_ahead(ahead)
        assert self.demo.doorstep.worker
        self.demo.doorstep.worker.poll_soon()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._is_busy():  # noqa: ASYNC110  servers in other tasks have no event for us
                await asyncio.sleep(LOOK_SECONDS)

    async def _is_busy(self) -> bool:
        store = self.demo.doorstep.store
        now_ms = self.demo.doorstep.clock.now().timestamp() * 1000
        due = [await store.next_due("chat"), await store.next_due("mail")]
        if any(timer is not None and timer[1] <= now_ms for timer in due):
            return True
        names = [name for partition in range(store.partitions) for name in await store.subscriber_names(partition)]
        lines = [line for name in names for line in await store.sends_of(name)]
        return any(line.status in ("queued", "attempting") for line in lines)

    async def load_record(self, psid: str) -> Subscriber:
        """Return what is stored of a person."""
        loaded = await self.demo.doorstep.store.load(self.subscriber_name(psid))
        assert loaded.record
        return records.decode(loaded.record)

    def subscriber_name(self, psid: str) -> str:
        """Return a person's keyed hash."""
        return self.demo.doorstep.keys.subscriber_id(PAGE, psid)

    async def stored_state(self) -> list[tuple[str, bytes | None, list[bytes]]]:
        """Return all that is stored of all people, and of the addresses they gave, to compare."""
        store = self.demo.doorstep.store
        all_of_it: list[tuple[str, bytes | None, list[bytes]]] = []
        for partition in range(store.partitions):
            for name in sorted(await store.subscriber_names(partition)):
                loaded = await store.load(name)
                assert loaded.record
                all_of_it.append((name, loaded.record, list(await store.consent_ledger(name))))
                addresses = records.decode(loaded.record).addresses
                all_of_it += [(address, (await store.load_address(address))[0], []) for address in addresses]
        return all_of_it


def _message_text(message: dict[str, Any]) -> str:
    if "text" in message:
        return str(message["text"])
    return str(message["attachment"]["payload"].get("text", ""))


def own_links(mail: ReceivedMail) -> list[str]:
    """Return the links of a mail that lead to the service."""
    return [link.replace("&amp;", "&") for link in dict.fromkeys(LINK.findall(mail.html_part))]


@asynccontextmanager
async def run_service(folder: Path, *, by_mailjet: bool = False) -> AsyncIterator[RunningService]:
    """Run the service, its marketing mail by SMTP or by a stand-in for Mailjet.

    Its clock begins at ten in the morning, so that no mail waits for the end of the quiet hours.
    """
    async with run_demo(
        folder / "workspace", host="127.0.0.1", port=0, data=folder / "store", by_mailjet=by_mailjet
    ) as demo:
        clock = demo.doorstep.clock
        until_ten = (timedelta(hours=34) - timedelta(hours=clock.now().hour, minutes=clock.now().minute)) % timedelta(1)
        await clock.move_ahead(until_ten)
        async with aiohttp.ClientSession() as http:
            yield RunningService(demo=demo, http=http)
