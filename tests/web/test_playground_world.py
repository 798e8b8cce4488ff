"""The world behind the page, on a running demo: over HTTP and SMTP, and over a restart."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import aiohttp

from service.demo.compose import Demo, running

State = dict[str, Any]


def _demo(folder: Path) -> AbstractAsyncContextManager[Demo]:
    return running(folder / "workspace", host="127.0.0.1", port=0, data=folder / "var" / "store")


async def _until(client: aiohttp.ClientSession, psid: str, there: Callable[[State], bool]) -> State:
    """Follow the page's own stream of changes until the state is as wanted."""
    async with asyncio.timeout(10), client.get("/playground/api/changes") as stream:
        while True:
            async with client.get("/playground/api/state", params={"person": psid}) as response:
                state: State = await response.json()
            if there(state):
                return state
            await stream.content.readuntil(b"\n\n")


async def _do(client: aiohttp.ClientSession, path: str, body: State) -> State:
    async with client.post(f"/playground/api/{path}", json=body) as response:
        assert response.status == 200, await response.text()
        answer: State = await response.json()
        return answer


async def _ask_for_mail(demo: Demo) -> State:
    """Let Mia opt in until the code's mail is there."""
    async with aiohttp.ClientSession(demo.url) as client:
        await _do(client, "people/1001/start", {"language": "en"})
        asked = await _until(client, "1001", lambda state: bool(state["chat"] and state["chat"][-1]["replies"]))
        agree = asked["chat"][-1]["replies"][0]
        await _do(client, "people/1001/tap", {"title": agree["label"], "payload": agree["payload"]})
        await _do(client, "people/1001/say", {"text": "mia@example.com"})
        return await _until(client, "1001", lambda state: bool(state["mails"]))


async def test_a_restarted_demo_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Chat, inbox, people and clock are there again, and the record with them."""
    async with _demo(tmp_path) as demo:
        before = await _ask_for_mail(demo)
        async with aiohttp.ClientSession(demo.url) as client:
            newcomer = await _do(client, "people", {})
            await _do(client, "clock", {"hours": 5})

    async with _demo(tmp_path) as demo, aiohttp.ClientSession(demo.url) as client:
        after = await _until(client, "1001", lambda state: bool(state["mails"]))

    kept = ("mails", "lit", "edition")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert [one["text"] for one in after["chat"]][:4] == [one["text"] for one in before["chat"]][:4]
    assert [one["psid"] for one in after["people"]] == ["1001", newcomer["psid"]]
    assert after["moved_seconds"] == 5 * 3600
    assert after["knows"]["addresses"][0]["status"] == "pending"


async def test_next_is_the_shown_persons_moment_before_anybody_elses(tmp_path: Path) -> None:
    """Who has something waiting is shown that, though another's comes sooner; who has not, whose it is."""
    async with _demo(tmp_path) as demo:
        await _ask_for_mail(demo)
        async with aiohttp.ClientSession(demo.url) as client:
            noah, lea = [(await _do(client, "people", {}))["psid"] for _ in range(2)]
            await _do(client, f"people/{noah}/start", {"language": "en"})
            asked = await _until(client, noah, lambda state: bool(state["chat"] and state["chat"][-1]["replies"]))
            agree = asked["chat"][-1]["replies"][0]
            await _do(client, f"people/{noah}/tap", {"title": agree["label"], "payload": agree["payload"]})
            await _until(client, noah, lambda state: state["asks"] == "email")
            shown = [(await _until(client, one, lambda _: True))["due"] for one in ("1001", noah, lea)]
            await _do(client, "clock", {"person": "1001"})
            moved = (await _until(client, "1001", lambda _: True))["moved_seconds"]

    assert [(one["name"], one["what"]) for one in shown] == [
        ("Mia", "the code expires"), ("Noah", "nudge in chat"), ("Noah", "nudge in chat"),
    ]  # fmt: skip
    assert moved > 47 * 3600


async def test_the_bare_address_leads_to_the_page(tmp_path: Path) -> None:
    """Whoever types no path sees the playground."""
    async with (
        _demo(tmp_path) as demo,
        aiohttp.ClientSession(demo.url) as client,
        client.get("/", allow_redirects=False) as response,
    ):
        assert (response.status, response.headers["Location"]) == (302, "/playground")


async def test_a_copied_request_names_what_is_new_in_each_copy(tmp_path: Path) -> None:
    """The page puts an id in its place; the shell makes up nothing."""
    async with _demo(tmp_path) as demo, aiohttp.ClientSession(demo.url) as client:
        state = await _until(client, "1001", lambda state: bool(state["actions"]))

    assert [one["curl"].count('"playground-FRESH"') for one in state["actions"]] == [1, 1]
    assert not any("$" in one["curl"] for one in state["actions"])
