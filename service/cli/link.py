"""``doorstep link``: the m.me link that begins a flow, with its source, and its QR code."""

from pathlib import Path
from typing import Annotated

import segno
import typer
from rich.markup import escape

from domain.referral_codes import FORBIDDEN, LONGEST_REF, MOST_SOURCE, written
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowBook
from language.findings import did_you_mean
from service.cli import choose_workspace, output
from service.workspace.edition import load

FORMATS = (".svg", ".png")
_QUIET_ZONE = 4
"""Modules of white around a code (ISO/IEC 18004)."""


def link(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="Such as newsletter.")],
    *,
    source: Annotated[str, typer.Option(help="Where it will stand, for reports: poster, shop-window.")] = "",
    workspace: Annotated[Path | None, typer.Option(help="Workspace; default: as for check.")] = None,
    qr: Annotated[Path | None, typer.Option(help="Write a QR code to this .svg or .png file.")] = None,
) -> None:
    """Print the link that begins a flow; what comes through it is counted under its source."""
    folder = choose_workspace.own(workspace, f"Name yours: doorstep link {flow} --workspace DIR")
    edition, _ = load(folder)
    ref = written(_name(edition.rules.flows, flow), _sound(source))
    if len(ref) > LONGEST_REF:
        message = f"flow and source together have {len(ref)} characters; a link takes {LONGEST_REF}."
        raise output.fail(message, output.USAGE)
    url = address(edition.config, ref)
    if qr is not None:
        _draw(url, qr)
    typer.echo(url)


def address(config: WorkspaceConfig, ref: str) -> str:
    """Return the m.me link of a ref; raises :class:`typer.Exit` if the Page's name is not declared."""
    if not config.page_username:
        message = "doorstep.yaml has no page_username: the name of your Page in m.me/…"
        raise output.fail(message)
    return f"https://m.me/{config.page_username}?ref={ref}"


def known_flow(book: FlowBook, flow: str) -> None:
    """Refuse a flow that is not there; raises :class:`typer.Exit`."""
    if flow not in book.flows:
        message = f"there is no flow “{flow}”. {did_you_mean(flow, book.flows)}".rstrip()
        raise output.fail(message, output.USAGE)


def _name(book: FlowBook, flow: str) -> str:
    """Return the ref of a flow: the first link it declares, else its name."""
    known_flow(book, flow)
    ref = next((ref for ref, name in book.links.items() if name == flow), flow if flow in book.named else "")
    if not ref:
        message = f"only other flows begin “{flow}”. Give it a link of its own, under start: links: [{flow}]"
        raise output.fail(message)
    return ref


def _sound(source: str) -> str:
    wrong = FORBIDDEN.search(source)
    if wrong:
        message = f"a source has letters, digits, - and _ only; “{wrong[0]}” is none of them."
        raise output.fail(message, output.USAGE)
    if len(source) > MOST_SOURCE:
        message = f"“{source[:60]}” has {len(source)} characters; a source has {MOST_SOURCE} at most."
        raise output.fail(message, output.USAGE)
    return source


def _draw(url: str, file: Path) -> None:
    if file.suffix not in FORMATS:
        message = f"{file}: the ending must be {' or '.join(FORMATS)}."
        raise output.fail(message, output.USAGE)
    code = segno.make(url, error="q", micro=False)
    code.save(str(file), scale=10, border=_QUIET_ZONE, dark="#000000", light="#ffffff")
    output.err.print(f"[green]✓[/] {escape(str(file))}: {code.designator}, print it 2 cm wide or more.")
