"""Compiles sequence files to a ``SequenceCatalog``, or to findings that name line and remedy.  Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType

from domain.workspace_config import WorkspaceConfig
from language.conditions.events import ENGAGEMENT
from language.conditions.parse import Condition, RowCondition, read_condition
from language.durations import UnclearTimeError, parse_duration, parse_local_time
from language.findings import Finding, suggest_name
from language.mail_times.field_moments import is_field_moment, parse_field_moment
from language.mail_times.workdays import is_counted_wait, parse_counted_wait
from language.shares import UnclearShareError, parse_holdout
from language.yaml_reader import read_yaml, validate_model
from language.yaml_source import YamlPath, YamlSource, path_of_item
from onboarding.language.build_acts import build_act
from onboarding.language.build_sends import build_send
from onboarding.language.build_starts import build_timed_starts
from onboarding.language.catalog import (
    Action,
    Exit,
    Goal,
    If,
    MailSequence,
    SequenceCatalog,
    SequenceStep,
    StartRule,
    WaitCounted,
    WaitDated,
    WaitFor,
    WaitLocal,
    WaitTime,
)
from onboarding.language.check import check_names, check_paths
from onboarding.language.check_times import check_times
from onboarding.language.event_passes import EACH, check_each, path_of_start, read_where
from onboarding.language.file_position import FilePosition
from onboarding.language.model import CONFIRMED, END, PRIORITIES, SequenceModel, StepModel, WaitForModel
from onboarding.language.questions import add_question
from onboarding.language.send_hours import SendHours, parse_send_moment, parse_sequence_hours
from onboarding.language.timed_starts import default_again
from onboarding.language.ways import find_ways

A_TIME = "Or a time, such as “Friday 09:00 their time”."
"""Hint for a wait that was not understood as a length of time."""

COOL_DOWN = "30 days"
"""A sequence of a confirmation does not start again within this time of its last end, unless ``again`` says more."""

__all__ = ["SequenceCatalog", "compile_sequences"]


def compile_sequences(files: Mapping[str, str], config: WorkspaceConfig) -> tuple[SequenceCatalog, list[Finding]]:
    """Compile all of ``sequences/*.yaml``.

    A sequence with an error is left out of the catalog; the findings say why.
    """
    sequences: dict[str, MailSequence] = {}
    findings: list[Finding] = []
    for path in sorted(path for path in files if path.startswith("sequences/") and path.endswith((".yaml", ".yml"))):
        source = read_yaml(files[path], path)
        sequence, sequence_findings = _compile_sequence(source, config)
        findings += sequence_findings
        if sequence and sequence.name in sequences:
            message = f"“{sequence.name}” is already the sequence of {sequences[sequence.name].file}."
            findings.append(source.finding_at(("sequence",), "duplicate-sequence", message, "Give it another name."))
        elif sequence:
            findings += _check_same_start(source, sequence, sequences)
            sequences[sequence.name] = sequence
    catalog = SequenceCatalog(
        sequences=MappingProxyType(sequences), hash=_content_hash(*(sequence.hash for sequence in sequences.values()))
    )
    return catalog, findings


def _check_same_start(
    source: YamlSource, sequence: MailSequence, others: Mapping[str, MailSequence]
) -> Iterator[Finding]:
    """Warn of sequences that start with the same confirmation: a person would be in both."""
    for other in others.values():
        if other.topic == sequence.topic and other.start.confirmed and sequence.start.confirmed:
            message = f"“{other.name}” starts when “{sequence.topic}” is confirmed too, so people get both welcomes."
            hint = "Make one sequence of them, or give one a topic of its own."
            yield source.finding_at(("topic",), "same-start", message, hint, severity="warning")


def _compile_sequence(source: YamlSource, config: WorkspaceConfig) -> tuple[MailSequence | None, list[Finding]]:
    model, shape_findings = validate_model(source, SequenceModel)
    findings = [*source.findings, *shape_findings]
    if model is None:
        return None, findings
    builder = _SequenceBuilder(source, model, config)
    sequence = builder.build_sequence()
    findings += [*builder.findings, *check_names(source, model, config), *check_each(source, model, config)]
    # Steps that lead to unknown names would make every path finding wrong, so paths are checked last.
    if not _has_error(findings):
        findings += [*check_paths(source, sequence), *check_times(source, sequence, config)]
    return (None if _has_error(findings) else sequence), findings


def _has_error(findings: list[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _content_hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class _SequenceBuilder:
    """Builds one sequence; an unreadable time or condition becomes a finding, and “1 day” takes its place."""

    def __init__(self, source: YamlSource, model: SequenceModel, config: WorkspaceConfig) -> None:
        self.source = source
        self.model = model
        self.config = config
        self.findings: list[Finding] = []
        self.asked: list[tuple[Condition, FilePosition]] = []

    def build_sequence(self) -> MailSequence:
        names = list(self.model.steps)
        # A step without “go” leads to the one written below it, and the last one leads to the end.
        below = dict(zip(names, [*names[1:], END], strict=True))
        steps = {name: self.build_step(name, step, below[name]) for name, step in self.model.steps.items()}
        return MailSequence(
            name=self.model.sequence,
            topic=self.model.topic,
            is_service=self.model.topic in self.config.contract_topics,
            file=self.source.file,
            hash=_content_hash(json.dumps(self.source.value)),  # of the parsed YAML: comments and spacing are gone
            start=self.build_start(),
            exits=tuple(self.build_exits()),
            goal=self.build_goal(),
            draft=self.model.draft,
            holdout=self.build_holdout(),
            hours=self.build_hours(),
            priority=PRIORITIES.index(self.model.priority),
            first=names[0],
            steps=MappingProxyType(steps),
            templates=tuple(self.find_template_uses()),
            asked=tuple(self.asked),
            ways_to=MappingProxyType(find_ways(steps)),
            migrate=MappingProxyType(dict(self.model.migrate)),
        )

    def find_template_uses(self) -> Iterator[tuple[str, FilePosition]]:
        for name, step in self.model.steps.items():
            if step.relay:
                yield step.relay.mail, self.file_position(("steps", name, "relay", "mail"))
            path: YamlPath = ("steps", name, "send")
            if isinstance(step.send, str):
                yield step.send, self.file_position(path)
            for template in step.send if isinstance(step.send, dict) else ():
                yield template, self.file_position((*path, template), key=True)

    def file_position(self, path: YamlPath, *, key: bool = False) -> FilePosition:
        mark = self.source.position_of(path, key=key)
        return FilePosition(file=self.source.file, line=mark.line, column=mark.column)

    def build_start(self) -> StartRule:
        condition = self.read_condition(("if",), self.model.condition) if self.model.condition else None
        again = self.model.again or default_again(self.model.starts)
        return StartRule(
            event="" if self.model.start == CONFIRMED else self.model.start,
            confirmed=self.model.start == CONFIRMED,
            where=self.build_where(path_of_start(self.source, self.model), self.model.start_where, [self.model.start]),
            timed=tuple(build_timed_starts(self.source, self.model, self.config, self.read_condition)),
            each=again.removeprefix(EACH).strip() if again.startswith(EACH) else "",
            condition=condition,
            again_after=self.build_again(again),
        )

    def build_again(self, text: str) -> timedelta | None:
        if text.startswith(EACH):
            return None
        if text == "always":
            return timedelta(0)
        if text == "never":
            return None
        if text.startswith("after "):
            return self.build_wait_time(("again",), text.removeprefix("after ")).length
        hint = f"Write never, always, or “after {COOL_DOWN}”. {suggest_name(text, ['never', 'always'])}"
        self.findings.append(self.source.finding_at(("again",), "unclear-time", f"“{text}” says no time.", hint))
        return None

    def build_exits(self) -> Iterator[Exit]:
        for number, text in enumerate(self.model.exits):
            if text in self.config.events or text == ENGAGEMENT:
                yield Exit(event=text)
                continue
            condition = self.read_condition(path_of_item(self.source, "exit", number), text)
            if condition:
                yield Exit(condition=condition)

    def build_goal(self) -> Goal | None:
        goal = self.model.goal
        if goal is None:
            return None
        wait = self.build_wait_time(("goal", "within"), goal.within)
        return Goal(event=goal.event, within=wait.length)

    def build_holdout(self) -> int:
        own = self.model.holdout
        try:
            return parse_holdout(self.config.limits.holdout if own is None else own)
        except UnclearShareError as error:
            # Of doorstep.yaml it is told there.
            if own is not None:
                self.findings.append(self.source.finding_at(("holdout",), "unclear-share", f"{error}.", error.hint))
            return 0

    def build_hours(self) -> SendHours | None:
        try:
            return parse_sequence_hours(self.model.hours, self.config.holidays) if self.model.hours else None
        except UnclearTimeError as error:
            self.report_unclear_time(("hours",), error)
            return None

    def build_moment(self, path: YamlPath, step: StepModel) -> SendHours | None:
        try:
            return parse_send_moment(step.at) if step.at else None
        except UnclearTimeError as error:
            self.report_unclear_time((*path, "at"), error)
            return None

    def build_step(self, name: str, step: StepModel, below: str) -> SequenceStep:
        # A question leads on by its answers; one that is not asked ends the pass, for its “else” would punish silence.
        go = step.go or (END if step.choices else below)
        return SequenceStep(
            name=name,
            line=self.source.position_of(("steps", name), key=True).line,
            action=self.build_action(("steps", name), step),
            next_step=go,
            otherwise=step.otherwise or go,
        )

    def build_action(self, path: YamlPath, step: StepModel) -> Action:
        if step.send or step.relay:
            at = self.build_moment(path, step)
            send = build_send(
                step, at, self.config, lambda name, text: self.read_condition((*path, "send", name), text)
            )
            return add_question(send, step, self.build_wait_time((*path, "at_most"), step.at_most or "7 days"))
        if act := build_act(step, self.config):
            return act
        if isinstance(step.wait, WaitForModel):
            wait, at_most = step.wait, self.build_wait_time((*path, "wait", "at_most"), step.wait.at_most)
            return WaitFor(
                event=wait.event[0], others=tuple(wait.event[1:]), times=wait.times, at_most=at_most.length,
                text=at_most.text, where=self.build_where((*path, "wait", "where"), wait.where, wait.event),
                ever=wait.since == "ever",
            )  # fmt: skip
        if step.condition:
            return self.build_condition((*path, "if"), step.condition)
        return self.build_wait((*path, "wait"), step.wait or "1 day")

    def build_wait(self, path: YamlPath, text: str) -> WaitTime | WaitLocal | WaitCounted | WaitDated:
        try:
            if is_field_moment(text):
                return WaitDated(moment=parse_field_moment(text, self.config.timezone), text=" ".join(text.split()))
            if is_counted_wait(text):
                return WaitCounted(wait=parse_counted_wait(text), text=" ".join(text.split()))
            # Only a time of day has a colon: “Friday 09:00 their time” against “3 days”.
            return WaitLocal(at=parse_local_time(text)) if ":" in text else self.parse_wait_time(text)
        except UnclearTimeError as error:
            other = "" if ":" in text or error.hint.startswith("Did") else f" {A_TIME}"
            return self.report_unclear_time(path, error, other)

    def build_wait_time(self, path: YamlPath, text: str) -> WaitTime:
        try:
            return self.parse_wait_time(text)
        except UnclearTimeError as error:
            return self.report_unclear_time(path, error)

    def parse_wait_time(self, text: str) -> WaitTime:
        return WaitTime(length=parse_duration(text), text=text.strip())

    def report_unclear_time(self, path: YamlPath, error: UnclearTimeError, more_hint: str = "") -> WaitTime:
        self.findings.append(self.source.finding_at(path, "unclear-time", f"{error}.", f"{error.hint}{more_hint}"))
        return self.parse_wait_time("1 day")

    def build_where(self, path: YamlPath, text: str | None, events: list[str]) -> RowCondition | None:
        where, problems = read_where(text, events, self.config)
        self.findings += [
            self.source.finding_at(path, problem.code, f"{problem.message}.", problem.hint) for problem in problems
        ]
        return where

    def build_condition(self, path: YamlPath, text: str) -> If | WaitTime:
        condition = self.read_condition(path, text)
        return If(condition=condition) if condition else self.build_wait_time(path, "1 day")

    def read_condition(self, path: YamlPath, text: str) -> Condition | None:
        """Read a condition; what is wrong with it becomes findings."""
        condition, troubles = read_condition(text, self.config, self.model.sequence)
        self.findings += [
            self.source.finding_at(path, trouble.code, f"{trouble.message}.", trouble.hint, severity=trouble.severity)
            for trouble in troubles
        ]
        if condition:
            self.asked.append((condition, self.file_position(path)))
        return condition
