"""Output of the commands: for people through rich, for programs as JSON."""

from collections.abc import Sequence
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from language.findings import Finding

out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)

GOOD, WRONG, USAGE = 0, 1, 2
"""Exit codes: success; the user's files or the outcome are wrong; wrong usage."""
_WIDEST_TABLE = 100_000


def print_json(value: Any) -> None:  # noqa: ANN401  whatever msgspec can write
    """Print a value as JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_findings(findings: Sequence[Finding]) -> None:
    """Print findings for people: place, message, remedy."""
    for finding in findings:
        colour = "red" if finding.severity == "error" else "yellow"
        place = f"{finding.file}:{finding.line}:{finding.column}" if finding.line else finding.file
        # soft_wrap everywhere: the terminal breaks the lines, so that a copied path or hint is whole.
        heading = f"[bold]{escape(place)}[/] [{colour}]{finding.severity}[/] [dim]{finding.code}[/]"
        out.print(f"{heading}\n  {escape(finding.message)}", soft_wrap=True)
        if finding.hint:
            out.print(f"  [green]→ {escape(finding.hint)}[/]", soft_wrap=True)


def print_whole_table(table: Table) -> None:
    """Print a table at its full width, so that nothing is cut off on a narrow terminal."""
    # rich shrinks columns to the terminal; measured against a very wide one, the table has its natural width.
    table.width = out.measure(table, options=out.options.update(max_width=_WIDEST_TABLE)).maximum
    out.print(table, soft_wrap=True)


def count_noun(number: int, noun: str) -> str:
    """Return “no errors”, “1 error”, “2 errors”."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def print_warning(message: str) -> None:
    """Print a warning to the error output."""
    err.print(f"[yellow]doorstep:[/] {escape(message)}", soft_wrap=True)


def print_error(message: str, code: int = WRONG) -> typer.Exit:
    """Print an error and return the exit to raise."""
    err.print(f"[red]doorstep:[/] {escape(message)}", soft_wrap=True)
    return typer.Exit(code)
