"""A backup that is killed in the middle."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.backup.make_backup import _open_new, choose_path
from tests.unit.service.backup.test_known_stops import MADE

PROGRAM = """
import sys, time
from pathlib import Path
from service.backup.make_backup import _open_new
with _open_new(Path(sys.argv[1])) as file:
    file.write(b"half of it")
    file.flush()
    print("writing", flush=True)
    time.sleep(600)
"""


def test_a_killed_backup_leaves_nothing_under_its_name(tmp_path: Path) -> None:
    """What it left is removed by the next one, but not while another is being written."""
    path = tmp_path / "a.backup"
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        with _open_new(tmp_path / "b.backup") as file:
            file.write(b"whole")
        assert len(list(tmp_path.glob(".*.part"))) == 1
        writer.send_signal(signal.SIGKILL)
    assert not path.exists()
    with _open_new(path) as file:
        file.write(b"whole")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.backup", "b.backup"]


def test_a_backup_replaces_none(tmp_path: Path) -> None:
    """A folder gets a new name for each; a file that is there stays as it is."""
    assert choose_path(tmp_path, MADE) == tmp_path / "doorstep-2026-06-15T12-00-00Z.backup"
    path = choose_path(tmp_path / "a.backup", MADE)
    path.write_bytes(b"the only one")
    with pytest.raises(FileExistsError), _open_new(path):
        pass
    assert path.read_bytes() == b"the only one"
