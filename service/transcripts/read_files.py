"""Reads the transcripts of a workspace, with the line of every part; what cannot be read is a finding."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from language.findings import Finding
from language.yaml_reader import read_yaml, validate_model
from language.yaml_source import Position, YamlSource
from language.yaml_source import YamlPath as SourcePath
from service.transcripts.model import TranscriptText
from service.workspace.edition import SHIPPED_FOLDER

FOLDER = "transcripts"
ENDINGS = (".yaml", ".yml")
LARGEST = 1_000_000
"""Limit of a file, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A transcript, and where it stands."""

    text: TranscriptText
    source: YamlSource
    """Its part of the file."""

    @property
    def name(self) -> str:
        """What it shows, as a sentence."""
        return self.text.transcript

    def line_number(self, number: int) -> int:
        """Return the line number in the file of a line of the talk (counted from 0)."""
        return self.source.position_of(("talk", number)).line


def read_transcript_files(folder: Path | None) -> tuple[dict[str, str], list[Finding]]:
    """Return text by file name of a workspace's transcripts, or of the shipped ones, and findings on the others."""
    return read_yaml_folder(folder, FOLDER)


def read_yaml_folder(folder: Path | None, subfolder: str) -> tuple[dict[str, str], list[Finding]]:
    """Return text by file name of the YAML files in a folder of a workspace, or of the shipped one, and findings."""
    read_folder = (SHIPPED_FOLDER if folder is None else folder) / subfolder
    files: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(read_folder.iterdir()) if read_folder.is_dir() else ():
        if path.suffix not in ENDINGS:
            continue
        name = f"{subfolder}/{path.name}"
        try:
            files[name] = _read_text(path)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            message = f"It cannot be read: {reason}."
            findings.append(Finding(file=name, line=0, column=0, code="unreadable", message=message))
    return files, findings


def _read_text(path: Path) -> str:
    if path.stat().st_size > LARGEST:  # asked before reading: a huge file would fill the memory of the YAML reader
        message = f"the file is larger than {LARGEST:,} bytes"
        raise ValueError(message)
    return path.read_text("utf-8")


def parse_transcripts(files: Mapping[str, str]) -> tuple[list[Transcript], list[Finding]]:
    """Return the transcripts of these files, and findings on those that cannot be read."""
    transcripts: list[Transcript] = []
    findings: list[Finding] = []
    for name, text in sorted(files.items()):
        source = read_yaml(text, name)
        findings += source.findings
        # An empty file is an error of the model below; one that is no YAML has its finding already.
        if source.value is None and any(finding.severity == "error" for finding in source.findings):
            continue
        for part in split_parts(source):
            transcript_text, part_findings = validate_model(part, TranscriptText)
            findings += part_findings
            if transcript_text is not None:
                transcripts.append(Transcript(text=transcript_text, source=part))
    return transcripts, findings


def split_parts(source: YamlSource) -> Iterator[YamlSource]:
    """Yield the parts of a file, which holds one or a list of them."""
    if not isinstance(source.value, list):
        yield source
        return
    marks, keys = _marks_by_part(source.positions), _marks_by_part(source.key_positions)
    for number, value in enumerate(source.value):
        yield replace(source, value=value, positions=marks[number], key_positions=keys[number], findings=())


def _marks_by_part(marks: Mapping[SourcePath, Position]) -> dict[int | str, dict[SourcePath, Position]]:
    """Return the marks by part of a file, with paths that begin in the part."""
    by_part: defaultdict[int | str, dict[SourcePath, Position]] = defaultdict(dict)
    for path, mark in marks.items():
        if path:
            by_part[path[0]][path[1:]] = mark  # (2, "talk", 0) of the file is ("talk", 0) of its part 2
    return by_part
