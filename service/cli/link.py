"""``doorstep link``: the m.me link that begins a flow, with its marketing source, and its QR code."""

from pathlib import Path
from typing import Annotated

import segno
import typer
from rich.markup import escape

from domain.referral_codes import FORBIDDEN, LONGEST_REF, LONGEST_SOURCE, write_ref
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowCatalog
from language.findings import suggest_name
from service.cli import choose_workspace, output
from service.workspace.edition import load_edition

FORMATS = (".svg", ".png")
_QUIET_ZONE = 4
"""White modules around a QR code (ISO/IEC 18004)."""


def print_link(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="Such as newsletter.")],
    *,
    source: Annotated[str, typer.Option(help="Where it will stand, for reports: poster, shop-window.")] = "",
    workspace: Annotated[Path | None, typer.Option(help="Workspace; default: as for check.")] = None,
    qr: Annotated[Path | None, typer.Option(help="Write a QR code to this .svg or .png file.")] = None,
) -> None:
    """Print the link that begins a flow; what comes through it is counted under its source."""
    folder = choose_workspace.choose_own_workspace(workspace, f"Name yours: doorstep link {flow} --workspace DIR")
    edition, _ = load_edition(folder)
    ref = write_ref(_ref_of_flow(edition.rules.flows, flow), _check_source(source))
    if len(ref) > LONGEST_REF:
        message = f"flow and source together have {len(ref)} characters; a link takes {LONGEST_REF}."
        raise output.print_error(message, output.USAGE)
    url = build_link(edition.config, ref)
    if qr is not None:
        _write_qr_code(url, qr)
    typer.echo(url)


def build_link(config: WorkspaceConfig, ref: str) -> str:
    """Return the m.me link of a ref; raises :class:`typer.Exit` if the Page's name is not declared."""
    if not config.page_username:
        message = "doorstep.yaml has no page_username: the name of your Page in m.me/…"
        raise output.print_error(message)
    return f"https://m.me/{config.page_username}?ref={ref}"


def require_flow(catalog: FlowCatalog, flow: str) -> None:
    """Raise :class:`typer.Exit` if there is no such flow."""
    if flow not in catalog.flows:
        message = f"there is no flow “{flow}”. {suggest_name(flow, catalog.flows)}".rstrip()
        raise output.print_error(message, output.USAGE)


def _ref_of_flow(catalog: FlowCatalog, flow: str) -> str:
    """Return the ref of a flow: the first link it declares, else its name."""
    require_flow(catalog, flow)
    # A flow without a link of its own is reached by its name, unless only other flows may begin it.
    ref = next((ref for ref, name in catalog.links.items() if name == flow), flow if flow in catalog.ref_names else "")
    if not ref:
        message = f"only other flows begin “{flow}”. Give it a link of its own, under start: links: [{flow}]"
        raise output.print_error(message)
    return ref


def _check_source(source: str) -> str:
    """Return a source that may stand in a link; raises :class:`typer.Exit` if it may not."""
    wrong = FORBIDDEN.search(source)
    if wrong:
        message = f"a source has letters, digits, - and _ only; “{wrong[0]}” is none of them."
        raise output.print_error(message, output.USAGE)
    if len(source) > LONGEST_SOURCE:
        message = f"“{source[:60]}” has {len(source)} characters; a source has {LONGEST_SOURCE} at most."
        raise output.print_error(message, output.USAGE)
    return source


def _write_qr_code(url: str, file: Path) -> None:
    if file.suffix not in FORMATS:
        message = f"{file}: the ending must be {' or '.join(FORMATS)}."
        raise output.print_error(message, output.USAGE)
    # Level q repairs 25 % of the modules: posters get dirty.
    qr_code = segno.make(url, error="q", micro=False)
    qr_code.save(str(file), scale=10, border=_QUIET_ZONE, dark="#000000", light="#ffffff")
    output.err.print(f"[green]✓[/] {escape(str(file))}: {qr_code.designator}, print it 2 cm wide or more.")
