"""The service is killed while people answer questions of mails: no answer is lost, and none is counted twice.

The long form is ``make chaos``.
"""

import asyncio
import random  # noqa: TID251  moments of the kills; the seed is the number of kills
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from domain import record as records
from domain.keyring import Keyring
from domain.ports import Store
from service.cli.report_sequence import make_report
from service.engine.build_commit import decode_line
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.asking_workspace import write_asking_workspace
from tests.support.killed_service import PAGE, SECRET, KilledService, run_killed_service
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_service import own_links
from tests.support.simulated_users import PATIENCE, SimulatedUser

pytestmark = pytest.mark.chaos

KEYS = Keyring(SECRET)
LABELS = ("Unclear", "Too expensive")
TOGETHER = 4
"""People who answer around each kill."""
PART = 10
"""One kill of this test for so many that are asked for: each waits for the service to start again."""
PRESSES = 3
"""Times that each of them presses at once: a page that hangs is pressed again."""


@dataclass(kw_only=True)
class AnsweringUser:
    """Somebody who was asked by mail, and presses until a page says that the answer has arrived."""

    user: SimulatedUser
    chosen: int
    pages: int = 0
    """Times that a page said that the answer has arrived."""

    async def find_link(self) -> str:
        """Return the link of their answer, once the mail is there."""
        while True:
            for mail in self.user.service.inbox.received:
                links = (
                    [link for link in own_links(mail) if "/a/" in link] if self.user.email in mail.recipients else []
                )
                if links:
                    return links[self.chosen]
            await asyncio.sleep(PATIENCE)

    async def answer(self) -> None:
        """Press several times at once, and each press until it is answered."""
        link = await self.find_link()
        await asyncio.gather(*(self._press(link) for _ in range(PRESSES)))

    async def _press(self, link: str) -> None:
        while True:
            try:
                async with self.user.service.http.post(link) as response:
                    if response.status == 200:
                        self.pages += f"Your answer has arrived: {LABELS[self.chosen]}" in await response.text()
                        return
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass
            await asyncio.sleep(PATIENCE)


async def test_no_answer_is_lost_or_counted_twice(tmp_path: Path, kills: int) -> None:
    """Whoever was told that the answer has arrived finds it kept, once, and followed once by its way."""
    dice, times = random.Random(kills), max(1, kills // PART)  # noqa: S311  no secret
    async with run_killed_service(tmp_path, write_asking_workspace) as running:
        people = [
            AnsweringUser(
                user=SimulatedUser(psid=str(10_000 + number), service=running), chosen=dice.randrange(len(LABELS))
            )
            for number in range(TOGETHER * times)
        ]
        async with asyncio.timeout(PATIENCE_SECONDS * (1 + times)):
            await _answer_while_killed(running, people, times, dice)
        assert await running.stop_service() == 0
        async with embedded_server(running.data) as url:
            store = await open_store(url, check_value=KEYS.check_value)
            counts = await _count_answers(store, people)
            report = await make_report(store, KEYS, "leaving", 90)
            await store.close()
    asked = report.asked[0]
    print(f"\n{times} kills, {len(people)} people answered, {PRESSES} presses each: {dict(counts)}")  # noqa: T201  the figures are the result
    chosen = Counter(LABELS[person.chosen] for person in people)
    assert counts == {"kept": len(people), "told": len(people) * PRESSES, "tasks": chosen[LABELS[0]]}
    assert (asked.asked, dict(asked.answers)) == (len(people), {label: chosen[label] for label in LABELS})


async def _answer_while_killed(
    running: KilledService, people: list[AnsweringUser], times: int, dice: random.Random
) -> None:
    await asyncio.gather(*(person.user.walk_through() for person in people))
    for at in range(times):
        answering = [asyncio.create_task(person.answer()) for person in people[at * TOGETHER : (at + 1) * TOGETHER]]
        # Mails may still be on their way; a kill should meet presses, so it comes shortly after the first of them.
        await people[at * TOGETHER].find_link()
        await asyncio.sleep(dice.uniform(0, 0.08))
        await running.kill_service()
        await asyncio.gather(*answering)


async def _count_answers(store: Store, people: list[AnsweringUser]) -> Counter[str]:
    """Count people whose one answer is kept and was taken in once, pages that said so, and tasks that followed."""
    counts: Counter[str] = Counter()
    for person in people:
        name = KEYS.subscriber_id(PAGE, person.user.psid)
        loaded = await store.load(name)
        assert loaded.record is not None
        record = records.decode(loaded.record)
        said = [reason.text for raw in await store.history(name) for reason in decode_line(raw).reasons]
        is_kept = record.runs["leaving"].answers == {"why": LABELS[person.chosen]}
        counts["kept"] += is_kept and said.count("why was answered.") == 1
        counts["told"] += person.pages
        counts["tasks"] += len(record.tasks)
    return counts
