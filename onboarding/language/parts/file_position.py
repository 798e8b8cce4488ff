"""Where something stands in a file of the workspace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePosition:
    """A position in a file of the workspace; line and column count from 1."""

    file: str
    line: int
    column: int
