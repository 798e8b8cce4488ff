"""The files under ``deploy/``, as far as they can be judged without a container engine or systemd."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.runtime.settings import NEEDED, PREFIX, Settings
from tests.support.paths import ROOT

DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}


def _instructions(word: str) -> list[str]:
    joined = CONTAINERFILE.replace("\\\n", " ")
    return [line.partition(" ")[2] for line in joined.splitlines() if line.startswith(f"{word} ")]


def _compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return loaded


def test_the_image_holds_every_package_and_nothing_else() -> None:
    """What is copied exists, and all that is installed is copied."""
    copied = {source for line in _instructions("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    found = re.search(r"include = \[(.*)\]", (ROOT / "pyproject.toml").read_text("utf-8"))
    assert found
    packages = set(re.findall(r'"(\w+)\*"', found[1]))
    assert {source for source in copied if (ROOT / source).is_dir()} == packages


def test_the_image_installs_what_is_locked() -> None:
    """The same files and flags as in the Makefile: every package by its hash."""
    installs = [line for line in _instructions("RUN") if "pip install" in line]
    locks = re.findall(r"-r (\S+)", " ".join(installs))
    assert locks == ["requirements-build.lock", "requirements.lock"]
    assert " ".join(installs).count("--require-hashes") == len(locks)
    assert " ".join(installs).count("--no-deps") == len(locks) + 1


def test_the_image_runs_as_nobody_and_writes_to_one_folder() -> None:
    """Not root; the data folder lies on the volume."""
    assert _instructions("USER") == ["10001:10001"]
    assert _instructions("VOLUME") == ["/data"]
    assert "DOORSTEP_DATA=/data/" in " ".join(_instructions("ENV"))


def test_the_compose_file_asks_of_the_store_what_the_service_asks() -> None:
    """Nothing is evicted, and every answer is on disk; the root of each container is read-only."""
    services = _compose()["services"]
    command = services["valkey"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--appendfsync") + 1] == "always"
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in services.values())
    assert {service["command"][-1] for name, service in services.items() if name != "valkey"} == {"web", "worker"}
    # The folder that tells an emptied store from a new one outlives its container.
    assert all(any(":/data" in volume for volume in service["volumes"]) for service in services.values())


def test_settings_of_all_files_are_settings() -> None:
    """A misspelt name would refuse the start; the settings that are needed are all asked for."""
    texts = "".join(path.read_text("utf-8") for path in DEPLOY.iterdir())
    assert set(re.findall(r"\bDOORSTEP_[A-Z_]+", texts)) <= SETTINGS
    asked = {line.partition("=")[0] for line in (DEPLOY / "compose.env").read_text("utf-8").splitlines() if "=" in line}
    # The image says where the workspace is mounted.
    assert asked == {PREFIX + name.upper() for name in NEEDED} - {"DOORSTEP_WORKSPACE"}


def test_the_unit_starts_the_service_and_gives_it_time_to_end() -> None:
    """A wrong setting is not tried again and again; what is begun is finished."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names of systemd have capitals
    unit.read(DEPLOY / "doorstep.service", "utf-8")
    service = unit["Service"]
    assert service["ExecStart"].endswith("/bin/doorstep run")
    assert service["RestartPreventExitStatus"] == "2"
    assert int(service["TimeoutStopSec"]) >= 30
    assert service["User"] == "doorstep"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """Every line is known to it, and little of the machine is open to the service."""
    unit = tmp_path / "doorstep.service"
    text = (DEPLOY / "doorstep.service").read_text("utf-8")
    unit.write_text(text.replace("/opt/doorstep/bin/doorstep", "/bin/true"), "utf-8")
    verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    words = ["systemd-analyze", "security", "--offline=true", "--threshold=35", str(unit)]
    judged = subprocess.run(words, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout
