"""Reloads Page tokens and app secrets while the service runs: when ``.env`` changes, or at SIGHUP.

The environment of a process cannot change while it runs; only ``.env`` can.  A new Page needs a restart.  A replaced
app secret is refused at once, since it may have been replaced because it leaked.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from bot.graph_api.page_client import MessengerClient
from bot.inbound.signature import AppSecrets
from domain.ports import StoreError
from service.runtime import settings
from service.runtime.settings import Settings, SettingsError

log = structlog.get_logger("doorstep.rotation")

WATCH_SECONDS = 2.0
"""Seconds between two looks at ``.env``."""


def read_again() -> Settings:
    """Return the settings as they are now; raises :class:`service.runtime.settings.SettingsError`."""
    return settings.read_settings(needed=False)


class SecretReloader:
    """Hands new tokens and secrets to the clients and the webhook."""

    def __init__(
        self,
        *,
        clients: Mapping[str, MessengerClient],
        secrets: AppSecrets,
        resume: Callable[[str], Awaitable[None]] | None,
        read: Callable[[], Settings] = read_again,
    ) -> None:
        """Renew these clients and secrets; ``resume`` is called with each Page that has a new token."""
        self._clients = clients
        self._secrets = secrets
        self._resume = resume
        self._read = read

    async def watch_file(self, file: Path = Path(settings.FILE)) -> None:
        """Take over changes until cancelled."""
        hangup, last_stamp = asyncio.Event(), _file_stamp(file)
        with _call_at_hangup(hangup.set):
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(WATCH_SECONDS):
                        await hangup.wait()
                stamp = _file_stamp(file)
                # An edit changes size or time of the file; SIGHUP asks for a reload in any case, and at once.
                if hangup.is_set() or stamp != last_stamp:
                    hangup.clear()
                    last_stamp = stamp
                    await self.take_over()

    async def take_over(self) -> None:
        """Read the settings again; faults are logged, and the current values stay in use."""
        try:
            fresh = self._read()
        except SettingsError as error:
            log.error("settings_not_taken_over", remedy=str(error))
            return
        # If both are empty, the file is being edited: without any secret, every webhook would be refused.
        if fresh.messenger_app_secret or fresh.messenger_page_secrets:
            default = fresh.messenger_app_secret or self._secrets.main
            self._secrets.replace_secrets(default, fresh.messenger_page_secrets)
        for page, client in self._clients.items():
            token = fresh.messenger_page_tokens.get(page)
            if token and client.renew_token(token, fresh.app_secret_for(page)):
                log.info("token_renewed", what=page)
                await self._resume_page(page)
        unknown = sorted(fresh.messenger_page_tokens.keys() - self._clients.keys())
        if unknown:
            log.warning("page_needs_restart", what=", ".join(unknown), remedy="restart to serve this Page too")

    async def _resume_page(self, page: str) -> None:
        try:
            if self._resume:
                await self._resume(page)
        except StoreError as error:  # the Page's pause then ends by itself, a little later
            log.warning("store_away", error=type(error).__name__)


@contextmanager
def _call_at_hangup(tell: Callable[[], None]) -> Iterator[None]:
    """Call ``tell`` at SIGHUP, if thread and system support it."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGHUP, tell)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _file_stamp(file: Path) -> tuple[int, int] | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size
