"""``doorstep check``: what is wrong in a workspace, where, and how to correct it."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from email_out.templates.look.check_look import check_look
from language.findings import Finding, errors_first
from service.cli import choose_workspace, output
from service.engine.clock import system_now
from service.transcripts.read_files import read_transcript_files
from service.workspace.brand_leftovers import SHIPPED_BRAND, BrandLeftovers, find_brand_leftovers
from service.workspace.edition import Edition, compile_edition, read_files, shipped_files
from service.workspace.left_over import check_left_over
from service.workspace.spelling.check_spelling import check_spelling


def check_workspace(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Default: DOORSTEP_WORKSPACE, ., ./workspace, the shipped.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print findings as JSON.")] = False,
) -> None:
    """Check a workspace: every finding with file, line, column, and the remedy."""
    folder = choose_workspace.choose_workspace(folder)
    files, findings = (shipped_files(), []) if folder is None else read_files(folder)
    # Without an edition the brand is unknown, and its words cannot be told from the demo's.
    edition, compiled = compile_edition(files)
    transcripts = read_transcript_files(folder)[0]
    leftovers = find_brand_leftovers({**files, **transcripts}, edition.config) if edition else BrandLeftovers()
    advice = find_advice(edition) if edition else []
    all_findings = errors_first([*findings, *compiled, *advice, *leftovers.findings])
    errors = sum(finding.severity == "error" for finding in all_findings)
    if json:
        output.print_json([msgspec.to_builtins(finding) for finding in all_findings])
    else:
        output.print_findings(all_findings)
        _print_summary(folder, len(files), errors, len(all_findings) - errors, leftovers.words)
    raise typer.Exit(output.WRONG if errors else output.GOOD)


def find_advice(edition: Edition) -> list[Finding]:
    """Return the warnings that keep no edition from going live: what is not needed, hard to read, or misspelt."""
    files, config = edition.files, edition.config
    return [
        *check_left_over(files, config, system_now().date()),
        *check_look(files, config),
        *check_spelling(files, config),
    ]


def _print_summary(folder: Path | None, files: int, errors: int, warnings: int, brand_words: int) -> None:
    counts = ((files, "file"), (errors, "error"), (warnings, "warning"))
    counted = ", ".join(output.count_noun(number, noun) for number, noun in counts)
    summary = f"Checked {choose_workspace.describe_workspace(folder)}: {counted}."
    if brand_words:
        verb = "speaks" if brand_words == 1 else "speak"
        summary += f" {output.count_noun(brand_words, 'place')} still {verb} of {SHIPPED_BRAND}."
    output.out.print(f"[{'red' if errors else 'green'}]{escape(summary)}[/]", soft_wrap=True)
    if folder is None:
        output.out.print("This is the workspace shipped with Doorstep. Yours: doorstep check DIR.")
