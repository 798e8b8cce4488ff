"""``doorstep check``: what is wrong in a workspace, where, and how to mend it."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from service.commands import printing
from service.workspace import compile_edition, read_files, shipped_files
from subscribers.findings import Finding, errors_first

SHIPPED_BRAND = "Amsel"
OF_THE_DEMO = re.compile(r"Amsel|Tasting Book|Teebuch|Friday Leaf|Freitagsblatt")
"""Words of the demo brand; a text of another brand that still has one was forgotten."""


def leftovers(files: Mapping[str, str], brand: str) -> list[Finding]:
    """Return a warning for each file of another brand that still speaks of the demo's."""
    if SHIPPED_BRAND in brand:
        return []
    counts = Counter({name: len(OF_THE_DEMO.findall(text)) for name, text in files.items()})
    return [
        Finding(
            file=name, line=_line_of(files[name]), column=1, code="still-amsel", severity="warning",
            message=f"{count} {'place still speaks' if count == 1 else 'places still speak'} of {SHIPPED_BRAND} Tea.",
            hint=f"Say it in the words of {brand}.",
        )
        for name, count in sorted(counts.items())
        if count
    ]  # fmt: skip


def _line_of(text: str) -> int:
    first = OF_THE_DEMO.search(text)
    return text[: first.start()].count("\n") + 1 if first else 0


def check(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="Workspace; default: the shipped one.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False,
) -> None:
    """Check a workspace: every finding with file, line, column, and the remedy."""
    files, findings = (shipped_files(), []) if folder is None else read_files(folder)
    edition, compiled = compile_edition(files)
    left = leftovers(files, edition.house.brand) if edition else []
    found = errors_first([*findings, *compiled, *left])
    errors = sum(one.severity == "error" for one in found)
    if json:
        printing.as_json([msgspec.to_builtins(one) for one in found])
    else:
        printing.findings(found)
        _sum_up(len(files), errors, len(found) - errors, left)
    raise typer.Exit(printing.WRONG if errors else printing.GOOD)


def _sum_up(files: int, errors: int, warnings: int, left: list[Finding]) -> None:
    counted = f"{files} files, {errors} errors, {warnings} warnings."
    if left:
        texts = sum(int(one.message.split()[0]) for one in left)
        counted += f" {texts} places still speak of {SHIPPED_BRAND}."
    printing.out.print(f"[{'red' if errors else 'green'}]{counted}[/]")


