"""Replay: recent conversations once more, against a changed flow.  Pure.

The history of a person holds, for each commit, where they stood, what was heard (redacted, see
:mod:`service.engine.history_redaction`) and where they stood afterwards.  Each such move is made again twice in pure steps: on the
version it was made in, which must lead where it led then (else the stand-ins were not good enough, and the move is only
counted), and on the changed flow.  Where the two part, answers would now go differently.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

import flows.decide
from flows.compiled.catalog import Flow, FlowBook
from service.workspace.publishing.step_mapping import step_moves
from service.workspace.publishing.flow_diff import written
from service.engine.build_commit import HASH_KEPT, LogLine
from service.workspace.replay.substitutes import ADDRESS, StandIn, standins
from service.workspace.edition import Edition
from domain.decision import Context
from domain.workspace_config import WorkspaceConfig
from domain.keyring import Keyring
from domain.record import Conversation, Subscriber

KEYS = Keyring("replays prove nothing to anybody, so their key is no secret")
ENDED = "end"
GONE = "gone"
"""The step is not in the changed flow, and no map says where to go."""


class Difference(Struct, frozen=True, kw_only=True, order=True):
    """Where an answer would now go differently."""

    step: str
    heard: str
    """What was said, redacted; empty: time went by."""
    then: str
    """Where it led."""
    now: str
    """Where it would lead; ``gone``: nowhere, the step is no more."""
    times: int = 0


class Replayed(Struct, frozen=True, kw_only=True):
    """What a replay found."""

    flow: str
    conversations: int
    moves: int
    """What was heard and could be made again."""
    unclear: int
    """What could not: the stand-ins did not lead where it had led."""
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One person's part in it."""

    record: Subscriber
    lines: Sequence[LogLine]


def replay(name: str, people: Iterable[History], old: Edition, new: Edition) -> Replayed:
    """Replay everything that happened in one flow."""
    stage = _Stage(name, old, new)
    conversations, unclear = 0, 0
    found: Counter[Difference] = Counter()
    moves = 0
    for person in people:
        lines = [line for line in person.lines if line.flow == name]
        conversations += bool(lines)
        for line in lines:
            pair = stage.again(person.record, line)
            if pair is None:
                unclear += 1
                continue
            moves += 1
            then, now = pair
            if then != now:
                found[Difference(step=line.step, heard=", ".join(line.heard), then=then, now=now)] += 1
    counted = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return Replayed(
        flow=name, conversations=conversations, moves=moves, unclear=unclear,
        differences=tuple(replace(one, times=times) for one, times in counted),
    )


class _Stage:
    """The two versions of a flow, beside each other."""

    def __init__(self, name: str, old: Edition, new: Edition) -> None:
        self.name, self.old, self.new = name, old, new
        self.then = dataclasses.replace(old.rules.flows, moves={})
        """The old versions as they were, before anybody was moved out of them."""
        before, after = written(old.files).get(name), written(new.files).get(name)
        self.moves = {one: one for one in after.steps} if after else {}
        if before and after:
            self.moves |= step_moves(before, after)

    def again(self, record: Subscriber, line: LogLine) -> tuple[str, str] | None:
        """Return where a move led and where it would lead now; None if it cannot be made again."""
        book = self.then
        flow = _version(book, self.name, line.flow_hash)
        if flow is None or line.step not in flow.steps:
            return None
        for one in standins(line.heard[0] if line.heard else "", flow, line.step, line.at):
            said = (one, *[next(standins(more, flow, line.step, line.at)) for more in line.heard[1:]])
            then = _led(book, self.old.config, _standing(record, flow, line.step, line), said)
            if then == (line.after or ENDED):
                return self._told(then, flow), self._now(record, line, flow, said)
        return None

    def _moved(self, step: str, version: Flow) -> str:
        """Return the name that a step of a version has in the changed flow."""
        present = self.old.rules.flows.moves.get((self.name, version.hash, step), step)
        return self.moves.get(present, present)

    def _now(self, record: Subscriber, line: LogLine, version: Flow, said: Sequence[StandIn]) -> str:
        book = self.new.rules.flows
        flow, step = book.flows.get(self.name), self._moved(line.step, version)
        if flow is None or step not in flow.steps:
            return GONE
        return self._short(_led(book, self.new.config, _standing(record, flow, step, line), said))

    def _told(self, place: str, version: Flow) -> str:
        """Return a place of the old version by the name it has in the new one."""
        flow, _, step = place.partition("/")
        return self._short(f"{flow}/{self._moved(step, version)}" if flow == self.name else place)

    def _short(self, place: str) -> str:
        return place.removeprefix(f"{self.name}/")


def _version(book: FlowBook, name: str, kept: str) -> Flow | None:
    versions = [flow for flow in (book.flows.get(name), *book.older.values()) if flow and flow.name == name]
    return next((one for one in versions if one.hash[:HASH_KEPT] == kept), None)


def _standing(record: Subscriber, flow: Flow, step: str, line: LogLine) -> Subscriber:
    """Return a person of these fields who stands at a step and has agreed to nothing."""
    entered = line.at - timedelta(seconds=1)
    talk = Conversation(
        flow=flow.name, flow_hash=flow.hash, step=step, entered_at=entered, variables={"address": ADDRESS},
        timeout_at=None if line.heard else line.at,
    )
    return replace(
        record, conversation=talk, consents={}, addresses={}, paused=False, handover=None, relays=(), codes={},
        window_expires_at=line.at + timedelta(days=1), unavailable=False, last_event_at=entered,
    )


def _led(book: FlowBook, config: WorkspaceConfig, record: Subscriber, said: Sequence[StandIn]) -> str:
    """Return where a person stands after these, as ``flow/step``."""
    for one in said:
        now = record.last_event_at + timedelta(seconds=1)
        context = Context(now=now, entropy=bytes(16), keys=KEYS, config=config)
        record = flows.decide.step(book, record, one.event, one.facts, context).record
    stands = record.conversation
    return f"{stands.flow}/{stands.step}" if stands else ENDED
