"""YAML that people write, read with the place of everything, so that each mistake can name file, line and column.

Rules (DESIGN.md §6, rule 1):

* Text stays text.  Only ``true``, ``false``, ``null`` (or nothing), and numbers in their plain spelling are more:
  ``no``, ``on``, ``9:00``, ``1.10``, ``007`` and every key are the text that was typed.
* A text cut off by `` #``, or broken by ``: ``, is reported together with the line that would be right.
* The same key twice is an error.  Anchors, aliases and tags are refused, so nothing can unfold (“billion laughs”).
* At most 1,000,000 characters and 32 levels; more is refused before it costs anything.
* A file that is wrong everywhere tells its first 200 mistakes, and that there are more.

The parser's events are read one by one instead of composing nodes: composing recurses, and deep nesting costs
libyaml quadratic time, so reading has to be able to stop early.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from language.findings import Finding
from language.model_errors import explain
from language.yaml_errors import cut_text, odd_space, quoted, syntax

MOST_CHARACTERS = 1_000_000
MOST_LEVELS = 32
MOST_FINDINGS = 200
LONGEST_MESSAGE = 600
"""Characters of a finding's message and remedy; what somebody wrote can be of any length."""
_LOOKED_AT = 1_000
"""Characters behind a text that are searched for what cut it off."""

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | float | bool | None"
"""What YAML is read to."""
Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of a file to a value."""

_Model = TypeVar("_Model", bound=BaseModel)

_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What libyaml counts as the end of a line (YAML 1.1 §5.4)."""
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None}


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file, 1-based."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file as read."""

    file: str
    """Path relative to the workspace."""
    value: Plain = None
    marks: dict[Path, Mark] = field(default_factory=dict)
    """Where the value at each path begins; the top is ``()``."""
    keys: dict[Path, Mark] = field(default_factory=dict)
    """Where the key of each path stands."""
    findings: tuple[Finding, ...] = ()
    """Syntax errors, duplicate keys, texts cut short."""

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Return the place of a value (or its key), or of its nearest ancestor that has one."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, Mark(0, 0))

    def finding(
        self,
        path: Path,
        code: str,
        message: str,
        hint: str = "",
        *,
        severity: Literal["error", "warning"] = "error",
        key: bool = False,
    ) -> Finding:
        """Return a finding at the value of this path, or at its key."""
        at = self.mark(path, key=key)
        return Finding(
            file=self.file,
            line=at.line,
            column=at.column,
            code=code,
            message=_short(message),
            hint=_short(hint),
            severity=severity,
        )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} …"


class _StopError(Exception):
    """Reading cannot go on; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def read(text: str, file: str) -> Source:
    """Read YAML.  Never raises: what cannot be read is a finding, and then the value is None."""
    reader = _Reader(text, file)
    try:
        value = reader.document()
    except _StopError as stop:
        return replace(reader.source, findings=(*reader.findings, stop.finding))
    except yaml.MarkedYAMLError as error:
        finding = reader.syntax_error(error)
        told = any((one.line, one.code) == (finding.line, finding.code) for one in reader.findings)
        return replace(reader.source, findings=(*reader.findings, *(() if told else (finding,))))
    except (yaml.YAMLError, UnicodeEncodeError):
        finding = reader.source.finding(
            (),
            "control-character",
            "The file holds a character that no text can have.",
            "Save it again as plain UTF-8 text.",
        )
        return replace(reader.source, findings=(*reader.findings, finding))
    return replace(reader.source, value=value, findings=tuple(reader.findings))


class _Reader:
    """Builds a value from the parser's events; lives for one file."""

    def __init__(self, text: str, file: str) -> None:
        self.source = Source(file=file)
        self.findings: list[Finding] = []
        self._text = text.removeprefix("\ufeff")
        self._lines: list[str] = []
        self._events: Iterator[Event] = iter(())

    def document(self) -> Plain:
        if len(self._text) > MOST_CHARACTERS:
            raise self._stop(Mark(0, 0), "too-large", f"The file has more than {MOST_CHARACTERS:,} characters.")
        self._lines = _LINE_BREAK.split(self._text)
        self._events = iter(yaml.parse(self._text, Loader=yaml.CSafeLoader))
        next(self._events)
        if not isinstance(next(self._events), DocumentStartEvent):
            return None
        value = self._node(next(self._events), ())
        next(self._events)
        another = next(self._events)
        if isinstance(another, DocumentStartEvent):
            raise self._stop(_mark(another), "second-document", "A second document begins here.", "Take “---” out.")
        return value

    def _node(self, event: Event, path: Path) -> Plain:
        self.source.marks[path] = _mark(event)
        if len(path) > MOST_LEVELS:
            raise self._stop(_mark(event), "too-deep", f"This is nested more than {MOST_LEVELS} levels deep.")
        self._refuse_references(event)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        return self._mapping(path) if isinstance(event, MappingStartEvent) else self._sequence(path)

    def _mapping(self, path: Path) -> dict[str, Plain]:
        values: dict[str, Plain] = {}
        while isinstance(event := next(self._events), NodeEvent):
            name = self._key(event)
            here = (*path, name)
            if name in values:
                first = self.source.keys[here].line
                self._find(
                    _mark(event),
                    "duplicate-key",
                    f"“{name}” stands here twice; the first is on line {first}.",
                    "Keep one of them.",
                )
                here = (*path, f"{name} ({_mark(event).line})")
            self.source.keys[here] = _mark(event)
            value = self._node(next(self._events), here)
            values.setdefault(name, value)
        return values

    def _key(self, event: Event) -> str:
        self._refuse_references(event)
        if isinstance(event, ScalarEvent):
            name = str(event.value)
            if not event.style and name[:1].isspace():
                told = odd_space(0, 0)
                raise self._stop(_mark(event), told.code, told.message, told.hint)
            return name
        line = self._lines[_mark(event).line - 1][:_LOOKED_AT].strip()
        raise self._stop(
            _mark(event),
            "key-not-text",
            "A map or list stands where a name is expected.",
            f"A text that begins with a brace or bracket needs quotes: {quoted(line)}",
        )

    def _sequence(self, path: Path) -> list[Plain]:
        values: list[Plain] = []
        while isinstance(event := next(self._events), NodeEvent):
            values.append(self._node(event, (*path, len(values))))
        return values

    def _scalar(self, event: ScalarEvent) -> Plain:
        text = str(event.value)
        if event.style:
            return text
        end = event.end_mark
        rest = self._lines[end.line][end.column : end.column + _LOOKED_AT] if text and end else ""
        if problem := cut_text(text, rest):
            self._find(_mark(event), "cut-text", *problem)
        return scalar(text)

    def _refuse_references(self, event: Event) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if not anchor and not tag:
            return
        sign = "*" if isinstance(event, AliasEvent) else "&" if anchor else "!"
        name = f"{sign}{str(anchor or tag).lstrip('!')}"
        at = _mark(event)
        line = self._lines[at.line - 1][at.column - 1 : at.column + _LOOKED_AT].strip()
        raise self._stop(
            _mark(event),
            "reference",
            f"“{name}” is YAML's way to refer to something; files here do without.",
            f"If it is text, put it in quotes: {quoted(line)}",
        )

    def _find(self, at: Mark, code: str, message: str, hint: str = "") -> None:
        self.findings.append(self._finding(at, code, message, hint))
        if len(self.findings) > MOST_FINDINGS:
            raise self._stop(at, "more-mistakes", "The rest of this file was not read.", "Mend these first.")

    def _stop(self, at: Mark, code: str, message: str, hint: str = "") -> _StopError:
        return _StopError(self._finding(at, code, message, hint))

    def _finding(self, at: Mark, code: str, message: str, hint: str) -> Finding:
        return Finding(
            file=self.source.file,
            line=at.line,
            column=at.column,
            code=code,
            message=_short(message),
            hint=_short(hint),
        )

    def syntax_error(self, error: yaml.MarkedYAMLError) -> Finding:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line, len(self._lines) - 1) if mark else 0
        column = mark.column if mark else 0
        began = error.context_mark
        opened = (min(began.line, len(self._lines) - 1), began.column) if began else None
        told = syntax(str(error.problem or ""), self._lines, line, column, opened)
        return self._finding(Mark(told.line + 1, told.column + 1), told.code, told.message, told.hint)


def _mark(event: Event) -> Mark:
    at = event.start_mark
    return Mark(at.line + 1, at.column + 1) if at else Mark(0, 0)


def scalar(text: str) -> str | int | float | bool | None:
    """Return what a text without quotes means; a number counts only in the spelling that comes out again."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) and text != "-0":
        return int(text)
    if _DECIMAL.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text


def validate(source: Source, model: type[_Model]) -> tuple[_Model | None, list[Finding]]:
    """Make a model of what was read.

    Returns the model, or None with a finding (place, what is wrong, nearest known word) for each error.
    """
    if any(one.severity == "error" for one in source.findings) and source.value is None:
        return None, []
    try:
        return model.model_validate(source.value), []
    except ValidationError as problems:
        errors = problems.errors(include_url=False)
        found = [_explained(source, explain(error, model)) for error in errors[:MOST_FINDINGS]]
        if len(errors) > MOST_FINDINGS:
            message = f"There are {len(errors) - MOST_FINDINGS:,} more mistakes in this file."
            found.append(source.finding((), "more-mistakes", message, "Mend these first; they may be one."))
        return None, sorted(dict.fromkeys(found))


def _explained(source: Source, told: tuple[Path, str, str, str, bool]) -> Finding:
    path, code, message, hint, key = told
    known: Path = ()
    for part in path:
        if (*known, part) in source.marks:
            known = (*known, part)
    return source.finding(known, code, message, hint, key=key)
