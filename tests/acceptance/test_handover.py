"""A person of the team takes over, over real HTTP: echoes, the passing of threads, quiet hours, and who speaks."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.thread_control import INBOX_APP_ID
from domain.ports import chat_lane
from service.cli.main import cli
from service.demo.compose import copy_shipped_workspace
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_edges import APP_ID
from service.stand_ins.graph_webhooks import control_item, echo_item, message_item, write_batch
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_service import RunningService, run_service

MIA = "2711"
BACK = "Pip, the bot, is back with you."
DESK = """
flow: desk
start: {words: [desk]}
steps:
  a: {say: I get somebody., hand_over: Wants a quote}
  b: {say: Anything else?, choices: {"No": end}}
"""


async def _team_writes(running: RunningService, text: str, app_id: str = INBOX_APP_ID) -> None:
    """Write as somebody in the Page inbox: the platform tells of it by an echo."""
    at = running.demo.doorstep.clock.now()
    item = echo_item(page=PAGE, psid=MIA, mid=running.next_mid(), at=at, app_id=app_id, message={"text": text})
    assert await running.post_webhook(write_batch(PAGE, [item], at)) == 200


async def _type_text(running: RunningService, text: str) -> list[str]:
    """Type while the bot may be silent; return what has arrived since."""
    before, mid = len(running.received_texts(MIA)), running.next_mid()
    running.demo.graph.open_window(PAGE, MIA)
    at = running.demo.doorstep.clock.now()
    item = {
        "sender": {"id": MIA}, "recipient": {"id": PAGE}, "timestamp": int(at.timestamp() * 1000),
        "message": {"mid": mid, "text": text},
    }  # fmt: skip
    assert await running.post_webhook(write_batch(PAGE, [item], at)) == 200
    await running.wait_for_answers(MIA)
    return running.received_texts(MIA)[before:]


@pytest.mark.parametrize("app_id", [INBOX_APP_ID, "", "555000"])
async def test_who_writes_beside_the_bot_silences_it_and_its_timers(running: RunningService, app_id: str) -> None:
    """The inbox, nobody's app, another app: no answer, no nudge; after quiet hours the question comes again."""
    await running.get_started(MIA)
    await running.send_text(MIA, "yes")
    asked = running.received_texts(MIA)[-1]
    await _team_writes(running, "Hello, Lena here.", app_id)
    record = await running.load_record(MIA)
    assert (record.paused, record.handover and record.handover.by) == (True, "team")
    await running.pass_time(timedelta(hours=2))
    assert await _type_text(running, "mia@example.com") == []
    await _team_writes(running, "Anything else?", app_id)
    before = len(running.received_texts(MIA))
    await running.pass_time(timedelta(hours=11))
    assert len(running.received_texts(MIA)) == before
    await running.pass_time(timedelta(hours=2))
    await running.wait_for_answers(MIA)
    assert running.received_texts(MIA)[before:] == [BACK, asked]
    assert (await running.load_record(MIA)).paused is False


async def test_an_answer_that_the_team_forestalled_is_not_sent(running: RunningService) -> None:
    """The person's words and the team's answer come in one batch: ours was decided, and is let be."""
    await running.get_started(MIA)
    before, at = running.received_texts(MIA), running.demo.doorstep.clock.now()
    asked = message_item(page=PAGE, psid=MIA, mid=running.next_mid(), at=at, text="help")
    answered = echo_item(
        page=PAGE, psid=MIA, mid=running.next_mid(), at=at, app_id=INBOX_APP_ID, message={"text": "Lena here."}
    )
    assert await running.post_webhook(write_batch(PAGE, [asked, answered], at)) == 200
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await running.demo.doorstep.store.count_waiting(chat_lane(PAGE), running.subscriber_name(MIA)):  # noqa: ASYNC110  as in RunningService.wait_until
            await asyncio.sleep(0.01)
    assert (running.received_texts(MIA), (await running.load_record(MIA)).paused) == (before, True)


async def test_our_own_echoes_silence_nobody(running: RunningService) -> None:
    """Every message of ours comes back as an echo."""
    await running.get_started(MIA)
    await running.demo.graph.wait_until_delivered()
    assert (await running.load_record(MIA)).paused is False


async def test_a_thread_goes_to_the_inbox_and_comes_back(tmp_path: Path) -> None:
    """Passed after the last words, taken before the next: the platform refuses who writes into another's thread."""
    workspace = tmp_path / "workspace"
    copy_shipped_workspace(workspace)
    (workspace / "flows" / "desk.yaml").write_text(DESK, "utf-8")
    with (workspace / "doorstep.yaml").open("a", encoding="utf-8") as file:
        file.write(f'\npages: {{"{PAGE}": {{inbox: true}}}}\n')
    async with run_service(tmp_path) as running:
        passed = running.demo.graph.pages[PAGE].passed
        await running.send_text(MIA, "desk")
        await running.wait_until(lambda: passed, "the thread is passed")
        assert (running.received_texts(MIA), passed) == (["I get somebody."], {MIA: INBOX_APP_ID})
        await running.pass_time(timedelta(hours=13))
        await running.wait_for_answers(MIA)
        assert (running.received_texts(MIA)[1:], passed) == ([BACK, "Anything else?"], {})
        await running.send_text(MIA, "person")
        await running.wait_until(lambda: passed, "the thread is passed again")


async def test_a_thread_that_is_given_back_goes_on_at_once(tmp_path: Path) -> None:
    """Somebody presses “Done” in the inbox: the platform passes the thread to us."""
    workspace = tmp_path / "workspace"
    copy_shipped_workspace(workspace)
    (workspace / "flows" / "desk.yaml").write_text(DESK, "utf-8")
    async with run_service(tmp_path) as running:
        await running.send_text(MIA, "desk")
        await _team_writes(running, "What shall it be?")
        at = running.demo.doorstep.clock.now()
        item = control_item(page=PAGE, psid=MIA, at=at, kind="pass_thread_control", new_owner_app_id=APP_ID)
        assert await running.post_webhook(write_batch(PAGE, [item], at)) == 200
        await running.wait_for_answers(MIA)
        assert running.received_texts(MIA) == ["I get somebody.", BACK, "Anything else?"]
        assert running.demo.graph.pages[PAGE].passed == {}


async def test_who_comes_back_after_a_week_is_told_that_a_bot_speaks(running: RunningService) -> None:
    """Once, before the answer; who has just written is not told again, and an answer that says it needs no more."""
    await running.get_started(MIA)
    await running.send_text(MIA, "yes")
    await running.pass_time(timedelta(days=8))
    before = len(running.received_texts(MIA))
    await _type_text(running, "not an address")
    await running.wait_until(lambda: len(running.received_texts(MIA)) == before + 2, "who speaks, and the answer")
    assert running.received_texts(MIA)[before] == "Pip, the Amsel Tea bot, here again."
    assert "bot" not in " ".join(await _type_text(running, "still none"))
    await running.demo.graph.wait_until_delivered()


async def test_the_team_hands_back_by_command(
    running: RunningService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The waiting list names who waits; the running service says that the bot is back, and asks on."""
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path / "store"))
    await running.get_started(MIA)
    await running.send_text(MIA, "yes")
    asked = running.received_texts(MIA)[-1]
    await _team_writes(running, "Hello, Lena here.")
    listed = await asyncio.to_thread(CliRunner().invoke, cli, ["waiting", "--json"])
    (who,) = json.loads(listed.output)
    assert (who["subscriber"], who["why"]) == (running.subscriber_name(MIA), "somebody of the team wrote")
    done = await asyncio.to_thread(CliRunner().invoke, cli, ["resume", who["subscriber"]])
    assert done.exit_code == 0
    await running.wait_for_answers(MIA)
    assert running.received_texts(MIA)[-2:] == [BACK, asked]
    again = await asyncio.to_thread(CliRunner().invoke, cli, ["resume", who["subscriber"]])
    assert (again.exit_code, "waits for nobody" in again.output) == (1, True)
    await running.demo.graph.wait_until_delivered()
