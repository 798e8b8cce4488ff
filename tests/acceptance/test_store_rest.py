"""A store that was away for hours, or is a copy of an older one, sends no newsletter before somebody has looked."""

import json
from datetime import timedelta
from pathlib import Path

from domain.keyring import Keyring
from service.engine.clock import system_now
from service.issues import change_issue
from service.issues.states import NOW
from service.runtime.store_watch.known_store import FILE
from service.workspace.edition import load_edition
from store.embedded.server import embedded_server
from store.keys import MARK_KEY
from store.valkey.store import open_store
from tests.support.issue_readers import is_left_out, make_readers, write_readers
from tests.support.service_processes import SECRET, prepare_installation, wait_for_end

NAME, TOPIC = "winter_teas", "friday_leaf"
READERS = 12
GET_IT = sum(not is_left_out(number) for number in range(READERS))
KEYS = Keyring(SECRET)


async def _release_and_sleep(folder: Path, *, hours: int) -> None:
    """Release an issue in a store whose last mark is so old, on a machine that has never seen it."""
    now = system_now()
    async with embedded_server(folder / "store") as url:
        store = await open_store(url, check_value=KEYS.check_value)
        try:
            edition = load_edition(folder / "workspace")[0]
            await write_readers(store, make_readers(range(READERS), edition.config, KEYS, TOPIC, now), TOPIC)
            await change_issue.note_plan(store, NAME, GET_IT, edition.hash, now)
            await change_issue.release_issue(store, NAME, edition.hash, NOW, now)
            marked_ms = await store.server_ms() - int(timedelta(hours=hours).total_seconds() * 1000)
            await store._connection.run_command(b"SET", MARK_KEY, marked_ms)
        finally:
            await store.close()
    (folder / "store" / FILE).unlink()


async def test_a_store_that_slept_sends_no_issue_until_somebody_looked(tmp_path: Path) -> None:
    """The readers are asked, and their mails wait; after “mail resume” everybody gets it, once."""
    async with prepare_installation(tmp_path) as installation:
        process = await installation.start_process("run")
        process.terminate()
        await wait_for_end(process)
        await _release_and_sleep(tmp_path, hours=3)
        await installation.start_process("run")
        paused = json.loads(
            (await wait_for_end(await installation.start_process("mail", "status", "--json", ready=False)))[1]
        )
        assert paused["transactional"] is None
        assert "was away for 3 hours, and mails wait in it" in paused["marketing"]["reason"]
        assert not installation.inbox.received
        resumed = await wait_for_end(await installation.start_process("mail", "resume", "marketing", ready=False))
        assert "marketing mail goes out again" in resumed[1]
        await installation.wait_until(lambda: len(installation.inbox.received) >= GET_IT)
        assert (
            len({mail.recipients for mail in installation.inbox.received}) == len(installation.inbox.received) == GET_IT
        )
