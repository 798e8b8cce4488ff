"""Plays transcripts line by line, and returns what differed and what they covered."""

import dataclasses
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.record import Profile
from domain.workspace_config import WorkspaceConfig
from service.engine.decide import Rules
from service.engine.failures import describe_error
from service.transcripts.check_names import WorkspaceNames, find_named_steps, read_start
from service.transcripts.coverage import CoverageRecorder, FlowCoverage, measure_coverage
from service.transcripts.expectations import StateAfter, StateBefore, find_unmet_expectations
from service.transcripts.match_messages import DiffRow, HeardMessages, compare_messages
from service.transcripts.model import LineText, PersonText
from service.transcripts.participant import Participant
from service.transcripts.perform_line import CannotPlayError, begin_flow, play_line
from service.transcripts.read_files import Transcript
from service.transcripts.watched_flow import watch_flows
from service.transcripts.world import TranscriptWorld, fill_pools, seat_others

BETWEEN_LINES = timedelta(seconds=20)
"""Time from one line to the next."""
STRANGER = "somebody"
"""Name of the only person of a transcript that describes no people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptDifference:
    """A line of a transcript that went another way."""

    transcript: str
    file: str
    line: int
    """Line number in the file."""
    did: str
    """The action of the line, such as ``mia taps Not now``."""
    what: str
    """``bot``, a key of ``expect``, or empty if the line could not be played."""
    rows: tuple[DiffRow, ...] = ()
    message: str = ""
    """Why the line could not be played."""
    reasons: tuple[str, ...] = ()
    """The reasons that were given for what was done in the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptsResult:
    """The result of a run of transcripts."""

    played: int
    """Number of transcripts; ``lines`` is that of their lines."""
    lines: int
    failed: tuple[str, ...]
    """Names of transcripts that went another way."""
    differences: tuple[TranscriptDifference, ...]
    coverage: tuple[FlowCoverage, ...]


def run_transcripts(
    transcripts: Iterable[Transcript],
    rules: Rules,
    config: WorkspaceConfig,
    templates: frozenset[str],
    *,
    start: datetime,
) -> TranscriptsResult:
    """Play transcripts whose names were checked (see :mod:`service.transcripts.check_names`), each in its own world.

    ``start`` is when a transcript begins that has no ``at`` of its own.
    """
    watched_flows, taken = watch_flows(rules.flows)
    recorder = CoverageRecorder(taken_in_line=taken)
    names = WorkspaceNames(config=config, rules=dataclasses.replace(rules, flows=watched_flows), templates=templates)
    differences: list[TranscriptDifference] = []
    played = lines = 0  # counted here: ``transcripts`` may be an iterator
    for transcript in transcripts:
        player = _TranscriptPlayer(transcript, names, start, recorder)
        differences += player.play_all()
        played, lines = played + 1, lines + len(transcript.text.talk)
    return TranscriptsResult(
        played=played,
        lines=lines,
        failed=tuple(dict.fromkeys(difference.transcript for difference in differences)),
        differences=tuple(differences),
        coverage=tuple(measure_coverage(rules.flows, recorder.transitions, recorder.visited)),
    )


class _TranscriptPlayer:
    """Plays one transcript in a world of its own."""

    def __init__(
        self, transcript: Transcript, names: WorkspaceNames, start: datetime, recorder: CoverageRecorder
    ) -> None:
        text = transcript.text
        self.transcript = transcript
        self.names = names
        self.named_steps = find_named_steps(text, names.flows)
        self.world = TranscriptWorld(names.rules, names.config, read_start(text.at, names.config) if text.at else start)
        self._recorder = recorder
        # A transcript that describes no people is about one newcomer.
        people = text.people or {STRANGER: PersonText()}
        for name, written in people.items():
            introduce_person(self.world, name, written, text.language)
        fill_pools(self.world, text.codes)
        seat_others(self.world, text.taken)
        self.world.store.hook_answers = {hook: deque(answers) for hook, answers in text.hooks.items()}

    def play_all(self) -> list[TranscriptDifference]:
        """Play to the end, or up to the first line that cannot be played; return the differences."""
        differences: list[TranscriptDifference] = []
        name = next(iter(self.world.people))
        for number, line in enumerate(self.transcript.text.talk):
            name = line.who or name  # a line without ``who`` goes on with the same person
            try:
                differences += self._play_line(number, line, self.world.people[name])
            except CannotPlayError as error:
                differences.append(self._build_difference(number, line, self.world.people[name], message=str(error)))
                break
            except Exception as error:  # noqa: BLE001  a rule may fail in any way; the other transcripts are played
                message = f"the deciding failed: {describe_error(error)}"
                differences.append(self._build_difference(number, line, self.world.people[name], message=message))
                break
            # People take a moment between lines, so that timestamps differ; a wait says itself how long it takes.
            if line.action != "wait":
                self.world.advance_time(BETWEEN_LINES)
        return differences

    def _play_line(self, number: int, line: LineText, person: Participant) -> list[TranscriptDifference]:
        before, count_before = StateBefore.from_person(person), len(person.thread)
        person.reasons.clear()  # a difference shows the reasons of its own line only
        self._do_action(line, person)
        passed = self._recorder.record_line(self.world.people.values())
        differences: list[TranscriptDifference] = []
        if line.bot is not None:
            heard = HeardMessages(
                person=person,
                messages=person.thread[count_before:],
                passed_steps=passed,
                book=self.names.flows,
                config=self.names.config,
            )
            # What was said to others in this line is not looked at; each line is about one person.
            rows = compare_messages(line.bot, heard, self.named_steps)
            if any(row.sign != " " for row in rows):
                differences.append(self._build_difference(number, line, person, what="bot", rows=rows))
        if line.expect is not None:
            after = StateAfter(world=self.world, person=person, before=before, named_steps=self.named_steps)
            differences += [
                self._build_difference(number, line, person, what=key, rows=rows)
                for key, rows in find_unmet_expectations(line.expect, after)
            ]
        return differences

    def _do_action(self, line: LineText, person: Participant) -> None:
        # Only the first line may lack an action, in a transcript about a flow; it begins that flow.
        flow = self.transcript.text.flow
        if line.action or flow is None:
            play_line(self.world, person, line)
        else:
            begin_flow(self.world, person, flow)

    def _build_difference(
        self,
        number: int,
        line: LineText,
        person: Participant,
        *,
        what: str = "",
        rows: Sequence[DiffRow] = (),
        message: str = "",
    ) -> TranscriptDifference:
        return TranscriptDifference(
            transcript=self.transcript.name,
            file=self.transcript.source.file,
            line=self.transcript.line_number(number),
            did=describe_action(line, person),
            what=what,
            rows=tuple(rows),
            message=message,
            reasons=tuple(dict.fromkeys(reason.text for reason in person.reasons)),
        )


def describe_action(line: LineText, person: Participant) -> str:
    """Return the action of a line in words."""
    if not line.action:
        return f"{person.name} begins"
    value = getattr(line, line.action)
    text = value if isinstance(value, str) else _describe_value(value)
    return f"{person.name} {line.action} {text}" if line.action not in ("wait", "human") else f"{line.action}: {text}"


def _describe_value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(item if isinstance(item, str) else _describe_value(item) for item in value)
    # The one telling field of each kind of action: a tap, an edit, a link, a product event.
    texts = (getattr(value, key, "") for key in ("label", "new", "ref", "event"))
    return next((str(text) for text in texts if text), "")


def introduce_person(world: TranscriptWorld, name: str, written: PersonText, language: str) -> Participant:
    """Add a person to the world as the transcript describes them; ``language`` holds for people without their own."""
    person = world.add_person(name)
    person.email, person.phone = written.email, written.phone
    spoken_language = written.language or language
    person.record = replace(
        person.record,
        language=spoken_language,
        tags=tuple(written.tags),
        fields=dict(written.fields),
        profile=Profile(first_name=written.first_name, locale=spoken_language, timezone=written.timezone),
    )
    if written.chance is not None:
        world.keys.fixed_fractions[person.record.id] = written.chance / 100  # 49 falls into the first half of 50 : 50
    if written.proven or written.consents:
        world.prove_address(person, written.email, tuple(written.consents))
    return person
