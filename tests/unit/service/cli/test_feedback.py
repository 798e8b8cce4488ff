"""``doorstep feedback read`` as it is typed, on an embedded store."""

import asyncio
import json
from pathlib import Path

import pytest

from email_out.feedback.return_path import ReturnPath, write_return_path
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.run_cli import Doorstep, settle_in
from tests.unit.email_out.feedback.test_read_report import VERP, delivery_report
from tests.unit.service.cli.test_address import ADDRESS, KEYS, MIA, SECRET, disown


async def _send_of(folder: Path) -> str:
    async with embedded_server(folder / "store") as url:
        store = await open_store(url, check_value=KEYS.check_value)
        [line] = await store.sends_of(MIA)
        await store.close()
    return line.id


def test_a_maildir_is_read_and_may_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doorstep: Doorstep
) -> None:
    """A report, a note of absence and rubbish: counted by what became of them; the second time nothing is new."""
    settle_in(tmp_path, monkeypatch, SECRET)
    asyncio.run(disown(tmp_path))
    path = ReturnPath(send_id=asyncio.run(_send_of(tmp_path)), address=ADDRESS)
    to = write_return_path(path, "bounce.example", KEYS)
    maildir = tmp_path / "maildir"
    (maildir / "new").mkdir(parents=True)
    (maildir / "tmp").mkdir()
    (maildir / "tmp" / "half").write_bytes(b"half written")
    (maildir / "new" / "1").write_bytes(delivery_report("5.1.1").replace(VERP.encode(), to.encode()))
    (maildir / "new" / "2").write_bytes(b"From: a@example.com\r\nAuto-Submitted: auto-replied\r\n\r\naway\r\n")

    first, second = (doorstep("feedback", "read", str(maildir), "--json") for _ in range(2))

    assert json.loads(first[1]) == {"hard": 1, "automatic": 1}
    assert json.loads(second[1]) == {"repeated": 1, "automatic": 1}
    report = json.loads(doorstep("report", "mail", "--json")[1])
    [row] = report["mails"]
    assert (row["template"], row["under_way"], row["accepted"]) == ("confirmation", 1, 0)
    assert (report["counts"]["returned:hard"], report["counts"]["hard_bounce"]) == (1, 1)
    assert "confirmation" in doorstep("report", "mail")[1]
    assert doorstep("feedback", "read", str(tmp_path / "nowhere"))[0] == 2
