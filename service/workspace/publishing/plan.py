"""The plan: how another edition differs from the live one, who stands where, and what happens to them."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping

from flows.compiled.catalog import STAY
from flows.language.model import END, FlowText
from language.findings import Finding
from onboarding.language.catalog import MailSequence, Send, SequenceStep
from service.workspace.edition import Edition
from service.workspace.publishing.diff import How, OlderVersion, Plan, StepChange, UnitChange
from service.workspace.publishing.flow_diff import (
    differing_keys,
    guess_successor,
    read_flow_texts,
    shapes_under_new_names,
    step_shapes,
)
from service.workspace.publishing.head_count import HeadCount
from service.workspace.publishing.live_edition import LiveEdition
from service.workspace.publishing.requirements import find_lacking
from service.workspace.publishing.step_mapping import renamed_steps


def plan_change(
    live: LiveEdition, old: Edition, new: Edition, heads: HeadCount, *,
    stay: Collection[str] = (), end: Collection[str] = (), lenient: bool = False,
) -> Plan:  # fmt: skip
    """Compare the live edition with a new one.

    ``stay`` names removed flows whose people finish in the old version; ``end`` names removed sequences whose runs end.
    ``lenient`` (a rollback) requires neither: people finish where they are, and a run goes on at the next step that the
    older edition has.
    """
    planner = _Planner(live, old, new, heads, lenient=lenient)
    changes = (*planner.flow_changes(stay), *planner.sequence_changes(end))
    return Plan(
        epoch=live.epoch,
        live=old.hash,
        new=new.hash,
        people=heads.people,
        changes=changes,
        files=dict(_changed_files(old.files, new.files)),
        older=tuple(planner.older_versions()),
        missing=tuple(sorted(planner.missing)),
    )


class _Planner:
    """Compares two editions, and collects what is missing."""

    def __init__(self, live: LiveEdition, old: Edition, new: Edition, heads: HeadCount, *, lenient: bool) -> None:
        self.lenient = lenient
        self.old, self.new, self.heads = old, new, heads
        self.versions = live.versions
        self.live_hashes = {name: flow.hash for name, flow in old.rules.flows.flows.items()}
        self.missing: list[Finding] = []
        """What has to be written before the edition can be applied."""
        moves = {(move.flow, move.hash, move.step): move.to for move in live.moves}
        self.people_at: Counter[tuple[str, str]] = Counter()
        """Number of people by flow and step of the live version, including those who will move there."""
        # People of an older version whose step is mapped count as standing at the target already: their next message
        # takes them there.  Others of older versions finish where they are; no change of this plan concerns them.
        for (flow, version, step), people in heads.conversations.items():
            if version == self.live_hashes.get(flow):
                self.people_at[flow, step] += people
            elif (flow, version, step) in moves:
                self.people_at[flow, moves[flow, version, step]] += people

    def require_change(self, file: str, code: str, message: str, hint: str) -> None:
        """Note what has to be written before this edition can be applied."""
        # A rollback is made in a hurry: it must never wait for somebody to write a map.
        if self.lenient:
            return
        self.missing.append(Finding(file=file, line=0, column=0, code=code, message=message, hint=hint))

    def flow_changes(self, stay: Collection[str]) -> Iterator[UnitChange]:
        """Yield a change for every flow that differs."""
        before, after = read_flow_texts(self.old.files), read_flow_texts(self.new.files)
        present = self.new.rules.flows.flows
        for name in sorted({*before, *after}):
            if name not in before:
                yield UnitChange(kind="flow", name=name, how="new")
            elif name not in after:
                self._check_requirements(before[name])
                yield self._flow_gone(name, stay)
            elif self.live_hashes.get(name) != present[name].hash:
                yield self._flow_changed(name, before[name], after[name], present[name].file)

    def _people_in(self, flow: str) -> int:
        return sum(people for (name, step), people in self.people_at.items() if name == flow and step != END)

    def _flow_gone(self, name: str, stay: Collection[str]) -> UnitChange:
        people = self._people_in(name)
        if people and name not in stay:
            self.require_change(
                self.old.rules.flows.flows[name].file,
                "strands-people",
                f"The flow “{name}” is gone, and {_people_count(people)} {_stand_verb(people)} in it.",
                f"Keep it, or let them finish in the old version: doorstep apply --stay {name}",
            )
        outcome = "they finish in the old version" if people and (self.lenient or name in stay) else ""
        return UnitChange(kind="flow", name=name, how="gone", people=people, what=outcome)

    def _check_requirements(self, old: FlowText) -> None:
        """Require that a version in which people finish still finds the topics, fields and mails it refers to."""
        people = self._people_in(old.flow)
        if people and (lacks := find_lacking(old, self.new)):
            self.require_change(
                self.old.rules.flows.flows[old.flow].file,
                "still-needed",
                f"{_people_count(people)} will finish in the old version of {old.flow}, "
                f"which needs {', '.join(lacks)}.",
                "Leave that in until doorstep plan names nobody there any more.",
            )

    def _flow_changed(self, name: str, old: FlowText, new: FlowText, file: str) -> UnitChange:
        renamed = renamed_steps(old, new)
        old_names = {after: before for before, after in renamed.items()}
        # Compared under the new names: a step that is only renamed must not count as one that is gone and one that is
        # new, nor re-wire every step that leads to it.
        before, after = shapes_under_new_names(old, renamed), step_shapes(new)
        steps = [*self._steps_gone(name, old, new, file)]
        for step, shape in after.items():
            old_name = old_names.get(step, step)
            people = self.people_at[name, old_name]
            if old_name not in old.steps:
                steps.append(StepChange(step=step, how="new"))
            elif keys := differing_keys(before[step], shape):
                difference = f"{', '.join(keys)} differ" + (f"; {_describe_move(new, step)}" if people else "")
                steps.append(StepChange(step=step, how="rewired", people=people, what=difference))
            elif old.steps[old_name] != new.steps[step] and old_name == step:
                steps.append(StepChange(step=step, how="words", people=people))
        same_shape = before == after
        if not same_shape:
            # People will finish in the old version, so what it refers to must go on existing.
            self._check_requirements(old)
        people = self._people_in(name)
        has_map = any(target != STAY for step, target in new.migrate.items() if step in old.steps)
        finish = "they finish in the old version" + (", but for steps mapped" if has_map else "")
        outcome = "they read the new words at once" if same_shape else finish
        how: How = "words" if same_shape else "structure"
        return UnitChange(
            kind="flow", name=name, how=how, people=people, what=outcome if people else "", steps=tuple(steps)
        )

    def _steps_gone(self, name: str, old: FlowText, new: FlowText, file: str) -> Iterator[StepChange]:
        added = {step: text for step, text in new.steps.items() if step not in old.steps}
        for step, text in old.steps.items():
            if step in new.steps:
                continue
            people, perhaps = self.people_at[name, step], guess_successor(text, added)
            if people and step not in new.migrate:
                self._require_mapping(name, step, people, file, perhaps=perhaps)
            outcome = _describe_move(new, step) if people and (self.lenient or step in new.migrate) else ""
            how: How = "renamed" if step in renamed_steps(old, new) else "gone"
            perhaps = "" if step in new.migrate else perhaps
            yield StepChange(step=step, how=how, people=people, what=outcome, perhaps=perhaps)

    def _require_mapping(self, name: str, step: str, people: int, file: str, *, perhaps: str) -> None:
        became = f"; it looks like “{perhaps}” now" if perhaps else ""
        self.require_change(
            file,
            "strands-people",
            f"The step “{step}” of {name} is gone, and {_people_count(people)} {_stand_verb(people)} there{became}.",
            f"Add to {file}:  migrate: {{{step}: {perhaps or 'NEW_STEP'}}}   or   migrate: {{{step}: {STAY}}}",
        )

    def older_versions(self) -> Iterator[OlderVersion]:
        """Yield the older versions in which people finish."""
        for older in self.versions:
            people = sum(
                count for (flow, version, _), count in self.heads.conversations.items()
                if (flow, version) == (older.flow, older.hash)
            )  # fmt: skip
            if people:
                yield OlderVersion(flow=older.flow, hash=older.hash, people=people)

    def sequence_changes(self, end: Collection[str]) -> Iterator[UnitChange]:
        """Yield a change for every sequence that differs."""
        before, after = self.old.rules.sequences.sequences, self.new.rules.sequences.sequences
        for name in sorted({*before, *after}):
            if name not in before:
                yield UnitChange(kind="sequence", name=name, how="new")
            elif name not in after:
                yield self._sequence_gone(before[name], end)
            elif before[name].hash != after[name].hash:
                yield self._sequence_changed(before[name], after[name])

    def _runs_by_step(self, sequence: str) -> dict[str, int]:
        return {step: people for (name, step), people in self.heads.runs.items() if name == sequence}

    def _sequence_gone(self, old: MailSequence, end: Collection[str]) -> UnitChange:
        people = sum(self._runs_by_step(old.name).values())
        if people and old.name not in end:
            self.require_change(
                old.file,
                "strands-people",
                f"The sequence “{old.name}” is gone, and {_people_count(people)} {_stand_verb(people)} in it.",
                f"Keep it, or let them go: doorstep apply --end {old.name}",
            )
        outcome = "their passes end" if people and old.name in end else ""
        return UnitChange(kind="sequence", name=old.name, how="gone", people=people, what=outcome)

    def _sequence_changed(self, old: MailSequence, new: MailSequence) -> UnitChange:
        runs = self._runs_by_step(old.name)
        steps = []
        # Runs may also stand at steps that the live version lacks already, after an earlier ``apply``.
        for step in {**old.steps, **runs}:
            if step not in new.steps:
                steps.append(self._run_step_gone(step, runs.get(step, 0), new))
            elif step in old.steps and (difference := _describe_difference(old, new, step)):
                steps.append(StepChange(step=step, how="rewired", people=runs.get(step, 0), what=difference))
        steps += [StepChange(step=step, how="new") for step in new.steps if step not in old.steps]
        # Sequences have no older versions: a run holds only the name of its step, so every change holds at once.
        outcome = "they go on in the new version at once" if runs else ""
        return UnitChange(
            kind="sequence",
            name=old.name,
            how="structure" if steps else "head" if _read_head(old) != _read_head(new) else "words",
            people=sum(runs.values()),
            what=outcome,
            steps=tuple(steps),
        )

    def _run_step_gone(self, step: str, people: int, new: MailSequence) -> StepChange:
        target = new.migrate.get(step, "")
        if people and not target:
            self.require_change(
                new.file,
                "strands-people",
                f"The step “{step}” of {new.name} is gone, and {_people_count(people)} {_stand_verb(people)} there.",
                f"Add to {new.file}:  migrate: {{{step}: NEW_STEP}}   or   migrate: {{{step}: {END}}}",
            )
        onward = "their passes end" if target == END else f"they go on at {target or 'the next step that is there'}"
        outcome = onward if people and (target or self.lenient) else ""
        return StepChange(step=step, how="gone", people=people, what=outcome)


def _describe_difference(old: MailSequence, new: MailSequence, step: str) -> str:
    before, after = old.steps[step], new.steps[step]
    parts: dict[str, Callable[[MailSequence], object]] = {
        "what it does": lambda sequence: sequence.steps[step].action,
        "go": lambda sequence: sequence.steps[step].next_step,
        "else": lambda sequence: sequence.steps[step].otherwise,
    }
    if before == after:
        return ""
    differing = [name for name, part in parts.items() if part(old) != part(new)]
    anew = "; its parts are compared anew, and what was chosen holds no more" if _ends_comparison(before, after) else ""
    return f"{', '.join(differing)} differ; it holds at once{anew}" if differing else ""


def _ends_comparison(before: SequenceStep, after: SequenceStep) -> bool:
    """Return True if a winner was looked for, among other parts or not any more."""
    if not isinstance(before.action, Send) or not before.action.winner:
        return False
    sought = after.action.split if isinstance(after.action, Send) and after.action.winner else ()
    return sought != before.action.split


def _describe_move(new: FlowText, step: str) -> str:
    target = new.migrate.get(step, STAY)
    if target == STAY:
        return "they finish in the old version"
    return "their conversations end" if target == END else f"they go on at {target}"


def _people_count(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _stand_verb(count: int) -> str:
    return "stands" if count == 1 else "stand"


def _changed_files(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, How]]:
    """Yield the changes of files that hold no steps."""
    for path in sorted({*old, *new}):
        if path.startswith(("flows/", "sequences/")) or old.get(path) == new.get(path):
            continue
        yield path, "new" if path not in old else "gone" if path not in new else "words"


def _read_head(sequence: MailSequence) -> tuple[object, ...]:
    """Return what stands above the steps of a sequence and decides who begins, who leaves, and when mails go."""
    who = (sequence.topic, sequence.start, sequence.exits, sequence.goal)
    return *who, sequence.priority, sequence.draft, sequence.holdout, sequence.hours
