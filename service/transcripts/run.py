"""A transcript played line by line, and what differed."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from domain.record import Profile
from domain.workspace_config import WorkspaceConfig
from service.engine.decide import Rules
from service.runtime.supervisor import place_of
from service.transcripts.check_names import House, places, start_of
from service.transcripts.coverage import Coverage, coverage, passed_steps
from service.transcripts.expectations import After, Before, judge
from service.transcripts.match_messages import Heard, Row, compare
from service.transcripts.model import LineText, PersonText
from service.transcripts.perform_line import CannotError, act, begin
from service.transcripts.read_files import Transcript
from service.transcripts.watched_flow import Taken, watched
from service.transcripts.world import Person, World, fill_pools

BETWEEN = timedelta(seconds=20)
"""From one line to the next."""
STRANGER = "somebody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something in a transcript that went another way."""

    transcript: str
    file: str
    line: int
    """Of the line of the talk."""
    did: str
    """What happened in the line, in words."""
    what: str
    """``bot``, a key of ``expect``, or empty where the line could not be played."""
    rows: tuple[Row, ...] = ()
    message: str = ""
    """Why the line could not be played."""
    reasons: tuple[str, ...] = ()
    """Why things were done in that line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run of transcripts found."""

    played: int
    """Transcripts."""
    lines: int
    failed: tuple[str, ...]
    """Names of transcripts that went another way."""
    differences: tuple[Difference, ...]
    coverage: tuple[Coverage, ...]


def run(transcripts: Iterable[Transcript], rules: Rules, config: WorkspaceConfig, templates: frozenset[str]) -> Result:
    """Play transcripts whose names were checked (see :mod:`service.transcripts.check_names`), each in its own world."""
    book, taken = watched(rules.flows)
    known = House(config=config, rules=dataclasses.replace(rules, flows=book), templates=templates)
    trodden: set[Taken] = set()
    stood: set[tuple[str, str]] = set()
    differences: list[Difference] = []
    played = lines = 0
    for one in transcripts:
        play = _Play(one, known, taken, trodden, stood)
        differences += play.all()
        played, lines = played + 1, lines + len(one.text.talk)
    return Result(
        played=played,
        lines=lines,
        failed=tuple(dict.fromkeys(one.transcript for one in differences)),
        differences=tuple(differences),
        coverage=tuple(coverage(rules.flows, trodden, stood)),
    )


class _Play:
    """One transcript being played."""

    def __init__(
        self,
        transcript: Transcript,
        known: House,
        taken: list[Taken],
        trodden: set[Taken],
        stood: set[tuple[str, str]],
    ) -> None:
        text = transcript.text
        self.transcript = transcript
        self.known = known
        self.places = places(text, known.book)
        self.world = World(known.rules, known.config, start_of(text, known.config))
        self._taken = taken
        self._trodden = trodden
        self._stood = stood
        people = text.people or {STRANGER: PersonText()}
        for name, written in people.items():
            introduce(self.world, name, written, text.language)
        fill_pools(self.world, text.codes)

    def all(self) -> list[Difference]:
        """Play to the end, or to the first line that cannot be played; return what differs."""
        found: list[Difference] = []
        who = next(iter(self.world.people))
        for number, line in enumerate(self.transcript.text.talk):
            who = line.who or who
            try:
                found += self._line(number, line, self.world.people[who])
            except CannotError as error:
                found.append(self._difference(number, line, self.world.people[who], message=str(error)))
                break
            except Exception as error:  # noqa: BLE001  a rule may fail in any way; the other transcripts are played
                message = f"the deciding failed: {place_of(error)}"
                found.append(self._difference(number, line, self.world.people[who], message=message))
                break
            if line.action != "wait":
                self.world.wait(BETWEEN)
        return found

    def _line(self, number: int, line: LineText, person: Person) -> list[Difference]:
        before, said = Before.of(person), len(person.thread)
        person.reasons.clear()
        self._act(line, person)
        passed = self._noted()
        found: list[Difference] = []
        if line.bot is not None:
            heard = Heard(
                person=person,
                messages=person.thread[said:],
                passed=passed,
                book=self.known.book,
                config=self.known.config,
            )
            rows = compare(line.bot, heard, self.places)
            if any(row.sign != " " for row in rows):
                found.append(self._difference(number, line, person, what="bot", rows=rows))
        if line.expect is not None:
            after = After(world=self.world, person=person, before=before, places=self.places)
            found += [
                self._difference(number, line, person, what=key, rows=rows) for key, rows in judge(line.expect, after)
            ]
        return found

    def _act(self, line: LineText, person: Person) -> None:
        flow = self.transcript.text.flow
        if line.action or flow is None:
            act(self.world, person, line)
        else:
            begin(self.world, person, flow)

    def _noted(self) -> frozenset[tuple[str, str]]:
        """Note the ways that were taken and where people stand; return the steps that were passed."""
        stands = {(talk.flow, talk.step) for one in self.world.people.values() if (talk := one.record.conversation)}
        passed = frozenset(passed_steps(self._taken) | stands)
        self._trodden.update(self._taken)
        self._stood |= stands
        self._taken.clear()
        return passed

    def _difference(
        self,
        number: int,
        line: LineText,
        person: Person,
        *,
        what: str = "",
        rows: Sequence[Row] = (),
        message: str = "",
    ) -> Difference:
        return Difference(
            transcript=self.transcript.name,
            file=self.transcript.source.file,
            line=self.transcript.line(number),
            did=did(line, person),
            what=what,
            rows=tuple(rows),
            message=message,
            reasons=tuple(dict.fromkeys(one.text for one in person.reasons)),
        )


def did(line: LineText, person: Person) -> str:
    """Say what happened in a line."""
    if not line.action:
        return f"{person.name} begins"
    value = getattr(line, line.action)
    said = value if isinstance(value, str) else _said(value)
    return f"{person.name} {line.action} {said}" if line.action not in ("wait", "human") else f"{line.action}: {said}"


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(one if isinstance(one, str) else _said(one) for one in value)
    named = (getattr(value, key, "") for key in ("label", "new", "ref", "event"))
    return next((str(one) for one in named if one), "")


def introduce(world: World, name: str, written: PersonText, language: str) -> Person:
    """Let a person into the world as they are described."""
    person = world.meet(name)
    person.email, person.phone = written.email, written.phone
    spoken = written.language or language
    person.record = replace(
        person.record,
        language=spoken,
        tags=tuple(written.tags),
        fields=dict(written.fields),
        profile=Profile(first_name=written.first_name, locale=spoken, timezone=written.timezone),
    )
    if written.chance is not None:
        world.keys.places[person.record.id] = written.chance / 100
    if written.proven or written.consents:
        world.proves(person, written.email, tuple(written.consents))
    return person
