"""``doorstep test``: play the transcripts of a workspace, and say what differs and what none of them visits."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from language.findings import Finding, errors_first
from service.cli import choose_workspace, output
from service.transcripts.check_names import House, check
from service.transcripts.coverage import Coverage, total
from service.transcripts.read_files import Transcript, files_of, read_all
from service.transcripts.run import Difference, Result, run
from service.workspace.edition import Edition, load

SIGNS = {" ": "dim", "-": "green", "+": "red"}
"""Colour of a row: as it should be, missing, and what came instead."""
MOST_REASONS = 4


def transcripts(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Default: DOORSTEP_WORKSPACE, ., ./workspace, the shipped.")
    ] = None,
    *,
    named: Annotated[str, typer.Option("-k", metavar="WORDS", help="Only transcripts with these words.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    min_coverage: Annotated[float, typer.Option(min=0, max=100, help="Fail below this percentage.")] = 0.0,
) -> None:
    """Play the transcripts of a workspace in virtual time: what differs, and what no transcript visits."""
    folder = choose_workspace.workspace(folder)
    edition, _ = load(folder)
    written, findings = read(folder, edition)
    chosen = [one for one in written if _is_named(one, named)]
    result = run(chosen, edition.rules, edition.config, frozenset(edition.mails.names))
    short = total(result.coverage) < min_coverage
    wrong = bool(findings or result.failed or short or not chosen)
    if json:
        output.as_json(_plain(result, findings))
    else:
        output.findings(findings)
        nothing = f"No transcript has the words “{named}”" if named and written else "No transcript to play"
        _print(result, part=bool(named), nothing=f"{nothing} in {choose_workspace.called(folder)}.")
        if short:
            said = f"The coverage is {total(result.coverage):.1f}%; at least {min_coverage:g}% was asked for."
            output.out.print(f"[red]{said}[/]")
    raise typer.Exit(output.WRONG if wrong else output.GOOD)


def read(folder: Path | None, edition: Edition) -> tuple[list[Transcript], list[Finding]]:
    """Read and check the transcripts of a workspace; those with findings are left out."""
    files, findings = files_of(folder)
    written, found = read_all(files)
    findings += found
    known = House(config=edition.config, rules=edition.rules, templates=frozenset(edition.mails.names))
    good = []
    for one in written:
        wrong = check(one, known)
        findings += wrong
        good += [] if wrong else [one]
    return good, errors_first(findings)


def _is_named(one: Transcript, words: str) -> bool:
    text = f"{one.name} {one.source.file} {one.text.flow or ''}".casefold()
    return all(word in text for word in words.casefold().split())


# -- for people ------------------------------------------------------------------------------------------------
def _print(result: Result, *, part: bool, nothing: str) -> None:
    for _, those in groupby(result.differences, key=lambda one: (one.file, one.line)):
        _differences(list(those))
    if not result.played:
        output.out.print(escape(nothing), soft_wrap=True)
        return
    if not part:
        _coverage(result.coverage)
    colour = "red" if result.failed else "green"
    counted = ", ".join((
        output.counted(result.played, "transcript"), output.counted(result.lines, "line"),
        f"{len(result.failed) or 'none'} went another way",
    ))  # fmt: skip
    output.out.print(f"[{colour}]Played {counted}.[/]", soft_wrap=True)


def _differences(those: Sequence[Difference]) -> None:
    """Print what differs in one line of a transcript."""
    first = those[0]
    place = escape(f"{first.file}:{first.line}")
    output.out.print(f"[bold]{place}[/] {escape(first.transcript)}\n  {escape(first.did)}", soft_wrap=True)
    for one in those:
        if one.message:
            output.out.print(f"    [red]{escape(one.message)}[/]", soft_wrap=True)
        elif one.what == "bot":
            output.out.print("    the bot [dim](- should have said, + said)[/]")
        else:
            output.out.print(f"    {one.what} [dim](- expected, + found)[/]")
        for row in one.rows:
            output.out.print(f"    [{SIGNS[row.sign]}]{row.sign} {escape(row.text)}[/]", soft_wrap=True)
    for reason in first.reasons[:MOST_REASONS]:
        output.out.print(f"      [dim]because: {escape(reason)}[/]", soft_wrap=True)


def _coverage(every: Sequence[Coverage]) -> None:
    output.out.print("[bold]Coverage[/]")
    for one in every:
        colour = "green" if not one.missed else "yellow"
        output.out.print(
            f"  [{colour}]{one.percent:5.1f}%[/] {escape(one.flow)}: {one.steps_visited} of {one.steps} steps, "
            f"{one.ways_taken} of {one.ways} ways"
        )
        for missed in one.missed:
            output.out.print(f"         [dim]{escape(f'{missed.file}:{missed.line}  {missed}')}[/]", soft_wrap=True)


# -- for programs ----------------------------------------------------------------------------------------------
def _plain(result: Result, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "findings": [msgspec.to_builtins(one) for one in findings],
        "played": result.played,
        "lines": result.lines,
        "failed": result.failed,
        "differences": [msgspec.to_builtins(one) for one in result.differences],
        "coverage": {
            "percent": round(total(result.coverage), 2),
            "flows": [
                {
                    "flow": one.flow, "percent": round(one.percent, 2), "steps": one.steps, "ways": one.ways,
                    "missed": [{"file": each.file, "line": each.line, "what": str(each)} for each in one.missed],
                }
                for one in result.coverage
            ],
        },
    }  # fmt: skip
