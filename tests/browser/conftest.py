"""One running demo and one Chromium for all tests in a browser; every test plays a person of its own.

The demo is started as a person starts it, on a free port.  Both last for this folder only: while a browser is
spoken to in this way, an event loop runs, and no asynchronous test elsewhere could.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.clock import doorstep_program
from tests.support.page_actions import WIDE, PageVisitor, RunningDemo
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_SECONDS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE_MS = PATIENCE_SECONDS * 1000
"""How long a person looks for what they want to tap, or waits for what they expect to see."""


@pytest.fixture(name="demo", scope="package")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    if not CHROMIUM:
        pytest.skip("no Chromium here; with one installed, these tests drive it")
    folder = tmp_path_factory.mktemp("demo")
    root = ROOT
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
    env = kept | {"DOORSTEP_PORT": "0", "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", doorstep_program(), "demo"],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield RunningDemo(url=_wait_for_address(process), workspace=folder / "workspace")
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        if process.stdout:
            process.stdout.close()


def _wait_for_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    too_late = threading.Timer(PATIENCE_SECONDS, process.kill)
    too_late.start()
    told = ""
    for line in process.stdout:
        told += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            too_late.cancel()
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[0]
    pytest.fail(f"the demo did not start:\n{told}")


@pytest.fixture(name="browser", scope="package")
def _browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium here; with one installed, these tests drive it")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(name="page")
def _page(browser: Browser, demo: RunningDemo) -> Iterator[Page]:
    """Open the page as somebody new, at ten in the morning their time, and see that nothing goes wrong in it."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    context.on("request", lambda one: None if one.url.startswith(demo.url) else wrong.append(one.url))
    page.goto(f"{demo.url}/playground")
    page.locator("body[data-ready]").wait_for()
    _move_to_ten(page, demo)
    people = page.locator("#person option").count()
    page.locator("#newcomer").click()
    expect(page.locator("#person option")).to_have_count(people + 1)
    expect(page.locator("button.start")).to_be_visible()
    yield page
    context.close()
    assert wrong == []


def _move_to_ten(page: Page, demo: RunningDemo) -> None:
    """Move on to daytime: mails that follow behaviour keep quiet hours."""
    shown = page.locator("#now").inner_text()
    hour = int(shown.split(", ")[1].split(":")[0])
    if hours := (10 - hour) % 24:
        page.request.post(f"{demo.url}/playground/api/clock", data={"hours": hours})
    expect(page.locator("#now")).to_have_text(re.compile(r", 1[01]:\d\d$"))


@pytest.fixture(name="person")
def _person(page: Page) -> PageVisitor:
    """Return a visitor who plays a newcomer."""
    return PageVisitor(page=page)
