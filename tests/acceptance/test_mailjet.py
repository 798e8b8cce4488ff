"""The whole service with Mailjet for its marketing mail: sent, heard, kept in step and erased, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.privacy.erasure import Erasure
from service.reports.mail import read_mails
from service.stand_ins.mailjet.state import MailjetAccount
from tests.acceptance.test_erasure import _find_traces
from tests.support.mailjet_world import RunningMailjet, run_mailjet
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_service import RunningService, run_service

MIA, MAIL = "2711", "wilhelmine@private.example"
LOGIN = "mailjet:a-long-password-of-ours"


@pytest.fixture
async def mailjet() -> AsyncIterator[RunningMailjet]:
    """Run the stand-in."""
    async with run_mailjet() as running:
        running.stand_in.account.add_list(4711)
        yield running


@pytest.fixture
async def running(
    tmp_path: Path, mailjet: RunningMailjet, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningService]:
    """Run the service with it."""
    monkeypatch.setenv("DOORSTEP_MAIL_MARKETING_URL", mailjet.url)
    monkeypatch.setenv("DOORSTEP_MAILJET_EVENTS", LOGIN)
    async with run_service(tmp_path) as service:
        mailjet.stand_in.clock = mailjet.stand_in.postman.clock = service.demo.doorstep.clock.now
        for kind in ("sent", "bounce", "unsub", "spam", "blocked"):
            url = service.demo.url.replace("http://", f"http://{LOGIN}@")
            mailjet.stand_in.postman.set_address(kind, f"{url}/feedback/mailjet")
        yield service


async def subscribe(running: RunningService, account: MailjetAccount) -> None:
    """Walk from get-started to the welcome, which comes by Mailjet."""
    await running.get_started(MIA)
    for text in ("yes", MAIL):
        await running.send_text(MIA, text)
    await running.send_text(MIA, await running.wait_for_code(MAIL))
    await running.wait_until(lambda: account.messages_to(MAIL), "a welcome by Mailjet")


async def read_note(running: RunningService, send_id: str) -> str:
    """Wait until a mail is settled as sent; return what the ledger notes of it."""
    store, name = running.demo.doorstep.store, running.subscriber_name(MIA)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            [line] = [one for one in await store.sends_of(name) if one.id == send_id]
            if line.status == "sent":
                return line.note
            await asyncio.sleep(0.01)


async def test_a_reader_s_life_with_mailjet(running: RunningService, mailjet: RunningMailjet) -> None:
    """The welcome is accepted and its “sent” heard; a dead mailbox ends it; erased, the contact is gone there too."""
    account, began = mailjet.stand_in.account, running.demo.doorstep.clock.now()
    await subscribe(running, account)
    [welcome] = account.messages_to(MAIL)
    assert str(welcome.body["Subject"]).startswith("Welcome")
    assert welcome.campaign.startswith("tasting_book/")
    name = running.subscriber_name(MIA)
    assert await read_note(running, welcome.custom_id) == str(welcome.id)
    assert await mailjet.stand_in.send_events() == 1
    # Its events have whole seconds, and who confirmed later than an unsubscribe keeps what they confirmed.
    await running.pass_time(timedelta(seconds=2))
    # Each told twice, as Mailjet does whose first answer was lost.
    for kind in ("unsub", "unsub", "bounce", "bounce", "spam", "spam"):
        mailjet.stand_in.report(kind, welcome)
        assert await mailjet.stand_in.send_events() == 1
    rows = await read_mails(running.demo.doorstep.store, running.demo.doorstep.keys, began)
    assert [(row.group, row.accepted, row.delivered, row.bounced, row.complaints, row.stopped) for row in rows] == [
        ("confirmation", 1, 1, {}, 0, 0), ("welcome", 1, 0, {"hard": 1}, 1, 1),
    ]  # fmt: skip
    record = await running.load_record(MIA)
    assert [one.status for one in record.addresses.values()] == ["bounced"]
    # By Mailjet nobody else may post.
    async with running.http.post(f"{running.demo.url}/feedback/mailjet", json=[]) as answer:
        assert answer.status == 401

    door = running.demo.doorstep
    erase = Erasure(store=door.store, addresses=door.addresses, archive=door.archive, providers=door.provider_erasures)
    assert await erase(name)
    assert MAIL not in account.by_email
    assert await _find_traces(running, MAIL, MIA, name) == {}
    [certified] = await door.provider_erasures.list_lines()
    assert (certified.outcome, certified.key) == ("deleted", f"127.0.0.1:{mailjet.port} public-k")


async def test_a_list_that_a_workspace_names_is_kept_and_compared(
    running: RunningService, mailjet: RunningMailjet
) -> None:
    """Declared in the live workspace: the reader is added there, and an unsubscribe there ends the topic here."""
    file = running.demo.workspace / "doorstep.yaml"
    file.write_text(file.read_text("utf-8") + "\nsync: {topic: friday_leaf, list: 4711}\n", "utf-8")
    editions = running.demo.doorstep.editions
    await running.wait_until(lambda: editions.current_config().sync, "the new edition")
    account = mailjet.stand_in.account
    await subscribe(running, account)
    comparer = running.demo.doorstep.list_comparer
    assert comparer
    [sync] = editions.current_config().sync
    while not await comparer.keeper.keep_list(sync):
        await running.demo.doorstep.clock.move_ahead(timedelta(minutes=1))
    assert account.by_email[MAIL].unsubscribed == {4711: False}
    mailjet.stand_in.report("unsub", account.messages_to(MAIL)[0], mj_list_id=4711)
    assert await mailjet.stand_in.send_events() == 2
    record = await running.load_record(MIA)
    assert record.consents["friday_leaf"].status == "withdrawn"
