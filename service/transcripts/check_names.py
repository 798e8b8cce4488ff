"""Names in transcripts that stand for something: each must exist, else the finding tells the nearest one."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowBook
from flows.language.model import END
from language.durations import SpokenTimeError, parse_duration
from language.findings import Finding, did_you_mean
from language.yaml_source import Path
from service.engine.decide import Rules
from service.transcripts.model import BotText, ExpectText, LineText, PersonText, TranscriptText
from service.transcripts.perform_line import GET_STARTED
from service.transcripts.read_files import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What names can stand for in one workspace."""

    config: WorkspaceConfig
    rules: Rules
    templates: frozenset[str]

    @property
    def book(self) -> FlowBook:
        """The flows."""
        return self.rules.flows


def place(name: str, about: str | None, book: FlowBook) -> tuple[str, str] | None:
    """Return flow and step of ``step`` or ``flow/step``; None where there is no such step, or several.

    Without a flow it is that of the flow the transcript is about, else the only one of this name.
    """
    flow, slash, step = name.partition("/")
    if slash:
        return (flow, step) if flow in book.flows and step in book.flows[flow].steps else None
    if about and about in book.flows and name in book.flows[about].steps:
        return about, name
    owners = [one.name for one in book.flows.values() if name in one.steps]
    return (owners[0], name) if len(owners) == 1 else None


def places(text: TranscriptText, book: FlowBook) -> dict[str, tuple[str, str]]:
    """Return flow and step of every step that a transcript names."""
    named = {one.step for line in text.talk for one in line.bot or ()}
    named |= {line.expect.step for line in text.talk if line.expect}
    return {name: found for name in named if (found := place(name, text.flow, book))}


def start_of(text: TranscriptText, config: WorkspaceConfig) -> datetime:
    """Return when a transcript begins.  Raises ``ValueError``."""
    return datetime.fromisoformat(text.at or DEFAULT_START).replace(tzinfo=ZoneInfo(config.timezone))


DEFAULT_START = "2026-11-23 10:00"
"""A Monday."""


def check(transcript: Transcript, known: House) -> list[Finding]:
    """Return what is wrong with the names, times and people of a transcript."""
    return list(_Check(transcript, known).all())


class _Check:
    """One transcript being checked."""

    def __init__(self, transcript: Transcript, known: House) -> None:
        self.source = transcript.source
        self.text = transcript.text
        self.known = known

    def all(self) -> Iterator[Finding]:
        text, config = self.text, self.known.config
        yield from self._name(("flow",), text.flow, self.known.book.flows, "flow")
        yield from self._name(("language",), text.language, config.languages, "language")
        for pool in text.codes:
            yield from self._name(("codes", pool), pool, config.pools, "pool of codes", key=True)
        try:
            start_of(text, config)
        except ValueError:
            hint = "Write it such as 2026-12-24 18:30."
            yield self.source.finding(("at",), "not-a-time", f"“{text.at}” is not a moment.", hint)
        for name, person in text.people.items():
            yield from self._person(("people", name), person)
        for number, line in enumerate(text.talk):
            yield from self._line(("talk", number), line, first=number == 0)

    def _name(
        self, path: Path, name: str | None, known: Collection[str], what: str, *, key: bool = False
    ) -> Iterator[Finding]:
        if name and name not in known:
            code = f"unknown-{what.split(maxsplit=1)[0]}"
            yield self.source.finding(path, code, f"There is no {what} “{name}”.", did_you_mean(name, known), key=key)

    def _person(self, path: Path, person: PersonText) -> Iterator[Finding]:
        config = self.known.config
        yield from self._name((*path, "language"), person.language, config.languages, "language")
        if person.timezone:
            yield from self._name((*path, "timezone"), person.timezone, available_timezones(), "time zone")
        for at, tag in enumerate(person.tags):
            yield from self._name((*path, "tags", at), tag, config.tags, "tag")
        for field in person.fields:
            yield from self._name((*path, "fields", field), field, config.fields, "field", key=True)
        for topic in person.consents:
            yield from self._name((*path, "consents", topic), topic, config.topics, "topic", key=True)
        if (person.proven or person.consents) and not person.email:
            hint = "Add email: mia@example.com."
            yield self.source.finding(path, "no-address", "What is proven of somebody without an email?", hint)

    def _line(self, path: Path, line: LineText, *, first: bool) -> Iterator[Finding]:
        yield from self._name((*path, "who"), line.who, self.text.people, "person")
        if not line.action and not (first and self.text.flow):
            message = "Nothing happens in this line."
            hint = "Begin it with says, taps, wait …; the first line may leave it out where the head names a flow."
            yield self.source.finding(path, "no-action", message, hint)
        if line.wait:
            yield from self._wait((*path, "wait"), line.wait)
        if line.opens and line.opens != GET_STARTED:
            yield from self._name((*path, "opens"), line.opens, self.known.book.flows, "flow")
        for deed in line.does or ():
            yield from self._name((*path, "does"), deed.event, self.known.config.events, "event")
        for at, item in enumerate(line.bot or ()):
            here = (*path, "bot", at) if (*path, "bot", at) in self.source.marks else (*path, "bot")
            yield from self._item(here, item)
        if line.expect:
            yield from self._expect((*path, "expect"), line.expect)

    def _wait(self, path: Path, said: str) -> Iterator[Finding]:
        try:
            parse_duration(said)
        except SpokenTimeError as error:
            yield self.source.finding(path, "not-a-time", f"{error}.", error.hint)

    def _item(self, path: Path, item: BotText) -> Iterator[Finding]:
        yield from self._step((*path, "step"), item.step)
        yield from self._name((*path, "wording"), item.wording, self.known.config.topics, "topic")
        yield from self._name((*path, "persona"), item.persona, self.known.config.personas, "persona")

    def _step(self, path: Path, name: str) -> Iterator[Finding]:
        book = self.known.book
        if not name or place(name, self.text.flow, book):
            return
        flow, slash, step = name.partition("/")
        owners = [one.name for one in book.flows.values() if name in one.steps]
        if slash and flow not in book.flows:
            yield from self._name(path, flow, book.flows, "flow")
        elif len(owners) > 1:
            hint = f"Write {owners[0]}/{name}, or name the flow in the head."
            yield self.source.finding(path, "unclear-step", f"{len(owners)} flows have a step “{name}”.", hint)
        else:
            about = book.flows.get(flow if slash else self.text.flow or "")
            known = about.steps if about else {step for one in book.flows.values() for step in one.steps}
            yield from self._name(path, step if slash else name, known, "step")

    def _expect(self, path: Path, expect: ExpectText) -> Iterator[Finding]:
        if expect.step != END:
            yield from self._step((*path, "step"), expect.step)
        for key, (what, known) in _NAMED.items():
            given = getattr(expect, key)
            names = [given] if isinstance(given, str) else given or ()
            for at, name in enumerate(names):
                inside = at if isinstance(given, list) else name
                here = (*path, key) if isinstance(given, str) else (*path, key, inside)
                yield from self._name(here, str(name), known(self.known), what, key=isinstance(given, dict))


_NAMED: Mapping[str, tuple[str, Callable[[House], Collection[str]]]] = {
    "flow": ("flow", lambda one: {*one.book.flows, END}),
    "tags": ("tag", lambda one: one.config.tags),
    "fields": ("field", lambda one: one.config.fields),
    "consents": ("topic", lambda one: one.config.topics),
    "mails": ("mail template", lambda one: one.templates),
    "notified": ("team mailbox", lambda one: one.config.team),
    "events": ("event", lambda one: one.config.events),
    "sequences": ("sequence", lambda one: one.rules.sequences.sequences),
    "channels": ("topic", lambda one: {*one.config.topics, "all"}),
    "codes": ("pool of codes", lambda one: one.config.pools),
    "language": ("language", lambda one: one.config.languages),
}
"""By key of ``expect``: what its names are, and which there are."""
