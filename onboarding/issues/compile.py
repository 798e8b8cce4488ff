"""Compiles ``issues/*.yaml`` to an :class:`IssueCatalog`, or to findings that name line and remedy.  Pure."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import TypeVar

from domain.workspace_config import WorkspaceConfig
from language.conditions.parse import Condition, read_condition
from language.durations import UnclearTimeError, parse_duration
from language.findings import Finding
from language.yaml_reader import read_yaml, validate_model
from language.yaml_source import YamlPath, YamlSource
from onboarding.issues.catalog import Issue, IssueCatalog, IssueWinner
from onboarding.issues.check import check_issue
from onboarding.issues.model import WINNER, IssueModel
from onboarding.issues.moment import IssueMoment, parse_issue_moment
from onboarding.language.build_acts import read_share
from onboarding.language.check_acts import WHOLE_PERCENT
from onboarding.language.parts.file_position import FilePosition
from onboarding.language.parts.goals import Goal

Time = TypeVar("Time", timedelta, IssueMoment)
A_DAY = timedelta(days=1)
"""Stands for a time that cannot be read; a finding says so."""


def compile_issues(files: Mapping[str, str], config: WorkspaceConfig) -> tuple[IssueCatalog, list[Finding]]:
    """Compile all of ``issues/*.yaml``; an issue with an error is left out, and the findings say why."""
    issues: dict[str, Issue] = {}
    findings: list[Finding] = []
    for path in sorted(path for path in files if path.startswith("issues/") and path.endswith((".yaml", ".yml"))):
        source = read_yaml(files[path], path)
        issue, issue_findings = _compile_issue(source, config)
        findings += issue_findings
        if issue and issue.name in issues:
            message = f"“{issue.name}” is already the issue of {issues[issue.name].file}."
            findings.append(source.finding_at(("issue",), "duplicate-issue", message, "Give it another name."))
        elif issue:
            issues[issue.name] = issue
    return IssueCatalog(issues=MappingProxyType(issues)), findings


def _compile_issue(source: YamlSource, config: WorkspaceConfig) -> tuple[Issue | None, list[Finding]]:
    model, shape_findings = validate_model(source, IssueModel)
    findings = [*source.findings, *shape_findings]
    if model is None:
        return None, findings
    builder = _IssueBuilder(source, model, config)
    issue = builder.build_issue()
    findings += [*builder.findings, *check_issue(source, model, config)]
    # A warning leaves the issue in the catalog: a plan shows it, and a person decides.
    has_error = any(finding.severity == "error" for finding in findings)
    return (None if has_error else issue), findings


class _IssueBuilder:
    """Builds one issue; what cannot be read becomes a finding."""

    def __init__(self, source: YamlSource, model: IssueModel, config: WorkspaceConfig) -> None:
        self.source = source
        self.model = model
        self.config = config
        self.findings: list[Finding] = []

    def build_issue(self) -> Issue:
        model, condition = self.model, self.read_audience()
        moment = self.read_time(("send",), model.send, parse_issue_moment) if model.send else None
        # One mail for everybody is a split of one part: all that follows knows only parts.
        parts = model.mail if isinstance(model.mail, dict) else {model.mail: f"{WHOLE_PERCENT}%"}
        return Issue(
            name=model.issue,
            topic=model.topic,
            file=self.source.file,
            to=condition,
            moment=moment,
            late=self.read_time(("late",), model.late, parse_duration) or A_DAY,
            parts=tuple((name, read_share(share)) for name, share in parts.items()),
            winner=self.build_winner(),
            goal=self.build_goal(),
            uses=tuple((name, self.position_of_mail(name)) for name in parts if name != WINNER),
            asked=((condition, self.find_position(("to",))),) if condition and model.to else (),
        )

    def read_audience(self) -> Condition | None:
        model = self.model
        # A segment that is not declared is reported by the checks of names.
        written = model.to or (f"in {model.segment}" if model.segment in self.config.segments else None)
        if written is None:
            return None
        condition, problems = read_condition(written, self.config)
        self.findings += [
            self.source.finding_at(
                ("to",), problem.code, f"{problem.message}.", problem.hint, severity=problem.severity
            )
            for problem in problems
            if model.to  # of a segment it is told in doorstep.yaml
        ]
        return condition

    def build_winner(self) -> IssueWinner | None:
        winner = self.model.winner
        if winner is None:
            return None
        after = self.read_time(("winner", "after"), winner.after, parse_duration) or A_DAY
        return IssueWinner(by_goal=winner.by.startswith("goal"), after=after, otherwise=winner.otherwise)

    def build_goal(self) -> Goal | None:
        goal = self.model.goal
        if goal is None:
            return None
        within = self.read_time(("goal", "within"), goal.within, parse_duration) or A_DAY
        return Goal(event=goal.event, within=within)

    def read_time(self, path: YamlPath, text: str, parse: Callable[[str], Time]) -> Time | None:
        """Return a time; None, with a finding, if it cannot be read."""
        try:
            return parse(text)
        except UnclearTimeError as error:
            self.findings.append(self.source.finding_at(path, "unclear-time", f"{error}.", error.hint))
            return None

    def position_of_mail(self, name: str) -> FilePosition:
        is_map = isinstance(self.model.mail, dict)
        return self.find_position(("mail", name) if is_map else ("mail",), key=is_map)

    def find_position(self, path: YamlPath, *, key: bool = False) -> FilePosition:
        mark = self.source.position_of(path, key=key)
        return FilePosition(file=self.source.file, line=mark.line, column=mark.column)
