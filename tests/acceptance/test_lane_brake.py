"""The marketing lane stops itself in the running service, tells the team, and goes again after somebody has looked."""

import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from domain import record as records
from domain.effects import encode_posted
from domain.events import MailRefused
from domain.ports import MARKETING, Commit, Posting
from onboarding.issues.offers import Release, look_at_reader
from service.forecast.night_notes import META as FORECASTS
from service.forecast.night_notes import ForecastNotes
from service.issues import change_issue
from service.mail_pace.share_keeper import day_of
from service.reports.mail import read_mails
from service.runtime.store_watch.lane_pauses import load_pauses, resume_lane
from service.workspace.edition import LIBRARY
from tests.support.mailbox_readers import add_readers
from tests.support.paths import ROOT
from tests.support.run_cli import write_files
from tests.support.running_service import RunningService, run_service

TOPIC, READERS, DEAD = "letters", 110, 10
ANSWERING = 60
"""Readers at one provider: ten more than the answers after which it is judged."""
SMALL = ROOT / "tests" / "broken" / "base"
MAIL = """<mjml>
  <mj-head>
    <mj-title>Winter teas</mj-title>
    <mj-preview>Assam.</mj-preview>
  </mj-head>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text css-class="title" mj-class="title">Winter teas</mj-text>
        <mj-button css-class="primary" href="{{ website }}">Look</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
TEAM = "help@teahouse.example"
FIRST, SECOND = "winter_teas", "spring_teas"


async def release(running: RunningService, issue: str, planned: int = READERS) -> None:
    """Release an issue to everybody."""
    doorstep = running.demo.doorstep
    now, edition = doorstep.clock.now(), doorstep.editions.current.hash
    await change_issue.note_plan(doorstep.store, issue, planned, edition, now)
    await change_issue.release_issue(doorstep.store, issue, edition, "now", now)


async def wait_for_stop(running: RunningService) -> str:
    """Let the brake read what came back; return why it stopped the lane, once that holds."""
    doorstep = running.demo.doorstep
    await doorstep.lane_brake.write_tried()
    pauses = await load_pauses(doorstep.store)
    await running.wait_until(lambda: bool(doorstep.watch.list_alarms()) == bool(pauses), "the pause in this process")
    return pauses[MARKETING].reason if pauses else ""


def count_mails(running: RunningService) -> int:
    """Return how many mails readers got."""
    return sum(mail.recipients[0].startswith("reader") for mail in running.demo.inbox.received)


async def complain(running: RunningService, subscriber: str) -> None:
    """Let a reader report the issue as spam."""
    doorstep = running.demo.doorstep
    raw = (await doorstep.store.load(subscriber)).record
    assert raw
    [address] = records.decode(raw).addresses
    [line] = [line for line in await doorstep.store.sends_of(subscriber) if line.status == "sent"]
    event = MailRefused(
        id=f"returned:{line.id}:complaint", at=doorstep.clock.now(), send_id=line.id, address=address,
        reason="complaint", returned="complaint", marketing=True,
    )  # fmt: skip
    await doorstep.transact(subscriber, (event,))


def make_workspace(folder: Path) -> None:
    """Write a small workspace with two issues and no sequence: its start and each of its mails take less time."""
    shutil.copytree(SMALL, folder)
    for file in (folder / "sequences").iterdir():  # their mails would be counted as well
        file.unlink()
    mails = {name: f"emails/{name}.mjml" for name in ("_layout", "confirmation")}
    config = folder / "doorstep.yaml"
    named = config.read_text("utf-8").replace("team: {", f"team: {{operator: {{email: {TEAM}}}, ", 1)
    config.write_text(named, "utf-8")
    files = {to: LIBRARY["emails"].joinpath(f"{name}.mjml").read_text("utf-8") for name, to in mails.items()}
    issues = {f"issues/{name}.yaml": f"issue: {name}\ntopic: {TOPIC}\nmail: {FIRST}\n" for name in (FIRST, SECOND)}
    write_files(folder, {**files, **issues, f"emails/{FIRST}.mjml": MAIL})


async def test_three_complaints_of_a_hundred_mails_stop_the_lane(tmp_path: Path) -> None:
    """A code still goes; the team is told once; after a look the next issue goes, and old complaints count no more."""
    make_workspace(tmp_path / "workspace")
    async with run_service(tmp_path) as running:
        doorstep = running.demo.doorstep
        names = await add_readers(running, READERS, lambda _: "gmail.com", TOPIC)
        await doorstep.lane_brake.write_tried()
        await release(running, FIRST)
        await running.wait_until(lambda: count_mails(running) == READERS, "the first issue")
        for name in names[:2]:
            await complain(running, name)
        assert await wait_for_stop(running) == ""
        await complain(running, names[2])
        assert await wait_for_stop(running) == f"3 of the last {READERS} mails were reported as spam"

        await doorstep.upkeep.store_alarms.tell_new()
        await doorstep.upkeep.store_alarms.tell_new()
        [told] = running.received_mails(TEAM)
        # A day later, so that nobody waits for the distance between two mails.
        await doorstep.clock.move_ahead(timedelta(days=1))
        await release(running, SECOND)
        await running.get_started("1001")
        await running.send_text("1001", "yes")
        await running.send_text("1001", "mia@gmail.com")
        await running.wait_for_code("mia@gmail.com")
        stopped_at = count_mails(running)

        await resume_lane(doorstep.store, MARKETING)
        assert await wait_for_stop(running) == ""
        await running.wait_until(lambda: count_mails(running) == 2 * READERS - 3, "the second issue")
        assert await wait_for_stop(running) == ""

    assert stopped_at == READERS
    assert "3 of the last 110 mails were reported as spam" in told.text_part
    assert "doorstep mail status" in told.text_part


async def test_a_provider_that_puts_half_off_stops_the_lane(tmp_path: Path) -> None:
    """Fifty answers of Gmail's, of which it took none; the rest is never tried."""
    make_workspace(tmp_path / "workspace")
    async with run_service(tmp_path) as running:
        await add_readers(running, ANSWERING, lambda _: "gmail.com", TOPIC)
        for _ in range(ANSWERING):
            running.demo.inbox.reject_next(450, "4.7.0 too many messages from you")
        await release(running, FIRST)
        await running.wait_until(running.demo.doorstep.watch.list_alarms, "the pause, found by the brake itself")
        reason = await wait_for_stop(running)

    assert reason.startswith("Gmail put off or refused")
    assert count_mails(running) == 0


async def test_dead_mailboxes_stop_the_lane_and_the_report_tells_what_the_mail_server_said(tmp_path: Path) -> None:
    """Ten of 110 do not exist; each number of the report is one that the mail server and the readers know."""
    make_workspace(tmp_path / "workspace")
    async with run_service(tmp_path) as running:
        doorstep = running.demo.doorstep
        store, keys = doorstep.store, doorstep.keys
        names = await add_readers(running, READERS, lambda number: "gmail.com" if number <= 50 else "gmx.de", TOPIC)
        await doorstep.lane_brake.write_tried()
        for _ in range(DEAD):
            running.demo.inbox.reject_next(550, "5.1.1 no such user here")
        await release(running, FIRST)
        arrived = READERS - DEAD
        await running.wait_until(lambda: count_mails(running) == arrived, "all mails that have a mailbox")
        await running.pass_time(timedelta(0))
        assert await wait_for_stop(running) == f"{DEAD} of the last {READERS} mails went to mailboxes that do not exist"

        got = [name for name in names if any(line.status == "sent" for line in await store.sends_of(name))]
        await complain(running, got[0])
        since = doorstep.clock.now() - timedelta(days=1)
        rows = await read_mails(store, keys, since, "issue", issues=(FIRST,))
        [row] = [one for one in rows if one.group == FIRST]
        providers = await read_mails(store, keys, since, "provider")
        moved = await read_mails(store, keys, since, "provider", providers={"gmx.de": "by its servers"})

    inbox = Counter(
        mail.recipients[0].partition("@")[2]
        for mail in running.demo.inbox.received
        if mail.recipients[0].startswith("reader")
    )
    assert (row.group, row.accepted, row.failed, row.delivered, row.complaints) == (FIRST, arrived, DEAD, arrived, 1)
    assert (row.bounced, row.unknown, row.under_way, row.refused) == ({"hard": DEAD}, 0, 0, 0)
    assert {one.group: one.accepted for one in providers} == {
        "Gmail": inbox["gmail.com"], "GMX and web.de": inbox["gmx.de"],
    }  # fmt: skip
    assert {one.group for one in moved} == {"Gmail", "by its servers"}


async def test_the_same_mail_twice_to_one_person_stops_the_lane(tmp_path: Path) -> None:
    """As after a fault of the ledger: the mail of an issue is queued for somebody once more, under another id."""
    make_workspace(tmp_path / "workspace")
    async with run_service(tmp_path) as running:
        doorstep = running.demo.doorstep
        [name] = await add_readers(running, 1, lambda _: "gmail.com", TOPIC)
        await release(running, FIRST)
        await running.wait_until(lambda: count_mails(running) == 1, "the mail")
        # A day later, so that the distance between two mails does not hold it.
        await doorstep.clock.move_ahead(timedelta(days=1))
        now, edition = doorstep.clock.now(), doorstep.editions.current
        loaded = await doorstep.store.load(name)
        assert loaded.record
        draft = Release(issue=edition.issues.issues[FIRST], edition=edition.hash, released_at=now, moment=None)
        offer = look_at_reader(draft, records.decode(loaded.record), doorstep.keys, edition.config, now)
        again = replace(offer.mail, id="the same once more", edition=edition.hash)
        posting = Posting(lane=MARKETING, item=encode_posted(again), send_id=again.id)
        await doorstep.store.commit(
            Commit(subscriber=name, version=loaded.version, record=loaded.record, outbox=(posting,))
        )
        await running.wait_until(lambda: count_mails(running) == 2, "the mail, a second time")
        reason = await wait_for_stop(running)

    assert reason == "one person got the same mail twice"


async def test_more_than_twice_what_was_planned_stops_the_lane(tmp_path: Path) -> None:
    """The plan counted fifty, and more than two hundred go."""
    make_workspace(tmp_path / "workspace")
    many = 220
    async with run_service(tmp_path) as running:
        doorstep = running.demo.doorstep
        await add_readers(running, many, lambda _: "gmail.com", TOPIC)
        today = day_of(doorstep.clock.now(), doorstep.editions.current_config()).isoformat()
        await doorstep.store.save_meta(FORECASTS, msgspec.msgpack.encode(ForecastNotes(day=today)))
        await release(running, FIRST, planned=50)
        await running.wait_until(running.demo.doorstep.watch.list_alarms, "the pause, found by the brake itself")
        reason = await wait_for_stop(running)

    went, _, rest = reason.partition(" ")
    assert rest == "mails went today; 50 were planned and forecast"
    assert 200 < int(went) <= many
