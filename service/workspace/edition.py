"""An edition: all files of a workspace, read, compiled and checked as one value."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

import email_out
import flows
import onboarding
from domain.workspace_config import WorkspaceConfig
from email_out.templates.catalog import MailCatalog
from email_out.templates.compile import compile_mails
from flows.load import compile_flows
from language.findings import Finding, errors_first
from language.yaml_reader import read_yaml, validate_model
from onboarding.issues.catalog import IssueCatalog
from onboarding.issues.compile import compile_issues
from onboarding.language.compile import compile_sequences
from service.engine.decide import Rules
from service.workspace.checks import chat_links, condition_names, consent_wordings, cross_references, service_mails
from service.workspace.checks.given_variables import check_given_variables, list_given_variables
from service.workspace.checks.measured_topics import check_measures
from service.workspace.checks.question_mails import check_question_mails

CONFIG_FILE = "doorstep.yaml"
MOST_BYTES = 1_000_000
"""Largest file, in bytes."""
MOST_FILES = 2_000

FOLDERS = {
    "flows": (".yaml", ".yml"), "sequences": (".yaml", ".yml"), "issues": (".yaml", ".yml"),
    "emails": (".mjml", ".txt"), "tables": (".yaml", ".yml", ".csv"),
}  # fmt: skip
"""Folders of a workspace, and the file endings that are read from each."""

SHIPPED_FOLDER = Path(__file__).parent / "library"
"""Folder of the shipped doorstep.yaml; the other shipped files lie in :data:`LIBRARY`."""

LIBRARY = {
    "flows": Path(str(flows.__file__)).parent / "library",
    "sequences": Path(str(onboarding.__file__)).parent / "library",
    "issues": Path(str(onboarding.__file__)).parent / "issues" / "library",
    "emails": Path(str(email_out.__file__)).parent / "library",
    "tables": Path(str(flows.__file__)).parent / "library" / "tables",
}
"""Where the shipped files of each folder lie: with the package they belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One version of a workspace, compiled."""

    hash: str
    """Content hash over all files."""
    files: Mapping[str, str]
    """Text by path relative to the workspace."""
    config: WorkspaceConfig
    rules: Rules
    mails: MailCatalog
    issues: IssueCatalog


class WorkspaceError(Exception):
    """The workspace has errors.  ``findings`` say what to mend; ``doorstep check`` prints them too."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep the findings; the message is their list."""
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def shipped_files() -> dict[str, str]:
    """Return the shipped workspace: text by path."""
    files = {CONFIG_FILE: (SHIPPED_FOLDER / CONFIG_FILE).read_text("utf-8")}
    for folder, library in LIBRARY.items():
        for path in sorted(library.glob("*.*")):
            if path.suffix in FOLDERS[folder]:
                files[f"{folder}/{path.name}"] = path.read_text("utf-8")
    return files


def _read_tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.*"))
        if path.is_file()
    }


def _shared_mails(*stems: str) -> dict[str, str]:
    paths = (path for stem in stems for path in sorted(LIBRARY["emails"].glob(f"{stem}.*")))
    return {f"emails/{path.name}": path.read_text("utf-8") for path in paths}


def onboarding_files() -> dict[str, str]:
    """Return the example of onboarding, with its transcripts and timelines: text by path."""
    # What it says in the words of the shipped workspace, or of the starter, stands there only.
    shared = _read_tree(SHIPPED_FOLDER)
    chat = {
        name: text
        for name, text in (*shipped_files().items(), *shared.items())
        if name.startswith(("flows/newsletter.", "flows/address_and_code.", "transcripts/newsletter."))
    }
    # The starter's confirmation names no topic of its own, so it fits any workspace.
    confirmations = {
        name.removeprefix("starter/"): text
        for name, text in shared.items()
        if name.startswith("starter/emails/confirmation.")
    }
    # Mails of the shipped workspace whose words fit here as they are.
    mails = _shared_mails("_layout", "proof", "welcome", "come_back", "evaluate_invite", "box_sent")
    return {**chat, **mails, **confirmations, **_read_tree(SHIPPED_FOLDER / "onboarding")}


def starter_files(languages: Sequence[str]) -> dict[str, str]:
    """Return the bare starter, with its transcripts: text by path.  Its flow is written in the first language."""
    files = _read_tree(SHIPPED_FOLDER / "starter")
    german = {name: text for name, text in files.items() if name.startswith("german_first/")}
    files = {name: text for name, text in files.items() if name not in german}
    # Of the two languages that it is written in, the one that is named first is the original's.
    if next((code for code in languages if code in ("en", "de")), "en") == "de":
        files = {name: text for name, text in files.items() if not name.startswith(("flows/", "transcripts/"))}
        files |= {name.removeprefix("german_first/"): text for name, text in german.items()}
    # What has no word of a brand in it is the same in both.
    return files | _shared_mails("_layout", "proof")


def read_files(folder: Path) -> tuple[dict[str, str], list[Finding]]:
    """Read a workspace folder.  A file that cannot be read becomes a finding."""
    paths = [folder / CONFIG_FILE]
    for name, endings in FOLDERS.items():
        if (folder / name).is_dir():
            paths += sorted(path for path in (folder / name).iterdir() if path.suffix in endings)
    files: dict[str, str] = {}
    findings: list[Finding] = []
    # Bounds the work on a folder that was not meant as a workspace, such as a home directory.
    for path in paths[:MOST_FILES]:
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = _read_file(path)
        except (OSError, ValueError) as error:
            findings.append(_unreadable_file(name, error))
    return files, findings


def _read_file(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        message = f"the file is larger than {MOST_BYTES:,} bytes"
        raise ValueError(message)
    return path.read_text("utf-8")


def _unreadable_file(name: str, error: Exception) -> Finding:
    if isinstance(error, FileNotFoundError):
        hint = "Make a workspace with: doorstep init DIR"
        return Finding(file=name, line=0, column=0, code="missing-file", message="There is no such file.", hint=hint)
    if isinstance(error, UnicodeDecodeError):
        message = f"Byte {error.start + 1} is not UTF-8."
        return Finding(file=name, line=0, column=0, code="not-utf8", message=message, hint="Save the file as UTF-8.")
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Finding(file=name, line=0, column=0, code="unreadable", message=f"It cannot be read: {text}.")


def content_hash(files: Mapping[str, str]) -> str:
    """Return the hash that names an edition: over all paths and texts."""
    # Sorted, so that the order in which a file system lists files does not matter.  MessagePack frames every text by
    # its length, so two workspaces cannot collide by moving a line from one file into the next.
    return hashlib.sha256(msgspec.msgpack.encode(sorted(files.items()))).hexdigest()[:16]


def compile_edition(files: Mapping[str, str]) -> tuple[Edition | None, list[Finding]]:
    """Compile and check all files.

    Returns None instead of an edition if a finding is an error.  Findings are sorted, errors first.
    """
    if CONFIG_FILE not in files:
        return None, [_unreadable_file(CONFIG_FILE, FileNotFoundError())]
    source = read_yaml(files[CONFIG_FILE], CONFIG_FILE)
    config, findings = validate_model(source, WorkspaceConfig)
    if config is None:
        # Everything below reads topics, fields and languages; without them each file would report false errors.
        return None, errors_first([*source.findings, *findings])
    findings += cross_references.check_config(source, config)
    mails, mail_findings = compile_mails(_files_under(files, "emails"), config)
    given = list_given_variables(mails)
    flow_catalog, flow_findings = compile_flows(flow_files(files), config, given)
    sequence_catalog, sequence_findings = compile_sequences(_files_under(files, "sequences"), config)
    issues, issue_findings = compile_issues(_files_under(files, "issues"), config)
    findings = [
        *source.findings,
        *findings,
        *flow_findings,
        *sequence_findings,
        *issue_findings,
        *mail_findings,
        *cross_references.check_templates(sequence_catalog, mails, flow_catalog, files, issues),
        *check_question_mails(sequence_catalog, mails, config),
        *check_given_variables(given, frozenset(config.fields), sequence_catalog, issues),
        *service_mails.check_service_mails(sequence_catalog, files),
        *chat_links.check_chat_links(config, flow_catalog, files),
        *cross_references.check_flow_references(source, config, flow_catalog, files),
        *condition_names.check_condition_names(source, config, sequence_catalog, flow_catalog, mails, files, issues),
        *consent_wordings.check_wordings(source, config, sequence_catalog, flow_catalog),
        *consent_wordings.check_confirmations(files, config, sequence_catalog, flow_catalog),
        *check_measures(source, config, sequence_catalog, flow_catalog, issues),
    ]
    # Last, because it replaces findings of all the checks above: one a language instead of one a file.
    findings = errors_first(cross_references.merge_language_findings(source, config, files, findings))
    if any(finding.severity == "error" for finding in findings):
        return None, findings
    name = content_hash(files)
    rules = Rules(edition=name, flows=flow_catalog, sequences=sequence_catalog)
    edition = Edition(hash=name, files=dict(files), config=config, rules=rules, mails=mails, issues=issues)
    return edition, findings


def flow_files(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files that flows are compiled from: their own, and the tables."""
    return _files_under(files, "flows", "tables")


def _files_under(files: Mapping[str, str], *folders: str) -> dict[str, str]:
    return {name: text for name, text in files.items() if name.partition("/")[0] in folders}


def load_edition(folder: Path | None) -> tuple[Edition, list[Finding]]:
    """Load a workspace folder, or the shipped workspace.  Raises :class:`WorkspaceError` if it has errors."""
    files, unreadable = (shipped_files(), []) if folder is None else read_files(folder)
    edition, compile_findings = compile_edition(files)
    findings = errors_first([*unreadable, *compile_findings])
    # An unreadable file is an error although the rest compiled: it may be the one that was just changed.
    if edition is None or any(finding.severity == "error" for finding in findings):
        raise WorkspaceError(findings)
    return edition, findings
