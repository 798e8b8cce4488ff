"""Reads the timelines of a workspace and checks every name in them; what is wrong is a finding with line and remedy."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from domain.workspace_config import WorkspaceConfig
from language.durations import UnclearTimeError, parse_duration
from language.fields.told_values import read_told_values
from language.findings import Finding, suggest_name
from language.yaml_reader import read_yaml, validate_model
from language.yaml_source import YamlPath, YamlSource
from onboarding.language.catalog import SequenceCatalog
from onboarding.language.ways import list_asking_steps
from onboarding.tuning.simulated_people import list_splits
from service.transcripts.check_names import read_start
from service.transcripts.model import FieldValue
from service.transcripts.read_files import read_yaml_folder, split_parts
from service.transcripts.timelines.model import MAIL, DeedLine, TimelineText
from service.workspace.edition import Edition

FOLDER = "tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A timeline, and where it stands."""

    text: TimelineText
    source: YamlSource
    """Its part of the file."""

    def line_of(self, path: YamlPath) -> int:
        """Return the line number in the file of a part of it."""
        return self.source.position_of(path).line


def read_timelines(folder: Path | None, edition: Edition) -> tuple[list[Timeline], list[Finding]]:
    """Read and check the timelines of a workspace; return those without findings, and all findings."""
    files, findings = read_yaml_folder(folder, FOLDER)
    good: list[Timeline] = []
    for name, text in sorted(files.items()):
        source = read_yaml(text, name)
        findings += source.findings
        if source.value is None and any(finding.severity == "error" for finding in source.findings):
            continue
        for part in split_parts(source):
            read, part_findings = validate_model(part, TimelineText)
            if read is not None:
                timeline = Timeline(text=read, source=part)
                part_findings = [*part_findings, *_TimelineCheck(timeline, edition).find_all()]
                good += [] if part_findings else [timeline]
            findings += part_findings
    return good, findings


class _TimelineCheck:
    """The checks of one timeline."""

    def __init__(self, timeline: Timeline, edition: Edition) -> None:
        self.text, self.source = timeline.text, timeline.source
        self.config: WorkspaceConfig = edition.config
        self.sequences: SequenceCatalog = edition.rules.sequences
        self.templates = frozenset(edition.mails.template_names)

    def find_all(self) -> Iterator[Finding]:
        text, config = self.text, self.config
        for path, name in ((("sequence",), text.sequence), *((("with", n), o) for n, o in enumerate(text.together))):
            yield from self._check_name(path, name, self.sequences.sequences, "sequence")
        if text.timezone:
            yield from self._check_name(("timezone",), text.timezone, available_timezones(), "time zone")
        for at, tag in enumerate(text.tags):
            yield from self._check_name(("tags", at), tag, config.tags, "tag")
        yield from self._check_fields(("fields",), text.fields)
        yield from self._check_start()
        yield from self._check_arm()
        yield from self._check_answers()
        for number, deed in enumerate(text.did):
            here = ("did", number) if ("did", number) in self.source.positions else ("did",)
            yield from self._check_deed(here, deed)
        for number, mail in enumerate(text.mails):
            yield from self._check_mail(("mails", number), mail)

    def _check_start(self) -> Iterator[Finding]:
        try:
            if self.text.start:
                read_start(self.text.start, self.config).astimezone(ZoneInfo("UTC"))
        except (ValueError, OverflowError):
            hint = "Write it such as 2026-12-24 18:30."
            yield self.source.finding_at(("start",), "not-a-time", f"“{self.text.start}” is not a moment.", hint)

    def _check_arm(self) -> Iterator[Finding]:
        sequence = self.sequences.sequences.get(self.text.sequence)
        splits = list_splits(sequence) if sequence else {}
        for step, part in self.text.arm.items() if sequence else ():
            yield from self._check_name(("arm", step), step, splits, "step that divides people", key=True)
            if step in splits:
                yield from self._check_name(("arm", step), part, splits[step], "part")

    def _check_deed(self, path: YamlPath, deed: DeedLine) -> Iterator[Finding]:
        if deed.event:
            here = (*path, "event") if (*path, "event") in self.source.positions else path
            yield from self._check_name(here, deed.event, self.config.events, "event")
        kept = self.config.taken_properties.get(deed.event, frozenset())
        for name in deed.properties if deed.event in self.config.events else ():
            yield from self._check_name((*path, "properties", name), name, kept, "property that is kept", key=True)
        yield from self._check_fields((*path, "told"), deed.told)
        for key, written in (("after", deed.after), ("every", deed.every)):
            yield from self._check_length(path, key, written)

    def _check_length(self, path: YamlPath, key: str, written: str) -> Iterator[Finding]:
        try:
            if written:
                parse_duration(written)
        except UnclearTimeError as error:
            here = (*path, key) if (*path, key) in self.source.positions else path
            yield self.source.finding_at(here, "not-a-time", f"{error}.", error.hint)

    def _check_answers(self) -> Iterator[Finding]:
        asking: dict[str, tuple[str, ...]] = {}
        for name in (self.text.sequence, *self.text.together):
            if sequence := self.sequences.sequences.get(name):
                steps = list_asking_steps(sequence)
                asking |= steps | {f"{name}/{step}": labels for step, labels in steps.items()}
        for step, given in self.text.answers.items():
            yield from self._check_name(("answers", step), step, asking, "question or task", key=True)
            # A step that is not known has its finding already.
            labels = {label.casefold(): label for label in asking.get(step, ())}
            if labels and given.answer.casefold() not in labels:
                yield from self._check_name(("answers", step), given.answer, list(labels.values()), "answer")
            yield from self._check_length(("answers", step), "after", given.after)

    def _check_fields(self, path: YamlPath, fields: Mapping[str, FieldValue]) -> Iterator[Finding]:
        for name, value in fields.items():
            yield from self._check_name((*path, name), name, self.config.fields, "field", key=True)
            if name in self.config.fields and read_told_values({name: value}, (name,), self.config.fields) is None:
                message = f"“{value}” is no {self.config.fields[name].type}, as {name} wants it."
                yield self.source.finding_at(
                    (*path, name),
                    "not-a-value",
                    message,
                    "Dates are written 2026-12-24, moments 2026-12-24T18:30+01:00.",
                )

    def _check_mail(self, path: YamlPath, mail: str) -> Iterator[Finding]:
        match = MAIL.fullmatch(mail)
        if match is None:
            hint = "Write it as simulate prints it: Thu 26 Nov 10:00 come_back; the time may be left out."
            yield self.source.finding_at(path, "not-a-mail", f"“{mail}” is not when a mail goes, and which.", hint)
            return
        yield from self._check_name(path, match["mail"], self.templates, "mail template")

    def _check_name(
        self, path: YamlPath, name: str, allowed: Collection[str], kind: str, *, key: bool = False
    ) -> Iterator[Finding]:
        if name not in allowed:
            code = f"unknown-{kind.split(maxsplit=1)[0]}"  # “unknown-mail” for the kind “mail template”
            hint = suggest_name(name, allowed)
            yield self.source.finding_at(path, code, f"There is no {kind} “{name}”.", hint, key=key)
