"""The drill: a backup is made while people write, the store is lost days later, and the backup is restored.

Who withdrew or asked to be erased in between is not mailed and stays erased; nobody gets a mail twice.
"""

import asyncio
import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli.main import cli
from service.engine import clock
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_api import message_payload
from tests.support.running_service import RunningService, own_links, run_service

MIA, BEN, EVA = ("2711", "mia@example.org"), ("2712", "ben@example.org"), ("2713", "eva@example.org")
LEA = "2714", "lea@example.org"
WRITERS = ("31", "32", "33")


def pass_days(days: int) -> None:
    """Let the machine's time run on, for the service and for commands alike."""
    clock.run_ahead(clock._ahead + timedelta(days=days))


@pytest.fixture(autouse=True)
def _own_time() -> Iterator[None]:
    """Give the other tests their time back."""
    before = clock._ahead
    yield
    clock.run_ahead(before)


async def run_command(*words: str) -> dict[str, Any]:
    """Run a command beside the service; return the JSON that it prints, if any."""
    done = await asyncio.to_thread(CliRunner().invoke, cli, list(words))
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in words else {}


def list_mails(running: RunningService, since: datetime) -> list[tuple[str, str]]:
    """Return whom a mail reached since, and its subject; the demo's mailbox itself comes back with the store."""
    return [(mail.recipients[0], mail.subject) for mail in running.demo.inbox.received if mail.received_at >= since]


async def keep_writing(running: RunningService, psid: str, over: asyncio.Event) -> int:
    """Post one message after the other; return how many were answered 200."""
    answered = 0
    while not over.is_set():
        now = running.demo.doorstep.clock.now()
        body = message_payload(page=PAGE, psid=psid, mid=f"m_{psid}.{answered}", at=now, text="a line")
        answered += await running.post_webhook(body) == 200
    return answered


async def live_until_the_loss(running: RunningService, file: Path) -> list[tuple[str, str]]:
    """Subscribe three people, make the backup while others write, and let days pass; return the mails, to whom."""
    began = running.demo.doorstep.clock.now()
    for psid, email in (MIA, BEN, EVA):
        await running.subscribe_person(psid, email)
    over = asyncio.Event()
    writing = asyncio.gather(*(keep_writing(running, psid, over) for psid in WRITERS))
    await run_command("backup", str(file))
    over.set()
    # The load was there all the time, or this would be a backup of a store at rest.
    assert min(await writing) > 0
    stop = next(link for link in own_links(running.received_mails(MIA[1])[-1]) if "/unsubscribe/" in link)
    async with running.http.post(stop, data={"List-Unsubscribe": "One-Click"}) as answer:
        assert answer.status == 200
    await run_command("subject", "erase", running.subscriber_name(BEN[0]), "--yes")
    for days in (4, 5):  # whatever the day of the week, the mail that comes after three days went by then
        pass_days(days)
        await running.pass_time(timedelta(0))
    return list_mails(running, began)


async def test_a_restored_store_mails_nobody_who_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mailed after withdrawal 0, mailed twice 0, erased stays erased, and the service goes on for all others."""
    data, file = tmp_path / "store", tmp_path / "a.backup"
    monkeypatch.setenv("DOORSTEP_DATA", str(data))
    async with run_service(tmp_path) as running:
        mails = await live_until_the_loss(running, file)
        lost_at = running.demo.doorstep.clock.now()
    assert len([mail for mail in mails if mail[0] == EVA[1]]) == 3
    # The disk of the store is lost; the stops lay on another one.
    data.rename(tmp_path / "lost")
    data.mkdir()
    shutil.copytree(tmp_path / "lost" / "stops", data / "stops")
    done = await run_command("restore", str(file), "--json")
    assert done["repeated"] == {"begun": 0, "withdrawn": 1, "suppressed": 2, "erased": 1}
    assert "All from" in done["stops"]["sentence"]
    assert done["settled"]["came_due"] >= 1, "the third mail of Eva, whose sending is lost with the store"
    async with run_service(tmp_path) as running:
        store, name = running.demo.doorstep.store, running.subscriber_name(BEN[0])
        assert (await store.load(name)).record is None
        assert {consent.status for consent in (await running.load_record(MIA[0])).consents.values()} == {"withdrawn"}
        await running.pass_time(timedelta(days=1))
        assert list_mails(running, lost_at) == []
        await run_command("mail", "resume", "marketing")
        await running.subscribe_person(*LEA)
        for _ in range(2):
            await running.pass_time(timedelta(days=20))
        assert {email for email, _ in list_mails(running, lost_at)} == {LEA[1]}
