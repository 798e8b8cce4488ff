"""Readers without a sign are asked once, rest without an answer, and any sign wakes them, in the running service."""

import shutil
from datetime import timedelta
from pathlib import Path

from domain.consent.resting import RESTING, is_resting
from service.demo.compose import copy_shipped_workspace
from service.issues import change_issue
from service.issues.index_readers import index_readers
from service.issues.releases import read_release
from service.issues.states import load_states
from service.issues.status import StatusReader
from service.reports.silent_readers import SilentReaders, read_silent_readers
from tests.support.paths import ROOT
from tests.support.running_service import RunningService, own_links, run_service

MIA, BEN = ("1001", "mia@example.com"), ("1002", "ben@example.com")
TOPIC, DAY = "friday_leaf", timedelta(days=1)
SEQUENCE = """sequence: hygiene
topic: friday_leaf
start: when no engagement for 120 days
exit: engagement
steps:
  still:
    send: still_there
    choices: {Keep me: stays}
    labels: {de: {Keep me: Weiter so}}
    at_most: 14 days
    else: rests
  stays: {tag: reader, go: end}
  rests: {rest: friday_leaf}
"""


def make_workspace(folder: Path) -> None:
    """Write a workspace with this sequence alone, and two issues."""
    copy_shipped_workspace(folder)
    for file in (folder / "sequences").iterdir():
        file.unlink()
    (folder / "sequences" / "hygiene.yaml").write_text(SEQUENCE, "utf-8")
    for issue in ("one", "two"):
        text = f"issue: {issue}\ntopic: {TOPIC}\nmail: winter_teas\n"
        (folder / "issues" / f"{issue}.yaml").write_text(text, "utf-8")
    for name in ("still_there.mjml", "still_there.de.mjml"):
        shutil.copy(ROOT / "service/workspace/library/onboarding/emails" / name, folder / "emails")


async def subscribe(running: RunningService, psid: str, email: str) -> None:
    """Confirm the newsletter; no sequence welcomes anybody here."""
    await running.get_started(psid)
    await running.send_text(psid, "yes")
    await running.send_text(psid, email)
    await running.send_text(psid, await running.wait_for_code(email))


async def look(running: RunningService) -> SilentReaders:
    """Return what doorstep hygiene finds."""
    doorstep = running.demo.doorstep
    edition, now = doorstep.editions.current, doorstep.clock.now()
    [found] = await read_silent_readers(doorstep.store, edition.rules.sequences, edition.config, now)
    return found


async def send_issue(running: RunningService, name: str) -> dict[str, int]:
    """Release an issue, wait until it is done, and return what became of it."""
    doorstep = running.demo.doorstep
    edition, now = doorstep.editions.current, doorstep.clock.now()
    await index_readers(doorstep.store)
    await change_issue.note_plan(doorstep.store, name, 2, edition.hash, now)
    await change_issue.release_issue(doorstep.store, name, edition.hash, "now", now)
    await doorstep.issues.look()
    await running.wait_until(lambda: doorstep.issues.current[name].state == "done", f"the end of {name}")
    state = (await load_states(doorstep.store))[name]
    release = read_release(name, state, edition)
    assert release
    reader = StatusReader(
        store=doorstep.store, keys=doorstep.keys, config=edition.config, release=release, state=state, now=now
    )  # fmt: skip
    return (await reader.count()).outcomes


async def test_who_does_not_answer_rests_until_any_sign(tmp_path: Path) -> None:
    """Ben presses “Keep me” and stays; Mia rests, gets no issue, writes, and gets the next."""
    make_workspace(tmp_path / "workspace")
    async with run_service(tmp_path) as running:
        for person in (MIA, BEN):
            await subscribe(running, *person)
        names = {email: running.subscriber_name(psid) for psid, email in (MIA, BEN)}
        await running.pass_time(121 * DAY)
        [asked] = [mail for mail in running.received_mails(BEN[1]) if "/a/" in str(own_links(mail))]
        waiting = await look(running)
        link = next(link for link in own_links(asked) if "/a/" in link)
        async with running.http.post(link) as answer:
            assert answer.status == 200
        await running.pass_time(15 * DAY)
        mia, resting = await running.load_record(MIA[0]), await look(running)
        first = await send_issue(running, "one")

        await running.send_text(MIA[0], "Are you still there?")
        woken = await running.load_record(MIA[0])
        await running.pass_time(2 * DAY)  # so that nobody waits for the distance to the first
        second = await send_issue(running, "two")

    assert set(waiting.asked) == set(names.values())
    assert (resting.resting, resting.asked) == ([names[MIA[1]]], [])
    assert (mia.consents[TOPIC].status, is_resting(mia, TOPIC), is_resting(woken, TOPIC)) == ("confirmed", True, False)
    assert first == {"sent": 1, f"left out: {RESTING}": 1}
    assert second == {"sent": 2}
