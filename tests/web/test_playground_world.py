"""The world behind the page, on a running demo: over HTTP and SMTP, and over a restart."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from service.demo.compose import Demo, run_demo
from service.engine.clock import system_now
from service.runtime.demo_secrets import PAGE
from tests.support.patience import PATIENCE_SECONDS

State = dict[str, Any]


def _run_demo(folder: Path) -> AbstractAsyncContextManager[Demo]:
    return run_demo(folder / "workspace", host="127.0.0.1", port=0, data=folder / "var" / "store")


async def _wait_until(client: aiohttp.ClientSession, psid: str, there: Callable[[State], bool]) -> State:
    """Follow the page's own stream of changes until the state is as wanted."""
    async with asyncio.timeout(PATIENCE_SECONDS), client.get("/playground/api/changes") as stream:
        while True:
            async with client.get("/playground/api/state", params={"person": psid}) as response:
                state: State = await response.json()
            if there(state):
                return state
            await stream.content.readuntil(b"\n\n")


async def _post(client: aiohttp.ClientSession, path: str, body: State) -> State:
    async with client.post(f"/playground/api/{path}", json=body) as response:
        assert response.status == 200, await response.text()
        answer: State = await response.json()
        return answer


async def _request_confirmation(demo: Demo) -> State:
    """Let Mia opt in until the code's mail is there."""
    async with aiohttp.ClientSession(demo.url) as client:
        await _post(client, "people/1001/start", {"language": "en"})
        asked = await _wait_until(client, "1001", lambda state: bool(state["chat"] and state["chat"][-1]["replies"]))
        agree = asked["chat"][-1]["replies"][0]
        await _post(client, "people/1001/tap", {"title": agree["label"], "payload": agree["payload"]})
        await _post(client, "people/1001/say", {"text": "mia@example.com"})
        return await _wait_until(client, "1001", lambda state: bool(state["mails"]))


async def test_a_demo_begins_at_the_moment_it_is_given(tmp_path: Path) -> None:
    """The service and the stand-ins around it begin there together, and time passes from there."""
    start = datetime.fromisoformat("2026-12-24T18:30+01:00")
    began = system_now()
    demo = run_demo(tmp_path / "workspace", host="127.0.0.1", port=0, data=tmp_path / "var" / "store", start=start)

    async with demo as running, aiohttp.ClientSession(running.url) as client:
        state = await _wait_until(client, "1001", lambda _: True)
        shown = (datetime.fromisoformat(state["now"]), running.graph.clock())
    passed = system_now() - began

    assert all(start <= now <= start + passed for now in shown)


async def test_a_restarted_demo_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Chat, inbox, people and clock are there again, and the record with them."""
    async with _run_demo(tmp_path) as demo:
        before = await _request_confirmation(demo)
        async with aiohttp.ClientSession(demo.url) as client:
            newcomer = await _post(client, "people", {})
            await _post(client, "clock", {"hours": 5})

    async with _run_demo(tmp_path) as demo, aiohttp.ClientSession(demo.url) as client:
        after = await _wait_until(client, "1001", lambda state: bool(state["mails"]))

    kept = ("mails", "lit", "edition")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert [one["text"] for one in after["chat"]][:4] == [one["text"] for one in before["chat"]][:4]
    assert [one["psid"] for one in after["people"]] == ["1001", newcomer["psid"]]
    assert after["moved_seconds"] == 5 * 3600
    assert after["knows"]["addresses"][0]["status"] == "pending"


async def test_next_is_the_shown_persons_moment_before_anybody_elses(tmp_path: Path) -> None:
    """Who has something waiting is shown that, though another's comes sooner; who has not, whose it is."""
    async with _run_demo(tmp_path) as demo:
        await _request_confirmation(demo)
        async with aiohttp.ClientSession(demo.url) as client:
            noah, lea = [(await _post(client, "people", {}))["psid"] for _ in range(2)]
            await _post(client, f"people/{noah}/start", {"language": "en"})
            asked = await _wait_until(client, noah, lambda state: bool(state["chat"] and state["chat"][-1]["replies"]))
            agree = asked["chat"][-1]["replies"][0]
            await _post(client, f"people/{noah}/tap", {"title": agree["label"], "payload": agree["payload"]})
            await _wait_until(client, noah, lambda state: state["asks"] == "email")
            shown = [(await _wait_until(client, one, lambda _: True))["due"] for one in ("1001", noah, lea)]
            await _post(client, "clock", {"person": "1001"})
            moved = (await _wait_until(client, "1001", lambda _: True))["moved_seconds"]

    assert [(one["name"], one["what"]) for one in shown] == [
        ("Mia", "the code expires"), ("Noah", "nudge in chat"), ("Noah", "nudge in chat"),
    ]  # fmt: skip
    assert moved > 47 * 3600


async def test_the_window_closes_a_day_after_the_last_word(tmp_path: Path) -> None:
    """The stand-in for the platform keeps it, over a restart too; what the team writes does not open it."""
    async with _run_demo(tmp_path) as demo, aiohttp.ClientSession(demo.url) as client:
        await _post(client, "people/1001/say", {"text": "offer"})
        said = await _wait_until(client, "1001", lambda state: any("HELLO" in one["text"] for one in state["chat"]))
        opened = dict(demo.graph.pages[PAGE].windows)
        await _post(client, "people/1001/answer", {"text": "Hello, Lena here."})
        unchanged = dict(demo.graph.pages[PAGE].windows)

    async with _run_demo(tmp_path) as demo:
        kept = dict(demo.graph.pages[PAGE].windows)

    assert unchanged == opened
    assert opened.keys() == kept.keys() == {"1001"}
    assert kept["1001"] - datetime.fromisoformat(said["chat"][0]["at"]) == timedelta(days=1)


async def test_a_link_leads_whoever_follows_it_to_its_flow(tmp_path: Path) -> None:
    """A newcomer presses get-started there; of who is known the platform only tells; the team's mails are shown."""
    async with _run_demo(tmp_path) as demo, aiohttp.ClientSession(demo.url) as client:
        await _post(client, "people/1001/follow", {"ref": "ad_autumn", "language": "de"})
        await _wait_until(client, "1001", lambda state: "first_sip" in state["knows"]["standing"])
        await _post(client, "people/1001/follow", {"ref": "faq", "language": "de"})
        state = await _wait_until(client, "1001", lambda state: "questions" in state["knows"]["standing"])
        await _post(client, "people/1001/say", {"text": "Mensch"})
        silent = await _wait_until(client, "1001", lambda state: state["knows"]["silent"] and bool(state["team"]))
        await _post(client, "people/1001/back", {})
        heard = await _wait_until(client, "1001", lambda state: not state["knows"]["silent"])

    assert [one["text"] for one in state["chat"] if one["who"] == "note"] == [
        "Mia came by an ad: ref=ad_autumn", "Mia came by the link: ref=faq",
    ]  # fmt: skip
    assert [one["to"] for one in silent["team"]] == ["help@amseltea.example"]
    assert (heard["person"]["language"], heard["knows"]["tags"]) == ("de", ["from_ad"])


async def test_the_bare_address_leads_to_the_page(tmp_path: Path) -> None:
    """Whoever types no path sees the playground."""
    async with (
        _run_demo(tmp_path) as demo,
        aiohttp.ClientSession(demo.url) as client,
        client.get("/", allow_redirects=False) as response,
    ):
        assert (response.status, response.headers["Location"]) == (302, "/playground")


async def test_a_copied_request_names_what_is_new_in_each_copy(tmp_path: Path) -> None:
    """The page puts an id in its place; the shell makes up nothing."""
    async with _run_demo(tmp_path) as demo, aiohttp.ClientSession(demo.url) as client:
        state = await _wait_until(client, "1001", lambda state: bool(state["actions"]))

    assert [one["curl"].count('"playground-FRESH"') for one in state["actions"]] == [1, 1, 1, 1]
    assert not any("$" in one["curl"] for one in state["actions"])
