"""Checks that every name in a transcript exists; a finding suggests the nearest one that does."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowCatalog
from flows.language.model import END
from language.durations import UnclearTimeError, parse_duration
from language.findings import Finding, suggest_name
from language.yaml_source import YamlPath
from service.engine.decide import Rules
from service.transcripts.model import BotText, ExpectText, LineText, PersonText, TranscriptText
from service.transcripts.perform_line import GET_STARTED
from service.transcripts.read_files import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceNames:
    """The names that a transcript may use in one workspace."""

    config: WorkspaceConfig
    rules: Rules
    templates: frozenset[str]
    """Names of the mail templates."""

    @property
    def flows(self) -> FlowCatalog:
        """The compiled flows."""
        return self.rules.flows


def find_step(name: str, subject_flow: str | None, book: FlowCatalog) -> tuple[str, str] | None:
    """Return flow and step of ``step`` or ``flow/step``; None if no step fits, or several do.

    ``subject_flow`` is the flow that the transcript is about; its steps come first.
    """
    flow, slash, step = name.partition("/")  # "letter/hello" names its flow, "hello" alone does not
    if slash:
        return (flow, step) if flow in book.flows and step in book.flows[flow].steps else None
    if subject_flow and subject_flow in book.flows and name in book.flows[subject_flow].steps:
        return subject_flow, name
    # Last, a name that only one flow has is clear without that flow.
    owners = [owner.name for owner in book.flows.values() if name in owner.steps]
    return (owners[0], name) if len(owners) == 1 else None


def find_named_steps(text: TranscriptText, book: FlowCatalog) -> dict[str, tuple[str, str]]:
    """Return flow and step of every step that a transcript names, by the name as written."""
    step_names = {item.step for line in text.talk for item in line.bot or ()}
    step_names |= {line.expect.step for line in text.talk if line.expect}
    return {name: found for name in step_names if (found := find_step(name, text.flow, book))}


def read_start(written: str, config: WorkspaceConfig) -> datetime:
    """Return the moment written behind ``at``, in the workspace's time zone.  Raises ``ValueError`` if it is none."""
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(config.timezone))


def check_transcript(transcript: Transcript, names: WorkspaceNames) -> list[Finding]:
    """Return the findings on the names, times and people of a transcript."""
    return list(_TranscriptCheck(transcript, names).find_all())


class _TranscriptCheck:
    """The checks of one transcript."""

    def __init__(self, transcript: Transcript, names: WorkspaceNames) -> None:
        self.source = transcript.source
        self.text = transcript.text
        self.names = names

    def find_all(self) -> Iterator[Finding]:
        text, config = self.text, self.names.config
        yield from self._check_name(("flow",), text.flow, self.names.flows.flows, "flow")
        yield from self._check_name(("language",), text.language, config.languages, "language")
        for pool in text.codes:
            yield from self._check_name(("codes", pool), pool, config.pools, "pool of codes", key=True)
        for table in text.taken:
            yield from self._check_name(("taken", table), table, self.names.flows.tables, "table", key=True)
        for hook in text.hooks:
            yield from self._check_name(("hooks", hook), hook, config.hooks, "hook", key=True)
        try:
            if text.at:
                read_start(text.at, config)
        except ValueError:
            hint = "Write it such as 2026-12-24 18:30."
            yield self.source.finding_at(("at",), "not-a-time", f"“{text.at}” is not a moment.", hint)
        for name, person in text.people.items():
            yield from self._check_person(("people", name), person)
        for number, line in enumerate(text.talk):
            yield from self._check_line(("talk", number), line, first=number == 0)

    def _check_name(
        self, path: YamlPath, name: str | None, allowed: Collection[str], kind: str, *, key: bool = False
    ) -> Iterator[Finding]:
        if name and name not in allowed:
            code = f"unknown-{kind.split(maxsplit=1)[0]}"  # "unknown-pool" for the kind "pool of codes"
            yield self.source.finding_at(
                path, code, f"There is no {kind} “{name}”.", suggest_name(name, allowed), key=key
            )

    def _check_person(self, path: YamlPath, person: PersonText) -> Iterator[Finding]:
        config = self.names.config
        yield from self._check_name((*path, "language"), person.language, config.languages, "language")
        if person.timezone:
            yield from self._check_name((*path, "timezone"), person.timezone, available_timezones(), "time zone")
        for at, tag in enumerate(person.tags):
            yield from self._check_name((*path, "tags", at), tag, config.tags, "tag")
        for field in person.fields:
            yield from self._check_name((*path, "fields", field), field, config.fields, "field", key=True)
        for topic in person.consents:
            yield from self._check_name((*path, "consents", topic), topic, config.topics, "topic", key=True)
        # A confirmed consent implies a proven address.
        if (person.proven or person.consents) and not person.email:
            hint = "Add email: mia@example.com."
            yield self.source.finding_at(path, "no-address", "What is proven of somebody without an email?", hint)

    def _check_line(self, path: YamlPath, line: LineText, *, first: bool) -> Iterator[Finding]:
        yield from self._check_name((*path, "who"), line.who, self.text.people, "person")
        # Without an action the first line begins the flow that the head names.
        if not line.action and not (first and self.text.flow):
            message = "Nothing happens in this line."
            hint = "Begin it with says, taps, wait …; the first line may leave it out where the head names a flow."
            yield self.source.finding_at(path, "no-action", message, hint)
        if line.wait:
            yield from self._check_wait((*path, "wait"), line.wait)
        if line.opens and line.opens != GET_STARTED:
            yield from self._check_name((*path, "opens"), line.opens, self.names.flows.flows, "flow")
        for deed in line.does or ():
            yield from self._check_name((*path, "does"), deed.event, self.names.config.events, "event")
        for at, item in enumerate(line.bot or ()):
            # A single item may be written without a list; then the file has no place number 0, only ``bot`` itself.
            here = (*path, "bot", at) if (*path, "bot", at) in self.source.positions else (*path, "bot")
            yield from self._check_item(here, item)
        if line.expect:
            yield from self._check_expectation((*path, "expect"), line.expect)

    def _check_wait(self, path: YamlPath, duration: str) -> Iterator[Finding]:
        try:
            parse_duration(duration)
        except UnclearTimeError as error:
            yield self.source.finding_at(path, "not-a-time", f"{error}.", error.hint)

    def _check_item(self, path: YamlPath, item: BotText) -> Iterator[Finding]:
        yield from self._check_step((*path, "step"), item.step)
        yield from self._check_name((*path, "wording"), item.wording, self.names.config.topics, "topic")
        yield from self._check_name((*path, "persona"), item.persona, self.names.config.personas, "persona")

    def _check_step(self, path: YamlPath, name: str) -> Iterator[Finding]:
        book = self.names.flows
        if not name or find_step(name, self.text.flow, book):
            return
        # The step does not exist or is not clear; say which part of its name is at fault.
        flow, slash, step = name.partition("/")
        owners = [owner.name for owner in book.flows.values() if name in owner.steps]
        if slash and flow not in book.flows:
            yield from self._check_name(path, flow, book.flows, "flow")
        elif len(owners) > 1:
            hint = f"Write {owners[0]}/{name}, or name the flow in the head."
            yield self.source.finding_at(path, "unclear-step", f"{len(owners)} flows have a step “{name}”.", hint)
        else:
            subject_flow = book.flows.get(flow if slash else self.text.flow or "")
            allowed = (
                subject_flow.steps if subject_flow else {step for owner in book.flows.values() for step in owner.steps}
            )
            yield from self._check_name(path, step if slash else name, allowed, "step")

    def _check_expectation(self, path: YamlPath, expect: ExpectText) -> Iterator[Finding]:
        if expect.step != END:
            yield from self._check_step((*path, "step"), expect.step)
        for key, (kind, list_allowed) in _NAMES_BY_KEY.items():
            # Three shapes: one name (language: de), several (tags: [reader]), names as keys (fields: {mood: calm}).
            expected = getattr(expect, key)
            names = [expected] if isinstance(expected, str) else expected or ()
            for at, name in enumerate(names):
                inside = at if isinstance(expected, list) else name
                here = (*path, key) if isinstance(expected, str) else (*path, key, inside)
                yield from self._check_name(
                    here, str(name), list_allowed(self.names), kind, key=isinstance(expected, dict)
                )


_NAMES_BY_KEY: Mapping[str, tuple[str, Callable[[WorkspaceNames], Collection[str]]]] = {
    "flow": ("flow", lambda workspace: {*workspace.flows.flows, END}),
    "tags": ("tag", lambda workspace: workspace.config.tags),
    "fields": ("field", lambda workspace: workspace.config.fields),
    "consents": ("topic", lambda workspace: workspace.config.topics),
    "mails": ("mail template", lambda workspace: workspace.templates),
    "notified": ("team mailbox", lambda workspace: workspace.config.team),
    "events": ("event", lambda workspace: workspace.config.events),
    "sequences": ("sequence", lambda workspace: workspace.rules.sequences.sequences),
    "channels": ("topic", lambda workspace: {*workspace.config.topics, "all"}),
    "codes": ("pool of codes", lambda workspace: workspace.config.pools),
    "language": ("language", lambda workspace: workspace.config.languages),
}
"""By key of ``expect``: the kind of its names, and the function that lists those that exist."""
