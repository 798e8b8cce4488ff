"""Reads times and conditions of a sequence file; what is unreadable becomes a finding, and “1 day” takes its place."""

from dataclasses import dataclass, field

from domain.workspace_config import WorkspaceConfig
from language.conditions.parse import Condition, RowCondition, read_condition
from language.durations import UnclearTimeError, parse_duration
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource
from onboarding.language.event_passes import read_where
from onboarding.language.parts.file_position import FilePosition
from onboarding.language.parts.waits import WaitTime


def parse_length(text: str) -> WaitTime:
    """Return a length of time; raises :class:`UnclearTimeError` if it is none."""
    return WaitTime(length=parse_duration(text), text=text.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueReader:
    """Reads the values of one sequence file, and gathers what is wrong with them."""

    source: YamlSource
    config: WorkspaceConfig
    sequence: str
    """The name of the sequence, of which conditions such as ``since start`` speak."""
    findings: list[Finding] = field(default_factory=list)
    asked: list[tuple[Condition, FilePosition]] = field(default_factory=list)
    """All conditions that were read, and where they stand."""

    def position(self, path: YamlPath, *, key: bool = False) -> FilePosition:
        """Return where a value stands, or its key."""
        mark = self.source.position_of(path, key=key)
        return FilePosition(file=self.source.file, line=mark.line, column=mark.column)

    def read_time(self, path: YamlPath, text: str) -> WaitTime:
        """Return a length of time, such as ``3 days``."""
        try:
            return parse_length(text)
        except UnclearTimeError as error:
            return self.report_unclear_time(path, error)

    def report_unclear_time(self, path: YamlPath, error: UnclearTimeError, more_hint: str = "") -> WaitTime:
        """Note that a time is not understood; return what takes its place."""
        self.findings.append(self.source.finding_at(path, "unclear-time", f"{error}.", f"{error.hint}{more_hint}"))
        return parse_length("1 day")

    def read_where(self, path: YamlPath, text: str | None, events: list[str]) -> RowCondition | None:
        """Return what an event must say; None if nothing is asked, or it is unreadable."""
        where, problems = read_where(text, events, self.config)
        self.findings.extend(
            self.source.finding_at(path, problem.code, f"{problem.message}.", problem.hint) for problem in problems
        )
        return where

    def read_condition(self, path: YamlPath, text: str) -> Condition | None:
        """Return a condition; None if it is unreadable."""
        condition, troubles = read_condition(text, self.config, self.sequence)
        self.findings.extend(
            self.source.finding_at(path, trouble.code, f"{trouble.message}.", trouble.hint, severity=trouble.severity)
            for trouble in troubles
        )
        if condition:
            self.asked.append((condition, self.position(path)))
        return condition
