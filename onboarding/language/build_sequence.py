"""Builds one sequence from the model of its file.  Pure."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from types import MappingProxyType

from domain.workspace_config import WorkspaceConfig
from language.conditions.events import ENGAGEMENT
from language.durations import UnclearTimeError
from language.findings import Finding, suggest_name
from language.shares import UnclearShareError, parse_holdout
from language.yaml_source import YamlPath, YamlSource, path_of_item
from onboarding.language.build_acts import build_act
from onboarding.language.build_sends import build_send
from onboarding.language.build_starts import build_timed_starts
from onboarding.language.build_waits import build_wait
from onboarding.language.catalog import Action, Exit, If, MailSequence, SequenceStep, StartRule
from onboarding.language.event_passes import EACH, path_of_start
from onboarding.language.model import CONFIRMED, END, PRIORITIES, SequenceModel, StepModel
from onboarding.language.parts.file_position import FilePosition
from onboarding.language.parts.goals import Goal, GoalWhenModel
from onboarding.language.parts.send_hours import SendHours, parse_send_moment, parse_sequence_hours
from onboarding.language.parts.timed_starts import read_again
from onboarding.language.parts.waits import WaitTime
from onboarding.language.questions import add_question
from onboarding.language.read_values import ValueReader
from onboarding.language.ways import find_ways

COOL_DOWN = "30 days"
"""A sequence of a confirmation does not start again within this time of its last end, unless ``again`` says more."""


def content_hash(*parts: str) -> str:
    """Return a short hash of texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def build_sequence(
    source: YamlSource, model: SequenceModel, config: WorkspaceConfig
) -> tuple[MailSequence, list[Finding]]:
    """Return the sequence, and what is wrong with its times and conditions."""
    builder = _SequenceBuilder(source, model, config)
    return builder.build_sequence(), builder.reader.findings


class _SequenceBuilder:
    def __init__(self, source: YamlSource, model: SequenceModel, config: WorkspaceConfig) -> None:
        self.source = source
        self.model = model
        self.config = config
        self.reader = ValueReader(source=source, config=config, sequence=model.sequence)

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
            hash=content_hash(json.dumps(self.source.value)),  # of the parsed YAML: comments and spacing are gone
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
            asked=tuple(self.reader.asked),
            ways_to=MappingProxyType(find_ways(steps)),
            migrate=MappingProxyType(dict(self.model.migrate)),
        )

    def find_template_uses(self) -> Iterator[tuple[str, FilePosition]]:
        for name, step in self.model.steps.items():
            if step.relay:
                yield step.relay.mail, self.reader.position(("steps", name, "relay", "mail"))
            path: YamlPath = ("steps", name, "send")
            if isinstance(step.send, str):
                yield step.send, self.reader.position(path)
            for template in step.send if isinstance(step.send, dict) else ():
                yield template, self.reader.position((*path, template), key=True)

    def build_start(self) -> StartRule:
        condition = self.reader.read_condition(("if",), self.model.condition) if self.model.condition else None
        again = read_again(self.model.again, self.model.starts)
        return StartRule(
            event="" if self.model.start == CONFIRMED else self.model.start,
            confirmed=self.model.start == CONFIRMED,
            where=self.reader.read_where(
                path_of_start(self.source, self.model), self.model.start_where, [self.model.start]
            ),
            timed=tuple(build_timed_starts(self.source, self.model, self.config, self.reader.read_condition)),
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
            return self.reader.read_time(("again",), text.removeprefix("after ")).length
        hint = f"Write never, always, or “after {COOL_DOWN}”. {suggest_name(text, ['never', 'always'])}"
        self.reader.findings.append(self.source.finding_at(("again",), "unclear-time", f"“{text}” says no time.", hint))
        return None

    def build_exits(self) -> Iterator[Exit]:
        for number, text in enumerate(self.model.exits):
            if text in self.config.events or text == ENGAGEMENT:
                yield Exit(event=text)
                continue
            condition = self.reader.read_condition(path_of_item(self.source, "exit", number), text)
            if condition:
                yield Exit(condition=condition)

    def build_goal(self) -> Goal | None:
        goal = self.model.goal
        if goal is None:
            return None
        within = self.reader.read_time(("goal", "within"), goal.within).length
        if not isinstance(goal, GoalWhenModel):
            return Goal(event=goal.event, within=within)
        condition = self.reader.read_condition(("goal", "when"), goal.when)
        return Goal(condition=condition, within=within) if condition else None

    def build_holdout(self) -> int:
        own = self.model.holdout
        try:
            return parse_holdout(self.config.limits.holdout if own is None else own)
        except UnclearShareError as error:
            # Of doorstep.yaml it is told there.
            if own is not None:
                self.reader.findings.append(
                    self.source.finding_at(("holdout",), "unclear-share", f"{error}.", error.hint)
                )
            return 0

    def build_hours(self) -> SendHours | None:
        try:
            return parse_sequence_hours(self.model.hours, self.config.holidays) if self.model.hours else None
        except UnclearTimeError as error:
            self.reader.report_unclear_time(("hours",), error)
            return None

    def build_moment(self, path: YamlPath, step: StepModel) -> SendHours | None:
        try:
            return parse_send_moment(step.at) if step.at else None
        except UnclearTimeError as error:
            self.reader.report_unclear_time((*path, "at"), error)
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
        at_most = self.reader.read_time((*path, "at_most"), step.at_most or "7 days")
        if step.send or step.relay:
            at = self.build_moment(path, step)
            send = build_send(
                step,
                at,
                self.config,
                self.model,
                lambda name, text: self.reader.read_condition((*path, "send", name), text),
            )
            return add_question(send, step, at_most)
        if act := build_act(step, self.config):
            return add_question(act, step, at_most)
        if step.condition:
            return self.build_condition((*path, "if"), step.condition)
        return build_wait((*path, "wait"), step.wait or "1 day", self.reader)

    def build_condition(self, path: YamlPath, text: str) -> If | WaitTime:
        condition = self.reader.read_condition(path, text)
        return If(condition=condition) if condition else self.reader.read_time(path, "1 day")
