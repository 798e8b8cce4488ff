"""Signed webhooks of many people, each sent again until it is answered 200, and what became of the answered ones."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from domain.keyring import Keyring
from domain.ports import Store
from service.engine.build_commit import decode_line
from service.engine.clock import system_now
from service.stand_ins.graph_webhooks import message_payload
from tests.support.event_log import PAGES
from tests.support.webhook_storm import WebProcess

MOST_KEPT = 2_000
"""Lines of a history that the store keeps: nobody may write more."""


@dataclass(kw_only=True)
class SignedLoad:
    """People who write one message after the other."""

    processes: Sequence[WebProcess]
    people: int
    answered: Counter[str] = field(default_factory=Counter)
    """Messages answered 200, by person."""
    longest_gap: float = 0.0
    """Longest time without any answer, in seconds."""
    _last_answer: float = 0.0
    _ended: bool = False

    async def run(self) -> None:
        """Let everybody write until :meth:`end`."""
        self._last_answer = perf_counter()
        await asyncio.gather(*(self._write(f"{7_000 + number}", number) for number in range(self.people)))

    def end(self) -> None:
        """Let everybody finish the message that is under way."""
        self._ended = True

    async def _write(self, psid: str, number: int) -> None:
        while not self._ended and self.answered[psid] < MOST_KEPT:
            mid = f"m_{psid}.{self.answered[psid]}"
            body = message_payload(page=PAGES[0], psid=psid, mid=mid, at=system_now(), text="a line")
            await self.processes[number % len(self.processes)].deliver_body(body)
            self.answered[psid] += 1
            now = perf_counter()
            self.longest_gap, self._last_answer = max(self.longest_gap, now - self._last_answer), now

    async def count(self, store: Store, keys: Keyring) -> Counter[str]:
        """Compare what is stored with what was answered."""
        counts: Counter[str] = Counter(answered=self.answered.total(), lost=0, doubled=0)
        for psid, answered in self.answered.items():
            lines = await store.history(keys.subscriber_id(PAGES[0], psid), last=MOST_KEPT)
            found = sum(decode_line(line).events.count("Message") for line in lines)
            counts["lost"] += max(0, answered - found)
            counts["doubled"] += max(0, found - answered)
        return counts
