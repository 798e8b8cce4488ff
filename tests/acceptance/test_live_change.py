"""A flow is edited while people stand in each of its steps and two processes answer them: all of them can go on.

Each text of the bot names its version.  ``DOORSTEP_TEST_PEOPLE`` says how many people stand in each step; the full size
of a thousand is ``make live``.
"""

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.inbound.webhook import PATH
from domain import record as records
from domain.keyring import Keyring
from domain.record import Subscriber
from service.demo.compose import find_free_port
from service.engine.clock import system_now
from service.stand_ins.graph_api import message_payload, sign_body
from service.workspace.edition import load_edition
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.service_processes import APP_SECRET, PAGE, SECRET, Installation, prepare_installation, wait_for_end

PEOPLE = int(os.environ.get("DOORSTEP_TEST_PEOPLE", "12"))
"""Who stand in each step."""
AT_ONCE = 32

TOUR = """\
flow: tour
start: {words: [tour]}
steps:
  hello:
    say: V hello. Green or black?
    choices: {Green: green, Black: black}
    else: bye
  green:
    say: V green. Leaf or bag?
    choices: {Leaf: bye, Bag: bye}
    else: bye
  black:
    say: V black. With milk?
    choices: {With milk: bye, Without: bye}
    else: bye
  bye:
    say: V bye.
    go: end
"""
WALK = """\
flow: walk
start: {words: [walk]}
steps:
  start:
    say: V start. On foot or by bike?
    choices: {On foot: path, By bike: path}
    else: over
  path:
    say: V path. Far or near?
    choices: {Far: over, Near: over}
    else: over
  over:
    say: V over.
    go: end
"""
EDITED = {
    "tour": TOUR.replace("V ", "v2 ").replace("  black:", "  dark:").replace("v2 black", "v2 dark")
    .replace("Black: black", "Black: dark").replace("Leaf: bye", "Leaf: dark"),
    "walk": WALK.replace("V ", "v2 "),
}  # fmt: skip
"""“tour”: a step renamed and another re-wired; “walk”: other words only."""

WAYS = {
    ("tour", "hello"): ["tour"], ("tour", "green"): ["tour", "green"], ("tour", "black"): ["tour", "black"],
    ("walk", "start"): ["walk"], ("walk", "path"): ["walk", "on foot"],
}  # fmt: skip
"""What installation says to get into each step that waits."""
ANSWERS = {
    ("tour", "hello"): "green", ("tour", "green"): "leaf", ("tour", "black"): "with milk",
    ("walk", "start"): "on foot", ("walk", "path"): "far",
}  # fmt: skip
BEFORE = {
    ("tour", "hello"): "v1 green", ("tour", "green"): "v1 bye", ("tour", "black"): "v1 bye",
    ("walk", "start"): "v1 path", ("walk", "path"): "v1 over",
}  # fmt: skip
"""How that is answered before the swap."""
AFTER = BEFORE | {("tour", "black"): "v2 bye", ("walk", "start"): "v2 path", ("walk", "path"): "v2 over"}
"""And after it: the re-wired flow is finished in its old version, the map and the new words hold at once."""

Place = tuple[str, str]


@dataclass
class PeopleInSteps:
    """People, and two processes that they talk to in turn."""

    installation: Installation
    urls: tuple[str, str]
    places: dict[str, Place]
    said: int = 0
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def send_text(self, psid: str, text: str) -> None:
        """Say something to one of the two processes, until it is taken."""
        self.said += 1
        body = message_payload(page=PAGE, psid=psid, mid=f"m{self.said}", at=system_now(), text=text)
        headers = {"X-Hub-Signature-256": sign_body(body, APP_SECRET), "Content-Type": "application/json"}
        url = self.urls[self.said % 2] + PATH
        async with self.room:
            while True:
                async with self.installation.http.post(url, data=body, headers=headers) as answer:
                    if answer.status == 200:
                        return

    async def walk_everybody(self) -> None:
        """Bring everybody into their step."""
        await asyncio.gather(*(self._walk_to_place(psid) for psid in self.places))

    async def _walk_to_place(self, psid: str) -> None:
        for text in WAYS[self.places[psid]]:
            await self.send_text(psid, text)

    async def answer_questions(self, people: Iterable[str]) -> None:
        """Let these people answer the question they stand at."""
        await asyncio.gather(*(self.send_text(psid, ANSWERS[self.places[psid]]) for psid in people))

    def last_heard(self, psid: str) -> str:
        """Return version and step of the last text a person got."""
        texts = [str(mail.get("text", "")) for mail in self.installation.received_messages(psid)]
        return next((found[0] for text in reversed(texts) if (found := re.match(r"v\d \w+", text))), "")


async def load_records(url: str) -> dict[str, Subscriber]:
    """Return everybody's record by psid."""
    store = await open_store(url, check_value=Keyring(SECRET).check_value)
    people = [records.decode(raw) async for _, raw in store.all_subscribers()]
    await store.close()
    return {person.identity.psid: person for person in people}


async def wait_for_answers(installation: Installation, url: str) -> dict[str, Subscriber]:
    """Wait until everything that was decided to be said has arrived; return the records."""
    async with asyncio.timeout(60 + PEOPLE / 4):
        while True:
            people = await load_records(url)
            if all(len(installation.received_messages(psid)) >= person.chat_serial for psid, person in people.items()):
                return people
            await asyncio.sleep(0.1)


def write_flows(installation: Installation, flows: dict[str, str]) -> dict[str, str]:
    """Save the flows; return the hash of each."""
    folder = installation.folder / "workspace"
    for name, text in flows.items():
        (folder / "flows" / f"{name}.yaml").write_text(text, "utf-8")
    return {name: flow.hash for name, flow in load_edition(folder)[0].rules.flows.flows.items() if name in flows}


async def run_command(installation: Installation, *words: str) -> tuple[int | None, str]:
    """Run a command to its end; return its exit code and what it printed."""
    process = await installation.start_process(*words, ready=False)
    code, out, err = await wait_for_end(process)
    return code, out + err


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[tuple[PeopleInSteps, str]]:
    """Return people in every step, two processes, and the address of the store."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_server(tmp_path / "outside"))
        installation = await stack.enter_async_context(prepare_installation(tmp_path, STORE_URL=url))
        installation.environment["COLUMNS"] = "200"
        write_flows(installation, {"tour": TOUR.replace("V ", "v1 "), "walk": WALK.replace("V ", "v1 ")})
        first = installation.url
        await installation.start_process("run")
        installation.url = second = f"http://127.0.0.1:{find_free_port('127.0.0.1', 0)}"
        installation.environment["DOORSTEP_PORT"] = second.rpartition(":")[2]
        await installation.start_process("run")
        places = [place for place in WAYS for _ in range(PEOPLE)]
        crowd = PeopleInSteps(
            installation, (first, second), {str(1000 + number): place for number, place in enumerate(places)}
        )
        await crowd.walk_everybody()
        yield crowd, url


async def test_nobody_is_stranded_and_nobody_hears_the_wrong_version(crowd: tuple[PeopleInSteps, str]) -> None:
    """Refused without a map; applied with installation while half of the people answer; everybody gets to the end."""
    people, url = crowd
    installation, versions = people.installation, {}
    versions["v1"] = {
        flow: record.conversation.flow_hash
        for record in (await load_records(url)).values()
        if record.conversation and (flow := record.conversation.flow)
    }
    versions["v2"] = write_flows(installation, EDITED)
    code, said = await run_command(installation, "plan")
    assert code == 1, said
    assert f"{PEOPLE:,} people stand there; it looks like “dark” now" in said
    code, said = await run_command(installation, "apply")
    assert (code, "migrate: {black: dark}" in said) == (1, True), said
    versions["v2"] |= write_flows(installation, {"tour": EDITED["tour"] + "migrate: {black: dark}\n"})

    applying = asyncio.create_task(run_command(installation, "apply"))
    waiting = list(people.places)[::2] + list(people.places)[1::2]
    during: list[str] = []
    while not applying.done() and len(during) < len(waiting) // 2:
        batch = waiting[len(during) : len(during) + 4]
        during += batch
        await people.answer_questions(batch)
        await asyncio.sleep(0.02)
    code, said = await applying
    assert (code, "Edition 2 is live" in said) == (0, True), said
    later = waiting[len(during) :]
    await people.answer_questions(later)
    stand = await wait_for_answers(installation, url)

    heard_during = set(during)
    wrong = [
        psid for psid, place in people.places.items()
        if people.last_heard(psid) not in {AFTER[place], BEFORE[place] if psid in heard_during else ""}
    ]  # fmt: skip
    assert Counter((people.places[psid], people.last_heard(psid)) for psid in wrong) == {}
    unpinned = [psid for psid, person in stand.items() if not _is_consistent(person, people.last_heard(psid), versions)]
    assert unpinned == []

    for psid, person in stand.items():
        if person.conversation:
            people.places[psid] = (person.conversation.flow, person.conversation.step)
    there = [psid for psid, person in stand.items() if person.conversation]
    assert {people.places[psid] for psid in there} == {("tour", "green"), ("walk", "path")}
    await people.answer_questions(there)
    stand = await wait_for_answers(installation, url)
    assert [psid for psid, person in stand.items() if person.conversation] == []
    ends = {("tour", "green"): "v1 bye", ("walk", "path"): "v2 over"}
    assert [psid for psid in there if people.last_heard(psid) != ends[people.places[psid]]] == []

    await people.send_text("newcomer", "tour")
    await wait_for_answers(installation, url)
    assert people.last_heard("newcomer") == "v2 hello"
    assert (await run_command(installation, "rollback"))[0] == 0
    await people.send_text("another", "tour")
    await people.send_text("newcomer", "black")
    await wait_for_answers(installation, url)
    assert (people.last_heard("another"), people.last_heard("newcomer")) == ("v1 hello", "v2 dark")


def _is_consistent(person: Subscriber, last: str, versions: dict[str, dict[str, str]]) -> bool:
    """Tell whether what a person heard last is what the version they are pinned to says at their step."""
    talk = person.conversation
    if talk is None:
        return last.endswith((" bye", " over"))
    version, _, step = last.partition(" ")
    return (talk.flow_hash, talk.step) == (versions[version][talk.flow], step)


async def test_a_changed_file_has_no_effect_until_it_is_applied(tmp_path: Path) -> None:
    """A restart says that the folder differs, and answers as before; so it does with a folder that has errors."""
    async with prepare_installation(tmp_path) as installation:
        write_flows(installation, {"walk": WALK.replace("V ", "v1 ")})
        process = await installation.start_process("run")
        assert await installation.post_text("7", "m1", "walk") == 200
        await installation.wait_until(lambda: installation.received_messages("7"))
        process.terminate()
        await wait_for_end(process)
        write_flows(installation, {"walk": EDITED["walk"]})
        process = await installation.start_process("run")
        assert await installation.post_text("8", "m2", "walk") == 200
        await installation.wait_until(lambda: installation.received_messages("8"))
        assert "v1 start" in installation.received_messages("8")[0]["text"]
        process.terminate()
        assert "workspace_is_not_live" in "".join((await wait_for_end(process))[1:])
        (installation.folder / "workspace" / "flows" / "walk.yaml").write_text("flow: walk\nsteps: {}\n", "utf-8")
        process = await installation.start_process("run")
        assert await installation.post_text("9", "m3", "walk") == 200
        await installation.wait_until(lambda: installation.received_messages("9"))
        assert "v1 start" in installation.received_messages("9")[0]["text"]
        process.terminate()
        assert "workspace_has_errors" in "".join((await wait_for_end(process))[1:])
