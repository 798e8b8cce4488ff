"""What a YAML file was read to: its value, the position of every part, and what is wrong with it.

:func:`language.yaml_reader.read_yaml` makes it.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from language.findings import Finding

LONGEST_MESSAGE = 600
"""Characters of a finding's message and of its hint; they quote what the author wrote, which can be of any length."""

YamlValue: TypeAlias = "dict[str, YamlValue] | list[YamlValue] | str | int | float | bool | None"
"""A value that YAML was read to."""
YamlPath: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file to a value."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A position in a file, 1-based; 0, 0 stands for the whole file."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlSource:
    """One YAML file that was read."""

    file: str
    """Path relative to the workspace."""
    value: YamlValue = None
    positions: dict[YamlPath, Position] = field(default_factory=dict)
    """Where the value at each path begins; the top is ``()``."""
    key_positions: dict[YamlPath, Position] = field(default_factory=dict)
    """Where the key of each path begins."""
    explained_lines: set[int] = field(default_factory=set)
    """Lines with a sign that looks like another; what a model says of them follows from it."""
    findings: tuple[Finding, ...] = ()
    """Syntax errors, duplicate keys, texts that a comment cut off."""

    def position_of(self, path: YamlPath, *, key: bool = False) -> Position:
        """Return the position of a value (or its key), or of its nearest ancestor that has one."""
        if key and path in self.key_positions:
            return self.key_positions[path]
        # A missing key has no position, so the map that lacks it is marked.
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, Position(0, 0))

    def finding_at(
        self,
        path: YamlPath,
        code: str,
        message: str,
        hint: str = "",
        *,
        severity: Literal["error", "warning"] = "error",
        key: bool = False,
    ) -> Finding:
        """Return a finding at the value of this path, or at its key."""
        at = self.position_of(path, key=key)
        return Finding(
            file=self.file,
            line=at.line,
            column=at.column,
            code=code,
            message=shorten_message(message),
            hint=shorten_message(hint),
            severity=severity,
        )


def shorten_message(text: str) -> str:
    """Return a text cut to :data:`LONGEST_MESSAGE`; what was in quotes already is not quoted twice."""
    text = text.replace("““", "“").replace("””", "”")
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} …"


def path_of_item(source: YamlSource, key: str, number: int) -> YamlPath:
    """Return where the item of a key stands that takes one value or a list of them; ``number`` counts from 0."""
    is_list = isinstance(source.value, dict) and isinstance(source.value.get(key), list)
    return (key, number) if is_list else (key,)
