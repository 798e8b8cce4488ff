"""npm's html-validate and mjml, from the lock beside this file."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from email import message_from_bytes, policy
from pathlib import Path

from bench.judges.verdict import JudgeMissingError, Mails, Verdict

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"


def require_modules() -> None:
    """Install the lock if it is not installed.  Raises :class:`JudgeMissingError`."""
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        message = "Node with npm, version 20 or later"
        raise JudgeMissingError(message)
    if not MODULES.exists():
        done = subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=FOLDER, capture_output=True, check=False)
        if done.returncode:
            message = "npm ci in bench/judges failed: is the registry in reach?"
            raise JudgeMissingError(message)


def list_html(mails: Mails) -> dict[str, str]:
    """Return the HTML of each mail that has one."""
    parsed = {name: message_from_bytes(raw, policy=policy.SMTP) for name, raw in mails.items()}
    bodies = {name: message.get_body(("html",)) for name, message in parsed.items()}
    return {name: str(body.get_content()) for name, body in bodies.items() if body}


def validate(html: Mapping[str, str], mjml: Mapping[str, str]) -> Verdict:
    """Validate pages of HTML and sources of MJML."""
    require_modules()
    given = json.dumps({"html": html, "mjml": mjml}).encode()
    done = subprocess.run(["node", FOLDER / "validate.mjs"], input=given, capture_output=True, check=True)
    return Verdict(asked=len(html) + len(mjml), findings=done.stdout.decode().splitlines())
