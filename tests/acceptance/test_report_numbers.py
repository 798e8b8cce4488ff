"""``doorstep report mail`` beside a running service, after exactly known things have happened to an issue.

Over real HTTP, SMTP, LMTP and store; the command opens the store beside the service, as an operator's does.
"""

import asyncio
import json
import re
import smtplib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from domain.record import Identity, Profile
from service.cli.main import cli
from service.demo.compose import copy_shipped_workspace, run_demo
from service.engine import clock
from service.feedback.desk import FeedbackDesk
from service.feedback.lmtp_door import listen_lmtp
from service.issues import change_issue
from service.issues.index_readers import META as INDEXED
from service.runtime.demo_secrets import PAGE
from service.stand_ins.smtp_server import ReceivedMail
from tests.support.issue_readers import make_readers, name_reader, noon_zone, write_readers
from tests.support.run_cli import settle_in
from tests.support.running_service import RunningService, own_links
from tests.unit.email_out.feedback.test_read_report import delivery_report
from tests.unit.service.feedback.test_desk import complaint

ISSUE, TOPIC, READERS = "winter_teas", "friday_leaf", 13
PAGE_STOP, ONE_CLICK, TYPED, LETTER, CLICKS, CLICKS_TWICE, SCANNER, RETURNED, FULL, COMPLAINS = range(10)
"""What each of those does who got the issue; two do nothing, and one reader is refused by the mail server."""
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
COUNTED = re.compile(r'href="http://127\.0\.0\.1:\d+(/r/[^"]+)"')
STOP_LETTER = re.compile(r"mailto:(unsub\+[^>?]+)")
MINUTE = timedelta(minutes=1)


@dataclass(kw_only=True)
class ReportedIssue:
    """A running service that has sent an issue, with its LMTP door."""

    running: RunningService
    lmtp: int

    def mail_of(self, who: int) -> ReceivedMail:
        """Return the mail of a reader, each of whom has one."""
        mails = [
            mail for mail in self.running.demo.inbox.received if mail.recipients[0].startswith(name_reader(0)[:-1])
        ]
        return sorted(mails, key=lambda mail: mail.recipients)[who]

    def psid_of(self, who: int) -> str:
        """Return the reader's name at the Page."""
        return self.mail_of(who).recipients[0].partition("@")[0]

    async def hand_over(self, raw: bytes, to: str) -> str:
        """Hand a message to the LMTP door; return its answer."""

        def talk() -> str:
            with smtplib.LMTP("127.0.0.1", self.lmtp) as server:
                return str(server.sendmail("", [to], raw) or "taken")

        return await asyncio.to_thread(talk)

    async def post(self, url: str, form: dict[str, str]) -> str:
        """Post a form as a page or a mail program does; return the page."""
        async with self.running.http.post(url, data=form) as answer:
            assert answer.status == 200
            return await answer.text()

    async def follow(self, who: int, place: int, method: str = "GET", **headers: str) -> None:
        """Follow a link of a reader's mail; the last is the one that no person sees."""
        path = list(dict.fromkeys(COUNTED.findall(self.mail_of(who).html_part)))[place]
        url = self.running.demo.url + path
        async with self.running.http.request(method, url, headers=BROWSER | headers, allow_redirects=False) as answer:
            assert answer.status == 302

    async def wait_until_settled(self) -> None:
        """Wait until the outcome of every mail is written."""
        issues = self.running.demo.doorstep.issues
        await self.running.wait_until(lambda: "done" in {state.state for state in issues.current.values()}, "the end")

    async def report(self, by: str, *words: str) -> Any:  # noqa: ANN401  the command's JSON
        """Return what the command prints."""
        said = await asyncio.to_thread(CliRunner().invoke, cli, ["report", "mail", "--by", by, "--json", *words])
        assert said.exit_code == 0, said.output
        return json.loads(said.stdout)


def announce_clicks(folder: Path) -> None:
    """Write a workspace whose wording announces that clicks are counted, with mails that come back to us."""
    copy_shipped_workspace(folder)
    for file in (folder / "sequences").iterdir():
        file.unlink()
    file = folder / "doorstep.yaml"
    text = file.read_text("utf-8")
    for old, new in (
        ("    version: 1                 #", "    version: 2\n    measures: [clicks]\n    #"),
        ("delivers them; we count neither opens nor clicks. Stop", "delivers them; we count clicks on links. Stop"),
        ("wir zählen weder Öffnungen noch Klicks", "wir zählen Klicks auf Links"),
        ("  marketing:\n", "  marketing:\n    bounces: bounce.example\n"),
    ):
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")


async def add_readers(running: RunningService) -> None:
    """Write readers who chat at the demo's Page; their clicks are counted."""
    doorstep = running.demo.doorstep
    now, config, keys = doorstep.clock.now(), doorstep.editions.current_config(), doorstep.keys
    readers = []
    for number, record in make_readers(range(1, READERS + 1), config, keys, TOPIC, now):
        psid = name_reader(number)
        consents = {TOPIC: replace(record.consents[TOPIC], measures=("clicks",))}
        identity, name = Identity(page=PAGE, psid=psid), keys.subscriber_id(PAGE, psid)
        zone = Profile(timezone=noon_zone(now))
        readers.append(replace(record, id=name, identity=identity, consents=consents, profile=zone))
    await write_readers(doorstep.store, enumerate(readers, 1), TOPIC)
    await doorstep.store.save_meta(INDEXED, b"1")


@pytest.fixture
async def issue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ReportedIssue]:
    """Run a service on the machine's time, which the store has, too: how long mails take lies between the two."""
    monkeypatch.setattr(clock, "_ahead", timedelta(0))
    settle_in(tmp_path, monkeypatch, "")
    monkeypatch.delenv("DOORSTEP_SECRET")  # the command takes the demo's own
    announce_clicks(tmp_path / "workspace")
    async with AsyncExitStack() as stack:
        demo = await stack.enter_async_context(
            run_demo(tmp_path / "workspace", host="127.0.0.1", port=0, data=tmp_path / "store")
        )
        http = await stack.enter_async_context(aiohttp.ClientSession())
        door, running = demo.doorstep, RunningService(demo=demo, http=http)
        desk = FeedbackDesk(
            store=door.store, transact=door.transact, addresses=door.addresses, keys=door.keys, clock=door.clock.now
        )
        port = await stack.enter_async_context(listen_lmtp("127.0.0.1:0", desk))
        await add_readers(running)
        yield ReportedIssue(running=running, lmtp=port)


async def release(issue: ReportedIssue) -> None:
    """Release the issue at once."""
    doorstep = issue.running.demo.doorstep
    now, edition = doorstep.clock.now(), doorstep.editions.current.hash
    await change_issue.note_plan(doorstep.store, ISSUE, READERS, edition, now)
    await change_issue.release_issue(doorstep.store, ISSUE, edition, "now", now)


async def stop_in_four_ways(issue: ReportedIssue) -> None:
    """Let readers stop on the page, by the mail program, in the chat and by a letter; each asks more than once."""
    page = next(link for link in own_links(issue.mail_of(PAGE_STOP)) if "/unsubscribe/" in link)
    async with issue.running.http.get(page) as scanned:  # a scanner opens every link
        assert scanned.status == 200
    answers = [await issue.post(page, {"from": "page"}) for _ in range(2)]
    preferences = issue.running.demo.url + re.findall(r'action="(/preferences/[^"]+)"', answers[-1])[0]
    for reason in ("too_often", "too_often"):
        await issue.post(preferences, {"why": reason})
    header = str(issue.mail_of(ONE_CLICK).parsed_message["List-Unsubscribe"])
    for _ in range(3):
        await issue.post(header.partition("<")[2].partition(">")[0], {"List-Unsubscribe": "One-Click"})
    for _ in range(2):
        await issue.running.send_text(issue.psid_of(TYPED), "stop")
    letter = STOP_LETTER.findall(str(issue.mail_of(LETTER).parsed_message["List-Unsubscribe"]))[0]
    for _ in range(2):
        assert await issue.hand_over(b"From: a@b.example\r\nSubject: stop\r\n\r\nstop\r\n", letter) == "taken"


async def follow_links(issue: ReportedIssue) -> None:
    """Let two people follow links, one of them twice, and a scanner and a browser's prefetch as well."""
    await issue.running.pass_time(MINUTE)
    await issue.follow(CLICKS, 1)
    for place in (0, 1, 1):
        await issue.follow(CLICKS_TWICE, place)
        await issue.running.pass_time(MINUTE)  # who takes all links at once is a program
    for place in (0, 1, 2):
        await issue.follow(SCANNER, place)
    await issue.follow(SCANNER, 1, "HEAD")
    await issue.follow(FULL, 1, **{"Sec-Purpose": "prefetch"})
    await issue.running.pass_time(MINUTE)


async def bring_reports(issue: ReportedIssue) -> None:
    """Hand over a dead mailbox, a full one and a complaint, each twice."""
    for number, write in (
        (RETURNED, lambda _: delivery_report("5.1.1", "550 5.1.1 no")),
        (FULL, lambda _: delivery_report("5.2.2", "552 5.2.2 full")),
        (COMPLAINS, complaint),
    ):
        path = issue.mail_of(number).sender
        for _ in range(2):
            assert await issue.hand_over(write(path), path) == "taken"


def pick_row(report: Any, by: str, group: str) -> dict[str, Any]:  # noqa: ANN401  the command's JSON
    """Return the row of a group."""
    [row] = [row for row in report["mails"] if row[by] == group]
    return dict(row)


async def test_the_report_says_what_happened(issue: ReportedIssue) -> None:
    """Stops, clicks, bounces, complaints and times: exactly those that happened, in each grouping and in all."""
    clock = issue.running.demo.doorstep.clock.now
    issue.running.demo.inbox.reject_next(550, "5.1.1 no such user")
    began = clock()
    await release(issue)
    await issue.wait_until_settled()
    took = (clock() - began).total_seconds()
    went = pick_row(await issue.report("issue"), "issue", ISSUE)
    await stop_in_four_ways(issue)
    await follow_links(issue)
    await bring_reports(issue)
    told = await issue.report("issue")

    assert 0 <= went.pop("p50_seconds") <= went["p99_seconds"] <= took
    assert went.pop("p99_seconds") > 0
    nothing = {"refused": 0, "unknown": 0, "under_way": 0, "complaints": 0, "stopped": 0, "stop_reasons": {}}
    assert went == {
        **nothing, "issue": ISSUE, "accepted": 12, "failed": 1, "bounced": {"hard": 1}, "measured": 12, "clicked": 0,
        "delivered": 12,
    }  # fmt: skip
    after = {
        "bounced": {"hard": 2, "soft": 1}, "complaints": 1, "stopped": 4, "stop_reasons": {"too_often": 1},
        "clicked": 2, "delivered": 10,
    }  # fmt: skip
    assert without_times(pick_row(told, "issue", ISSUE)) == {**went, **after}
    # One of those who stopped had their mail reported as spam instead; it ended their consent as well.
    assert told["counts"] == {
        "hard_bounce": 2, "link_followed:human": 4, "link_followed:machine:hidden": 4,
        "link_followed:machine:prefetch": 1, "returned:complaint": 1, "returned:hard": 1, "returned:soft": 1,
        "stop_reason:too_often": 1, "withdrawn:friday_leaf": 5,
    }  # fmt: skip
    # However they are grouped, they are the same mails.
    for by, group in (("template", ISSUE), ("day", began.date().isoformat())):
        row = without_times(pick_row(await issue.report(by), by, group))
        assert {name: row[name] for name in (*after, "accepted", "failed", "measured")} == {
            **after, "accepted": 12, "failed": 1, "measured": 12,
        }  # fmt: skip


def without_times(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without how long its mails took."""
    return {name: value for name, value in row.items() if name not in {"p50_seconds", "p99_seconds"}}
