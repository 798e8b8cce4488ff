"""A hook over real HTTP: the running service asks a program, and the chat says what it answered."""

import hmac
import json
import re
from pathlib import Path

from aiohttp import web

from service.demo.compose import copy_shipped_workspace
from service.runtime.base_parts import make_keyring
from tests.support.running_service import run_service

MIA = "1001"
FLOW = """flow: parcel
start: {words: [parcel]}
steps:
  number: {say: Which order?, ask: text, save: need, else: lost}
  look: {say: I look it up., hook: crm, fields: [need], sets: [parcel_state], else: lost}
  told: {say: "It is {{ parcel_state }}.", go: end}
  lost: {say: I cannot see it now., go: end}
"""
FIELD = "parcel_state: {type: text, label: {en: Parcel, de: Paket}, fallback: {en: away, de: fort}}"


async def test_a_person_hears_what_the_program_knows(tmp_path: Path) -> None:
    """The first request meets an error of the server, the second is answered; only the listed field has left."""
    heard: list[tuple[str, bytes]] = []

    async def receive(request: web.Request) -> web.Response:
        heard.append((request.headers["Doorstep-Signature"], await request.read()))
        return web.Response(status=500) if len(heard) == 1 else web.json_response({"parcel_state": "underway"})

    app = web.Application()
    app.router.add_post("/doorstep", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/doorstep"
    copy_shipped_workspace(tmp_path / "workspace")
    file = tmp_path / "workspace" / "doorstep.yaml"
    written = re.sub(r"(?m)^fields:.*$", lambda found: f"{found[0]}\n  {FIELD}", file.read_text("utf-8"))
    file.write_text(f'{written}\nhooks: {{crm: {{url: "{url}", allow_private: true}}}}\n', "utf-8")
    (tmp_path / "workspace" / "flows" / "parcel.yaml").write_text(FLOW, "utf-8")

    async with run_service(tmp_path) as running:
        await running.send_text(MIA, "parcel")
        await running.send_text(MIA, "A-1042")
        await running.wait_until(lambda: "It is underway." in running.received_texts(MIA), "the answer of the hook")
        record = await running.load_record(MIA)
        [secret] = make_keyring(running.demo.doorstep.settings).hook_secrets("crm")
    await runner.cleanup()

    assert record.fields["parcel_state"] == "underway"
    told = [json.loads(body) for _, body in heard]
    assert [one["fields"] for one in told] == [{"need": "A-1042"}] * 2
    assert {one["person"]["user_id"] for one in told} == {record.id}
    assert MIA not in str(heard)
    for signature, body in heard:
        at, right = signature.removeprefix("t=").split(",v1=")
        assert hmac.compare_digest(right, hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex())
