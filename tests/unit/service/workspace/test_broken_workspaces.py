"""Broken workspaces, each with what check prints of it: ``tests/broken/*.yaml``, against the good one in ``base/``."""

from typing import Any

import pytest
import yaml

from language.finding_codes.catalog import FINDING_CODES
from service.workspace.edition import compile_edition, shipped_files
from tests.support.paths import ROOT

BROKEN = ROOT / "tests" / "broken"
BASE = {one.relative_to(BROKEN / "base").as_posix(): one for one in sorted((BROKEN / "base").rglob("*.yaml"))}
CASES: list[dict[str, Any]] = [
    case for one in sorted(BROKEN.glob("*.yaml")) for case in yaml.safe_load(one.read_text("utf-8"))
]
"""Each: ``code``; ``flow`` (in place of the base's), ``files`` or ``change`` (file, old, new); and what is ``told``."""
MAILS = ("_layout", "confirmation", "welcome", "come_back")
SHIPPED = shipped_files()


def workspace(case: dict[str, Any]) -> dict[str, str]:
    """Return the files of a case."""
    files = {name: path.read_text("utf-8") for name, path in BASE.items()}
    german = any("[en, de]" in new for _, _, new in case.get("change", []))
    for ending in ("mjml", "de.mjml") if german else ("mjml",):
        files |= {f"emails/{one}.{ending}": SHIPPED[f"emails/{one}.{ending}"] for one in MAILS}
    if "flow" in case:
        files["flows/letters.yaml"] = case["flow"]
    for name, text in case.get("files", {}).items():
        files[name] = text
    for name, old, new in case.get("change", []):
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
    return files


def told(case: dict[str, Any]) -> list[str]:
    """Return the findings of a case as they are printed; to keep the flows short, their ways out may be silent."""
    findings = compile_edition(workspace(case))[1]
    return [str(one) for one in findings if one.code != "silent-end" or case.get("code") == "silent-end"]


def test_the_workspace_they_start_from_is_good() -> None:
    """What is told of a broken one is told of its break."""
    assert told({}) == []


@pytest.mark.parametrize("case", CASES, ids=[f"{one['code']}-{at}" for at, one in enumerate(CASES)])
def test_a_break_is_told(case: dict[str, Any]) -> None:
    """File, line, column, code, what is wrong and what to write instead: all of it, and nothing else."""
    assert told(case) == case["told"]
    assert any(f"[{case['code']}]" in line for line in case["told"])


def test_there_are_many_and_of_many_kinds() -> None:
    """At least 60 workspaces, and one for every code of flows and sequences."""
    shown = {case["code"] for case in CASES}
    assert len(CASES) >= 60
    assert shown <= FINDING_CODES.keys()
    missing = {name for name, one in FINDING_CODES.items() if one.part in ("Flows", "Sequences")} - shown
    assert missing == set()
