"""The list of reported inputs is whole: each stands in the test that its row names."""

import ast
from functools import cache

import pytest
import yaml

from tests.reported.table import ReportedRow, read_rows
from tests.support.paths import ROOT

EVERY_ROW = frozenset(
    {f"F{number}" for number in range(1, 11)} - {"F2"} | {"F2a", "F2b", "F2c"}
    | {f"A{number}" for number in range(1, 12)} | {"B", "C", "E2", "E3", "E5", "E7", "E8", "E9", "E10", "E11"}
    | {f"N{number}" for number in range(1, 10)} | {"Copy"}
)  # fmt: skip
"""Rows of the list that ask for something; the others there say what is good already, or is not wanted."""


@cache
def texts_of(path: str) -> tuple[str, ...]:
    """Return every text that a test file holds."""
    source = (ROOT / path).read_text("utf-8")
    if path.endswith(".yaml"):
        return (source,)
    return tuple(node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)
                 and isinstance(node.value, str))  # fmt: skip


@cache
def functions_of(path: str) -> frozenset[str]:
    """Return the names of the tests of a file."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("row", read_rows(), ids=lambda row: f"{row.row}-{row.test.rpartition('/')[2]}")
def test_a_row_names_the_test_that_holds_its_inputs(row: ReportedRow) -> None:
    """A test that is renamed, or loses an input, is missed here."""
    path, _, name = row.test.partition("::")
    assert not name or name in functions_of(path)
    if row.about:
        abouts = [case.get("about") for case in yaml.safe_load((ROOT / path).read_text("utf-8"))]
        assert row.about in abouts
    missing = [text for text in row.inputs if not any(text in held for held in texts_of(path))]
    assert missing == []


def test_every_row_of_the_list_is_there() -> None:
    """None was left out."""
    assert {row.row for row in read_rows()} == EVERY_ROW
