"""What ``check`` finds of one newsletter issue: in its file, in its mails and in the words of its topic."""

from collections.abc import Iterator, Mapping, Sequence

import typer

from language.findings import Finding, errors_first, suggest_name
from language.yaml_reader import read_yaml
from onboarding.issues.catalog import Issue
from onboarding.issues.model import WINNER
from service.cli import output
from service.cli.check import find_advice
from service.cli.choose_workspace import choose_workspace, describe_workspace
from service.workspace.edition import CONFIG_FILE, Edition, compile_edition, read_files

LAYOUT = "_layout"
"""Stem of what all mails share."""


def list_findings(edition: Edition, issue: Issue) -> list[Finding]:
    """Return the findings about an issue of an edition, errors first."""
    # Compiled anew: the edition may have gone live before a check was written that finds something now.
    found = [*compile_edition(edition.files)[1], *find_advice(edition)]
    return errors_first(pick_findings(found, issue.file, issue.templates, issue.topic))


def pick_findings(findings: Sequence[Finding], file: str, templates: Sequence[str], topic: str) -> Iterator[Finding]:
    """Yield those about an issue's file, its mails, what all mails share, and its topic."""
    stems = {f"emails/{name}" for name in (*templates, LAYOUT)}
    for finding in findings:
        is_of_topic = finding.file == CONFIG_FILE and f"“{topic}”" in f"{finding.message} {finding.hint}"
        if finding.file == file or finding.file.partition(".")[0] in stems or is_of_topic:
            yield finding


def require_live(name: str, edition: Edition) -> Issue:
    """Return an issue of the live edition; if there is none, tell what is wrong with it in the folder here, and end."""
    found = edition.issues.issues.get(name)
    if found is not None:
        return found
    told = look_into_folder(name)
    there = told or suggest_name(name, edition.issues.issues) or "Write issues/NAME.yaml, and apply it."
    message = f"“{name[:80]}” is no issue of the live workspace. {there}"
    raise typer.BadParameter(message, param_hint="NAME")


def look_into_folder(name: str) -> str:
    """Print what check says of an issue that is in a folder only; return what to do, empty if it is nowhere."""
    folder = choose_workspace(None)
    if folder is None:
        return ""
    files, unreadable = read_files(folder)
    path = _find_file(name, files)
    if not path:
        return ""
    templates, topic = _read_names(files[path], path)
    edition, compiled = compile_edition(files)
    about = errors_first(pick_findings([*unreadable, *compiled], path, templates, topic))
    errors = sum(finding.severity == "error" for finding in about)
    for finding in about:
        output.print_warning(str(finding))
    place = f"{path} of {describe_workspace(folder)}"
    if errors:
        return f"{place} has {output.count_noun(errors, 'error')}: mend it, then doorstep apply."
    # Errors elsewhere keep the whole folder from going live.
    return f"{place} is not live: {'doorstep apply' if edition else 'doorstep check says what keeps it from that'}."


def _find_file(name: str, files: Mapping[str, str]) -> str:
    paths = [path for path in files if path.startswith("issues/")]
    named = [path for path in paths if _read_names(files[path], path, "issue")[0] == [name]]
    stemmed = [path for path in paths if path.removeprefix("issues/").rpartition(".")[0] == name]
    return next(iter([*named, *stemmed]), "")


def _read_names(text: str, path: str, key: str = "mail") -> tuple[list[str], str]:
    """Return the names under a key of an issue's file, and its topic, however wrong the rest is."""
    value = read_yaml(text, path).value
    if not isinstance(value, dict):
        return [], ""
    names = value.get(key)
    listed = [str(one) for one in (names if isinstance(names, dict) else [names]) if one and one != WINNER]
    return listed, str(value.get("topic", ""))
