"""What the measure of readability counts."""

from pathlib import Path

import pytest

from tools.measure_readability import Measures, measure_readability

MODULE = '''\
"""A module."""

# Why it is so.
LIMIT = 3  # of the platform
URL = "https://example.com/#top"


class Outcome:
    """A class."""

    def read(self) -> int:
        """Return one word."""
        return LIMIT  # type: ignore[return-value]  # a lint exception, even with a reason

    def read_line(self) -> int:  # noqa: PLR6301  another
        """Return two words."""
        return LIMIT
'''


@pytest.fixture
def measures(tmp_path: Path) -> Measures:
    """A checkout of two modules that import each other."""
    for name, other in (("first", "second"), ("second", "first")):
        folder = tmp_path / "flows" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text('"""A folder."""\n', "utf-8")
        (folder / "rules.py").write_text(f"{MODULE}\n\nfrom flows.{other} import rules\n", "utf-8")
    return measure_readability(tmp_path, ["flows"])


def test_names_are_counted(measures: Measures) -> None:
    """Functions by their words, classes by the modules that define them."""
    assert (measures.functions, measures.one_word_functions, measures.one_word_share) == (4, 2, 0.5)
    assert measures.repeated_classes == {"Outcome": ("flows.first.rules", "flows.second.rules")}


def test_only_comments_that_explain_are_counted(measures: Measures) -> None:
    """Two in each module: a lint exception is none, and neither is a sign in a text."""
    assert measures.comment_lines == 4


def test_circles_are_found(measures: Measures) -> None:
    """Of modules, and of the folders that they are in."""
    assert measures.module_circles == (("flows.first.rules", "flows.second.rules"),)
    assert measures.folder_circles == (("flows.first", "flows.second"),)
