"""The table of finding codes is complete: it has every code that is used, and every code in it is used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from language.finding_codes.catalog import FINDING_CODES, FindingCode
from tests.support.paths import ROOT
from tools import docs_checks

PACKAGES = ("domain", "language", "flows", "onboarding", "email_out", "service")
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*")


def parse_files() -> Iterator[tuple[Path, ast.Module]]:
    """Yield path and syntax tree of every file that can report a finding."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if path.parent.name != "finding_codes":
                yield path, ast.parse(path.read_text("utf-8"))


def code_pattern(node: ast.expr) -> str:
    """Return the texts that an expression can have, as a pattern; empty if it is not a literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else "[a-z]+" for one in node.values)
    if isinstance(node, ast.IfExp):
        return "|".join(one for one in (code_pattern(node.body), code_pattern(node.orelse)) if one)
    return ""


def used_codes(tree: ast.Module) -> Iterator[str]:
    """Yield a pattern for each code that a file reports."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        at = code_position(node, name)
        if name in ("Finding", "ConditionProblem", "SyntaxProblem"):
            yield from (code_pattern(one.value) for one in node.keywords if one.arg == "code")
        if at < len(node.args):
            yield code_pattern(node.args[at])


def code_position(node: ast.Call, name: str) -> int:
    """Return the position of the code among the arguments of a call; 99 if it has none."""
    first = node.args[0] if node.args else None
    if name in ("_find", "_add_finding"):
        return 2 if isinstance(first, ast.Name | ast.Attribute) and len(node.args) > 4 else 1
    if name in ("_finding", "_make_finding"):
        return 2 if isinstance(first, ast.Name) and first.id == "document" else 1
    if name in ("UnclearConditionError", "_NotUnderstoodError"):
        return 2
    return {"finding_at": 1, "_stop_with": 1, "_stop_reading": 1}.get(name, 99)


def test_every_code_that_is_used_stands_in_the_table() -> None:
    """Every finding can be looked up by its code."""
    used = {(path.name, one) for path, tree in parse_files() for one in used_codes(tree) if one}
    unknown = sorted((file, one) for file, one in used if not any(re.fullmatch(one, code) for code in FINDING_CODES))
    assert unknown == []
    assert len(used) >= 145  # a renamed helper that the test does not know would hide its codes


def test_every_code_of_the_table_is_used() -> None:
    """A code that no check reports any more is removed."""
    texts = {
        node.value
        for _, tree in parse_files()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    formed = {one for _, tree in parse_files() for one in used_codes(tree) if "[a-z]+" in one}
    unused = [
        code
        for code in FINDING_CODES
        if code not in texts and not any(re.fullmatch(one, code) and code.partition("-")[2] in texts for one in formed)
    ]
    assert unused == []


def test_every_row_explains_and_shows() -> None:
    """Code, meaning and example are there, and codes stand in the order of the alphabet within their part."""
    for name, row in FINDING_CODES.items():
        assert isinstance(row, FindingCode)
        assert CODE.fullmatch(name)
        assert row.meaning.endswith(".")
        assert row.example.strip()
    assert len(FINDING_CODES) == len(set(FINDING_CODES))


def test_the_page_of_codes_is_current() -> None:
    """docs/checks.md is what the table says today: python -m tools.docs_checks."""
    assert docs_checks.PAGE.read_text("utf-8") == docs_checks.build_page()
