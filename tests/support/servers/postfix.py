"""A real postfix of the test's own: its folder, its ports, no DNS, and next hops that the test plays."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from service.demo.compose import find_free_port

PROGRAM, DAEMONS = "/usr/sbin/postfix", "/usr/lib/postfix/sbin"
MISSING = (
    "no postfix here (Debian: apt-get install postfix)" if not Path(PROGRAM).exists()
    else "postfix starts as root only" if os.geteuid() else ""
)  # fmt: skip
"""Why no postfix can run here; empty if it can."""
_MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
smtpd_relay_restrictions = permit_mynetworks, reject
transport_maps = texthash:{folder}/transport
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
delay_warning_time = 1s
"""
_MASTER = """{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def _settle(routes: Mapping[str, str]) -> tuple[Path, int]:
    """Write the files of an installation; return its folder and port."""
    # Not pytest's own folder: postfix reads as a user of its own, and that one may not enter it.
    folder, port = Path(tempfile.mkdtemp(prefix="postfix-")), find_free_port("127.0.0.1", 0)
    folder.chmod(0o755)
    conf = folder / "conf"
    for name in ("conf", "queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    (conf / "main.cf").write_text(_MAIN.format(folder=folder, daemons=DAEMONS))
    (conf / "master.cf").write_text(_MASTER.format(port=f"127.0.0.1:{port}"))
    (folder / "transport").write_text("".join(f"{domain} {route}\n" for domain, route in routes.items()))
    return folder, port


@asynccontextmanager
async def run_postfix(routes: Mapping[str, str]) -> AsyncIterator[int]:
    """Run postfix with these routes (domain → transport and next hop); yield its port."""
    folder, port = await asyncio.to_thread(_settle, routes)
    try:
        await asyncio.to_thread(_call, folder / "conf", "start")
        yield port
    finally:
        # At once: what still waits in its queue is of no interest.
        await asyncio.to_thread(_call, folder / "conf", "abort")
        shutil.rmtree(folder, ignore_errors=True)


def _call(conf: Path, verb: str) -> None:
    subprocess.run([PROGRAM, "-c", str(conf), verb], check=True, capture_output=True, timeout=60)
