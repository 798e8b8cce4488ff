"""``doorstep run`` as its users run it: stopped, started again, and split into roles."""

import asyncio
import json
import re
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from service.demo.compose import find_free_port
from store.embedded.server import embedded_server
from tests.support.service_processes import API_TOKEN, Installation, prepare_installation, wait_for_end

MAIL = "mia@example.com"
CODE = re.compile(r"\d{6}")


async def _subscribe_person(installation: Installation, psid: str, mail: str) -> None:
    for number, text in enumerate(("newsletter", "yes", mail)):
        assert await installation.post_text(psid, f"{psid}-{number}", text) == 200
    await installation.wait_until(lambda: any(mail in received.recipients for received in installation.inbox.received))
    subject = next(received.subject for received in installation.inbox.received if mail in received.recipients)
    code = CODE.search(subject)
    assert code
    assert await installation.post_text(psid, f"{psid}-code", code[0]) == 200


async def test_sigterm_finishes_what_is_in_hand_and_leaves_the_rest(tmp_path: Path) -> None:
    """The mail under way is settled and the answers that were not sent go with the next start; none twice, exit 0."""
    async with prepare_installation(tmp_path) as installation:
        process = await installation.start_process("run")
        installation.inbox.hang_after_data()
        for number, text in enumerate(("newsletter", "yes", MAIL)):
            assert await installation.post_text("1", f"m{number}", text) == 200
        await installation.wait_until(lambda: installation.inbox.received)
        installation.graph.answer_slowly(0.2)
        people = [str(psid) for psid in range(100, 120)]
        assert set(
            await asyncio.gather(*(installation.post_text(psid, f"m{psid}", "newsletter") for psid in people))
        ) == {200}
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.1)
        installation.inbox.release_mails()
        code, _, err = await wait_for_end(process)
        assert (code, "Traceback" in err) == (0, False), err
        installation.graph.answer_slowly(0)
        listed = await installation.start_process("sends", "--json", ready=False)
        assert json.loads((await wait_for_end(listed))[1]) == {"sends": [], "stuck": []}
        await installation.start_process("run")
        await installation.wait_until(lambda: all(len(installation.received_messages(psid)) >= 3 for psid in people))
        assert {len(installation.received_messages(psid)) for psid in people} == {
            len(installation.received_messages(people[0]))
        }
        assert len(installation.inbox.received) == 1
        code_typed = CODE.search(installation.inbox.received[0].subject)
        assert code_typed
        assert await installation.post_text("1", "code", code_typed[0]) == 200
        await installation.wait_until(lambda: len(installation.inbox.received) == 2)


async def test_web_and_worker_do_the_main_job_together(tmp_path: Path) -> None:
    """Two processes on one outside store: one answers, the other wakes and sends."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_server(tmp_path / "outside"))
        installation = await stack.enter_async_context(prepare_installation(tmp_path, STORE_URL=url))
        await installation.start_process("run", "--role", "web")
        await installation.post_text("7", "early", "newsletter")
        assert installation.received_messages("7") == []
        worker = await installation.start_process("run", "--role", "worker")
        await installation.wait_until(lambda: installation.received_messages("7"))
        await _subscribe_person(installation, "8", MAIL)
        await installation.wait_until(lambda: any("Welcome" in mail.subject for mail in installation.inbox.received))
        await installation.wait_until(
            lambda: any("You're in" in str(text) for text in installation.received_messages("8"))
        )
        event = {"events": [{"id": "e1", "event": "box.ordered", "email": MAIL}]}
        headers = {"Authorization": f"Bearer {API_TOKEN}"}
        async with installation.http.post(f"{installation.url}/api/events", json=event, headers=headers) as answer:
            assert [item["result"] for item in (await answer.json())["results"]] == ["accepted"]
        worker.terminate()
        assert (await wait_for_end(worker))[0] == 0


async def test_a_second_start_on_the_same_data_is_refused_and_harmless(tmp_path: Path) -> None:
    """The message says who holds the folder; the first goes on. So does it when only the port is taken."""
    async with prepare_installation(tmp_path) as installation:
        await installation.start_process("run")
        installation.environment["DOORSTEP_PORT"] = str(find_free_port("127.0.0.1", 0))
        second = await installation.start_process("run", ready=False)
        code, _, err = await wait_for_end(second)
        assert (code, "uses the data folder" in err, "Traceback" in err) == (1, True, False), err
        port = installation.url.rpartition(":")[2]
        installation.environment |= {"DOORSTEP_PORT": port, "DOORSTEP_DATA": str(tmp_path / "other")}
        third = await installation.start_process("run", ready=False)
        code, _, err = await wait_for_end(third)
        assert code == 2
        assert f"DOORSTEP_HOST, DOORSTEP_PORT: cannot listen at 127.0.0.1:{port}" in err
        assert "Traceback" not in err
        await _subscribe_person(installation, "9", MAIL)
        await installation.wait_until(lambda: any("Welcome" in mail.subject for mail in installation.inbox.received))
