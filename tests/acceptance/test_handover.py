"""A person of the team takes over, over real HTTP: echoes, the passing of threads, quiet hours, and who speaks."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.thread_control import INBOX
from domain.ports import chat_lane
from service.cli.main import cli
from service.demo.compose import own_workspace
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_edges import APP_ID
from service.stand_ins.graph_webhooks import batch, control_item, echo_item, message_item
from tests.support.running_service import Town, town

MIA = "2711"
BACK = "Pip, the bot, is back with you."
DESK = """
flow: desk
start: {words: [desk]}
steps:
  a: {say: I get somebody., hand_over: Wants a quote}
  b: {say: Anything else?, choices: {"No": end}}
"""


async def _team_writes(one: Town, text: str, app_id: str = INBOX) -> None:
    """Write as somebody in the Page inbox: the platform tells of it by an echo."""
    at = one.demo.doorstep.clock.now()
    item = echo_item(page=PAGE, psid=MIA, mid=one._mid(), at=at, app_id=app_id, message={"text": text})
    assert await one.webhook(batch(PAGE, [item], at)) == 200


async def _types(one: Town, text: str) -> list[str]:
    """Type while the bot may be silent; return what has arrived since."""
    before, mid = len(one.texts(MIA)), one._mid()
    one.demo.graph.heard(PAGE, MIA)
    at = one.demo.doorstep.clock.now()
    item = {
        "sender": {"id": MIA}, "recipient": {"id": PAGE}, "timestamp": int(at.timestamp() * 1000),
        "message": {"mid": mid, "text": text},
    }  # fmt: skip
    assert await one.webhook(batch(PAGE, [item], at)) == 200
    await one.said(MIA)
    return one.texts(MIA)[before:]


@pytest.mark.parametrize("app_id", [INBOX, "", "555000"])
async def test_who_writes_beside_the_bot_silences_it_and_its_timers(amsel: Town, app_id: str) -> None:
    """The inbox, nobody's app, another app: no answer, no nudge; after quiet hours the question comes again."""
    await amsel.get_started(MIA)
    await amsel.say(MIA, "yes")
    asked = amsel.texts(MIA)[-1]
    await _team_writes(amsel, "Hello, Lena here.", app_id)
    record = await amsel.record(MIA)
    assert (record.paused, record.handover and record.handover.by) == (True, "team")
    await amsel.pass_time(timedelta(hours=2))
    assert await _types(amsel, "mia@example.com") == []
    await _team_writes(amsel, "Anything else?", app_id)
    before = len(amsel.texts(MIA))
    await amsel.pass_time(timedelta(hours=11))
    assert len(amsel.texts(MIA)) == before
    await amsel.pass_time(timedelta(hours=2))
    await amsel.said(MIA)
    assert amsel.texts(MIA)[before:] == [BACK, asked]
    assert (await amsel.record(MIA)).paused is False


async def test_an_answer_that_the_team_forestalled_is_not_sent(amsel: Town) -> None:
    """The person's words and the team's answer come in one batch: ours was decided, and is let be."""
    await amsel.get_started(MIA)
    before, at = amsel.texts(MIA), amsel.demo.doorstep.clock.now()
    asked = message_item(page=PAGE, psid=MIA, mid=amsel._mid(), at=at, text="help")
    answered = echo_item(page=PAGE, psid=MIA, mid=amsel._mid(), at=at, app_id=INBOX, message={"text": "Lena here."})
    assert await amsel.webhook(batch(PAGE, [asked, answered], at)) == 200
    async with asyncio.timeout(10):
        while await amsel.demo.doorstep.store.waiting(chat_lane(PAGE), amsel.name(MIA)):  # noqa: ASYNC110  as in Town.until
            await asyncio.sleep(0.01)
    assert (amsel.texts(MIA), (await amsel.record(MIA)).paused) == (before, True)


async def test_our_own_echoes_silence_nobody(amsel: Town) -> None:
    """Every message of ours comes back as an echo."""
    await amsel.get_started(MIA)
    await amsel.demo.graph.settled()
    assert (await amsel.record(MIA)).paused is False


async def test_a_thread_goes_to_the_inbox_and_comes_back(tmp_path: Path) -> None:
    """Passed after the last words, taken before the next: the platform refuses who writes into another's thread."""
    workspace = tmp_path / "workspace"
    own_workspace(workspace)
    (workspace / "flows" / "desk.yaml").write_text(DESK, "utf-8")
    with (workspace / "doorstep.yaml").open("a", encoding="utf-8") as file:
        file.write(f'\npages: {{"{PAGE}": {{inbox: true}}}}\n')
    async with town(tmp_path) as one:
        passed = one.demo.graph.pages[PAGE].passed
        await one.say(MIA, "desk")
        await one.until(lambda: passed, "the thread is passed")
        assert (one.texts(MIA), passed) == (["I get somebody."], {MIA: INBOX})
        await one.pass_time(timedelta(hours=13))
        await one.said(MIA)
        assert (one.texts(MIA)[1:], passed) == ([BACK, "Anything else?"], {})
        await one.say(MIA, "person")
        await one.until(lambda: passed, "the thread is passed again")


async def test_a_thread_that_is_given_back_goes_on_at_once(tmp_path: Path) -> None:
    """Somebody presses “Done” in the inbox: the platform passes the thread to us."""
    workspace = tmp_path / "workspace"
    own_workspace(workspace)
    (workspace / "flows" / "desk.yaml").write_text(DESK, "utf-8")
    async with town(tmp_path) as one:
        await one.say(MIA, "desk")
        await _team_writes(one, "What shall it be?")
        at = one.demo.doorstep.clock.now()
        item = control_item(page=PAGE, psid=MIA, at=at, kind="pass_thread_control", new_owner_app_id=APP_ID)
        assert await one.webhook(batch(PAGE, [item], at)) == 200
        await one.said(MIA)
        assert one.texts(MIA) == ["I get somebody.", BACK, "Anything else?"]
        assert one.demo.graph.pages[PAGE].passed == {}


async def test_who_comes_back_after_a_week_is_told_that_a_bot_speaks(amsel: Town) -> None:
    """Once, before the answer; who has just written is not told again, and an answer that says it needs no more."""
    await amsel.get_started(MIA)
    await amsel.say(MIA, "yes")
    await amsel.pass_time(timedelta(days=8))
    before = len(amsel.texts(MIA))
    await _types(amsel, "not an address")
    await amsel.until(lambda: len(amsel.texts(MIA)) == before + 2, "who speaks, and the answer")
    assert amsel.texts(MIA)[before] == "Pip, the Amsel Tea bot, here again."
    assert "bot" not in " ".join(await _types(amsel, "still none"))
    await amsel.demo.graph.settled()


async def test_the_team_hands_back_by_command(amsel: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The waiting list names who waits; the running service says that the bot is back, and asks on."""
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path / "store"))
    await amsel.get_started(MIA)
    await amsel.say(MIA, "yes")
    asked = amsel.texts(MIA)[-1]
    await _team_writes(amsel, "Hello, Lena here.")
    listed = await asyncio.to_thread(CliRunner().invoke, cli, ["waiting", "--json"])
    (who,) = json.loads(listed.output)
    assert (who["subscriber"], who["why"]) == (amsel.name(MIA), "somebody of the team wrote")
    done = await asyncio.to_thread(CliRunner().invoke, cli, ["resume", who["subscriber"]])
    assert done.exit_code == 0
    await amsel.said(MIA)
    assert amsel.texts(MIA)[-2:] == [BACK, asked]
    again = await asyncio.to_thread(CliRunner().invoke, cli, ["resume", who["subscriber"]])
    assert (again.exit_code, "waits for nobody" in again.output) == (1, True)
    await amsel.demo.graph.settled()
