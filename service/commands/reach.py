"""How commands reach the store: beside a running service, or on their own; with the demo's keys if it is the demo's."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from service import settings
from service.app import keyring
from service.demo.secrets_file import beside, kept
from service.settings import Settings
from store.embedded import joined_server
from store.valkey import open_store
from subscribers.keyring import Keyring
from subscribers.ports import Store


def known() -> Settings:
    """Read the settings; without a secret of its own, an installation that is the demo uses the demo's."""
    config = settings.read(needed=False)
    own = beside(config.data)
    if config.secret or config.store_url or not own.exists():
        return config
    return config.model_copy(update={"secret": kept(own).secret})


@asynccontextmanager
async def reached() -> AsyncIterator[tuple[Store, Keyring]]:
    """Open the store; an embedded one that a running service holds is joined."""
    config = known()
    keys = keyring(config)
    async with AsyncExitStack() as stack:
        url = config.store_url or await stack.enter_async_context(joined_server(config.data))
        store = await open_store(url, check_value=keys.check_value)
        stack.push_async_callback(store.close)
        yield store, keys
