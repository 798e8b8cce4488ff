"""Editions: a saved workspace is taken over, a broken one is not, and queued mails keep theirs."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

import service.workspace.publishing.editions
from domain.ports import StoreAwayError
from service.cli.apply import apply_edition
from service.workspace.edition import WorkspaceError, load_edition, shipped_files
from service.workspace.publishing.editions import Editions
from service.workspace.publishing.publish import keep_edition
from tests.support.memory_store.store import MemoryStore
from tests.support.patience import PATIENCE_SECONDS
from tests.support.people import NOON
from tests.support.shipped_workspace import shipped_edition

FLOW = "flows/newsletter.yaml"
OLD, NEW = "No problem. Type 'newsletter' whenever you fancy a cup.", "Fine. See you."


class Meta(MemoryStore):
    """A store that can be away when an edition is to be kept."""

    away = 0

    async def save_meta(self, name: str, value: bytes) -> None:
        """Keep it, or be away."""
        if self.away:
            self.away -= 1
            message = "away"
            raise StoreAwayError(message)
        await super().save_meta(name, value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a workspace folder of one's own."""
    for name, text in shipped_files().items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def store() -> Meta:
    """Return an empty store."""
    return Meta(2, server_ms=lambda: 0)


def edit(folder: Path, old: str, new: str, name: str = FLOW) -> None:
    """Save a file with other words in it."""
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


async def opened(folder: Path, store: Meta) -> Editions:
    """Return the editions of a process that starts now."""
    return await service.workspace.publishing.editions.open_editions(store, folder, lambda: NOON, following=True)


async def until(true: Callable[[], object]) -> None:
    """Wait until the watcher has noticed."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():  # noqa: ASYNC110  the watcher is another task, with no event for us
            await asyncio.sleep(0.01)


async def test_a_saved_file_is_taken_over(folder: Path, store: Meta) -> None:
    """The new edition has another hash, is the current one, and is told of."""
    editions, told = await opened(folder, store), list[str]()
    before = editions.current.hash
    editions.listeners.append(lambda: told.append(editions.current.hash))
    edit(folder, OLD, NEW)
    await editions.take_folder(folder)
    assert editions.current.hash != before
    assert told == [editions.current.hash]
    assert NEW in editions.current.files[FLOW]


async def test_a_broken_file_keeps_the_old_edition_and_says_why(folder: Path, store: Meta) -> None:
    """File, line and remedy are listed; mended, the new one runs and nothing is listed."""
    editions = await opened(folder, store)
    before = editions.current
    edit(folder, "    else: bye", "    else: by")
    await editions.take_folder(folder)
    assert editions.current is before
    (finding,) = [one for one in editions.findings if one.severity == "error"]
    assert (finding.file, finding.hint) == (FLOW, "Did you mean “bye”?")
    assert (folder / FLOW).read_text("utf-8").splitlines()[finding.line - 1].strip() == "else: by"
    edit(folder, "    else: by", "    else: bye")
    await editions.take_folder(folder)
    assert [one for one in editions.findings if one.severity == "error"] == []


async def test_a_folder_without_declarations_keeps_the_old_edition(folder: Path, store: Meta) -> None:
    """A deleted doorstep.yaml stops nothing that runs, and is told."""
    editions = await opened(folder, store)
    (folder / "doorstep.yaml").unlink()
    await editions.take_folder(folder)
    assert editions.current.hash == shipped_edition().hash
    assert [one.file for one in editions.findings if one.severity == "error"] == ["doorstep.yaml"]


async def test_a_mail_is_rendered_with_its_own_edition_in_any_process(folder: Path, store: Meta) -> None:
    """What was queued under the old edition finds it in a process that started with the new one."""
    first = await opened(folder, store)
    old = first.current.hash
    edit(folder, "brand: Amsel Tea", "brand: Amsel Coffee", "doorstep.yaml")
    second = await opened(folder, store)
    _, config = await second.mail_templates(old)
    assert (config.brand, second.current_config().brand) == ("Amsel Tea", "Amsel Coffee")
    _, config = await first.mail_templates(second.current.hash)
    assert config.brand == "Amsel Coffee"


async def test_an_edition_is_kept_before_anything_is_pinned_to_it(folder: Path, store: Meta) -> None:
    """While the store is away the old edition decides: no mail names an edition that others cannot find."""
    editions = await opened(folder, store)
    edit(folder, OLD, NEW)
    store.away = 1
    with pytest.raises(StoreAwayError):
        await editions.take_folder(folder)
    assert editions.current.hash == shipped_edition().hash
    await editions.take_folder(folder)
    assert await store.load_meta(f"edition:{editions.current.hash}")


async def test_an_edition_nobody_knows_is_looked_for_again(folder: Path, store: Meta) -> None:
    """The current mails stand in for it, until it is found."""
    editions = await opened(folder, store)
    edit(folder, "brand: Amsel Tea", "brand: Amsel Coffee", "doorstep.yaml")
    later, _ = load_edition(folder)
    _, config = await editions.mail_templates(later.hash)
    assert config.brand == "Amsel Tea"
    await keep_edition(store, later)
    _, config = await editions.mail_templates(later.hash)
    assert config.brand == "Amsel Coffee"


async def test_the_watcher_takes_a_saved_file_over(folder: Path, store: Meta) -> None:
    """On a real folder, also when an editor replaces the file, and when the store is away for a moment."""
    editions = await opened(folder, store)
    watching = asyncio.create_task(editions.watch_folder(folder))
    await asyncio.sleep(0.3)  # the watcher has no event for “I am watching now”
    store.away = 1
    edit(folder, OLD, NEW)
    await until(lambda: NEW in editions.current.files[FLOW])
    draft = folder / FLOW.replace(".yaml", ".swp")
    draft.write_text((folder / FLOW).read_text("utf-8").replace(NEW, OLD), "utf-8")
    draft.replace(folder / FLOW)
    await until(lambda: editions.current.hash == shipped_edition().hash)
    watching.cancel()


def test_a_workspace_with_errors_does_not_load(folder: Path) -> None:
    """At the start an error refuses, with the findings."""
    edit(folder, "    else: bye", "    else: by")
    with pytest.raises(WorkspaceError, match=r"flows/newsletter\.yaml:\d+:\d+: error .*Did you mean “bye”"):
        load_edition(folder)


async def test_an_idle_process_learns_what_is_live(folder: Path, store: Meta, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks again and again, also after the store was away; what watches it is told."""
    monkeypatch.setattr(service.workspace.publishing.editions, "LOOK_SECONDS", 0)
    editions, told = await opened(folder, store), list[int]()
    editions.listeners.append(lambda: told.append(editions.epoch))
    looking = asyncio.create_task(editions.follow_live_edition())
    edit(folder, OLD, NEW)
    _, live = await apply_edition(store, load_edition(folder)[0])
    await until(lambda: told)
    assert (live and live.epoch, told, NEW in editions.current.files[FLOW]) == (2, [2], True)
    looking.cancel()


async def test_a_start_runs_what_is_live_and_not_the_folder(folder: Path, store: Meta) -> None:
    """Whether the folder differs or is broken; where nothing is live yet, a broken one refuses to start."""
    first = await service.workspace.publishing.editions.open_editions(store, folder, lambda: NOON)
    edit(folder, OLD, NEW)
    second = await service.workspace.publishing.editions.open_editions(store, folder, lambda: NOON)
    edit(folder, "    else: bye", "    else: by")
    third = await service.workspace.publishing.editions.open_editions(store, folder, lambda: NOON)
    assert [one.current.hash for one in (second, third)] == [first.current.hash] * 2
    with pytest.raises(WorkspaceError):
        await service.workspace.publishing.editions.open_editions(Meta(2, server_ms=lambda: 0), folder, lambda: NOON)
    with pytest.raises(WorkspaceError):
        await service.workspace.publishing.editions.open_editions(store, folder, lambda: NOON, following=True)
