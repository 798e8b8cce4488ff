"""Asks the package index when each locked package was last released, and writes that into ``docs/dependencies.md``.

``python -m tools.release_dates`` (``make releases``) prints what had no release for two years, which is worth a look.
The index is the one that pip uses here; it answers as the "simple repository API" says (JSON, files with upload time).
"""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from tools.docs_dependencies import PAGE, ROOT, read_lock, write_page

JSON_ANSWER = "application/vnd.pypi.simple.v1+json"
PATIENCE_SECONDS = 30.0
OLD_DAYS = 730


def find_index() -> str:
    """Return the address of the index that pip uses: its help names it, whether configured or its own."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--help"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"Python Package Index \(default\s+(\S+?)\)", told)
    if found is None:
        message = "pip does not tell its index; set PIP_INDEX_URL"
        raise SystemExit(message)
    return found[1].rstrip("/")


def read_last_release(answer: Mapping[str, Any]) -> date | None:
    """Return when the newest file was uploaded that was not withdrawn; None if the index tells no times."""
    times = [file["upload-time"] for file in answer["files"] if "upload-time" in file and not file.get("yanked")]
    return datetime.fromisoformat(max(times)).date() if times else None


def ask_last_release(index: str, name: str) -> date | None:
    """Ask the index about one package; None if it does not answer."""
    request = urllib.request.Request(f"{index}/{name}/", headers={"Accept": JSON_ANSWER})  # noqa: S310  pip's own address
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310  see above
            return read_last_release(json.load(answer))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{name}: {type(error).__name__}\n")
        return None


def list_old(releases: Mapping[str, date], today: date) -> Sequence[str]:
    """Return those without a release for two years, the longest first."""
    old = sorted((day, name) for name, day in releases.items() if (today - day).days > OLD_DAYS)
    return [f"{name:28} {day}" for day, name in old]


def main() -> None:
    """Ask about each locked package, one after the other, and write the page."""
    index = find_index()
    names = read_lock((ROOT / "requirements.lock").read_text("utf-8"))
    answers = {name: ask_last_release(index, name) for name in names}
    releases = {name: day for name, day in answers.items() if day}
    PAGE.write_text(write_page(releases), "utf-8")
    old = list_old(releases, datetime.now(UTC).date())  # noqa: TID251  a tool's own day, no business time
    sys.stdout.write(f"{len(releases)} of {len(names)} answered; without a release for two years: {len(old)}\n")
    sys.stdout.write("".join(f"{line}\n" for line in old))


if __name__ == "__main__":
    main()
