"""A question in a mail, its answer, the task that follows, and what report and explanation say of it, in the service.

With DOORSTEP_SHOTS=FOLDER a real Chromium presses the buttons, on a phone and on a wide screen, light and dark, and
leaves pictures there.
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, async_playwright

from service.cli.explain import explain_stored
from service.cli.report_sequence import make_report
from service.cli.tasks import find_tasks
from tests.support.asking_workspace import write_asking_workspace
from tests.support.running_service import RunningService, own_links, run_service

MIA, ADDRESS, TEAM = "1001", "mia@example.com", "help@amseltea.example"
SHOTS = os.environ.get("DOORSTEP_SHOTS", "")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
Scheme = Literal["light", "dark"]
LOOKS: list[tuple[str, int, Scheme]] = [
    ("phone", 390, "light"), ("phone", 390, "dark"), ("wide", 1440, "light"), ("wide", 1440, "dark"),
]  # fmt: skip
Press = Callable[[str, str], Awaitable[str]]
"""Opens a link, presses its button, and returns what the page says then; the second text names the picture."""


async def live_through(running: RunningService, press: Press) -> tuple[str, str]:
    """Ask Mia, let her answer and the team do its task; return what both pages say."""
    await running.subscribe_person(MIA, ADDRESS)
    await running.post_product_event(ADDRESS, "cup.noted")
    asked = await running.wait_for_mail(ADDRESS, "box is on its way")
    links = [link for link in own_links(asked) if "/a/" in link]
    assert len(links) == 2
    before = await running.stored_state()
    for link in links * 2:  # a scanner opens every link, by both methods
        assert (await running.http.get(link)).status == (await running.http.head(link)).status == 200
    assert await running.stored_state() == before
    answered = await press(links[0], "answer")
    told = await running.wait_for_mail(TEAM, "Task: Offer")
    outcomes = [link for link in own_links(told) if "/t/" in link]
    done = await press(outcomes[0], "task")
    store, keys = running.demo.doorstep.store, running.demo.doorstep.keys
    record = await running.load_record(MIA)
    assert record.runs["leaving"].answers == {"why": "Unclear", "help": "Booked"}
    report = await make_report(store, keys, "leaving", 90)
    assert [(row.step, row.asked, row.answers) for row in report.asked] == [
        ("why", 1, {"Unclear": 1, "Too expensive": 0})
    ]
    assert [(row.given, row.done, row.outcomes) for row in report.tasks] == [(1, 1, {"Booked": 1, "No answer": 0})]
    standings, now, _ = await explain_stored(store, keys, record.id, "leaving")
    assert standings[0].answers == {"why": "Unclear", "help": "Booked"}
    assert [task.outcome async for task in find_tasks(store, now)] == ["Booked"]
    return answered, done


async def test_an_answer_leads_to_a_task_and_both_are_told(tmp_path: Path) -> None:
    """By HTTP alone; who presses twice hears the same."""
    write_asking_workspace(tmp_path)
    async with run_service(tmp_path) as running:

        async def press(link: str, _: str) -> str:
            first = await (await running.http.post(link)).text()
            assert await (await running.http.post(link)).text() == first
            return first

        answered, done = await live_through(running, press)

    assert "Your answer has arrived: Unclear" in answered
    assert "help: Booked." in done


async def test_links_that_are_forwarded_used_by_two_and_used_too_late(tmp_path: Path) -> None:
    """Whoever presses answers for Mia; the last press within the hour counts, then the question is settled."""
    write_asking_workspace(tmp_path)
    async with run_service(tmp_path) as running:
        await running.subscribe_person(MIA, ADDRESS)
        await running.post_product_event(ADDRESS, "cup.noted")
        asked = await running.wait_for_mail(ADDRESS, "box is on its way")
        unclear, expensive = (link for link in own_links(asked) if "/a/" in link)

        async def press(link: str) -> tuple[int, str]:
            response = await running.http.post(link)
            return response.status, re.findall(r"<h1>(.*?)</h1>", await response.text())[0]

        # Whoever it was forwarded to reads nothing of Mia on the page.
        shown = await (await running.http.get(unclear)).text()
        assert "Unclear" in shown
        assert not any(word in shown.lower() for word in ("mia", ADDRESS, running.subscriber_name(MIA).lower()))

        # Two people in the same moment, each several times: one answer counts, and nothing breaks.
        pressed = await asyncio.gather(*(press(link) for link in (unclear, expensive) * 4))
        assert {status for status, _ in pressed} == {200}
        first = (await running.load_record(MIA)).runs["leaving"].answers["why"]
        assert first in ("Unclear", "Too expensive")
        assert (await press(expensive))[0] == 200
        given = (await running.load_record(MIA)).runs["leaving"].answers["why"]

        await running.pass_time(timedelta(hours=2))
        for link in (unclear, expensive):
            assert (await press(link))[0] == 200
        assert (await running.load_record(MIA)).runs["leaving"].answers["why"] == given
        assert (await press(unclear[:-3] + "abc"))[0] == 404
        record = await running.load_record(MIA)

    assert len(record.tasks) <= 1


async def test_a_link_that_is_used_too_late_changes_nothing(tmp_path: Path) -> None:
    """After the time to answer the page says so, and silence has led its way."""
    write_asking_workspace(tmp_path)
    async with run_service(tmp_path) as running:
        await running.subscribe_person(MIA, ADDRESS)
        await running.post_product_event(ADDRESS, "cup.noted")
        asked = await running.wait_for_mail(ADDRESS, "box is on its way")
        await running.pass_time(timedelta(days=11))
        for link in own_links(asked):
            if "/a/" in link:
                assert (await running.http.post(link)).status == 410
        record = await running.load_record(MIA)

    assert (record.runs["leaving"].status, record.runs["leaving"].answers) == ("finished", {})


@pytest.mark.skipif(not SHOTS or not CHROMIUM, reason="set DOORSTEP_SHOTS to a folder, and install Chromium")
@pytest.mark.parametrize(("name", "width", "scheme"), LOOKS)
async def test_in_a_browser(tmp_path: Path, name: str, width: int, scheme: Scheme) -> None:
    """One heading, one button that the keyboard reaches first of all, nothing beside the screen, enough contrast."""
    write_asking_workspace(tmp_path)
    async with run_service(tmp_path) as running, open_page(width, scheme) as page:

        async def press(link: str, about: str) -> str:
            await page.goto(link)
            await look_at(page, f"{about}_{name}_{scheme}_1")
            await page.keyboard.press("Tab")
            while await page.evaluate("document.activeElement.tagName") != "BUTTON":
                await page.keyboard.press("Tab")
            await look_at(page, f"{about}_{name}_{scheme}_2")
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
            await look_at(page, f"{about}_{name}_{scheme}_3")
            return await page.inner_text("main")

        answered, done = await live_through(running, press)
        await show_mails(page, running, f"{name}_{scheme}")

    assert ("Thank you!" in answered, "Noted, thank you" in done) == (True, True)


@asynccontextmanager
async def open_page(width: int, scheme: Scheme) -> AsyncIterator[Page]:
    """Open a page of a browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
        yield page
        await browser.close()


async def look_at(page: Page, name: str) -> None:
    """Take a picture, and hold the page to what everybody needs."""
    await page.screenshot(path=f"{SHOTS}/{name}.png")
    assert await page.locator("h1").count() == 1
    assert await page.locator("main").count() == 1
    assert await page.get_attribute("html", "lang") == "en"
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    low = await page.evaluate(CONTRAST)
    assert low == [], low


async def show_mails(page: Page, running: RunningService, name: str) -> None:
    """Take pictures of the two mails."""
    for about, email, subject in (("mail", ADDRESS, "box is on its way"), ("task_mail", TEAM, "Task: Offer")):
        # The pages allow no style of their own within them; a mail program shows the mail alone.
        await page.goto("about:blank")
        await page.set_content((await running.wait_for_mail(email, subject)).html_part)
        await page.screenshot(path=f"{SHOTS}/{about}_{name}.png")


CONTRAST = """() => {
  const part = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(part);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!colour.endsWith(', 0)') && colour !== 'transparent') return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const said = e => [...e.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  const ratio = e => {
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  };
  const texts = [...document.querySelectorAll('body *')].filter(said);
  return texts.filter(e => ratio(e) < 4.5).map(e => e.textContent.trim().slice(0, 30));
}"""
"""Every text of a page whose contrast is below 4.5 (WCAG 2.2, 1.4.3)."""
