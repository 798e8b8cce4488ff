"""Simulated users who go from the first message to the fifth cup, and repeat each request until it is answered."""

import asyncio
import json
import re
from dataclasses import dataclass, field

import aiohttp

from bot.inbound.webhook import PATH
from service.engine.clock import system_now
from service.stand_ins.graph_api import message_payload, sign_body
from tests.support.killed_service import API_TOKEN, APP_SECRET, PAGE, KilledService

PATIENCE = 0.05
CUPS = 5


@dataclass(kw_only=True)
class SimulatedUser:
    """One person; :meth:`walk_through` goes from the first message to the fifth cup."""

    psid: str
    service: KilledService
    answered: set[str] = field(default_factory=set)
    """Message ids and event ids that were answered 200 or 202."""

    @property
    def email(self) -> str:
        """Their mailbox."""
        return f"person{self.psid}@example.com"

    async def walk_through(self) -> None:
        """Subscribe, confirm by code, note five cups."""
        await self.send_text("newsletter")
        await self.send_text("yes")
        await self.send_text(self.email)
        await self.send_text(await self._wait_for_code())
        for number in range(CUPS):
            await self._note_cup(number)

    async def send_text(self, text: str) -> None:
        """Send a message until it is answered 200, each time under the same message id."""
        mid = f"m_{self.psid}_{len(self.answered)}"
        body = message_payload(page=PAGE, psid=self.psid, mid=mid, at=system_now(), text=text)
        headers = {"X-Hub-Signature-256": sign_body(body, APP_SECRET), "Content-Type": "application/json"}
        await self._until_answered(PATH, body, headers, 200)
        self.answered.add(mid)

    async def _wait_for_code(self) -> str:
        while True:
            for mail in reversed(self.service.inbox.received):
                if self.email in mail.recipients and (found := re.search(r"\b\d{6}\b", mail.subject)):
                    return found[0]
            await asyncio.sleep(PATIENCE)

    async def _note_cup(self, number: int) -> None:
        """Tell the events API of a cup until the item is taken: the address may be proven but not yet known to it."""
        name = f"cup-{self.psid}-{number}"
        item = {"id": name, "event": "cup.noted", "email": self.email}
        body = json.dumps({"events": [item]}).encode()
        headers = {"Authorization": f"Bearer {API_TOKEN}", "Content-Type": "application/json"}
        while True:
            told = json.loads(await self._until_answered("/api/events", body, headers, 202))
            if told["results"][0]["result"] in ("accepted", "duplicate"):
                self.answered.add(name)
                return
            await asyncio.sleep(PATIENCE)

    async def _until_answered(self, path: str, body: bytes, headers: dict[str, str], good: int) -> bytes:
        while True:
            try:
                async with self.service.http.post(self.service.url + path, data=body, headers=headers) as answer:
                    if answer.status == good:
                        return await answer.read()
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            await asyncio.sleep(PATIENCE)
