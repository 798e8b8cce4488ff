"""The transcripts of a workspace, read with the place of every line; names that do not exist are findings."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from language.findings import Finding
from language.yaml_source import Mark, Source, read, validate
from language.yaml_source import Path as SourcePath
from service.runtime.settings import SHIPPED
from service.transcripts.model import TranscriptText

FOLDER = "transcripts"
ENDINGS = (".yaml", ".yml")
LARGEST = 1_000_000
"""Bytes a file may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A transcript as read."""

    text: TranscriptText
    source: Source
    """Its part of the file."""

    @property
    def name(self) -> str:
        """What it shows."""
        return self.text.transcript

    def line(self, number: int) -> int:
        """Return where a line of the talk (from 0) stands in its file."""
        return self.source.mark(("talk", number)).line


def files_of(folder: Path | None) -> tuple[dict[str, str], list[Finding]]:
    """Read the transcripts of a workspace folder, or the shipped ones; files that cannot be read are findings."""
    place = (SHIPPED if folder is None else folder) / FOLDER
    files: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        if path.suffix not in ENDINGS:
            continue
        name = f"{FOLDER}/{path.name}"
        try:
            files[name] = _text(path)
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            message = f"It cannot be read: {said}."
            findings.append(Finding(file=name, line=0, column=0, code="unreadable", message=message))
    return files, findings


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        message = f"the file is larger than {LARGEST:,} bytes"
        raise ValueError(message)
    return path.read_text("utf-8")


def read_all(files: Mapping[str, str]) -> tuple[list[Transcript], list[Finding]]:
    """Read every transcript, and return what could not be read."""
    found: list[Transcript] = []
    findings: list[Finding] = []
    for name, text in sorted(files.items()):
        source = read(text, name)
        findings += source.findings
        if source.value is None and any(one.severity == "error" for one in source.findings):
            continue
        for part in _parts(source):
            written, wrong = validate(part, TranscriptText)
            findings += wrong
            if written is not None:
                found.append(Transcript(text=written, source=part))
    return found, findings


def _parts(source: Source) -> Iterator[Source]:
    """Yield the transcripts of a file: it holds one, or a list of them."""
    if not isinstance(source.value, list):
        yield source
        return
    marks, keys = _sorted(source.marks), _sorted(source.keys)
    for number, value in enumerate(source.value):
        yield replace(source, value=value, marks=marks[number], keys=keys[number], findings=())


def _sorted(marks: Mapping[SourcePath, Mark]) -> dict[int | str, dict[SourcePath, Mark]]:
    """Return the marks of each part of a file, as if the part were all there is."""
    sorted_out: defaultdict[int | str, dict[SourcePath, Mark]] = defaultdict(dict)
    for path, mark in marks.items():
        if path:
            sorted_out[path[0]][path[1:]] = mark
    return sorted_out
