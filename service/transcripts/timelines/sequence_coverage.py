"""Coverage: which steps and ways of the sequences timelines went, and which they did not."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from flows.compiled.transitions import Transition
from onboarding.language.catalog import MailSequence, Send, SequenceCatalog, SequenceStep
from onboarding.language.model import END
from onboarding.language.ways import next_steps
from onboarding.tuning.watched_sequences import TakenWay
from service.transcripts.coverage import FlowCoverage, MissedPart


def measure_ways(
    sequences: SequenceCatalog, taken: Collection[TakenWay], stood: Iterable[tuple[str, str]]
) -> Iterator[FlowCoverage]:
    """Yield the coverage of each sequence by these ways, and by the steps at which people stood."""
    reached = {(name, step) for name, step, _ in taken} | set(stood)
    for sequence in sequences.sequences.values():
        missed = tuple(
            part for step in sequence.steps.values() for part in _find_missed(sequence, step, taken, reached)
        )
        ways = sum(len(_list_ways(step)) for step in sequence.steps.values())
        yield FlowCoverage(flow=sequence.name, file=sequence.file, steps=len(sequence.steps), ways=ways, missed=missed)


def _find_missed(
    sequence: MailSequence, step: SequenceStep, taken: Collection[TakenWay], reached: Collection[tuple[str, str]]
) -> Iterator[MissedPart]:
    missed = MissedPart(flow=sequence.name, file=sequence.file, line=step.line, step=step.name)
    if (sequence.name, step.name) not in reached:
        yield missed
    for target, label in _list_ways(step).items():
        if (sequence.name, step.name, target) not in taken:
            way = Transition(step=step.name, trigger=target, target=target, label=label)
            yield replace(missed, way=way)


def _list_ways(step: SequenceStep) -> dict[str, str]:
    """Return the steps that a step leads to, each with ``else`` if that is how it is written."""
    ways = dict.fromkeys(next_steps(step), "")
    asked = step.action.question if isinstance(step.action, Send) else None
    # Who is not asked, since another sequence asked a few days ago, ends there unless `go` says more: no way to test.
    if asked and END not in (*asked.choices.values(), step.otherwise):
        ways.pop(END, None)
    has_else = step.otherwise not in (step.next_step, "") and step.otherwise in ways
    return ways | {step.otherwise: "else"} if has_else else ways or {END: ""}
