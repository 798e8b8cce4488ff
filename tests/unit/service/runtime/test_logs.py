"""What a log line holds: every value that the code passes, and nothing else."""

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.runtime.logs import LOGGED_KEYS, _mask_unknown_keys, _TypeAndPlace

ROOT = Path(__file__).parents[4]
PRODUCT = ("bot", "domain", "email_out", "flows", "language", "onboarding", "service", "store")
LEVELS = ("debug", "info", "warning", "error", "critical")


def _log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            logger = node.func.value
            if isinstance(logger, ast.Name) and logger.id in ("log", "_log"):
                yield node


@pytest.mark.parametrize("package", PRODUCT)
def test_every_value_that_is_logged_stands_in_its_line(package: str) -> None:
    """The allow-list knows the key of each; one that it does not know would be written as its type alone."""
    dropped = {
        f"{path.relative_to(ROOT)}:{call.lineno} {keyword.arg}"
        for path in (ROOT / package).rglob("*.py")
        for call in _log_calls(ast.parse(path.read_text(encoding="utf-8")))
        for keyword in call.keywords
        if keyword.arg is not None and keyword.arg not in LOGGED_KEYS
    }
    assert dropped == set()


def test_there_are_log_calls_to_look_at() -> None:
    """The scan finds them by the names that all modules give their loggers."""
    files = (ROOT / "service").rglob("*.py")
    assert sum(len(list(_log_calls(ast.parse(path.read_text(encoding="utf-8"))))) for path in files) > 20


def test_a_value_of_an_unknown_name_is_replaced_by_its_type() -> None:
    """A careless line cannot leak an address."""
    line = _mask_unknown_keys(None, "", {"event": "sent", "to": "mia@example.com"})
    assert line == {"event": "sent", "to": "<str>"}


def test_a_librarys_error_is_told_by_type_and_place_alone() -> None:
    """Its text may quote a person."""
    with pytest.raises(ValueError, match="mia") as caught:
        int("mia@example.com")
    error = caught.value
    record = logging.LogRecord("smtp", logging.ERROR, "", 0, "%s", ("mia",), (ValueError, error, error.__traceback__))
    line = _TypeAndPlace().format(record)
    assert line.startswith("ERROR smtp: a library reported an error: ValueError in test_a_librarys_error")
    assert "mia" not in line
