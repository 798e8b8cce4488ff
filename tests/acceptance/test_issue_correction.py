"""An issue that two processes send is paused in the middle, mended, and goes on: who got what stays known."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from domain.keyring import Keyring
from domain.ports import MARKETING
from service.engine.clock import system_now
from service.issues import change_issue
from service.issues.states import NOW, load_states
from service.workspace.edition import load_edition
from store.embedded.server import embedded_server
from store.keys import LEASES_KEY
from store.valkey.store import ValkeyStore, open_store
from tests.support.issue_readers import is_left_out, make_readers, name_reader, write_readers
from tests.support.patience import PATIENCE_SECONDS
from tests.support.service_processes import SECRET, Installation, prepare_installation, wait_for_end

NAME, TOPIC = "winter_teas", "friday_leaf"
READERS = 150
GET_IT = {f"{name_reader(number)}@example.com" for number in range(READERS) if not is_left_out(number)}
OLD, MENDED = "A tea for mornings that begin in the dark", "A tea for dark mornings, at the right price"
KEYS = Keyring(SECRET)


async def wait_for(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that the processes do."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await true():  # noqa: ASYNC110  another process has no event for us
            await asyncio.sleep(0.05)


class Office:
    """The installation, its store, and the one who works on it."""

    def __init__(self, installation: Installation, store: ValkeyStore) -> None:
        """Work on this installation."""
        self.installation = installation
        self.store = store
        self.inbox = installation.inbox
        self.edition = ""
        """The one that is live before the correction."""

    async def run(self, *words: str) -> str:
        """Run a command as it is typed; return what it printed."""
        code, out, err = await wait_for_end(await self.installation.start_process(*words, ready=False))
        assert code == 0, out + err
        return out

    def list_arrived(self) -> Counter[str]:
        """Return the mails by address."""
        return Counter(email for mail in self.inbox.received for email in mail.recipients)

    async def list_attempting(self) -> set[str]:
        """Return the addresses of mails that began and did not end."""
        open_lines = {line.subscriber for line in await self.store.sends_with_status("attempting")}
        names = {KEYS.subscriber_id("simulation", email.partition("@")[0]): email for email in GET_IT}
        return {names[subscriber] for subscriber in open_lines}

    async def is_held(self) -> bool:
        """Return True if nothing is on its way, and every waiting mail was looked at and put back."""
        since = (await self.store.measure_lane(MARKETING))[1]
        return not await self.list_attempting() and since is not None and since > await self.store.server_ms()

    async def is_shared(self) -> bool:
        """Return True if two processes hold partitions."""
        return len(set(await self.store._connection.run_command(b"HVALS", LEASES_KEY))) > 1

    async def write_people(self, folder: Path) -> None:
        """Write the readers."""
        edition = load_edition(folder / "workspace")[0]
        self.edition = edition.hash
        await write_readers(self.store, make_readers(range(READERS), edition.config, KEYS, TOPIC, system_now()), TOPIC)


async def test_a_pause_holds_in_all_processes_and_a_correction_reaches_who_did_not_get_it(tmp_path: Path) -> None:
    """After “is paused” no further mail begins, in either process; the mended one goes to all others, at once."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_server(tmp_path / "server"))
        installation = await stack.enter_async_context(prepare_installation(tmp_path, STORE_URL=url))
        await installation.start_process("run")
        store = await open_store(url, check_value=KEYS.check_value)
        stack.push_async_callback(store.close)
        office = Office(installation, store)
        await office.write_people(tmp_path)
        await installation.start_process("run", "--role", "worker", ready=False)
        await wait_for(office.is_shared)
        await _send_pause_mend(office, tmp_path)


async def _send_pause_mend(office: Office, folder: Path) -> None:
    inbox = office.inbox
    inbox.hang_after_data()
    await change_issue.note_plan(office.store, NAME, len(GET_IT), office.edition, system_now())
    await change_issue.release_issue(office.store, NAME, office.edition, NOW, system_now())
    await office.installation.wait_until(lambda: len(inbox.received) > 8)  # more than one process has connections
    assert "is paused" in await office.run("issue", "pause", NAME, "--reason", "a wrong price")
    # Whatever began before the answer may still arrive, and nothing else.
    first = await office.list_attempting() | set(office.list_arrived())
    inbox.release_mails()
    await wait_for(office.is_held)
    assert set(office.list_arrived()) == first < GET_IT
    mail = folder / "workspace" / "emails" / "winter_teas.mjml"
    mail.write_text(mail.read_text("utf-8").replace(OLD, MENDED), "utf-8")
    await office.run("apply", str(folder / "workspace"))
    await office.run("issue", "resume", NAME, "--corrected")

    async def is_done() -> bool:
        return (await load_states(office.store))[NAME].state == "done"

    await wait_for(is_done)
    assert office.list_arrived() == dict.fromkeys(GET_IT, 1)
    subjects = {email: mail.subject for mail in inbox.received for email in mail.recipients}
    assert subjects == {email: OLD if email in first else MENDED for email in GET_IT}
    status = json.loads(await office.run("issue", "status", NAME, "--json"))
    # On a very busy machine the server's silence may have lasted for longer than a sender listens.
    old, unknown = status["editions"].pop(office.edition, 0), status["outcomes"].get("unknown", 0)
    assert (old + unknown, *status["editions"].values()) == (len(first), len(GET_IT) - len(first))
