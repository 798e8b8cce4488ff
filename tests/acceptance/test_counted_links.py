"""Counted links in the running service: two wordings side by side, a scanner, a person, and everything forged.

Over real HTTP, SMTP and store, on a clock that the test moves.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.declarations import MAIL_CLICKED
from domain.record import Subscriber
from email_out.links.tokens import read_token
from service.demo.compose import copy_shipped_workspace
from service.issues import change_issue
from service.issues.releases import read_release
from service.issues.states import load_states
from service.issues.status import StatusReader
from service.privacy.erasure import Erasure
from service.stand_ins.smtp_server import ReceivedMail
from tests.support.running_service import RunningService, run_service

TOPIC, MIA, TOM = "friday_leaf", "mia@example.com", "tom@example.com"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
COUNTED = re.compile(r'href="http://127\.0\.0\.1:\d+(/r/[^"]+)"')
EVA = "eva@example.com"
SEQUENCE = f"""sequence: keen
topic: {TOPIC}
start: cup.noted
steps:
  ask: {{send: checklist}}
  look:
    wait: {{when: clicked checklist, at_most: 3 days}}
    else: cold
  more: {{if: clicked checklist in 7 days, else: cold}}
  warm: {{send: come_back, go: end}}
  cold: {{send: winter_teas}}
"""
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
CONFIG, ISSUE = "doorstep.yaml", "winter_teas"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[RunningService]:
    """Run a service that follows the folder of its workspace."""
    copy_shipped_workspace(tmp_path / "workspace")
    async with run_service(tmp_path) as running:
        yield running


async def announce(running: RunningService, folder: Path) -> None:
    """Save the second version of the wording, which announces that clicks are counted."""
    file = folder / "workspace" / CONFIG
    text = file.read_text("utf-8")
    for old, new in (
        ("    version: 1                 #", "    version: 2\n    measures: [clicks]\n    #"),
        ("delivers them; we count neither opens nor clicks. Stop", "delivers them; we count clicks on links. Stop"),
        ("wir zählen weder Öffnungen noch Klicks", "wir zählen Klicks auf Links"),
    ):
        text = text.replace(old, new, 1)
    await save_file(running, file, text)


def write_file(file: Path, text: str) -> None:
    """Write a small file, with its folder."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")


async def save_file(running: RunningService, file: Path, text: str) -> None:
    """Save a file of the workspace, and wait until it is live."""
    before = running.demo.doorstep.editions.current.hash
    write_file(file, text)
    await running.wait_until(lambda: running.demo.doorstep.editions.current.hash != before, f"{file.name} live")


def paths_in(mail: ReceivedMail) -> list[str]:
    """Return the counted links of a mail, each once; the hidden one last."""
    return list(dict.fromkeys(COUNTED.findall(mail.html_part)))


async def follow(running: RunningService, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Ask for a link as a browser does; return status and target."""
    url = running.demo.url + path
    async with running.http.request(method, url, headers=BROWSER | headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def read_page(running: RunningService, path: str) -> tuple[int, str]:
    """Return status and text of a page."""
    async with running.http.get(running.demo.url + path) as answer:
        return answer.status, await answer.text()


async def record_of(running: RunningService, psid: str) -> Subscriber:
    """Return a person's record."""
    return await running.load_record(psid)


async def counts(running: RunningService) -> Counter[str]:
    """Return what was counted of links, over all days."""
    day = running.demo.doorstep.clock.now().date()
    found: Counter[str] = Counter()
    for back in range(3):
        numbers = await running.demo.doorstep.store.day_counters((day - timedelta(days=back)).isoformat())
        found.update({name: count for name, count in numbers.items() if name.startswith("link_followed:")})
    return found


async def test_two_wordings_side_by_side(service: RunningService, tmp_path: Path) -> None:
    """Who saw the first wording has plain links; who saw the second, in the same hour, has counted ones."""
    await service.subscribe_person("1", MIA)
    await announce(service, tmp_path)
    await service.subscribe_person("2", TOM)
    mia, tom = [await service.wait_for_mail(email, "Welcome") for email in (MIA, TOM)]
    assert ((await record_of(service, "1")).consents[TOPIC].measures, paths_in(mia)) == ((), [])
    assert (await record_of(service, "2")).consents[TOPIC].measures == ("clicks",)
    paths = paths_in(tom)
    links = [read_token(path.removeprefix("/r/"), service.demo.doorstep.keys) for path in paths]
    # the name in the letterhead, the button, and the one that no person sees
    assert [link.link for link in links if link] == [1, 2, 0]
    # nothing of the person, and no query, stands in what a proxy would log
    # (three letters alone occur in a random token now and then)
    assert not any(sign in path.lower() for sign in ("?", "@", "%40", "tom@", "example") for path in paths)


async def test_an_issue_to_readers_of_both_wordings(service: RunningService, tmp_path: Path) -> None:
    """The same mail side by side: plain links and counted ones; a click stands in the status; its page knows nobody."""
    issue = tmp_path / "workspace" / "issues" / f"{ISSUE}.yaml"
    await save_file(service, issue, f"issue: {ISSUE}\ntopic: {TOPIC}\nlate: 5 days\nmail: {ISSUE}\n")
    await service.subscribe_person("1", MIA)
    await announce(service, tmp_path)
    await service.subscribe_person("2", TOM)
    await service.pass_time(timedelta(hours=24))
    assert (await read_page(service, f"/issue/{ISSUE}"))[0] == 404
    doorstep = service.demo.doorstep
    edition, now = doorstep.editions.current, doorstep.clock.now()
    await change_issue.note_plan(doorstep.store, ISSUE, 2, edition.hash, now)
    await change_issue.release_issue(doorstep.store, ISSUE, edition.hash, "now", now)
    mia, tom = [await service.wait_for_mail(email, "A tea for mornings") for email in (MIA, TOM)]

    assert (paths_in(mia), len(paths_in(tom))) == ([], 3)
    assert "https://amseltea.example/book/note" in mia.html_part
    assert "https://amseltea.example/book/note" not in tom.html_part
    # the text part is the same for both, but for their own ways out
    assert [line for line in mia.text_part.splitlines() if "127.0.0.1" not in line and "example.com" not in line] == [
        line for line in tom.text_part.splitlines() if "127.0.0.1" not in line and "example.com" not in line
    ]
    await service.pass_time(MINUTE)
    await follow(service, paths_in(tom)[1])
    await service.pass_time(MINUTE)
    state = (await load_states(doorstep.store))[ISSUE]
    release = read_release(ISSUE, state, edition)
    assert release
    status = await StatusReader(
        store=doorstep.store, keys=doorstep.keys, config=edition.config, release=release, state=state,
        now=doorstep.clock.now(),
    ).count()  # fmt: skip
    assert (status.outcomes, status.editions) == ({"sent": 2}, {edition.hash: 2})
    assert (status.measured, status.clicked) == (1, 1)

    shown, html = await read_page(service, f"/issue/{ISSUE}")
    assert (shown, "A tea for mornings" in html, "/r/" in html, "127.0.0.1" in html) == (200, True, False, False)
    assert (await read_page(service, "/issue/nothing"))[0] == 404
    assert (await read_page(service, f"/issue/{ISSUE}%00"))[0] == 404
    assert (await read_page(service, "/subscribe"))[0] == 200


async def test_a_scanner_and_a_person(service: RunningService, tmp_path: Path) -> None:
    """A scanner that takes every link moves nothing; a person who follows one a minute later counts, once."""
    await announce(service, tmp_path)
    await service.subscribe_person("2", TOM)
    mail = await service.wait_for_mail(TOM, "Welcome")
    first, second, hidden = paths_in(mail)
    before = await record_of(service, "2")

    await service.pass_time(40 * SECOND)
    for path in (first, second):
        assert await follow(service, path) == (
            302,
            "https://amseltea.example" + ("/book/note" if path == second else ""),
        )
        await service.pass_time(SECOND)
    await service.pass_time(MINUTE)
    assert await counts(service) == {"link_followed:machine:burst": 2}
    after = await record_of(service, "2")
    assert (after.engaged_at, after.links, MAIL_CLICKED in after.behaviour) == (before.engaged_at, None, False)

    assert await follow(service, second, "HEAD") == (302, "https://amseltea.example/book/note")
    assert (await follow(service, hidden))[0] == 302
    await service.pass_time(MINUTE)
    assert (await record_of(service, "2")).engaged_at == before.engaged_at

    # a person, who presses twice, and whose link somebody replays a hundred times
    for _ in range(2):
        assert (await follow(service, second))[0] == 302
    clicked_at = service.demo.doorstep.clock.now()
    await service.pass_time(MINUTE)
    for _ in range(20):
        await follow(service, second, **{"User-Agent": "curl/8"})
    await service.pass_time(MINUTE)
    person = await record_of(service, "2")
    assert person.behaviour[MAIL_CLICKED].count == 1
    assert person.behaviour[MAIL_CLICKED].said == {"mail": "welcome"}
    assert person.engaged_at
    assert abs(person.engaged_at - clicked_at) < 5 * SECOND
    assert person.links
    assert person.links.pending == ()
    assert await counts(service) == {
        "link_followed:machine:burst": 2, "link_followed:machine:hidden": 2, "link_followed:human": 1,
        "link_followed:machine:agent": 1,
    }  # fmt: skip


async def test_nothing_forged_leads_anywhere(service: RunningService, tmp_path: Path) -> None:
    """No changed token redirects, no other method works, and the mail of an erased person leads on, uncounted."""
    await announce(service, tmp_path)
    await service.subscribe_person("2", TOM)
    _, path, _ = paths_in(await service.wait_for_mail(TOM, "Welcome"))
    token = path.removeprefix("/r/")
    for wrong in (
        token[:-1], token + "A", token[4:], "x" * 5000, token.replace(token[60:64], "AAAA"),
        "https://evil.example", "%2F%2Fevil.example", "..%2F..%2Fprivacy",
    ):  # fmt: skip
        assert await follow(service, f"/r/{wrong}") == (404, ""), wrong
    assert (await follow(service, f"{path}?u=https://evil.example"))[1] == "https://amseltea.example/book/note"
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert (await follow(service, path, method))[0] == 405
    doorstep = service.demo.doorstep
    assert await Erasure(store=doorstep.store, addresses=doorstep.addresses)(service.subscriber_name("2"))
    await service.pass_time(MINUTE)
    assert await follow(service, path) == (302, "https://amseltea.example/book/note")
    await service.pass_time(MINUTE)
    assert await counts(service) == {}
    async with service.http.get(f"{service.demo.url}/o/anything") as picture:
        assert (picture.status, picture.content_type, len(await picture.read())) == (200, "image/gif", 42)


async def test_who_followed_a_link_is_led_another_way(service: RunningService, tmp_path: Path) -> None:
    """Tom presses and goes on; a scanner takes the links of Eva, and those of Mia are plain: both wait to the end."""
    await save_file(service, tmp_path / "workspace" / "sequences" / "keen.yaml", SEQUENCE)
    people = {"1": MIA, "2": TOM, "3": EVA}
    await service.subscribe_person("1", MIA)
    await announce(service, tmp_path)
    for psid in ("2", "3"):
        await service.subscribe_person(psid, people[psid])
    await service.pass_time(timedelta(days=1))
    for email in people.values():
        await service.post_product_event(email, "cup.noted")
    await service.pass_time(timedelta(days=1))
    asked = {email: paths_in(await service.wait_for_mail(email, "brewing checklist")) for email in people.values()}
    assert asked[MIA] == []

    for path in asked[EVA][:-1]:
        await follow(service, path)
        await service.pass_time(SECOND)
    await service.pass_time(MINUTE)
    await follow(service, asked[TOM][1])
    await service.pass_time(timedelta(days=1))
    assert led(service) == {MIA: [], TOM: ["come_back"], EVA: []}
    await service.pass_time(timedelta(days=2))
    assert led(service) == {MIA: ["winter_teas"], TOM: ["come_back"], EVA: ["winter_teas"]}
    for psid in people:
        assert (await record_of(service, psid)).runs["keen"].status == "finished"


def led(service: RunningService) -> dict[str, list[str]]:
    """Return which of the two mails at the end of the sequence each has received."""
    subjects = {"Your Tasting Book is still blank": "come_back", "A tea for mornings": "winter_teas"}
    return {
        email: [name for subject, name in subjects.items() if any(subject in mail.subject for mail in mails)]
        for email in (MIA, TOM, EVA)
        for mails in [service.received_mails(email)]
    }
