"""The messaging window over real HTTP and SMTP: what opened it, what closes it, and that mail carries on, once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.demo.compose import copy_shipped_workspace
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_api import message_payload
from tests.support.running_service import RunningService, run_service

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
async def kettle(tmp_path: Path) -> AsyncIterator[RunningService]:
    """Return a service in which Mia has two scheduled messages: by chat while the window is open, else by mail."""
    workspace = tmp_path / "workspace"
    copy_shipped_workspace(workspace)
    (workspace / "flows" / "kettle.yaml").write_text(FLOW, "utf-8")
    for name, words in (("kettle", "It boils"), ("pot", "It is warm")):
        (workspace / "emails" / f"{name}.mjml").write_text(LETTER % (words, words), "utf-8")
    async with run_service(tmp_path) as running:
        await running.subscribe_person(MIA, MAIL)
        await running.send_text(MIA, "kettle")
        yield running
        await running.demo.graph.wait_until_delivered()


def _later_subjects(running: RunningService) -> list[str]:
    return [mail.subject for mail in running.received_mails(MAIL)][2:]


async def test_while_the_window_is_open_it_is_told_by_chat(kettle: RunningService) -> None:
    """And by nothing else; outside it, by mail, though nobody refused anything."""
    await kettle.pass_time(3 * HOUR)
    await kettle.wait_for_answers(MIA)
    assert (kettle.received_texts(MIA)[-1], _later_subjects(kettle)) == ("The kettle boils.", [])
    record = await kettle.load_record(MIA)
    assert record.window_cause == "message"
    told = len(kettle.received_texts(MIA))
    await kettle.pass_time(30 * HOUR)
    await kettle.wait_for_mail(MAIL, "It is warm")
    assert (len(kettle.received_texts(MIA)), _later_subjects(kettle)) == (told, ["It is warm"])


@pytest.mark.parametrize("failure", ["outside_window", "outside_window_old", "unavailable"])
async def test_what_the_platform_refuses_goes_by_mail_once(kettle: RunningService, failure: str) -> None:
    """The window counts as closed from then on; the mail goes once, whatever time passes."""
    before = kettle.received_texts(MIA)
    kettle.demo.graph.fail_next(failure)
    await kettle.pass_time(3 * HOUR)
    await kettle.wait_for_mail(MAIL, "It boils")
    assert kettle.received_texts(MIA) == before
    record, now = await kettle.load_record(MIA), kettle.demo.doorstep.clock.now()
    if failure == "unavailable":
        assert record.unavailable
    else:
        assert record.window_expires_at
        assert (record.window_expires_at <= now, record.window_cause) == (True, "refused")
    await kettle.pass_time(40 * HOUR)
    await kettle.wait_for_mail(MAIL, "It is warm")
    assert (kettle.received_texts(MIA), _later_subjects(kettle)) == (before, ["It boils", "It is warm"])


async def test_a_message_opens_it_again(kettle: RunningService) -> None:
    """After a refusal the person writes: what is due next is told by chat."""
    kettle.demo.graph.fail_next("outside_window")
    await kettle.pass_time(3 * HOUR)
    await kettle.wait_for_mail(MAIL, "It boils")
    await kettle.pass_time(26 * HOUR)
    at, before = kettle.demo.doorstep.clock.now(), len(kettle.received_texts(MIA))
    body = message_payload(page=PAGE, psid=MIA, mid="m_again", at=at, text="hello?")
    assert await kettle.post_webhook(body) == 200
    await kettle.wait_until(lambda: len(kettle.received_texts(MIA)) > before, "an answer")
    await kettle.pass_time(2 * HOUR)
    await kettle.wait_until(lambda: kettle.received_texts(MIA)[-1] == "The pot is warm.", "the second by chat")
    assert _later_subjects(kettle) == ["It boils"]
