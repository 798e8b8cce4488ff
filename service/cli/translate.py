"""``doorstep translate``: texts of the flows out to a table for a translator, and back into translation files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from domain.workspace_config import WorkspaceConfig
from flows.language.model import TranslationText
from flows.language.read_files import Written, read_all
from flows.translation import translate as translating
from flows.translation.translate import Line, NoLinesError
from language.findings import did_you_mean
from language.yaml_source import Source
from service.cli import choose_workspace, output
from service.cli.csv_positions import in_table
from service.workspace.edition import WorkspaceError, compile_edition, load, read_files, shipped_files

translate = typer.Typer(help="Texts of the flows out to a table for a translator, and back in.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option("--workspace", metavar="DIR", help="Workspace; default: as for check.")]
Language = Annotated[str, typer.Option("--language", help="Such as de; default: the workspace's second.")]


@translate.command("out")
def out(
    table: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The table that is written.")],
    *,
    language: Language = "",
    workspace: Folder = None,
    missing: Annotated[bool, typer.Option("--missing", help="Only what is new or stale.")] = False,
) -> None:
    """Write every text of every flow with its translation and its state: new, stale or ok."""
    folder = choose_workspace.workspace(workspace)
    files = _files(folder)
    edition, _ = load(folder)
    spoken = _language(language, edition.config)
    lines = [
        line
        for one in _flows(files, edition.config, spoken)
        for line in translating.lines(one.text, _translation(one, spoken))
        if not missing or line.state != "ok"
    ]
    try:
        table.write_text(translating.to_csv(lines), "utf-8-sig")  # the mark tells spreadsheets that it is UTF-8
    except OSError as error:
        message = f"{table} cannot be written: {error.strerror}."
        raise output.fail(message, output.USAGE) from None
    states = {state: sum(line.state == state for line in lines) for state in ("new", "stale", "ok")}
    told = ", ".join(f"{count} {state}" for state, count in states.items())
    output.out.print(escape(f"{table}: {output.counted(len(lines), 'text')} ({told})."), soft_wrap=True)


@translate.command("in")
def back(
    table: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The table as it came back.", exists=True)],
    *,
    language: Language = "",
    workspace: Folder = None,
) -> None:
    """Take a table back: write the translation files, unless they would have errors; say what fitted nowhere."""
    folder = choose_workspace.workspace(workspace)
    if folder is None:
        message = "The shipped workspace is not changed. Make your own: doorstep init DIR"
        raise output.fail(message, output.USAGE)
    files, unreadable = read_files(folder)
    if unreadable:
        raise WorkspaceError(unreadable)
    edition, _ = load(folder)
    spoken = _language(language, edition.config)
    lines = _lines(table)
    made, strange = _made(files, edition.config, spoken, lines)
    _refuse_errors(files, made, table, lines)
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
        output.out.print(escape(f"{folder / name} written."), soft_wrap=True)
    for line in strange:
        place = f"{line.flow}, {line.step or 'the flow itself'}, {line.part}"
        output.out.print(f"[yellow]This fits nowhere and was left out:[/] {escape(place)}", soft_wrap=True)
    if not made:
        output.out.print("Nothing has changed.")


def _lines(table: Path) -> list[Line]:
    try:
        return translating.from_csv(table.read_text("utf-8-sig"))
    except (NoLinesError, UnicodeDecodeError) as error:
        message = str(error) if isinstance(error, NoLinesError) else f"{table} is not UTF-8: save it as CSV UTF-8."
        raise output.fail(message) from None


def _files(folder: Path | None) -> dict[str, str]:
    return shipped_files() if folder is None else read_files(folder)[0]


def _language(said: str, config: WorkspaceConfig) -> str:
    others = config.languages[1:]
    if said in others:
        return said
    if said or not others:
        message = f"“{said}” is no language to translate into. {did_you_mean(said, others)}"
        if not others:
            message = "doorstep.yaml declares one language only. Add the one to translate into to its languages."
        raise typer.BadParameter(message, param_hint="--language")
    return others[0]


def _flows(files: Mapping[str, str], config: WorkspaceConfig, language: str) -> Iterator[Written]:
    """Yield the flows that are written in another language than the one that is translated into."""
    written, _ = read_all(files)
    yield from (one for one in written.values() if (one.text.language or config.language) != language)


def _translation(one: Written, language: str) -> TranslationText | None:
    found: tuple[TranslationText, Source] | None = one.translations.get(language)
    return found[0] if found else None


def _made(
    files: Mapping[str, str], config: WorkspaceConfig, language: str, lines: list[Line]
) -> tuple[dict[str, str], list[Line]]:
    """Return the files that change, and the lines that fit nowhere."""
    made: dict[str, str] = {}
    flows = {one.text.flow: one for one in _flows(files, config, language)}
    strange = [line for line in lines if line.flow not in flows]
    for name, one in flows.items():
        mine = [line for line in lines if line.flow == name]
        if not mine:
            continue
        beside = one.translations.get(language)
        path = beside[1].file if beside else f"{one.source.file.rsplit('.', 1)[0]}.{language}.yaml"
        text, left = translating.translated(
            one.text, language, mine, beside[0] if beside else None, files.get(path, "")
        )
        strange += left
        if text != files.get(path):
            made[path] = text
    return made, strange


def _refuse_errors(files: Mapping[str, str], made: Mapping[str, str], table: Path, lines: Sequence[Line]) -> None:
    """Refuse translations that break the workspace: a text that is too long, a variable that does not exist."""
    _, found = compile_edition({**files, **made})
    if errors := [one for one in found if one.severity == "error"]:
        output.findings(
            [in_table(one, made[one.file], str(table), lines) if one.file in made else one for one in errors]
        )
        message = "the table has errors; nothing was written."
        raise output.fail(message)
