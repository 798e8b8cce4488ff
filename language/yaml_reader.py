"""Reads the YAML that people write, with the position of everything, so that each mistake can name line and column.

Rules:

* Text stays text.  Only ``true``, ``false``, ``null`` (or nothing) and plainly spelled numbers are something else:
  ``no``, ``on``, ``9:00``, ``1.10``, ``007`` and every key stay the text that was typed.
* A text cut off by `` #``, or broken by ``: ``, is reported with the line that would be right.
* The same key twice is an error.  Anchors, aliases and tags are refused, so that nothing can unfold (“billion laughs”).
* At most 1,000,000 characters and 32 levels; larger files are refused before they cost anything.
* A file that is wrong everywhere reports its first 200 mistakes, and that there are more.

The parser's events are read one by one instead of composing nodes: composing recurses, and deep nesting costs libyaml
quadratic time, so reading must be able to stop early.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

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
from language.model_errors import ExplainedError, explain_error, without_echoes
from language.yaml_errors import explain_syntax_error, report_odd_space
from language.yaml_odd_signs import (
    CURLY_QUOTES,
    explain_odd_sign,
    find_invisible_sign,
    find_lost_lines,
    find_lost_value,
    has_curly_quotes_in_list,
    name_sign,
    quote_question_mark,
)
from language.yaml_scalars import parse_scalar
from language.yaml_source import Position, YamlPath, YamlSource, YamlValue, shorten_message
from language.yaml_text_errors import explain_cut_text, quote_line

MOST_CHARACTERS = 1_000_000
MOST_LEVELS = 32
MOST_FINDINGS = 200
_SEARCHED_CHARACTERS = 1_000
"""Characters after a text that are searched for the comment that cut it off."""
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""Line breaks of libyaml (YAML 1.1 §5.4); ``str.splitlines`` knows more, and the positions would not fit."""
_Model = TypeVar("_Model", bound=BaseModel)


class _StopError(Exception):
    """Reading cannot continue.  Carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def read_yaml(text: str, file: str) -> YamlSource:
    """Read a YAML file.  Never raises: a file that cannot be read has the value None and a finding."""
    reader = _YamlReader(text, file)
    try:
        value = reader.read_document()
    except _StopError as stop:
        return replace(reader.source, findings=(*reader.findings, stop.finding))
    except yaml.MarkedYAMLError as error:
        finding = reader.explain_parser_error(error)
        # A text that a comment cut off often breaks the next line too: one finding is enough.
        reported = any((other.line, other.code) == (finding.line, finding.code) for other in reader.findings)
        return replace(reader.source, findings=(*reader.findings, *(() if reported else (finding,))))
    except (yaml.YAMLError, UnicodeEncodeError):
        finding = reader.source.finding_at(
            (),
            "control-character",
            "The file holds a character that no text can have.",
            "Save it again as plain UTF-8 text.",
        )
        return replace(reader.source, findings=(*reader.findings, finding))
    return replace(reader.source, value=value, findings=tuple(reader.findings))


class _YamlReader:
    """Builds the value of one file from the parser's events."""

    def __init__(self, text: str, file: str) -> None:
        self.source = YamlSource(file=file)
        self.findings: list[Finding] = []
        self._text = text.removeprefix("\ufeff")  # the byte order mark of Windows editors
        self._lines: list[str] = []
        self._events: Iterator[Event] = iter(())

    def read_document(self) -> YamlValue:
        if len(self._text) > MOST_CHARACTERS:
            raise self._stop_with(
                Position(0, 0), "too-large", f"The file has more than {MOST_CHARACTERS:,} characters."
            )
        self._lines = _LINE_BREAK.split(self._text)
        self._report_lost_lines()
        self._events = iter(yaml.parse(self._text, Loader=yaml.CSafeLoader))
        next(self._events)  # the start of the stream
        if not isinstance(next(self._events), DocumentStartEvent):
            return None  # an empty file
        value = self._read_node(next(self._events), ())
        next(self._events)  # the end of the document
        another = next(self._events)
        if isinstance(another, DocumentStartEvent):
            raise self._stop_with(
                _position_of(another), "second-document", "A second document begins here.", "Take “---” out."
            )
        return value

    def _report_lost_lines(self) -> None:
        """Report lines that read like a choice and are a comment: a warning, or an error where nothing else stands."""
        for number, column, message, hint, emptied in find_lost_lines(self._lines):
            finding = self._make_finding(Position(number, column), "cut-text", message, hint)
            self.findings.append(finding if emptied else replace(finding, severity="warning"))
            self.source.explained_lines.add(emptied)

    def _read_node(self, event: Event, path: YamlPath) -> YamlValue:
        self.source.positions[path] = _position_of(event)
        # Reading stops here, before libyaml reads what is nested deeper.
        if len(path) > MOST_LEVELS:
            raise self._stop_with(
                _position_of(event), "too-deep", f"This is nested more than {MOST_LEVELS} levels deep."
            )
        self._refuse_references(event)
        if isinstance(event, ScalarEvent):
            return self._read_scalar(event)
        return self._read_mapping(path) if isinstance(event, MappingStartEvent) else self._read_sequence(path)

    def _read_mapping(self, path: YamlPath) -> dict[str, YamlValue]:
        values: dict[str, YamlValue] = {}
        while isinstance(event := next(self._events), NodeEvent):
            name = self._read_key(event)
            here = (*path, name)
            if name in values:
                first = self.source.key_positions[here].line
                self._add_finding(
                    _position_of(event),
                    "duplicate-key",
                    f"“{name}” stands here twice; the first is on line {first}.",
                    "Keep one of them.",
                )
                # The second value is read too, for its own mistakes, under a path that no model asks for.
                here = (*path, f"{name} ({_position_of(event).line})")
            self.source.key_positions[here] = _position_of(event)
            value = self._read_node(next(self._events), here)
            values.setdefault(name, value)  # the first counts, as the message says
        return values

    def _read_key(self, event: Event) -> str:
        self._refuse_references(event)
        if isinstance(event, ScalarEvent):
            name = str(event.value)
            if not event.style and name[:1].isspace():  # a no-break space: YAML takes it for a part of the name
                problem = report_odd_space(0, 0)
                raise self._stop_with(_position_of(event), problem.code, problem.message, problem.hint)
            return self._clean_word(event, name)
        line = self._lines[_position_of(event).line - 1][:_SEARCHED_CHARACTERS].strip()
        raise self._stop_with(
            _position_of(event),
            "key-not-text",
            "A map or list stands where a name is expected.",
            f"Put the name in quotes: {quoted}"
            if (quoted := quote_question_mark(line))
            else f"A text that begins with a brace or bracket needs quotes: {quote_line(line)}",
        )

    def _read_sequence(self, path: YamlPath) -> list[YamlValue]:
        values: list[YamlValue] = []
        while isinstance(event := next(self._events), NodeEvent):
            values.append(self._read_node(event, (*path, len(values))))
        return values

    def _read_scalar(self, event: ScalarEvent) -> YamlValue:
        text = self._clean_word(event, str(event.value))
        if not event.style:
            self._check_plain(event, text)
        if event.style:  # in quotes, or a block: text, whatever it looks like
            return text
        # libyaml drops comments, so the rest of the line is looked up in the text.
        end = event.end_mark
        rest = self._lines[end.line][end.column : end.column + _SEARCHED_CHARACTERS] if text and end else ""
        if problem := explain_cut_text(text, rest):
            self._add_finding(_position_of(event), "cut-text", *problem)
        return parse_scalar(text)

    def _clean_word(self, event: ScalarEvent, text: str) -> str:
        """Report an invisible sign in a word, which makes another word of it; return the word that was meant."""
        sign, word = find_invisible_sign(text)
        if sign:
            message = f"An invisible sign stands in “{word}” ({name_sign(sign)})."
            self._explain_line(_position_of(event), "invisible-sign", message, "Type the word anew.")
        return word

    def _check_plain(self, event: ScalarEvent, text: str) -> None:
        """Report a text without quotes that YAML did not read as it looks."""
        at = _position_of(event)
        line = self._lines[at.line - 1][:_SEARCHED_CHARACTERS] if 0 < at.line <= len(self._lines) else ""
        problem = explain_odd_sign(line, at.line - 1) if text else None
        if problem and problem.code != "cut-text":
            place = Position(at.line, problem.column + 1)
            self._explain_line(place, problem.code, problem.message, problem.hint)
        if not text and (lost := find_lost_value(self._lines, at.line)):
            number, column, message, hint = lost
            self._explain_line(Position(number, column), "cut-text", message, hint, also=at.line)
        if has_curly_quotes_in_list(line, at.column - 1):
            finding = self._make_finding(at, "curly-quotes", *CURLY_QUOTES)
            self.findings.append(replace(finding, severity="warning"))

    def _explain_line(self, at: Position, code: str, message: str, hint: str, also: int = 0) -> None:
        self._add_finding(at, code, message, hint)
        self.source.explained_lines.update((at.line, also))

    def _refuse_references(self, event: Event) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if not anchor and not tag:
            return
        # “@home” is special to YAML as well, but no event is made of it: that is a syntax error.
        sign = "*" if isinstance(event, AliasEvent) else "&" if anchor else "!"
        name = f"{sign}{str(anchor or tag).lstrip('!')}"
        at = _position_of(event)
        line = self._lines[at.line - 1][at.column - 1 : at.column + _SEARCHED_CHARACTERS].strip()
        raise self._stop_with(
            _position_of(event),
            "reference",
            f"“{name}” is YAML's way to refer to something; files here do without.",
            f"If it is text, put it in quotes: {quote_line(line)}",
        )

    def _add_finding(self, at: Position, code: str, message: str, hint: str = "") -> None:
        self.findings.append(self._make_finding(at, code, message, hint))
        if len(self.findings) > MOST_FINDINGS:  # a file of another program; more would bury the first
            raise self._stop_with(at, "more-mistakes", "The rest of this file was not read.", "Mend these first.")

    def _stop_with(self, at: Position, code: str, message: str, hint: str = "") -> _StopError:
        return _StopError(self._make_finding(at, code, message, hint))

    def _make_finding(self, at: Position, code: str, message: str, hint: str) -> Finding:
        return Finding(
            file=self.source.file,
            line=at.line,
            column=at.column,
            code=code,
            message=shorten_message(message),
            hint=shorten_message(hint),
        )

    def explain_parser_error(self, error: yaml.MarkedYAMLError) -> Finding:
        # libyaml tells where it noticed the error, and often where the part began in which it did (the context).
        mark = error.problem_mark or error.context_mark
        # At the end of a file it may point one line behind the last.
        line = min(mark.line, len(self._lines) - 1) if mark else 0
        column = mark.column if mark else 0
        began = error.context_mark
        opened = (min(began.line, len(self._lines) - 1), began.column) if began else None
        problem = explain_syntax_error(str(error.problem or ""), self._lines, line, column, opened)
        position = Position(problem.line + 1, problem.column + 1)
        return self._make_finding(position, problem.code, problem.message, problem.hint)


def _position_of(event: Event) -> Position:
    at = event.start_mark
    return Position(at.line + 1, at.column + 1) if at else Position(0, 0)


def validate_model(source: YamlSource, model: type[_Model]) -> tuple[_Model | None, list[Finding]]:
    """Make a model of a file.

    Returns the model, or None with a finding (position, what is wrong, nearest known word) for each error.
    """
    if source.value is None and any(finding.severity == "error" for finding in source.findings):
        return None, []  # the syntax errors explain it; that every key is missing would be an echo
    try:
        return model.model_validate(source.value), []
    except ValidationError as problems:
        errors = without_echoes(problems.errors(include_url=False))
        located = [_locate_error(source, explain_error(error, model)) for error in errors[:MOST_FINDINGS]]
        # What follows from a sign that was explained already would be told in other words, and misleads.
        findings = [finding for finding in located if finding.line not in source.explained_lines]
        if len(errors) > MOST_FINDINGS:
            message = f"There are {len(errors) - MOST_FINDINGS:,} more mistakes in this file."
            findings.append(source.finding_at((), "more-mistakes", message, "Mend these first; they may be one."))
        # pydantic reports one error for each branch of a union; in the author's words they are often the same.
        return None, sorted(dict.fromkeys(findings))


def _locate_error(source: YamlSource, error: ExplainedError) -> Finding:
    """Return the finding at the parts of the path that stand in the file: pydantic adds names of its own."""
    written: YamlPath = ()
    for part in error.path:
        if (*written, part) in source.positions:
            written = (*written, part)
    return source.finding_at(written, error.code, error.message, error.hint, key=error.at_key)
