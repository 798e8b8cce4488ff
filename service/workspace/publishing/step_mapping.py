"""Which step people go on at when an edition replaces another (pure).

* Same shape, other texts or names: everybody goes on in the new version, at the same step.
* Another shape: people finish in the version they are in, which stays loaded beside the new one.  People at a step that
  ``migrate`` maps go on at its new step.
* ``relaxed`` (a saved file in the demo): everybody moves; people at a step that is gone start over.
"""

from flows.compiled.catalog import STAY
from flows.language.model import END, FlowText
from onboarding.language.catalog import MailSequence, SequenceCatalog
from service.workspace.edition import Edition
from service.workspace.publishing.flow_diff import read_flow_texts, shapes_under_new_names, step_shapes
from service.workspace.publishing.live_edition import FlowVersion, LiveEdition, RunMove, StepMove

Moves = dict[str, dict[str, str]]
"""By flow: step of the version that was live → step of the new version."""


def renamed_steps(old: FlowText, new: FlowText) -> dict[str, str]:
    """Return the steps that ``migrate`` only renames: old name → new name."""
    # A rename takes a name away and brings a name in.  ``migrate`` onto a step that was there before merges two steps,
    # which changes the shape.
    gone = {before: after for before, after in new.migrate.items() if before in old.steps and before not in new.steps}
    return {before: after for before, after in gone.items() if after in new.steps and after not in old.steps}


def has_same_shape(old: FlowText, new: FlowText) -> bool:
    """Return True if the versions differ in texts only, or in names that are mapped."""
    return shapes_under_new_names(old, renamed_steps(old, new)) == step_shapes(new)


def map_steps(old: FlowText, new: FlowText, *, relaxed: bool = False) -> dict[str, str]:
    """Map the steps of one version to those of the next; people at an unmapped step finish in the old version."""
    if has_same_shape(old, new):
        return {name: name for name in old.steps} | renamed_steps(old, new)
    # STAY (“finish in the old version”) is an answer to the plan's question, not a move.
    common = {name: name for name in old.steps if name in new.steps} if relaxed else {}
    return common | {step: target for step, target in new.migrate.items() if target != STAY and step in old.steps}


def map_flows(old: Edition, new: Edition, *, relaxed: bool = False) -> Moves:
    """Map the steps of every flow that both editions have, in different versions."""
    before, after = read_flow_texts(old.files), read_flow_texts(new.files)
    return {
        name: map_steps(before[name], after[name], relaxed=relaxed)
        for name in before
        if name in after and _is_changed(name, old, new)
    }


def _is_changed(name: str, old: Edition, new: Edition) -> bool:
    return _flow_hash(old, name) != _flow_hash(new, name)


def _flow_hash(edition: Edition, name: str) -> str:
    flow = edition.rules.flows.flows.get(name)
    return flow.hash if flow else ""


def versions_and_moves(
    live: LiveEdition, old: Edition, new: Edition, *, relaxed: bool = False
) -> tuple[tuple[FlowVersion, ...], tuple[StepMove, ...]]:
    """Return the older versions and the moves that apply once ``new`` has replaced ``old``, which is ``live``."""
    current = {(name, flow.hash) for name, flow in new.rules.flows.flows.items()}
    replaced = [
        FlowVersion(flow=name, hash=flow.hash, edition=old.hash) for name, flow in old.rules.flows.flows.items()
    ]
    # By (flow, hash), the latest last: it is kept with the newest edition that holds it.
    versions = {(version.flow, version.hash): version for version in (*live.versions, *replaced)}
    mapped_steps = map_flows(old, new, relaxed=relaxed)
    # Moves are stored for every older version straight to the live one, so deciding looks up one step, not a chain.
    # Example: v1 a → b is known, and this edition maps b → c.  Then v1 a → c replaces it; without a map of b people of
    # v1 finish where they are.
    moves = {
        (move.flow, move.hash, move.step): target
        for move in live.moves
        if (target := _follow_move(move, mapped_steps, old, new))
    }
    for name, steps in mapped_steps.items():
        moves |= {(name, _flow_hash(old, name), step): target for step, target in steps.items()}
    # A version that is live (again, after a rollback) is no older version, and its people need no move.
    return (
        () if relaxed else tuple(sorted(version for key, version in versions.items() if key not in current)),
        tuple(
            sorted(
                StepMove(flow=flow, hash=flow_hash, step=step, to=target)
                for (flow, flow_hash, step), target in moves.items()
                if (flow, flow_hash) not in current
            )
        ),
    )


def map_runs(old: SequenceCatalog, new: SequenceCatalog) -> tuple[RunMove, ...]:
    """Map the sequence steps that a rollback to ``new`` takes away.

    A step that ``old`` had renamed goes back to its former name; any other leads to the next step that ``new`` has.
    """
    moves = []
    for name, sequence in old.sequences.items():
        if target := new.sequences.get(name):
            # ``migrate`` read backwards: {was: is} in the newer file takes a run at “is” back to “was”.
            back = {after: before for before, after in sequence.migrate.items() if before in target.steps}
            gone = [step for step in sequence.steps if step not in target.steps]
            moves += [
                RunMove(sequence=name, step=step, to=back.get(step) or _next_kept_step(sequence, step, target))
                for step in gone
            ]
    return tuple(sorted(moves))


def _next_kept_step(sequence: MailSequence, step: str, target: MailSequence) -> str:
    # Follows ``go`` of the newer sequence; a circle of steps that are all gone ends the run.
    passed: set[str] = set()
    while step not in target.steps:
        if step in passed or step not in sequence.steps:
            return END
        passed.add(step)
        step = sequence.steps[step].next_step
    return step


def _follow_move(move: StepMove, steps: Moves, old: Edition, new: Edition) -> str:
    """Return where an earlier move leads from now on; empty if nowhere, so that people there stay."""
    # A flow that this edition leaves as it is needs no map: the earlier target is still a step of the live version.
    if move.to == END or not _is_changed(move.flow, old, new):
        return move.to
    return steps.get(move.flow, {}).get(move.to, "")
