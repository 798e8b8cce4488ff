"""Opens the store for a command, beside a running service or without one; the demo's store with the demo's keys."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from domain.keyring import Keyring
from domain.ports import Store, StoreAwayError
from service.runtime import settings
from service.runtime.base_parts import make_keyring, open_known_store
from service.runtime.demo_secrets import load_or_make, secrets_path
from service.runtime.settings import Settings, SettingsError
from store.address import name_place
from store.embedded.server import joined_server

WITHOUT_KEY = "DOORSTEP_SECRET is missing. Use the one `doorstep run` uses; a new one cannot read the old records."
STORE_FOLDER = "appendonlydir"
"""Folder that an embedded store has from its first start on (Valkey's append-only files)."""


def read_store_settings() -> Settings:
    """Read the settings; the demo's installation uses the demo's secret if none is set."""
    service_settings = settings.read_settings(needed=False)
    # The demo makes its secrets itself and keeps them beside its data.
    own = secrets_path(service_settings.data)
    if service_settings.secret or service_settings.store_url or not own.exists():
        return service_settings
    return service_settings.model_copy(update={"secret": load_or_make(own).secret})


def require_store(service_settings: Settings) -> None:
    """Raise :class:`SettingsError` if the store or the secret it was made with is missing; the message names both."""
    # Opening would create an empty store in the wrong folder, and the command would report that nobody is there.
    faults = []
    if not service_settings.store_url and not _folder_exists(service_settings.data / STORE_FOLDER):
        faults.append(f"No store at {service_settings.data}. Start in the folder of the service, or set DOORSTEP_DATA.")
    if not service_settings.secret:
        faults.append(WITHOUT_KEY)
    if faults:
        raise SettingsError("\n".join(faults))


def _folder_exists(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:  # a folder that this user may not read
        return False


@contextmanager
def name_unreachable_store(service_settings: Settings) -> Iterator[None]:
    """Name an unreachable store by host and port, never by its URL, which has the password."""
    try:
        yield
    except StoreAwayError as error:
        if not service_settings.store_url:
            raise
        place = name_place(service_settings.store_url)
        message = f"No store at {place}: {error}. Is DOORSTEP_STORE_URL right?"
        raise StoreAwayError(message) from None


@asynccontextmanager
async def open_existing_store() -> AsyncIterator[tuple[Store, Keyring]]:
    """Open the store that exists; join an embedded one that a running service has open.  Never make a new store."""
    service_settings = read_store_settings()
    require_store(service_settings)
    keys = make_keyring(service_settings)
    async with AsyncExitStack() as stack:
        # The embedded server has one data folder: a running one is joined, else it is started for this command.
        url = service_settings.store_url or await stack.enter_async_context(joined_server(service_settings.data))
        with name_unreachable_store(service_settings):
            store = await open_known_store(service_settings, url, keys)
        stack.push_async_callback(store.close)
        yield store, keys
