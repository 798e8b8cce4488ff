"""``doorstep diagram``: a picture of a flow or a sequence, as compiled, with its numbers if they are asked for."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import Flow
from language.findings import suggest_name
from service.cli import choose_workspace
from service.cli import output as printing
from service.cli.open_store import open_existing_store
from service.cli.report_sequence import make_report
from service.engine.clock import system_now
from service.reports.diagrams.layout import PictureError, lay_out_picture
from service.reports.diagrams.live_counts import export_numbers, last_days, read_flow_numbers
from service.reports.diagrams.mermaid import render_mermaid
from service.reports.diagrams.picture import FlowNumbers, Picture, build_picture
from service.reports.diagrams.png import render_png
from service.reports.diagrams.sequence_picture import build_sequence_picture
from service.reports.diagrams.svg import Theme, render_svg
from service.reports.sequences.summarize import SequenceReport
from service.workspace.edition import Edition, load_edition

PictureFormat = Literal["mermaid", "svg", "png"]
FORMATS_BY_ENDING: dict[str, PictureFormat] = {".mmd": "mermaid", ".md": "mermaid", ".svg": "svg", ".png": "png"}
"""Format of a file by its ending."""
FORMATS: dict[str, PictureFormat] = {"mermaid": "mermaid", "svg": "svg", "png": "png"}
THEMES: dict[str, Theme] = {"auto": "auto", "light": "light", "dark": "dark"}


def draw_diagram(  # noqa: PLR0913  one option a fact
    name: Annotated[str, typer.Argument(metavar="FLOW|SEQUENCE", help="Such as newsletter, or tasting_book.")],
    *,
    format: Annotated[  # noqa: A002  what the option is called
        str, typer.Option(help="mermaid, svg or png; default: by the file's name, else mermaid.")
    ] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Default: printed.")] = None,
    live: Annotated[bool, typer.Option("--live", help="With the numbers of each step and way, by source.")] = False,
    last: Annotated[int, typer.Option(metavar="DAYS", min=1, max=366, help="Of how many days, with --live.")] = 30,
    json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON, by source.")] = False,
    language: Annotated[str, typer.Option(help="Such as de; default: the workspace's first.")] = "",
    theme: Annotated[str, typer.Option(help="light, dark or auto: as the reader's system.")] = "auto",
    workspace: Annotated[Path | None, typer.Option(help="Workspace; default: as for check.")] = None,
) -> None:
    """Draw a flow or a sequence: steps, the ways between them with their labels, and how it fares."""
    picture_format, colours = _choose_format(format, output), _choose_theme(theme)
    edition, _ = load_edition(choose_workspace.choose_workspace(workspace))
    drawn_language = _choose_language(language, edition.config)
    sequence = edition.rules.sequences.sequences.get(name)
    if sequence and name not in edition.rules.flows.flows:
        report = asyncio.run(_read_report(name, last)) if live or json else None
        numbers: object = report
        picture = build_sequence_picture(sequence, report)
    else:
        flow = _find_flow(name, edition)
        counted = asyncio.run(_read_numbers(flow, last)) if live or json else None
        numbers = export_numbers(flow, drawn_language, counted) if counted else None
        picture = build_picture(edition.rules.flows, flow, drawn_language, counted)
    if json:
        printing.print_json(numbers)
        return
    try:
        _write_picture(_render_picture(picture, picture_format, colours), output)
    except PictureError as error:
        raise printing.print_error(str(error)) from None


def _find_flow(name: str, edition: Edition) -> Flow:
    flows = edition.rules.flows.flows
    if name not in flows:
        known = [*flows, *edition.rules.sequences.sequences]
        message = f"there is no flow and no sequence “{name}”. {suggest_name(name, known)}"
        raise typer.BadParameter(message, param_hint="FLOW|SEQUENCE")
    return flows[name]


def _choose_language(named: str, config: WorkspaceConfig) -> str:
    if named and named not in config.languages:
        message = f"“{named}” is no language of this workspace. {suggest_name(named, config.languages)}"
        raise typer.BadParameter(message, param_hint="--language")
    return named or config.default_language


def _choose_format(named: str, output: Path | None) -> PictureFormat:
    if not named:
        return _format_by_ending(output) if output else "mermaid"
    if named not in FORMATS:
        message = f"“{named}” is no format. Take {', '.join(FORMATS)}."
        raise typer.BadParameter(message, param_hint="--format")
    return FORMATS[named]


def _format_by_ending(output: Path) -> PictureFormat:
    ending = output.suffix.lower()
    if ending and ending not in FORMATS_BY_ENDING:
        message = f"{output}: the ending must be one of {', '.join(FORMATS_BY_ENDING)}; or say --format."
        raise typer.BadParameter(message, param_hint="--output")
    return FORMATS_BY_ENDING.get(ending, "mermaid")  # a file without an ending


def _choose_theme(named: str) -> Theme:
    if named not in THEMES:
        message = f"“{named}” is no theme. Take {', '.join(THEMES)}."
        raise typer.BadParameter(message, param_hint="--theme")
    return THEMES[named]


async def _read_report(sequence: str, last: int) -> SequenceReport:
    async with open_existing_store() as (store, keys):
        return await make_report(store, keys, sequence, last)


async def _read_numbers(flow: Flow, last: int) -> FlowNumbers:
    async with open_existing_store() as (store, _):
        # The counters are by day in UTC.
        return await read_flow_numbers(store, flow, last_days(last, system_now().date()))


def _render_picture(picture: Picture, picture_format: PictureFormat, theme: Theme) -> bytes:
    if picture_format == "mermaid":
        return render_mermaid(picture).encode()
    # A bitmap cannot follow the reader's system.
    fixed_theme = "light" if picture_format == "png" and theme == "auto" else theme
    drawing = render_svg(picture, lay_out_picture(picture), fixed_theme)
    return render_png(drawing) if picture_format == "png" else drawing.encode()


def _write_picture(content: bytes, output: Path | None) -> None:
    if output is None:  # bytes: a PNG may be piped
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}."
        raise printing.print_error(message, printing.USAGE) from None
    printing.out.print(f"{output}: {len(content):,} bytes.")
