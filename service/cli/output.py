"""How commands speak: to people through rich, to programs as JSON."""

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
"""Exit codes: done; the user's files or the outcome are wrong; wrong usage."""
_WIDEST = 100_000


def as_json(value: Any) -> None:  # noqa: ANN401  whatever msgspec can write
    """Print a value as JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def findings(found: Sequence[Finding]) -> None:
    """Print findings for a person: place, what is wrong, remedy."""
    for one in found:
        colour = "red" if one.severity == "error" else "yellow"
        place = f"{one.file}:{one.line}:{one.column}" if one.line else one.file
        out.print(
            f"[bold]{escape(place)}[/] [{colour}]{one.severity}[/] [dim]{one.code}[/]\n  {escape(one.message)}",
            soft_wrap=True,
        )
        if one.hint:
            out.print(f"  [green]→ {escape(one.hint)}[/]", soft_wrap=True)


def whole(table: Table) -> None:
    """Print a table at its own width, however narrow the screen is: nothing in it is cut."""
    table.width = out.measure(table, options=out.options.update(max_width=_WIDEST)).maximum
    out.print(table, soft_wrap=True)


def counted(number: int, noun: str) -> str:
    """Return “no errors”, “1 error”, “2 errors”."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def fail(message: str, code: int = WRONG) -> typer.Exit:
    """Print an error and return the exit to raise."""
    err.print(f"[red]doorstep:[/] {escape(message)}", soft_wrap=True)
    return typer.Exit(code)
