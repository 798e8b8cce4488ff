"""A workspace: the folder a marketer edits, read, compiled and checked as one edition."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

import email_out
import flows
import onboarding
from email_out.templates.render import MailBook, compile_mails
from flows.load import compile_flows
from onboarding.language.compile import compile_sequences
from service.workspace.checks import cross_references, consent_wordings
from service.engine.decide import Rules
from service.runtime.settings import SHIPPED
from domain.workspace_config import WorkspaceConfig
from language.findings import Finding, errors_first
from language.yaml_source import read, validate

DECLARATIONS = "doorstep.yaml"
LARGEST = 1_000_000
"""Bytes a file may have."""
MOST_FILES = 2_000

FOLDERS = {
    "flows": (".yaml", ".yml"), "sequences": (".yaml", ".yml"), "emails": (".mjml", ".txt"),
    "tables": (".yaml", ".yml", ".csv"),
}  # fmt: skip
"""What is read from where."""

LIBRARY = {
    "flows": Path(str(flows.__file__)).parent / "library",
    "sequences": Path(str(onboarding.__file__)).parent / "library",
    "emails": Path(str(email_out.__file__)).parent / "library",
    "tables": Path(str(flows.__file__)).parent / "library" / "tables",
}
"""Where the shipped content of a folder lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One version of a workspace, compiled."""

    hash: str
    """Content hash over all files."""
    files: Mapping[str, str]
    """Text by path relative to the workspace."""
    config: WorkspaceConfig
    rules: Rules
    mails: MailBook


class WorkspaceError(Exception):
    """The workspace cannot be used.  ``findings`` say what to mend; ``doorstep check`` prints them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep the findings; the message is their list."""
        self.findings = tuple(findings)
        super().__init__("\n".join(str(one) for one in self.findings))


def shipped_files() -> dict[str, str]:
    """Return the workspace that comes with Doorstep."""
    files = {DECLARATIONS: (SHIPPED / DECLARATIONS).read_text("utf-8")}
    for folder, library in LIBRARY.items():
        for path in sorted(library.glob("*.*")):
            if path.suffix in FOLDERS[folder]:
                files[f"{folder}/{path.name}"] = path.read_text("utf-8")
    return files


def read_files(folder: Path) -> tuple[dict[str, str], list[Finding]]:
    """Read a workspace folder; files that cannot be read are findings."""
    paths = [folder / DECLARATIONS]
    for name, endings in FOLDERS.items():
        if (folder / name).is_dir():
            paths += sorted(path for path in (folder / name).iterdir() if path.suffix in endings)
    files: dict[str, str] = {}
    findings: list[Finding] = []
    for path in paths[:MOST_FILES]:
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = _read(path)
        except (OSError, ValueError) as error:
            findings.append(_unreadable(name, error))
    return files, findings


def _read(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        message = f"the file is larger than {LARGEST:,} bytes"
        raise ValueError(message)
    return path.read_text("utf-8")


def _unreadable(name: str, error: Exception) -> Finding:
    if isinstance(error, FileNotFoundError):
        hint = "Make a workspace with: doorstep init DIR"
        return Finding(file=name, line=0, column=0, code="missing-file", message="There is no such file.", hint=hint)
    if isinstance(error, UnicodeDecodeError):
        message = f"Byte {error.start + 1} is not UTF-8."
        return Finding(
            file=name, line=0, column=0, code="not-utf8", message=message, hint="Save the file as UTF-8."
        )
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Finding(file=name, line=0, column=0, code="unreadable", message=f"It cannot be read: {text}.")


def content_hash(files: Mapping[str, str]) -> str:
    """Return the hash that names an edition."""
    return hashlib.sha256(msgspec.msgpack.encode(sorted(files.items()))).hexdigest()[:16]


def compile_edition(files: Mapping[str, str]) -> tuple[Edition | None, list[Finding]]:
    """Compile and check all files; None if an error stands in the way of running them.  Errors come first."""
    if DECLARATIONS not in files:
        return None, [_unreadable(DECLARATIONS, FileNotFoundError())]
    source = read(files[DECLARATIONS], DECLARATIONS)
    config, findings = validate(source, WorkspaceConfig)
    if config is None:
        return None, errors_first([*source.findings, *findings])
    findings += cross_references.declarations(source, config)
    flow_book, flow_findings = compile_flows(flow_files(files), config)
    sequence_book, sequence_findings = compile_sequences(_under(files, "sequences"), config)
    mails, mail_findings = compile_mails(_under(files, "emails"), config)
    findings = [
        *source.findings, *findings, *flow_findings, *sequence_findings, *mail_findings,
        *cross_references.templates(sequence_book, mails, flow_book, files),
        *cross_references.ways_in(source, config, flow_book, files),
        *consent_wordings.check(source, config, sequence_book, flow_book),
    ]
    found = errors_first(cross_references.languages(source, config, files, findings))
    if any(one.severity == "error" for one in found):
        return None, found
    name = content_hash(files)
    rules = Rules(edition=name, flows=flow_book, sequences=sequence_book)
    return Edition(hash=name, files=dict(files), config=config, rules=rules, mails=mails), found


def flow_files(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files that flows are compiled from: their own, and the tables."""
    return _under(files, "flows", "tables")


def _under(files: Mapping[str, str], *folders: str) -> dict[str, str]:
    return {name: text for name, text in files.items() if name.partition("/")[0] in folders}


def load(folder: Path | None) -> tuple[Edition, list[Finding]]:
    """Load a workspace folder, or the shipped one; raises :class:`WorkspaceError` if it has errors."""
    files, findings = (shipped_files(), []) if folder is None else read_files(folder)
    edition, found = compile_edition(files)
    everything = errors_first([*findings, *found])
    if edition is None or any(one.severity == "error" for one in everything):
        raise WorkspaceError(everything)
    return edition, everything
