"""What steps of sequences do, in the running service: over HTTP, SMTP, the chat and the store."""

import json
import re
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from domain.consent import ledger
from service.demo.compose import copy_shipped_workspace
from tests.support.running_service import run_service

MIA, ADDRESS = "1001", "mia@example.com"
SEQUENCE = """sequence: acts
topic: boxes
start: cup.noted
steps:
  told: {hook: crm, fields: [city]}
  team: {notify: {team: sales, say: "Somebody of {{ city }} noted {{ cups }}."}}
  hello: {relay: {mail: box_sent, say: {en: "One more cup, {{ first_name|default('you') }}?", de: "Noch eine Tasse?"}}}
  quiet: {wait: 3 days}
  off: {withdraw: friday_leaf}
"""


async def test_a_sequence_tells_a_program_the_team_and_the_person_and_takes_them_off(tmp_path: Path) -> None:
    """The hook is down at first; the person, whose chat is open, reads it there; the ledger says why it ended."""
    heard: list[dict[str, object]] = []
    tries = 0

    async def receive(request: web.Request) -> web.Response:
        nonlocal tries
        tries += 1
        if tries == 1:
            return web.Response(status=503)
        heard.append(json.loads(await request.read()))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/doorstep", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/doorstep"
    copy_shipped_workspace(tmp_path / "workspace")
    file = tmp_path / "workspace" / "doorstep.yaml"
    hooks = f'hooks: {{crm: {{url: "{url}", allow_private: true, events: [unsubscribed, left]}}}}\n'
    file.write_text(f"{file.read_text('utf-8')}\n{hooks}", "utf-8")
    (tmp_path / "workspace" / "sequences" / "acts.yaml").write_text(SEQUENCE, "utf-8")

    async with run_service(tmp_path) as running:
        await running.subscribe_person(MIA, ADDRESS)
        await running.post_product_event(ADDRESS, "cup.noted")
        await running.wait_until(lambda: "One more cup" in str(running.received_texts(MIA)), "the relay in the chat")
        await running.wait_until(lambda: running.received_mails("trade@amseltea.example"), "the notice to the team")
        await running.wait_until(lambda: heard, "the hook that was down at first")
        await running.pass_time(timedelta(days=4))
        await running.wait_until(lambda: {"unsubscribed", "left"} <= {str(one["kind"]) for one in heard}, "the rest")
        record = await running.load_record(MIA)
        [notice] = running.received_mails("trade@amseltea.example")
        lines = [ledger.decode_entry(line) for line in await running.demo.doorstep.store.consent_ledger(record.id)]
    await runner.cleanup()

    assert (heard[0]["kind"], heard[0]["sequence"], heard[0]["step"]) == ("step", "acts", "told")
    assert re.search(r"Somebody of your city noted 1\.", notice.text_part)
    assert record.consents["friday_leaf"].status == "withdrawn"
    assert (lines[-1].act, lines[-1].how) == ("withdrawn", "lapsed")
    assert MIA not in str(heard)
    assert ADDRESS not in str(heard)
