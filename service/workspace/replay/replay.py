"""Replays recent conversations against a changed flow.  Pure.

The history of a person holds for each commit where they stood, what they sent (redacted) and where they stood
afterwards.  Each such move is repeated twice.  On the version it was made in it must lead where it led then; this shows
that the substitute for the redacted text is good enough.  On the changed flow it may lead elsewhere, which is reported.
A move that cannot be repeated on its own version is only counted as unclear.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

import flows.decide
from domain.decision import Context
from domain.keyring import Keyring
from domain.record import Conversation, Subscriber
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import Flow, FlowCatalog
from service.engine.build_commit import HASH_CHARACTERS, HistoryLine
from service.workspace.edition import Edition
from service.workspace.publishing.flow_diff import read_flow_texts
from service.workspace.publishing.step_mapping import map_steps
from service.workspace.replay.substitutes import ADDRESS, SINCE_ENTERED, Substitute, substitutes_for

# Codes and ids of a replay are never compared with real ones.
KEYS = Keyring("replays prove nothing to anybody, so their key is no secret")
ENDED = "end"
GONE = "gone"
"""The changed flow has no such step, and ``migrate`` maps it to none."""


class AnswerDifference(Struct, frozen=True, kw_only=True, order=True):
    """An answer that would now lead elsewhere."""

    step: str
    heard: str
    """What the person sent, redacted; empty if only time passed."""
    then: str
    """The step it led to."""
    now: str
    """The step it would lead to; ``gone`` if the step does not exist any more."""
    times: int = 0


class ReplayReport(Struct, frozen=True, kw_only=True):
    """The result of a replay."""

    flow: str
    conversations: int
    moves: int
    """Moves that could be made again."""
    unclear: int
    """Moves that could not be made again: no substitute led where the person had gone."""
    differences: tuple[AnswerDifference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHistory:
    """One person and their history."""

    record: Subscriber
    lines: Sequence[HistoryLine]


def replay_flow(name: str, people: Iterable[PersonHistory], old: Edition, new: Edition) -> ReplayReport:
    """Replay every move that people made in one flow."""
    versions = _TwoVersions(name, old, new)
    conversations, unclear = 0, 0
    differences: Counter[AnswerDifference] = Counter()
    moves = 0
    for person in people:
        lines = [line for line in person.lines if line.flow == name]
        conversations += bool(lines)
        for line in lines:
            pair = versions.replay_move(person.record, line)
            if pair is None:
                unclear += 1
                continue
            moves += 1
            then, now = pair
            if then != now:
                differences[AnswerDifference(step=line.step, heard=", ".join(line.heard), then=then, now=now)] += 1
    counted = sorted(differences.items(), key=lambda item: (-item[1], item[0]))  # the most frequent first
    return ReplayReport(
        flow=name,
        conversations=conversations,
        moves=moves,
        unclear=unclear,
        differences=tuple(replace(difference, times=times) for difference, times in counted),
    )


class _TwoVersions:
    """The two versions of a flow, and how the steps of one map to the other."""

    def __init__(self, name: str, old: Edition, new: Edition) -> None:
        self.name, self.old, self.new = name, old, new
        # Without moves: a person put at a step of an older version must be answered by that version.
        self.old_catalog = dataclasses.replace(old.rules.flows, step_moves={})
        before, after = read_flow_texts(old.files).get(name), read_flow_texts(new.files).get(name)
        # A step that kept its name is compared even if a swap would leave its people in the old version: what matters
        # here is where the changed flow leads, for the people who come next.
        self.moves = {step: step for step in after.steps} if after else {}
        if before and after:
            self.moves |= map_steps(before, after)

    def replay_move(self, record: Subscriber, line: HistoryLine) -> tuple[str, str] | None:
        """Return where a move led and where it would lead now; None if it cannot be made again."""
        flow = _flow_version(self.old_catalog, self.name, line.flow_hash)
        if flow is None or line.step not in flow.steps:
            return None
        # One commit may hold several inputs (three texts sent at once).  Only the first is varied: trying all
        # combinations would cost much and gain little, since the first one usually decides.
        for substitute in substitutes_for(line.heard[0] if line.heard else "", flow, line.step, line.at):
            others = [next(substitutes_for(heard, flow, line.step, line.at)) for heard in line.heard[1:]]
            inputs = (substitute, *others)
            then = _run_inputs(self.old_catalog, self.old.config, _person_at(record, flow, line.step, line), inputs)
            if then == (line.after or ENDED):
                return self._in_new_names(then, flow), self._leads_now(record, line, flow, inputs)
        return None

    def _new_name(self, step: str, version: Flow) -> str:
        """Return the name of an old step in the changed flow."""
        # Two hops for a line made in an older version: to the version that is live now, and on to the changed flow.
        live_name = self.old.rules.flows.step_moves.get((self.name, version.hash, step), step)
        return self.moves.get(live_name, live_name)

    def _leads_now(self, record: Subscriber, line: HistoryLine, version: Flow, inputs: Sequence[Substitute]) -> str:
        catalog = self.new.rules.flows
        flow, step = catalog.flows.get(self.name), self._new_name(line.step, version)
        if flow is None or step not in flow.steps:
            return GONE
        return self._without_flow(_run_inputs(catalog, self.new.config, _person_at(record, flow, step, line), inputs))

    def _in_new_names(self, place: str, version: Flow) -> str:
        """Return a place of the old version by its name in the changed flow."""
        flow, _, step = place.partition("/")
        return self._without_flow(f"{flow}/{self._new_name(step, version)}" if flow == self.name else place)

    def _without_flow(self, place: str) -> str:
        return place.removeprefix(f"{self.name}/")


def _flow_version(catalog: FlowCatalog, name: str, kept_hash: str) -> Flow | None:
    candidates = (catalog.flows.get(name), *catalog.older_versions.values())
    versions = [flow for flow in candidates if flow and flow.name == name]
    # The history keeps only the first characters of a hash, to save space.
    return next((flow for flow in versions if flow.hash[:HASH_CHARACTERS] == kept_hash), None)


def _person_at(record: Subscriber, flow: Flow, step: str, line: HistoryLine) -> Subscriber:
    """Return this person as if they stood at a step and had agreed to nothing."""
    # The record is that of today.  What they got after the move (consents, addresses, vouchers, a handover) would make
    # the flow skip questions, so it is taken away; fields stay, as nobody knows what they held then.
    entered = line.at - SINCE_ENTERED
    conversation = Conversation(
        flow=flow.name,
        flow_hash=flow.hash,
        step=step,
        entered_at=entered,
        variables={"address": ADDRESS},
        timeout_at=None if line.heard else line.at,  # if only time passed, the timeout of the step is what came
    )
    return replace(
        record,
        conversation=conversation,
        consents={},
        addresses={},
        paused=False,
        handover=None,
        relays=(),
        codes={},
        seats={},
        window_expires_at=line.at + timedelta(days=1),
        unavailable=False,
        last_event_at=entered,
    )


def _run_inputs(catalog: FlowCatalog, config: WorkspaceConfig, record: Subscriber, inputs: Sequence[Substitute]) -> str:
    """Return where a person stands after these inputs, as ``flow/step``."""
    for substitute in inputs:
        now = record.last_event_at + timedelta(seconds=1)
        context = Context(now=now, entropy=bytes(16), keys=KEYS, config=config)
        record = flows.decide.decide_flows(catalog, record, substitute.event, substitute.facts, context).record
    conversation = record.conversation
    return f"{conversation.flow}/{conversation.step}" if conversation else ENDED
