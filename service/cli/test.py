"""``doorstep test``: plays the transcripts and timelines of a workspace; reports differences, and what none visits."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from language.findings import Finding, errors_first
from service.cli import choose_workspace, output
from service.transcripts.check_names import WorkspaceNames, check_transcript, read_start
from service.transcripts.coverage import FlowCoverage, total_percent
from service.transcripts.read_files import Transcript, parse_transcripts, read_transcript_files
from service.transcripts.run import TranscriptDifference, TranscriptsResult, run_transcripts
from service.transcripts.timelines.play_timelines import TimelinesResult, play_timelines
from service.transcripts.timelines.read_timelines import Timeline, read_timelines
from service.workspace.edition import Edition, load_edition

SIGN_COLOURS = {" ": "dim", "-": "green", "+": "red"}
"""Colour of a row: as expected, missing, and found instead."""
MOST_REASONS = 4
DEFAULT_START = "2026-11-23 10:00"
"""When transcripts begin that do not say when: a Monday, the same for every run."""


def play_transcripts(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Default: DOORSTEP_WORKSPACE, ., ./workspace, the shipped.")
    ] = None,
    *,
    named: Annotated[
        str, typer.Option("-k", metavar="WORDS", help="Only transcripts and timelines with these words.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    min_coverage: Annotated[float, typer.Option(min=0, max=100, help="Fail below this percentage.")] = 0.0,
) -> None:
    """Play the transcripts and timelines of a workspace in virtual time: what differs, and what none visits."""
    folder = choose_workspace.choose_workspace(folder)
    edition, _ = load_edition(folder)
    written, findings = read_transcripts(folder, edition)
    timelines, misread = read_timelines(folder, edition)
    findings = errors_first([*findings, *misread])
    chosen = [transcript for transcript in written if _is_named(transcript, named)]
    start = read_start(DEFAULT_START, edition.config)
    walked = play_timelines(
        [one for one in timelines if _is_named(one, named)], edition.rules.sequences, edition.config, start=start
    )
    result = run_transcripts(
        chosen, edition.rules, edition.config, frozenset(edition.mails.template_names), start=start
    )
    coverage = (*result.coverage, *walked.coverage)
    short = total_percent(coverage) < min_coverage
    # Nothing to play fails, too: a CI job that tests nothing must not be green.
    wrong = bool(findings or result.failed or walked.failed or short or not (chosen or walked.played))
    if json:
        output.print_json(_export_result(result, walked, findings))
    else:
        output.print_findings(findings)
        nothing = f"No transcript has the words “{named}”" if named and written else "No transcript to play"
        nothing = "" if walked.played else f"{nothing} in {choose_workspace.describe_workspace(folder)}."
        _print_result(result, part=bool(named), nothing=nothing)
        _print_timelines(walked, part=bool(named))
        if short:
            shortfall = f"The coverage is {total_percent(coverage):.1f}%; at least {min_coverage:g}% was asked for."
            output.out.print(f"[red]{shortfall}[/]")
    raise typer.Exit(output.WRONG if wrong else output.GOOD)


def read_transcripts(folder: Path | None, edition: Edition) -> tuple[list[Transcript], list[Finding]]:
    """Read and check the transcripts of a workspace; return those without findings, and all findings."""
    files, findings = read_transcript_files(folder)
    written, syntax_findings = parse_transcripts(files)
    findings += syntax_findings
    names = WorkspaceNames(
        config=edition.config, rules=edition.rules, templates=frozenset(edition.mails.template_names)
    )
    good = []
    for transcript in written:
        name_findings = check_transcript(transcript, names)
        findings += name_findings
        good += [] if name_findings else [transcript]
    return good, errors_first(findings)


def _is_named(played: Transcript | Timeline, words: str) -> bool:
    about = (
        (played.text.timeline, played.text.sequence)
        if isinstance(played, Timeline)
        else (played.name, played.text.flow or "")
    )
    text = f"{' '.join(about)} {played.source.file}".casefold()
    # Every word must be in the name, the file or the flow: “-k newsletter declines”.
    return all(word in text for word in words.casefold().split())


def _print_result(result: TranscriptsResult, *, part: bool, nothing: str) -> None:
    _print_all_differences(result.differences)
    if not result.played:
        if nothing:
            output.out.print(escape(nothing), soft_wrap=True)
        return
    if not part:  # the coverage of some transcripts says nothing
        _print_coverage("Coverage", result.coverage)
    colour = "red" if result.failed else "green"
    counted = ", ".join((
        output.count_noun(result.played, "transcript"), output.count_noun(result.lines, "line"),
        f"{len(result.failed) or 'none'} went another way",
    ))  # fmt: skip
    output.out.print(f"[{colour}]Played {counted}.[/]", soft_wrap=True)


def _print_timelines(result: TimelinesResult, *, part: bool) -> None:
    _print_all_differences(result.differences)
    if not result.played:
        return
    if not part:
        _print_coverage("Coverage of sequences", result.coverage)
    colour = "red" if result.failed else "green"
    went = f"{len(result.failed) or 'none'} went another way"
    output.out.print(f"[{colour}]Walked {output.count_noun(result.played, 'timeline')}, {went}.[/]", soft_wrap=True)


def _print_all_differences(differences: Sequence[TranscriptDifference]) -> None:
    for _, of_line in groupby(differences, key=lambda difference: (difference.file, difference.line)):
        _print_differences(list(of_line))


def _print_differences(differences: Sequence[TranscriptDifference]) -> None:
    """Print the differences of one line of a transcript, or of a timeline."""
    first = differences[0]
    place = escape(f"{first.file}:{first.line}")
    output.out.print(f"[bold]{place}[/] {escape(first.transcript)}\n  {escape(first.did)}", soft_wrap=True)
    for difference in differences:
        if difference.message:
            output.out.print(f"    [red]{escape(difference.message)}[/]", soft_wrap=True)
        elif difference.what == "bot":
            output.out.print("    the bot [dim](- should have said, + said)[/]")
        else:
            output.out.print(f"    {difference.what} [dim](- expected, + found)[/]")
        for row in difference.rows:
            output.out.print(f"    [{SIGN_COLOURS[row.sign]}]{row.sign} {escape(row.text)}[/]", soft_wrap=True)
    for reason in first.reasons[:MOST_REASONS]:
        output.out.print(f"      [dim]because: {escape(reason)}[/]", soft_wrap=True)


def _print_coverage(title: str, coverage: Sequence[FlowCoverage]) -> None:
    output.out.print(f"[bold]{title}[/]")
    for flow in coverage:
        colour = "green" if not flow.missed else "yellow"
        output.out.print(
            f"  [{colour}]{flow.percent:5.1f}%[/] {escape(flow.flow)}: {flow.steps_visited} of {flow.steps} steps, "
            f"{flow.ways_taken} of {flow.ways} ways"
        )
        for missed in flow.missed:
            output.out.print(f"         [dim]{escape(f'{missed.file}:{missed.line}  {missed}')}[/]", soft_wrap=True)


def _export_result(result: TranscriptsResult, walked: TimelinesResult, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "findings": [msgspec.to_builtins(finding) for finding in findings],
        "played": result.played,
        "lines": result.lines,
        "timelines": walked.played,
        "failed": [*result.failed, *walked.failed],
        "differences": [msgspec.to_builtins(one) for one in (*result.differences, *walked.differences)],
        "coverage": {
            "percent": round(total_percent((*result.coverage, *walked.coverage)), 2),
            "flows": [{"flow": flow.flow, **_export_coverage(flow)} for flow in result.coverage],
            "sequences": [{"sequence": one.flow, **_export_coverage(one)} for one in walked.coverage],
        },
    }


def _export_coverage(flow: FlowCoverage) -> dict[str, Any]:
    return {
        "percent": round(flow.percent, 2), "steps": flow.steps, "ways": flow.ways,
        "missed": [{"file": way.file, "line": way.line, "what": str(way)} for way in flow.missed],
    }  # fmt: skip
