"""``rediss://``: TLS with a certificate that is checked, and a password.  The wheel's server is built without TLS."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.ports import Commit, CommitStatus, StoreAwayError, StoreSettingsError
from store.valkey.store import open_store
from tests.contract.conftest import opened
from tests.support.servers.certificate import make_certificate
from tests.support.servers.process import ServerProcess, ServerProgram, system_program

SERVER = system_program()
PASSWORD = "open-sesame"

pytestmark = pytest.mark.skipif(
    SERVER is None, reason="no Valkey or Redis server with TLS (Debian: apt-get install redis-server)"
)


@pytest.fixture
def tls_url(tmp_path: Path) -> Iterator[str]:
    """Run a server with TLS and a password; return its address without the password."""
    assert SERVER is not None
    program = ServerProgram(path=SERVER, certificate=make_certificate(tmp_path))
    server = ServerProcess(tmp_path / "data", {"requirepass": PASSWORD}, program=program)
    server.start()
    yield server.url
    server.kill()


async def test_tls_and_password(tls_url: str) -> None:
    """The store works over TLS, in either direction and for many commands at once."""
    url = tls_url.replace("//", f"//:{PASSWORD}@")
    store = await opened(url)
    commits = [Commit(subscriber=f"s{number}", version=0, record=b"x" * 20_000) for number in range(100)]
    answers = await asyncio.gather(*map(store.commit, commits))
    assert {answer.status for answer in answers} == {CommitStatus.COMMITTED}
    loaded = await asyncio.gather(*(store.load(one.subscriber) for one in commits))
    assert {one.record for one in loaded} == {b"x" * 20_000}
    await store.close()
    with pytest.raises(StoreSettingsError):
        await open_store(url.replace(PASSWORD, "wrong"), check_value="check")
    with pytest.raises(StoreAwayError):
        await open_store(url.partition("?")[0], check_value="check")
