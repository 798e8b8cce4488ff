"""Where people go when an edition replaces another: pure.

* Same shape, other words or names: everybody goes on in the new version, at the same step.
* Another shape: who stands in the flow finishes in the version they are in, which stays loaded beside the new one; who
  stands at a step that ``migrate`` maps goes on at its new step.
* ``relaxed`` (a saved file in the demo): everybody moves; who stands at a step that is gone starts over.
"""

from flows.compiled.catalog import STAY
from flows.language.model import END, FlowText
from onboarding.language.catalog import Sequence, SequenceBook
from service.workspace.publishing.live_edition import Live, Moved, RunMoved, Version
from service.workspace.publishing.flow_diff import renamed, shapes, written
from service.workspace.edition import Edition

Moves = dict[str, dict[str, str]]
"""By flow: step of the version that was live → step of the new one."""


def names(old: FlowText, new: FlowText) -> dict[str, str]:
    """Return the steps that only have another name now, as ``migrate`` says."""
    gone = {was: to for was, to in new.migrate.items() if was in old.steps and was not in new.steps}
    return {was: to for was, to in gone.items() if to in new.steps and to not in old.steps}


def same_shape(old: FlowText, new: FlowText) -> bool:
    """Tell whether only words differ, or names that are mapped."""
    return renamed(old, names(old, new)) == shapes(new)


def step_moves(old: FlowText, new: FlowText, *, relaxed: bool = False) -> dict[str, str]:
    """Return where the steps of one version are to be found in the next; a step without an entry is left to finish."""
    if same_shape(old, new):
        return {name: name for name in old.steps} | names(old, new)
    common = {name: name for name in old.steps if name in new.steps} if relaxed else {}
    return common | {was: to for was, to in new.migrate.items() if to != STAY and was in old.steps}


def flow_moves(old: Edition, new: Edition, *, relaxed: bool = False) -> Moves:
    """Return the moves of every flow that both editions have in different versions."""
    before, after = written(old.files), written(new.files)
    return {
        name: step_moves(before[name], after[name], relaxed=relaxed)
        for name in before
        if name in after and _changed(name, old, new)
    }


def _changed(name: str, old: Edition, new: Edition) -> bool:
    return _hash(old, name) != _hash(new, name)


def _hash(edition: Edition, name: str) -> str:
    flow = edition.rules.flows.flows.get(name)
    return flow.hash if flow else ""


def following(live: Live, old: Edition, new: Edition, *, relaxed: bool = False) -> tuple[
    tuple[Version, ...], tuple[Moved, ...]
]:
    """Return the older versions and the moves that hold once ``new`` follows ``old``, which is ``live``."""
    current = {(name, flow.hash) for name, flow in new.rules.flows.flows.items()}
    was = [Version(flow=name, hash=flow.hash, edition=old.hash) for name, flow in old.rules.flows.flows.items()]
    versions = {(one.flow, one.hash): one for one in (*live.versions, *was)}
    steps = flow_moves(old, new, relaxed=relaxed)
    moves = {(one.flow, one.hash, one.step): to for one in live.moves if (to := _onward(one, steps, old, new))}
    for name, each in steps.items():
        moves |= {(name, _hash(old, name), step): to for step, to in each.items()}
    return (
        () if relaxed else tuple(sorted(one for place, one in versions.items() if place not in current)),
        tuple(
            sorted(Moved(flow=flow, hash=one, step=step, to=to) for (flow, one, step), to in moves.items()
                   if (flow, one) not in current)
        ),
    )


def run_moves(old: SequenceBook, new: SequenceBook) -> tuple[RunMoved, ...]:
    """Return where passes go on that stand at steps which going back to ``new`` takes away.

    It is the step that ``old`` had renamed, else the next one on the way that is there.
    """
    found = []
    for name, sequence in old.sequences.items():
        if target := new.sequences.get(name):
            back = {to: was for was, to in sequence.migrate.items() if was in target.steps}
            gone = [step for step in sequence.steps if step not in target.steps]
            found += [
                RunMoved(sequence=name, step=step, to=back.get(step) or _next(sequence, step, target)) for step in gone
            ]
    return tuple(sorted(found))


def _next(sequence: Sequence, step: str, target: Sequence) -> str:
    passed: set[str] = set()
    while step not in target.steps:
        if step in passed or step not in sequence.steps:
            return END
        passed.add(step)
        step = sequence.steps[step].go
    return step


def _onward(move: Moved, steps: Moves, old: Edition, new: Edition) -> str:
    """Return where a move that held until now leads from now on; empty: nowhere, so who stands there stays."""
    if move.to == END or not _changed(move.flow, old, new):
        return move.to
    return steps.get(move.flow, {}).get(move.to, "")
