"""``doorstep translate``: writes the texts of flows into a table for a translator, and translation files from it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from domain.workspace_config import WorkspaceConfig
from flows.language.read_files import FlowSource, read_flow_files
from flows.language.translation_model import TranslationText
from flows.translation import translate as translating
from flows.translation.translate import NoLinesError, TranslationLine
from language.findings import suggest_name
from language.yaml_source import YamlSource
from service.cli import choose_workspace, output
from service.cli.csv_positions import locate_in_table
from service.workspace.edition import WorkspaceError, compile_edition, load_edition, read_files, shipped_files

translate = typer.Typer(help="Texts of the flows out to a table for a translator, and back in.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option("--workspace", metavar="DIR", help="Workspace; default: as for check.")]
Language = Annotated[str, typer.Option("--language", help="Such as de; default: the workspace's second.")]


@translate.command("out")
def write_table(
    table: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The table that is written.")],
    *,
    language: Language = "",
    workspace: Folder = None,
    missing: Annotated[bool, typer.Option("--missing", help="Only what is new or stale.")] = False,
) -> None:
    """Write every text of every flow with its translation and its state: new, stale or ok."""
    folder = choose_workspace.choose_workspace(workspace)
    files = _read_workspace(folder)
    edition, _ = load_edition(folder)
    target = _choose_language(language, edition.config)
    lines = [
        line
        for flow in _flows_to_translate(files, edition.config, target)
        for line in translating.list_lines(flow.text, _translation_in(flow, target))
        if not missing or line.state != "ok"
    ]
    try:
        table.write_text(translating.to_csv(lines), "utf-8-sig")  # the mark tells spreadsheets that it is UTF-8
    except OSError as error:
        message = f"{table} cannot be written: {error.strerror}."
        raise output.print_error(message, output.USAGE) from None
    states = {state: sum(line.state == state for line in lines) for state in ("new", "stale", "ok")}
    counts = ", ".join(f"{count} {state}" for state, count in states.items())
    output.out.print(escape(f"{table}: {output.count_noun(len(lines), 'text')} ({counts})."), soft_wrap=True)


@translate.command("in")
def take_back_table(
    table: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The table as it came back.", exists=True)],
    *,
    language: Language = "",
    workspace: Folder = None,
) -> None:
    """Take a table back: write the translation files, unless they would have errors; say what fitted nowhere."""
    folder = choose_workspace.choose_workspace(workspace)
    if folder is None:
        message = "The shipped workspace is not changed. Make your own: doorstep init DIR"
        raise output.print_error(message, output.USAGE)
    files, unreadable = read_files(folder)
    if unreadable:  # writing beside a file that could not be read might overwrite it
        raise WorkspaceError(unreadable)
    edition, _ = load_edition(folder)
    target = _choose_language(language, edition.config)
    lines = _read_lines(table)
    changed, unplaced = _translate_files(files, edition.config, target, lines)
    _refuse_errors(files, changed, table, lines)
    for name, text in changed.items():
        (folder / name).write_text(text, "utf-8")
        output.out.print(escape(f"{folder / name} written."), soft_wrap=True)
    for line in unplaced:
        place = f"{line.flow}, {line.step or 'the flow itself'}, {line.part}"
        output.out.print(f"[yellow]This fits nowhere and was left out:[/] {escape(place)}", soft_wrap=True)
    if not changed:
        output.out.print("Nothing has changed.")


def _read_lines(table: Path) -> list[TranslationLine]:
    try:
        return translating.from_csv(table.read_text("utf-8-sig"))
    except (NoLinesError, UnicodeDecodeError) as error:
        message = str(error) if isinstance(error, NoLinesError) else f"{table} is not UTF-8: save it as CSV UTF-8."
        raise output.print_error(message) from None


def _read_workspace(folder: Path | None) -> dict[str, str]:
    return shipped_files() if folder is None else read_files(folder)[0]


def _choose_language(named: str, config: WorkspaceConfig) -> str:
    others = config.languages[1:]  # the first is the language of the originals
    if named in others:
        return named
    if named or not others:
        message = f"“{named}” is no language to translate into. {suggest_name(named, others)}"
        if not others:
            message = "doorstep.yaml declares one language only. Add the one to translate into to its languages."
        raise typer.BadParameter(message, param_hint="--language")
    return others[0]


def _flows_to_translate(files: Mapping[str, str], config: WorkspaceConfig, language: str) -> Iterator[FlowSource]:
    """Yield the flows to translate: those whose originals are not in this language."""
    written, _ = read_flow_files(files)
    yield from (flow for flow in written.values() if (flow.text.language or config.default_language) != language)


def _translation_in(flow: FlowSource, language: str) -> TranslationText | None:
    translation: tuple[TranslationText, YamlSource] | None = flow.translations.get(language)
    return translation[0] if translation else None


def _translate_files(
    files: Mapping[str, str], config: WorkspaceConfig, language: str, lines: list[TranslationLine]
) -> tuple[dict[str, str], list[TranslationLine]]:
    """Return the translation files that change, and the lines of the table that fit nowhere."""
    changed: dict[str, str] = {}
    flows = {flow.text.flow: flow for flow in _flows_to_translate(files, config, language)}
    unplaced = [line for line in lines if line.flow not in flows]
    for name, flow in flows.items():
        lines_of_flow = [line for line in lines if line.flow == name]
        if not lines_of_flow:
            continue
        old = flow.translations.get(language)
        path = old[1].file if old else f"{flow.source.file.rsplit('.', 1)[0]}.{language}.yaml"
        text, left = translating.build_translation(
            flow.text, language, lines_of_flow, old[0] if old else None, files.get(path, "")
        )
        unplaced += left
        if text != files.get(path):  # an unchanged file keeps its comments and its time
            changed[path] = text
    return changed, unplaced


def _refuse_errors(
    files: Mapping[str, str], changed: Mapping[str, str], table: Path, lines: Sequence[TranslationLine]
) -> None:
    """Exit if the translations have errors: a text that is too long, a variable that does not exist."""
    _, findings = compile_edition({**files, **changed})
    if errors := [finding for finding in findings if finding.severity == "error"]:
        # The translator knows the rows of the table, not the lines of a file that was never written.
        output.print_findings(
            [
                locate_in_table(error, changed[error.file], str(table), lines) if error.file in changed else error
                for error in errors
            ]
        )
        message = "the table has errors; nothing was written."
        raise output.print_error(message)
