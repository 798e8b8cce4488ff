"""``doorstep`` before any command runs: what it loads, what its help says, and names that are none."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from service.cli.command_table import COMMANDS
from service.cli.main import cli, load_command
from tests.support.paths import ROOT
from tests.support.run_cli import Doorstep, settle_in

HEAVY = (
    "aiohttp", "apscheduler", "babel", "cryptography", "email_validator", "jinja2", "mjml", "msgspec", "pydantic",
    "pydantic_settings", "rapidfuzz", "redis", "re2", "segno", "structlog", "uvloop", "valkey", "yaml", "zstandard",
)  # fmt: skip
"""Libraries that a command may need, and the list of commands never."""
OWN = ("bot", "domain", "email_out", "flows", "language", "onboarding", "store")
PROBE = """
import sys
from service.cli.main import main
sys.argv = ["doorstep", *sys.argv[1:]]
try:
    main()
finally:
    print(",".join(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_no_library_of_a_command(option: str) -> None:
    """They answer from the command table: nothing of the product's other packages, and none of the heavy libraries."""
    done = subprocess.run([sys.executable, "-c", PROBE, option], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.strip().rpartition("\n")[2].split(","))
    assert "service.cli.command_table" in loaded
    assert loaded & {*HEAVY, *OWN} == set()


def test_the_service_does_without_rich() -> None:
    """3 MB that a service has no use for: structlog would import it for tracebacks that are never printed."""
    probe = "import sys; from service.cli.main import load_command; load_command('run'); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "structlog" in loaded
    assert {"rich", "pygments"} & loaded == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_shows_what_each_command_says_of_itself(name: str) -> None:
    """The sentence in the table is the first of the command's own help."""
    assert COMMANDS[name].help == load_command(name).help.splitlines()[0]


def test_the_help_lists_every_command_with_its_sentence(doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the table."""
    monkeypatch.setenv("COLUMNS", "200")
    code, printed = doorstep("--help")
    lines = [line.strip("│ ") for line in printed.splitlines()]
    shown = [line.split(maxsplit=1) for line in lines if line.split(" ", 1)[0] in COMMANDS]
    assert code == 0
    assert shown == [[name, entry.help] for name, entry in COMMANDS.items()]


def test_a_command_that_does_not_exist_is_refused(doorstep: Doorstep) -> None:
    """Exit code 2, and its name."""
    code, printed = doorstep("stuck")
    assert (code, "No such command 'stuck'" in printed) == (2, True)


def test_a_fault_of_the_program_is_no_sentence(doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the user can mend is; everything else keeps its traceback."""

    def fail() -> None:
        """Raise what no command should."""
        message = "a fault"
        raise RuntimeError(message)

    app = typer.Typer(add_completion=False)
    app.command("check")(fail)
    app.command("other")(fail)
    monkeypatch.setattr("service.cli.main.load_command", lambda name: typer.main.get_group(app).commands[name])
    with pytest.raises(RuntimeError, match="a fault"):
        doorstep("check")


def test_the_help_groups_the_commands(doorstep: Doorstep) -> None:
    """Each command stands in a group, and the groups in the order of the table."""
    _, printed = doorstep("--help")
    groups = list(dict.fromkeys(entry.group for entry in COMMANDS.values()))
    places = [printed.index(f"─ {group} ─") for group in groups]
    assert places == sorted(places)
    assert [entry.group for entry in COMMANDS.values()] == sorted(
        (entry.group for entry in COMMANDS.values()), key=groups.index
    )


@pytest.mark.parametrize("name", ["-Ab3dEf6hIj9lMn2", "-bcdefghijklmnop", "--Cdefghijklmnop"])
def test_a_name_may_begin_with_a_hyphen(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of 64 names in the store begins like an option; it is looked up all the same."""
    settle_in(tmp_path, monkeypatch, "s" * 40)
    told = CliRunner().invoke(cli, ["subject", "erase", name, "--yes"])
    assert (told.exit_code, "No such option" in told.output) == (1, False)
