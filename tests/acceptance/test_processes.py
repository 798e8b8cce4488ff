"""``doorstep run`` as its users run it: stopped, started again, and split into roles."""

import asyncio
import json
import re
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from service.demo.compose import free_port
from store.embedded.server import embedded_server
from tests.support.service_processes import API_TOKEN, Site, ended, site

MAIL = "mia@example.com"
CODE = re.compile(r"\d{6}")


async def _subscribes(one: Site, psid: str, mail: str) -> None:
    for number, text in enumerate(("newsletter", "yes", mail)):
        assert await one.says(psid, f"{psid}-{number}", text) == 200
    await one.until(lambda: any(mail in received.recipients for received in one.inbox.received))
    subject = next(received.subject for received in one.inbox.received if mail in received.recipients)
    code = CODE.search(subject)
    assert code
    assert await one.says(psid, f"{psid}-code", code[0]) == 200


async def test_sigterm_finishes_what_is_in_hand_and_leaves_the_rest(tmp_path: Path) -> None:
    """The mail under way is settled and the answers that were not sent go with the next start; none twice, exit 0."""
    async with site(tmp_path) as one:
        process = await one.start("run")
        one.inbox.hang_after_data()
        for number, text in enumerate(("newsletter", "yes", MAIL)):
            assert await one.says("1", f"m{number}", text) == 200
        await one.until(lambda: one.inbox.received)
        one.graph.slow(0.2)
        people = [str(psid) for psid in range(100, 120)]
        assert set(await asyncio.gather(*(one.says(psid, f"m{psid}", "newsletter") for psid in people))) == {200}
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.1)
        one.inbox.release()
        code, _, err = await ended(process)
        assert (code, "Traceback" in err) == (0, False), err
        one.graph.slow(0)
        listed = await one.start("sends", "--json", ready=False)
        assert json.loads((await ended(listed))[1]) == {"sends": [], "stuck": []}
        await one.start("run")
        await one.until(lambda: all(len(one.texts(psid)) >= 3 for psid in people))
        assert {len(one.texts(psid)) for psid in people} == {len(one.texts(people[0]))}
        assert len(one.inbox.received) == 1
        code_typed = CODE.search(one.inbox.received[0].subject)
        assert code_typed
        assert await one.says("1", "code", code_typed[0]) == 200
        await one.until(lambda: len(one.inbox.received) == 2)


async def test_web_and_worker_do_the_main_job_together(tmp_path: Path) -> None:
    """Two processes on one outside store: one answers, the other wakes and sends."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_server(tmp_path / "outside"))
        one = await stack.enter_async_context(site(tmp_path, STORE_URL=url))
        await one.start("run", "--role", "web")
        await one.says("7", "early", "newsletter")
        assert one.texts("7") == []
        worker = await one.start("run", "--role", "worker")
        await one.until(lambda: one.texts("7"))
        await _subscribes(one, "8", MAIL)
        await one.until(lambda: any("Welcome" in mail.subject for mail in one.inbox.received))
        await one.until(lambda: any("You're in" in str(text) for text in one.texts("8")))
        event = {"events": [{"id": "e1", "event": "box.ordered", "email": MAIL}]}
        headers = {"Authorization": f"Bearer {API_TOKEN}"}
        async with one.http.post(f"{one.url}/api/events", json=event, headers=headers) as answer:
            assert [item["result"] for item in (await answer.json())["results"]] == ["accepted"]
        worker.terminate()
        assert (await ended(worker))[0] == 0


async def test_a_second_start_on_the_same_data_is_refused_and_harmless(tmp_path: Path) -> None:
    """The message says who holds the folder; the first goes on. So does it when only the port is taken."""
    async with site(tmp_path) as one:
        await one.start("run")
        one.environment["DOORSTEP_PORT"] = str(free_port("127.0.0.1", 0))
        second = await one.start("run", ready=False)
        code, _, err = await ended(second)
        assert (code, "uses the data folder" in err, "Traceback" in err) == (1, True, False), err
        port = one.url.rpartition(":")[2]
        one.environment |= {"DOORSTEP_PORT": port, "DOORSTEP_DATA": str(tmp_path / "other")}
        third = await one.start("run", ready=False)
        code, _, err = await ended(third)
        assert code == 2
        assert f"DOORSTEP_HOST, DOORSTEP_PORT: cannot listen at 127.0.0.1:{port}" in err
        assert "Traceback" not in err
        await _subscribes(one, "9", MAIL)
        await one.until(lambda: any("Welcome" in mail.subject for mail in one.inbox.received))
