"""Tokens and secrets taken over while running."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import service.runtime.reload_secrets
from bot.inbound.signature import AppSecrets, sign_body
from domain.ports import StoreAwayError
from service.runtime.reload_secrets import SecretReloader
from service.runtime.settings import Settings, SettingsError
from tests.support.messenger_world import PAGE, TOKEN, MakeServer, MessengerDesk, chat_message, open_desk
from tests.support.patience import PATIENCE_SECONDS


def written(**more: Any) -> Settings:  # noqa: ANN401  each field casts its own
    """Return settings with a new token and secret, and more."""
    new = {"messenger_app_secret": "new app secret", "messenger_page_tokens": {PAGE: "new token"}}
    return Settings.model_construct(**new | more)


@pytest.fixture
async def desk(aiohttp_server: MakeServer) -> AsyncIterator[MessengerDesk]:
    """Return a desk whose platform echoes to a real webhook."""
    async with open_desk(aiohttp_server) as desk:
        yield desk


class Rotated:
    """A rotation, what it reads, and whom it told."""

    def __init__(self, desk: MessengerDesk) -> None:
        """Begin with nothing new."""
        self.read: Settings | SettingsError = Settings.model_construct()
        self.told: list[str] = []
        self.secrets = AppSecrets("app secret")
        self.away = False
        self.rotation = SecretReloader(
            clients={PAGE: desk.client}, secrets=self.secrets, resume=self._renewed, read=self._read
        )

    def _read(self) -> Settings:
        if isinstance(self.read, SettingsError):
            raise self.read
        return self.read

    async def _renewed(self, page: str) -> None:
        if self.away:
            message = "away"
            raise StoreAwayError(message)
        self.told.append(page)


async def test_a_new_token_and_secret_are_used_at_once(desk: MessengerDesk) -> None:
    """By what is sent and by what comes in; the same again changes nothing."""
    rotated = Rotated(desk)
    rotated.read = written()
    await rotated.rotation.take_over()
    await rotated.rotation.take_over()
    desk.graph.tokens[PAGE], desk.graph.app_secret = "new token", "new app secret"
    await desk.outbox.post_items(chat_message(1))
    await desk.outbox.deliver_all(desk.sender)
    assert (desk.arrived_texts(), rotated.told) == (["1"], [PAGE])
    signs = [bool(rotated.secrets.find_signers(b"x", sign_body(b"x", one))) for one in ("app secret", "new app secret")]
    assert signs == [False, True]


async def test_a_page_of_another_app_has_its_own_secret(desk: MessengerDesk) -> None:
    """Its calls are proven with it."""
    rotated = Rotated(desk)
    rotated.read = written(messenger_page_secrets={PAGE: "its own"})
    await rotated.rotation.take_over()
    assert desk.client.app_secret == "its own"
    assert rotated.secrets.may_speak_for(PAGE, rotated.secrets.find_signers(b"x", sign_body(b"x", "its own")))


async def test_the_secrets_of_pages_are_rotated_alone(desk: MessengerDesk) -> None:
    """Where every Page has an app of its own; a secret that is not written any more goes on."""
    rotated = Rotated(desk)
    rotated.read = Settings.model_construct(messenger_page_secrets={PAGE: "its own"})
    await rotated.rotation.take_over()
    assert rotated.secrets.may_speak_for(PAGE, rotated.secrets.find_signers(b"x", sign_body(b"x", "its own")))
    assert rotated.secrets.main == "app secret"


async def test_wrong_settings_change_nothing_and_say_so(desk: MessengerDesk) -> None:
    """A file that is half written must not stop the service."""
    rotated = Rotated(desk)
    rotated.read = SettingsError("DOORSTEP_PORT: must be a number, such as 8080.")
    with capture_logs() as logs:
        await rotated.rotation.take_over()
    assert desk.client.access_token == TOKEN
    assert [(line["event"], line["remedy"]) for line in logs] == [("settings_not_taken_over", str(rotated.read))]


async def test_nothing_is_taken_from_settings_that_are_silent(desk: MessengerDesk) -> None:
    """No token and no secret is no new one."""
    rotated = Rotated(desk)
    await rotated.rotation.take_over()
    assert (desk.client.access_token, rotated.told) == (TOKEN, [])
    assert rotated.secrets.find_signers(b"x", sign_body(b"x", "app secret"))


async def test_a_store_that_is_away_does_not_end_it(desk: MessengerDesk) -> None:
    """The pause ends by itself; the token is used all the same."""
    rotated = Rotated(desk)
    rotated.read, rotated.away = written(), True
    await rotated.rotation.take_over()
    assert desk.client.access_token == "new token"


async def test_a_new_page_asks_for_a_restart(desk: MessengerDesk) -> None:
    """It has no lane yet."""
    rotated = Rotated(desk)
    rotated.read = Settings.model_construct(messenger_page_tokens={"99": "t"})
    with capture_logs() as logs:
        await rotated.rotation.take_over()
    assert [(line["event"], line["what"]) for line in logs] == [("page_needs_restart", "99")]


@pytest.mark.parametrize("how", ["file", "signal"])
async def test_it_looks_when_the_file_changes_or_at_sighup(
    desk: MessengerDesk, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without either, it reads nothing again."""
    monkeypatch.setattr(service.runtime.reload_secrets, "WATCH_SECONDS", 0.01 if how == "file" else 60)
    rotated = Rotated(desk)
    rotated.read = written()
    file = tmp_path / ".env"
    told = asyncio.Event()

    async def renewed(page: str) -> None:
        assert page == PAGE
        told.set()

    rotated.rotation._resume = renewed
    watching = asyncio.create_task(rotated.rotation.watch_file(file))
    await asyncio.sleep(0)
    assert not told.is_set()
    if how == "file":
        file.write_text("DOORSTEP_MESSENGER_PAGE_TOKENS={}")
    else:
        os.kill(os.getpid(), signal.SIGHUP)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await told.wait()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
