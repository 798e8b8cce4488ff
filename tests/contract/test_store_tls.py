"""``rediss://``: TLS with a certificate that is checked, and a password.  The wheel's server is built without TLS."""

import asyncio
import datetime as dt
import ipaddress
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.ports import Commit, CommitStatus, StoreAwayError, StoreSettingsError
from service.demo.compose import find_free_port
from store.valkey.store import open_store
from tests.contract.conftest import opened

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
PASSWORD = "open-sesame"

pytestmark = pytest.mark.skipif(
    SERVER is None, reason="no Valkey or Redis server with TLS (Debian: apt-get install redis-server)"
)


def make_certificate(folder: Path) -> None:
    """Write a self-signed certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2126, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@pytest.fixture
def tls_port(tmp_path: Path) -> Iterator[int]:
    """Run a server with TLS and a password."""
    make_certificate(tmp_path)
    port = find_free_port("127.0.0.1", 0)
    settings = {
        "port": "0",
        "tls-port": str(port),
        "bind": "127.0.0.1",
        "tls-cert-file": str(tmp_path / "cert.pem"),
        "tls-key-file": str(tmp_path / "key.pem"),
        "tls-ca-cert-file": str(tmp_path / "cert.pem"),
        "tls-auth-clients": "no",
        "requirepass": PASSWORD,
        "dir": str(tmp_path),
        "save": "",
    }
    arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
    process = subprocess.Popen([str(SERVER), *arguments], stdout=subprocess.DEVNULL)
    yield port
    process.kill()
    process.wait()


async def test_tls_and_password(tls_port: int, tmp_path: Path) -> None:
    """The store works over TLS, in either direction and for many commands at once."""
    url = f"rediss://:{PASSWORD}@127.0.0.1:{tls_port}/0?ssl_ca_certs={tmp_path}/cert.pem"
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
