"""A new sender's volume grows day by day in the running service: over the store and SMTP, on a clock that is moved."""

import asyncio
from collections import Counter
from dataclasses import replace as replace_issue
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from domain import record as records
from domain.effects import encode_posted
from domain.ports import MARKETING, Commit, Posting
from email_out.delivery.outcomes import LONGEST_WAIT_MS
from onboarding.issues.offers import Release, look_at_reader
from service.demo.compose import copy_shipped_workspace
from service.issues import change_issue
from service.issues.plan import IssuePlanner
from service.issues.releases import read_release
from service.issues.states import load_states
from service.issues.status import IssueStatus, StatusReader
from service.mail_pace.share_keeper import load_shares
from tests.support.mailbox_readers import add_readers
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_service import LOOK_SECONDS, RunningService, run_service

NAME, TOPIC = "winter_teas", "friday_leaf"
AT_GMAIL, AT_GMX = 18, 6
NEXT = 14
"""The reader at Gmail whose turn is the first of the second day."""
DAY = timedelta(days=1)


def make_workspace(folder: Path) -> None:
    """Write a workspace whose marketing mail begins with four a day to each provider."""
    copy_shipped_workspace(folder)
    config = folder / "doorstep.yaml"
    at = "reply_to: lena@amseltea.example\n"
    told = config.read_text("utf-8").partition("  marketing:")
    marketing = told[2].replace(at, f"{at}    rampup: {{start: 4, growth: 2, ceiling: 40}}\n", 1)
    config.write_text(f"{told[0]}{told[1]}{marketing}", "utf-8")
    issue = folder / "issues" / f"{NAME}.yaml"
    issue.parent.mkdir(exist_ok=True)
    issue.write_text(f"issue: {NAME}\ntopic: {TOPIC}\nlate: 5 days\nmail: {NAME}\n", "utf-8")


def find_domain(number: int) -> str:
    """Return where a reader has their mailbox."""
    return "gmail.com" if number <= AT_GMAIL else "gmx.de"


async def read_status(running: RunningService) -> IssueStatus:
    """Return what became of the issue."""
    doorstep = running.demo.doorstep
    state, edition = (await load_states(doorstep.store))[NAME], doorstep.editions.current
    release = read_release(NAME, state, edition)
    assert release
    return await StatusReader(
        store=doorstep.store, keys=doorstep.keys, config=edition.config, release=release, state=state,
        now=doorstep.clock.now(),
    ).count()  # fmt: skip


def count_arrived(running: RunningService) -> Counter[str]:
    """Return how many mails of the issue arrived, by domain."""
    mails = [mail for mail in running.demo.inbox.received if mail.recipients[0].startswith("reader")]
    return Counter(mail.recipients[0].partition("@")[2] for mail in mails)


async def test_a_plan_tells_the_days_and_who_would_be_too_late(tmp_path: Path) -> None:
    """Four, eight and six to Gmail are three days; with half a day, only the first share goes."""
    make_workspace(tmp_path / "workspace")
    async with run_service(tmp_path) as running:
        doorstep = running.demo.doorstep
        edition, now = doorstep.editions.current, doorstep.clock.now()
        await add_readers(running, AT_GMAIL + AT_GMX, find_domain, TOPIC)
        issue = edition.issues.issues[NAME]
        plans = [
            await IssuePlanner(
                store=doorstep.store, keys=doorstep.keys, config=edition.config, now=now,
                release=Release(issue=one, edition=edition.hash, released_at=now, moment=None),
            ).make_plan({})
            for one in (issue, replace_issue(issue, late=timedelta(hours=12)))
        ]  # fmt: skip

    assert [plan.days for plan in plans] == [{"Gmail": 3, "GMX and web.de": 2}] * 2
    assert [(plan.too_late, plan.late) for plan in plans] == [(0, "5 days"), (AT_GMAIL + AT_GMX - 8, "12 hours")]


async def put_back(running: RunningService, name: str) -> None:
    """Put the mail of a reader into the outbox as a sender does that has found no place for long: for five minutes."""
    doorstep = running.demo.doorstep
    now, edition = doorstep.clock.now(), doorstep.editions.current
    loaded = await doorstep.store.load(name)
    assert loaded.record
    draft = Release(issue=edition.issues.issues[NAME], edition=edition.hash, released_at=now, moment=None)
    offer = look_at_reader(draft, records.decode(loaded.record), doorstep.keys, edition.config, now)
    posting = Posting(
        lane=MARKETING, item=encode_posted(replace(offer.mail, edition=edition.hash)), send_id=offer.mail.id
    )
    await doorstep.store.commit(
        Commit(subscriber=name, version=loaded.version, record=loaded.record, outbox=(posting,))
    )
    # The worker tries it as well; whoever claims it puts it back.
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (claim := await doorstep.store.claim(MARKETING, name, lease_ms=60_000)) is None:  # noqa: ASYNC110  no event
            await asyncio.sleep(LOOK_SECONDS)
    await doorstep.store.retry(claim, delay_ms=LONGEST_WAIT_MS, send_id=offer.mail.id, counted=False)


async def test_an_issue_goes_out_over_days_to_those_who_were_here_lately_first(tmp_path: Path) -> None:
    """Four, eight and the rest to Gmail, less to GMX; a welcome never waits; nobody is mailed twice."""
    make_workspace(tmp_path / "workspace")
    async with run_service(tmp_path) as running:
        doorstep = running.demo.doorstep
        edition, now = doorstep.editions.current, doorstep.clock.now()
        names = await add_readers(running, AT_GMAIL + AT_GMX, find_domain, TOPIC)
        await change_issue.note_plan(doorstep.store, NAME, AT_GMAIL + AT_GMX, edition.hash, now)
        await change_issue.release_issue(doorstep.store, NAME, edition.hash, "now", now)

        await running.wait_until(lambda: count_arrived(running).total() == 8, "the first day")
        first = {mail.recipients[0].partition("@")[0] for mail in running.demo.inbox.received}
        status = await read_status(running)
        # Gmail's share is used up, and somebody confirms: the code and the welcome go.
        await running.subscribe_person("1001", "mia@gmail.com")
        await put_back(running, names[NEXT - 1])
        await running.pass_time(DAY)  # waits for that mail, too, and not for five minutes
        await running.wait_until(lambda: count_arrived(running) == {"gmail.com": 12, "gmx.de": AT_GMX}, "the second")
        await running.pass_time(DAY)
        await running.wait_until(lambda: count_arrived(running)["gmail.com"] == AT_GMAIL, "the third day")
        shares = await load_shares(doorstep.store)

    assert first == {f"reader{number}" for number in (15, 16, 17, 18, 21, 22, 23, 24)}
    assert (status.outcomes, status.used_up) == ({"waiting": 16, "sent": 8}, ("GMX and web.de", "Gmail"))
    addresses = [mail.recipients[0] for mail in running.demo.inbox.received if mail.recipients[0] != "mia@gmail.com"]
    assert len(set(addresses)) == len(addresses) == AT_GMAIL + AT_GMX
    assert (shares["Gmail"].limit, shares["Gmail"].taken) == (16, 6)
    # the second day of GMX had two of eight, so it would not have grown
    assert (shares["GMX and web.de"].limit, shares["GMX and web.de"].taken) == (8, 2)
