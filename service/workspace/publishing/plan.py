"""The plan: what differs between the edition that is live and another, who stands where, and what happens to them."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping

from flows.compiled.catalog import STAY
from flows.language.model import END, FlowText
from onboarding.language.catalog import Sequence
from service.workspace.publishing.live_edition import Live
from service.workspace.publishing.head_count import Census
from service.workspace.publishing.diff import Change, How, Older, Plan, StepChange
from service.workspace.publishing.step_mapping import names
from service.workspace.publishing.requirements import lacking
from service.workspace.publishing.flow_diff import guess, renamed, rewired, shapes, written
from service.workspace.edition import Edition
from language.findings import Finding


def plan(
    live: Live, old: Edition, new: Edition, census: Census, *,
    stay: Collection[str] = (), end: Collection[str] = (), lenient: bool = False,
) -> Plan:  # fmt: skip
    """Compare.

    ``stay``: flows that are gone and whose people finish in the old version; ``end``: sequences that are gone and whose
    running passes end.  ``lenient`` (a rollback): nothing need be said; who stands where
    nothing follows finishes there, and a pass goes on at the next step that is there.
    """
    planner = _Planner(live, old, new, census, lenient=lenient)
    changes = (*planner.flows(stay), *planner.sequences(end))
    return Plan(
        epoch=live.epoch, live=old.hash, new=new.hash, people=census.people, changes=changes,
        files=dict(_files(old.files, new.files)), older=tuple(planner.older()), missing=tuple(sorted(planner.missing)),
    )


class _Planner:
    """Two editions, the people, and what is missing so far."""

    def __init__(self, live: Live, old: Edition, new: Edition, census: Census, *, lenient: bool) -> None:
        self.lenient = lenient
        self.old, self.new, self.census = old, new, census
        self.versions = live.versions
        self.hashes = {name: flow.hash for name, flow in old.rules.flows.flows.items()}
        self.missing: list[Finding] = []
        moves = {(one.flow, one.hash, one.step): one.to for one in live.moves}
        self.stand: Counter[tuple[str, str]] = Counter()
        """Who stand in the present version of a flow, by flow and step; who will move there counts."""
        for (flow, version, step), people in census.conversations.items():
            if version == self.hashes.get(flow):
                self.stand[flow, step] += people
            elif (flow, version, step) in moves:
                self.stand[flow, moves[flow, version, step]] += people

    def miss(self, file: str, code: str, message: str, hint: str) -> None:
        """Note what must be said first."""
        if self.lenient:
            return
        self.missing.append(Finding(file=file, line=0, column=0, code=code, message=message, hint=hint))

    # -- flows ---------------------------------------------------------------------------------------------
    def flows(self, stay: Collection[str]) -> Iterator[Change]:
        """Yield every flow that differs."""
        before, after = written(self.old.files), written(self.new.files)
        present = self.new.rules.flows.flows
        for name in sorted({*before, *after}):
            if name not in before:
                yield Change(kind="flow", name=name, how="new")
            elif name not in after:
                self._check_needs(before[name])
                yield self._flow_gone(name, stay)
            elif self.hashes.get(name) != present[name].hash:
                yield self._flow_changed(name, before[name], after[name], present[name].file)

    def _in(self, flow: str) -> int:
        return sum(people for (name, step), people in self.stand.items() if name == flow and step != END)

    def _flow_gone(self, name: str, stay: Collection[str]) -> Change:
        people = self._in(name)
        if people and name not in stay:
            self.miss(
                self.old.rules.flows.flows[name].file, "strands-people",
                f"The flow “{name}” is gone, and {_people(people)} {_stand(people)} in it.",
                f"Keep it, or let them finish in the old version: doorstep apply --stay {name}",
            )
        what = "they finish in the old version" if people and (self.lenient or name in stay) else ""
        return Change(kind="flow", name=name, how="gone", people=people, what=what)

    def _check_needs(self, old: FlowText) -> None:
        """See that whoever finishes in a version finds there what it speaks of."""
        people = self._in(old.flow)
        if people and (lacks := lacking(old, self.new)):
            self.miss(
                self.old.rules.flows.flows[old.flow].file, "still-needed",
                f"{_people(people)} will finish in the old version of {old.flow}, which needs {', '.join(lacks)}.",
                "Leave that in until doorstep plan names nobody there any more.",
            )

    def _flow_changed(self, name: str, old: FlowText, new: FlowText, file: str) -> Change:
        known = names(old, new)
        back = {to: was for was, to in known.items()}
        before, after = renamed(old, known), shapes(new)
        steps = [*self._steps_gone(name, old, new, file)]
        for step, shape in after.items():
            was = back.get(step, step)
            people = self.stand[name, was]
            if was not in old.steps:
                steps.append(StepChange(step=step, how="new"))
            elif differs := rewired(before[step], shape):
                what = f"{', '.join(differs)} differ" + (f"; {_goes(new, step)}" if people else "")
                steps.append(StepChange(step=step, how="rewired", people=people, what=what))
            elif old.steps[was] != new.steps[step] and was == step:
                steps.append(StepChange(step=step, how="words", people=people))
        same = before == after
        if not same:
            self._check_needs(old)
        people = self._in(name)
        but = ", but for steps mapped" if any(to != STAY for was, to in new.migrate.items() if was in old.steps) else ""
        what = "they read the new words at once" if same else f"they finish in the old version{but}"
        how: How = "words" if same else "structure"
        return Change(
            kind="flow", name=name, how=how, people=people, what=what if people else "", steps=tuple(steps)
        )

    def _steps_gone(self, name: str, old: FlowText, new: FlowText, file: str) -> Iterator[StepChange]:
        added = {step: text for step, text in new.steps.items() if step not in old.steps}
        for step, text in old.steps.items():
            if step in new.steps:
                continue
            people, perhaps = self.stand[name, step], guess(text, added)
            if people and step not in new.migrate:
                self._step_missing(name, step, people, file, perhaps=perhaps)
            what = _goes(new, step) if people and (self.lenient or step in new.migrate) else ""
            how: How = "renamed" if step in names(old, new) else "gone"
            perhaps = "" if step in new.migrate else perhaps
            yield StepChange(step=step, how=how, people=people, what=what, perhaps=perhaps)

    def _step_missing(self, name: str, step: str, people: int, file: str, *, perhaps: str) -> None:
        became = f"; it looks like “{perhaps}” now" if perhaps else ""
        self.miss(
            file, "strands-people",
            f"The step “{step}” of {name} is gone, and {_people(people)} {_stand(people)} there{became}.",
            f"Add to {file}:  migrate: {{{step}: {perhaps or 'NEW_STEP'}}}   or   migrate: {{{step}: {STAY}}}",
        )

    def older(self) -> Iterator[Older]:
        """Yield the older versions in which people finish."""
        for one in self.versions:
            people = sum(
                count for (flow, version, _), count in self.census.conversations.items()
                if (flow, version) == (one.flow, one.hash)
            )  # fmt: skip
            if people:
                yield Older(flow=one.flow, hash=one.hash, people=people)

    # -- sequences -----------------------------------------------------------------------------------------
    def sequences(self, end: Collection[str]) -> Iterator[Change]:
        """Yield every sequence that differs."""
        before, after = self.old.rules.sequences.sequences, self.new.rules.sequences.sequences
        for name in sorted({*before, *after}):
            if name not in before:
                yield Change(kind="sequence", name=name, how="new")
            elif name not in after:
                yield self._sequence_gone(before[name], end)
            elif before[name].hash != after[name].hash:
                yield self._sequence_changed(before[name], after[name])

    def _runs(self, sequence: str) -> dict[str, int]:
        return {step: people for (name, step), people in self.census.runs.items() if name == sequence}

    def _sequence_gone(self, old: Sequence, end: Collection[str]) -> Change:
        people = sum(self._runs(old.name).values())
        if people and old.name not in end:
            self.miss(
                old.file, "strands-people",
                f"The sequence “{old.name}” is gone, and {_people(people)} {_stand(people)} in it.",
                f"Keep it, or let them go: doorstep apply --end {old.name}",
            )
        what = "their passes end" if people and old.name in end else ""
        return Change(kind="sequence", name=old.name, how="gone", people=people, what=what)

    def _sequence_changed(self, old: Sequence, new: Sequence) -> Change:
        runs = self._runs(old.name)
        steps = []
        for step in {**old.steps, **runs}:
            if step not in new.steps:
                steps.append(self._run_step_gone(step, runs.get(step, 0), new))
            elif step in old.steps and (what := _differs(old, new, step)):
                steps.append(StepChange(step=step, how="rewired", people=runs.get(step, 0), what=what))
        steps += [StepChange(step=step, how="new") for step in new.steps if step not in old.steps]
        what = "they go on in the new version at once" if runs else ""
        return Change(
            kind="sequence", name=old.name, how="structure" if steps else "words", people=sum(runs.values()),
            what=what, steps=tuple(steps),
        )

    def _run_step_gone(self, step: str, people: int, new: Sequence) -> StepChange:
        to = new.migrate.get(step, "")
        if people and not to:
            self.miss(
                new.file, "strands-people",
                f"The step “{step}” of {new.name} is gone, and {_people(people)} {_stand(people)} there.",
                f"Add to {new.file}:  migrate: {{{step}: NEW_STEP}}   or   migrate: {{{step}: {END}}}",
            )
        goes = "their passes end" if to == END else f"they go on at {to or 'the next step that is there'}"
        return StepChange(step=step, how="gone", people=people, what=goes if people and (to or self.lenient) else "")


def _differs(old: Sequence, new: Sequence, step: str) -> str:
    before, after = old.steps[step], new.steps[step]
    pairs: dict[str, Callable[[Sequence], object]] = {
        "what it does": lambda one: one.steps[step].action,
        "go": lambda one: one.steps[step].go,
        "else": lambda one: one.steps[step].otherwise,
    }
    if before == after:
        return ""
    found = [name for name, part in pairs.items() if part(old) != part(new)]
    return f"{', '.join(found)} differ; it holds at once" if found else ""


def _goes(new: FlowText, step: str) -> str:
    to = new.migrate.get(step, STAY)
    if to == STAY:
        return "they finish in the old version"
    return "their conversations end" if to == END else f"they go on at {to}"


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _stand(count: int) -> str:
    return "stands" if count == 1 else "stand"


def _files(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, How]]:
    """Yield what differs in files that nobody stands in."""
    for path in sorted({*old, *new}):
        if path.startswith(("flows/", "sequences/")) or old.get(path) == new.get(path):
            continue
        yield path, "new" if path not in old else "gone" if path not in new else "words"


