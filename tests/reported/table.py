"""Reads the list of reported inputs, and prints it as a table: ``python -m tests.reported``."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).parent / "inputs.yaml"


class ReportedRow(BaseModel):
    """Inputs of one row that go the same way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    row: str = Field(description="The row of the list of reported inputs.")
    now: str = Field(description="What happens now.")
    test: str = Field(description="The file of the test, and behind :: its name.")
    about: str = Field(default="", description="The case of a file of broken workspaces.")
    inputs: tuple[str, ...] = Field(default=(), description="Inputs, as they stand in the test.")


@cache
def read_rows() -> tuple[ReportedRow, ...]:
    """Return the rows, in the order of the list."""
    return tuple(ReportedRow.model_validate(row) for row in yaml.safe_load(FILE.read_text("utf-8")))


def print_table() -> None:
    """Print a line an input: row, input, what happens now, test."""
    lines = [
        (row.row, text.encode("unicode_escape").decode() if not text.isprintable() else text, row.now, row.test)
        for row in read_rows()
        for text in row.inputs or (row.about or "(as the test says)",)
    ]
    widths = [max(len(line[at]) for line in lines) for at in range(3)]
    for line in lines:
        print("  ".join((*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3])))  # noqa: T201  this command prints a table
    print(f"{len(lines)} inputs")  # noqa: T201  its last line
