"""The data folder of the embedded server: its files, its socket, and its locks.

Two OS locks in the data folder say who uses it.  The operating system drops a lock when its process ends, however it
ends.  ``lock`` is held by the application, ``server.lock`` by the server, which inherits it.  A unix socket path has at
most 107 bytes, so a deep data folder gets a short private folder for its socket.
"""

import fcntl
import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import IO

from domain.ports import StoreInUseError, StoreSettingsError

LONGEST_SOCKET = 103
"""Bytes of a socket path that work everywhere (Linux 107, macOS 103)."""


class DataFolder:
    """The data folder of one embedded server."""

    def __init__(self, data: Path) -> None:
        """Make the folder, readable by this user alone; raises :class:`StoreSettingsError`."""
        try:
            data.mkdir(parents=True, exist_ok=True)
            data.chmod(0o700)
        except OSError as error:
            message = f"DOORSTEP_DATA cannot be used as a private folder: {error.strerror}"
            raise StoreSettingsError(message) from error
        self.data = data.resolve()
        self._pid_file = self.data / "server.pid"
        self._log_file = self.data / "server.log"
        self.socket = self._choose_socket()
        self._lock: IO[str] | None = None

    def _choose_socket(self) -> Path:
        near = self.data / "socket"
        if len(os.fsencode(near)) <= LONGEST_SOCKET:
            return near
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        folder = base / f"doorstep-{os.getuid()}-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        # The base may be /tmp, where anybody can make a folder or a link of this name first.
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
            message = f"{folder} is not this user's private folder: remove it, or set DOORSTEP_DATA to a shorter path"
            raise StoreSettingsError(message)
        return folder / "socket"

    @property
    def url(self) -> str:
        """The address for :func:`store.valkey.store.open_store`."""
        return f"unix://{self.socket}"

    def take_lock(self) -> None:
        """Lock the folder for this process; raises :class:`StoreInUseError` naming the other one."""
        # Appending, so that opening does not wipe the holder's pid before the lock is ours.
        lock = (self.data / "lock").open("a+", encoding="ascii")
        if not _try_lock(lock):
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            message = (
                f"another Doorstep (pid {holder}) uses the data folder {self.data}: stop it, or set DOORSTEP_DATA to "
                "another folder"
            )
            raise StoreInUseError(message)
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def release_lock(self) -> None:
        """Release the lock; idempotent."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def server_lock(self) -> IO[str] | None:
        """Return the lock of the server, to be handed to a new server; None while an earlier server still runs."""
        lock = (self.data / "server.lock").open("a", encoding="ascii")
        if _try_lock(lock):
            return lock
        lock.close()
        return None

    def server_pid(self) -> int | None:
        """Return the process id that the last server wrote down."""
        try:
            return int(self._pid_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def last_log_line(self) -> str:
        """Return the newest line of the server's log."""
        try:
            lines = self._log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else f"see {self._log_file}"

    def server_settings(self) -> dict[str, str]:
        """Return the settings of the server that name a path."""
        return {
            "dir": str(self.data),
            "unixsocket": str(self.socket),
            "pidfile": str(self._pid_file),
            "logfile": str(self._log_file),
        }


def _try_lock(lock: IO[str]) -> bool:
    try:
        # flock, not lockf: its lock belongs to the open file, so a child that inherits the file holds it too.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
