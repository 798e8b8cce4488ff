"""The messaging window over real HTTP and SMTP: what opened it, what closes it, and that mail carries on, once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.demo.compose import own_workspace
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_api import message_payload
from tests.support.running_service import Town, town

MIA, MAIL = "2711", "wilhelmine@private.example"
HOUR = timedelta(hours=1)
FLOW = """
flow: kettle
start: {words: [kettle]}
steps:
  soon: {say: The kettle boils., relay: {mail: kettle, at: 2 hours after now}}
  later: {say: The pot is warm., relay: {mail: pot, at: 30 hours after now}}
  noted: {say: Noted., go: end}
"""
LETTER = """<mjml>
  <mj-head><mj-title>%s</mj-title><mj-preview>A word from the kitchen.</mj-preview></mj-head>
  <mj-body><mj-section><mj-column>
    <mj-text css-class="title" mj-class="title">%s</mj-text>
    <mj-text css-class="ink">{{ hi }}, come and have a cup.</mj-text>
    <mj-button css-class="primary" href="{{ website }}">To the shop</mj-button>
  </mj-column></mj-section></mj-body>
</mjml>
"""


@pytest.fixture
async def kettle(tmp_path: Path) -> AsyncIterator[Town]:
    """Return a town where Mia is told two things later: by chat if that can be, else by mail."""
    workspace = tmp_path / "workspace"
    own_workspace(workspace)
    (workspace / "flows" / "kettle.yaml").write_text(FLOW, "utf-8")
    for name, words in (("kettle", "It boils"), ("pot", "It is warm")):
        (workspace / "emails" / f"{name}.mjml").write_text(LETTER % (words, words), "utf-8")
    async with town(tmp_path) as one:
        await one.subscribe(MIA, MAIL)
        await one.say(MIA, "kettle")
        yield one
        await one.demo.graph.settled()


def _subjects(one: Town) -> list[str]:
    return [mail.subject for mail in one.mails(MAIL)][2:]


async def test_while_the_window_is_open_it_is_told_by_chat(kettle: Town) -> None:
    """And by nothing else; outside it, by mail, though nobody refused anything."""
    await kettle.pass_time(3 * HOUR)
    await kettle.said(MIA)
    assert (kettle.texts(MIA)[-1], _subjects(kettle)) == ("The kettle boils.", [])
    record = await kettle.record(MIA)
    assert record.window_cause == "message"
    told = len(kettle.texts(MIA))
    await kettle.pass_time(30 * HOUR)
    await kettle.mail(MAIL, "It is warm")
    assert (len(kettle.texts(MIA)), _subjects(kettle)) == (told, ["It is warm"])


@pytest.mark.parametrize("failure", ["outside_window", "outside_window_old", "unavailable"])
async def test_what_the_platform_refuses_goes_by_mail_once(kettle: Town, failure: str) -> None:
    """The window counts as closed from then on; the mail goes once, whatever time passes."""
    before = kettle.texts(MIA)
    kettle.demo.graph.fail_next(failure)
    await kettle.pass_time(3 * HOUR)
    await kettle.mail(MAIL, "It boils")
    assert kettle.texts(MIA) == before
    record, now = await kettle.record(MIA), kettle.demo.doorstep.clock.now()
    if failure == "unavailable":
        assert record.unavailable
    else:
        assert record.window_expires_at
        assert (record.window_expires_at <= now, record.window_cause) == (True, "refused")
    await kettle.pass_time(40 * HOUR)
    await kettle.mail(MAIL, "It is warm")
    assert (kettle.texts(MIA), _subjects(kettle)) == (before, ["It boils", "It is warm"])


async def test_a_message_opens_it_again(kettle: Town) -> None:
    """After a refusal the person writes: what is due next is told by chat."""
    kettle.demo.graph.fail_next("outside_window")
    await kettle.pass_time(3 * HOUR)
    await kettle.mail(MAIL, "It boils")
    await kettle.pass_time(26 * HOUR)
    at, before = kettle.demo.doorstep.clock.now(), len(kettle.texts(MIA))
    body = message_payload(page=PAGE, psid=MIA, mid="m_again", at=at, text="hello?")
    assert await kettle.webhook(body) == 200
    await kettle.until(lambda: len(kettle.texts(MIA)) > before, "an answer")
    await kettle.pass_time(2 * HOUR)
    await kettle.until(lambda: kettle.texts(MIA)[-1] == "The pot is warm.", "the second by chat")
    assert _subjects(kettle) == ["It boils"]
