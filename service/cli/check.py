"""``doorstep check``: what is wrong in a workspace, where, and how to mend it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from language.findings import Finding, errors_first
from service.cli import choose_workspace, output
from service.workspace.edition import compile_edition, read_files, shipped_files

SHIPPED_BRAND = "Amsel"
OF_THE_DEMO = re.compile(r"Amsel|Tasting Book|Teebuch|Friday Leaf|Freitagsblatt")
"""Words of the demo brand; a text of another brand that still has one was forgotten."""


def leftovers(files: Mapping[str, str], brand: str) -> list[Finding]:
    """Return a warning for each file of another brand that still speaks of the demo's: which lines, which words."""
    if SHIPPED_BRAND in brand:
        return []
    found = []
    for name, text in sorted(files.items()):
        spots = list(OF_THE_DEMO.finditer(text))
        lines = sorted({text.count("\n", 0, spot.start()) + 1 for spot in spots})
        if not spots:
            continue
        which = f"{'Line' if len(lines) == 1 else 'Lines'} {', '.join(map(str, lines))}"
        verb = "speaks" if len(lines) == 1 else "speak"
        words = ", ".join(f"“{word}”" for word in dict.fromkeys(spot[0] for spot in spots))
        found.append(
            Finding(
                file=name, line=lines[0], column=spots[0].start() - text.rfind("\n", 0, spots[0].start()),
                code="still-amsel", severity="warning",
                message=f"{which} still {verb} of {SHIPPED_BRAND} Tea: {words}.",
                hint=f"Say it in the words of {brand}.",
            )
        )  # fmt: skip
    return found


def places(files: Mapping[str, str]) -> int:
    """Return how many words of the demo's brand these files hold, whoever they belong to."""
    return sum(len(OF_THE_DEMO.findall(text)) for text in files.values())


def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Default: DOORSTEP_WORKSPACE, ., ./workspace, the shipped.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False,
) -> None:
    """Check a workspace: every finding with file, line, column, and the remedy."""
    folder = choose_workspace.workspace(folder)
    files, findings = (shipped_files(), []) if folder is None else read_files(folder)
    edition, compiled = compile_edition(files)
    left = leftovers(files, edition.config.brand) if edition else []
    found = errors_first([*findings, *compiled, *left])
    errors = sum(one.severity == "error" for one in found)
    if json:
        output.as_json([msgspec.to_builtins(one) for one in found])
    else:
        output.findings(found)
        _sum_up(folder, len(files), errors, len(found) - errors, places(files) if left else 0)
    raise typer.Exit(output.WRONG if errors else output.GOOD)


def _sum_up(folder: Path | None, files: int, errors: int, warnings: int, left: int) -> None:
    counted = ", ".join(output.counted(*one) for one in ((files, "file"), (errors, "error"), (warnings, "warning")))
    said = f"Checked {choose_workspace.called(folder)}: {counted}."
    if left:
        said += f" {output.counted(left, 'place')} still {'speaks' if left == 1 else 'speak'} of {SHIPPED_BRAND}."
    output.out.print(f"[{'red' if errors else 'green'}]{escape(said)}[/]", soft_wrap=True)
    if folder is None:
        output.out.print("This is the workspace shipped with Doorstep. Yours: doorstep check DIR.")
