"""``doorstep diagram``: a picture of a flow, from its compiled machine, with its numbers if they are asked for."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import Flow, FlowBook
from language.findings import did_you_mean
from service.cli import choose_workspace
from service.cli import output as printing
from service.cli.open_store import reached
from service.engine.clock import system_now
from service.reports.diagrams.layout import NoLayoutError, lay_out
from service.reports.diagrams.live_counts import days, numbers, plain
from service.reports.diagrams.mermaid import mermaid
from service.reports.diagrams.picture import Numbers, Picture, picture
from service.reports.diagrams.png import png
from service.reports.diagrams.svg import Theme, svg
from service.workspace.edition import load

Format = Literal["mermaid", "svg", "png"]
ENDINGS: dict[str, Format] = {".mmd": "mermaid", ".md": "mermaid", ".svg": "svg", ".png": "png"}
"""What the name of a file says of its format."""
FORMATS: dict[str, Format] = {"mermaid": "mermaid", "svg": "svg", "png": "png"}
THEMES: dict[str, Theme] = {"auto": "auto", "light": "light", "dark": "dark"}


def diagram(  # noqa: PLR0913  one option a fact
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="Such as newsletter.")],
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
    """Draw a flow: steps, the ways between them with their labels, and how it fares."""
    form, colours = _format(format, output), _theme(theme)
    edition, _ = load(choose_workspace.workspace(workspace))
    book = edition.rules.flows
    drawn, spoken = _flow(flow, book), _language(language, edition.config)
    fares = asyncio.run(_numbers(drawn, last)) if live or json else None
    if json and fares:
        printing.as_json(plain(drawn, spoken, fares))
        return
    try:
        _write(_drawn(picture(book, drawn, spoken, fares), form, colours), output)
    except NoLayoutError as error:
        raise printing.fail(str(error)) from None


def _flow(name: str, book: FlowBook) -> Flow:
    if name not in book.flows:
        message = f"there is no flow “{name}”. {did_you_mean(name, book.flows)}"
        raise typer.BadParameter(message, param_hint="FLOW")
    return book.flows[name]


def _language(said: str, config: WorkspaceConfig) -> str:
    if said and said not in config.languages:
        message = f"“{said}” is no language of this workspace. {did_you_mean(said, config.languages)}"
        raise typer.BadParameter(message, param_hint="--language")
    return said or config.language


def _format(said: str, output: Path | None) -> Format:
    if not said:
        return _by_name(output) if output else "mermaid"
    if said not in FORMATS:
        message = f"“{said}” is no format. Take {', '.join(FORMATS)}."
        raise typer.BadParameter(message, param_hint="--format")
    return FORMATS[said]


def _by_name(output: Path) -> Format:
    ending = output.suffix.lower()
    if ending and ending not in ENDINGS:
        message = f"{output}: the ending must be one of {', '.join(ENDINGS)}; or say --format."
        raise typer.BadParameter(message, param_hint="--output")
    return ENDINGS.get(ending, "mermaid")


def _theme(said: str) -> Theme:
    if said not in THEMES:
        message = f"“{said}” is no theme. Take {', '.join(THEMES)}."
        raise typer.BadParameter(message, param_hint="--theme")
    return THEMES[said]


async def _numbers(flow: Flow, last: int) -> Numbers:
    async with reached() as (store, _):
        return await numbers(store, flow, days(last, system_now().date()))


def _drawn(one: Picture, form: Format, theme: Theme) -> bytes:
    if form == "mermaid":
        return mermaid(one).encode()
    drawn = svg(one, lay_out(one), "light" if form == "png" and theme == "auto" else theme)
    return png(drawn) if form == "png" else drawn.encode()


def _write(drawn: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(drawn)
        return
    try:
        output.write_bytes(drawn)
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}."
        raise printing.fail(message, printing.USAGE) from None
    printing.out.print(f"{output}: {len(drawn):,} bytes.")
