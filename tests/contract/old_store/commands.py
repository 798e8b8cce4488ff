"""What the commands of the operator print about the old store."""

import json
import os
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from service.cli.main import cli
from tests.contract.old_store.read import KEYS
from tests.contract.old_store.restore import PAGE, SECRET

EMAILS = ("mia@example.com", "ben@example.com", "dan@example.com", "shared@example.com", "gone@example.com")
PEOPLE = ("1", "2", "3", "7", "9", "14", "21")
FLOWS = ("newsletter", "checklist", "settings", "table")


def run_commands(url: str, workspace: Path) -> dict[str, Any]:
    """Return what each command prints as JSON; ``workspace`` is a changed one, for replays."""
    commands = [
        *(f"subject export {KEYS.subscriber_id(PAGE, psid)}" for psid in PEOPLE),
        *(f"consent prove {email} --json" for email in EMAILS),
        *(f"replay {flow} --workspace {workspace} --json" for flow in FLOWS),
        *(f"{name} --json" for name in ("consent verify", "sends", "waiting", "unanswered")),
    ]
    os.environ |= {"DOORSTEP_STORE_URL": url, "DOORSTEP_SECRET": SECRET}
    return {command.replace(str(workspace), "…"): _run(command) for command in commands}


def _run(command: str) -> list[Any]:
    result = CliRunner().invoke(cli, command.split())
    assert result.stdout, f"{command}: {result.stderr or result.exception}"
    printed = json.loads(result.stdout)
    # Lists of people are ordered by time alone; of two at the same moment either may come first.
    return [result.exit_code, sorted(printed, key=str) if isinstance(printed, list) else printed]
