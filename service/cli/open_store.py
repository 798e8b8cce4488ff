"""How commands reach the store: beside a running service, or on their own; with the demo's keys if it is the demo's."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from domain.keyring import Keyring
from domain.ports import Store, StoreAwayError
from service.runtime import settings
from service.runtime.app import keyring
from service.runtime.demo_secrets import beside, kept
from service.runtime.settings import Settings, SettingsError
from store.embedded.server import joined_server
from store.valkey.store import open_store

WITHOUT_KEY = "DOORSTEP_SECRET is missing. Use the one `doorstep run` uses; a new one cannot read the old records."
KEPT_IN = "appendonlydir"
"""Folder that an embedded store has from its first start on."""


def known() -> Settings:
    """Read the settings; without a secret of its own, an installation that is the demo uses the demo's."""
    env = settings.read(needed=False)
    own = beside(env.data)
    if env.secret or env.store_url or not own.exists():
        return env
    return env.model_copy(update={"secret": kept(own).secret})


def needed(env: Settings) -> None:
    """Refuse to go on without a store and the secret it was made with; raises SettingsError naming what is missing."""
    faults = []
    if not env.store_url and not _is_there(env.data / KEPT_IN):
        faults.append(f"No store at {env.data}. Start in the folder of the service, or set DOORSTEP_DATA.")
    if not env.secret:
        faults.append(WITHOUT_KEY)
    if faults:
        raise SettingsError("\n".join(faults))


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:  # not ours to look into
        return False


@contextmanager
def naming_the_store(env: Settings) -> Iterator[None]:
    """Let a store that is away be named by host and port, never by its password."""
    try:
        yield
    except StoreAwayError as error:
        if not env.store_url:
            raise
        parts = urlsplit(env.store_url)
        place = f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
        message = f"No store at {place}: {error}. Is DOORSTEP_STORE_URL right?"
        raise StoreAwayError(message) from None


@asynccontextmanager
async def reached() -> AsyncIterator[tuple[Store, Keyring]]:
    """Open the store; an embedded one that a running service holds is joined, and none is ever made."""
    env = known()
    needed(env)
    keys = keyring(env)
    async with AsyncExitStack() as stack:
        url = env.store_url or await stack.enter_async_context(joined_server(env.data))
        with naming_the_store(env):
            store = await open_store(url, check_value=keys.check_value)
        stack.push_async_callback(store.close)
        yield store, keys
