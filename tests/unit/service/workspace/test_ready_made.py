"""The ready-made flows: nothing to mend, every transcript goes as written, and no step or way is left unvisited."""

from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.main import cli
from service.cli.test import read_transcripts
from service.transcripts.run import TranscriptsResult, run_transcripts
from service.workspace.edition import compile_edition, load_edition, shipped_files
from tests.support.sample_workspace import START

FLOWS = sorted(Path(name).stem for name in shipped_files() if name.startswith("flows/") and ".de." not in name)
ACME = ("--brand", "Acme", "--company", "Acme Ltd", "--address", "1 Way, Town", "--contact", "hi@acme.example")


def play(folder: Path | None) -> TranscriptsResult:
    """Return what came of all transcripts of a workspace; neither it nor they have findings."""
    edition, found = load_edition(folder)
    written, findings = read_transcripts(folder, edition)
    assert [*found, *findings] == []
    return run_transcripts(written, edition.rules, edition.config, edition.mails.template_names, start=START)


@cache
def played() -> TranscriptsResult:
    """Return what came of the shipped transcripts."""
    return play(None)


def test_there_is_nothing_to_mend() -> None:
    """The shipped workspace has no error and no warning."""
    assert compile_edition(shipped_files())[1] == []


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_is_whole(flow: str) -> None:
    """It can be begun or is called, stands in English and German, and its transcripts visit every step and way."""
    book = load_edition(None)[0].rules.flows
    begun = {*book.links.values(), *(name for many in book.start_words.values() for name in many.values())}
    called = {step.called_flow for one in book.flows.values() for step in one.steps.values()}
    assert flow in begun | called
    assert f"flows/{flow}.de.yaml" in shipped_files()
    assert [str(missed) for one in played().coverage if one.flow == flow for missed in one.missed] == []


def test_every_transcript_goes_as_written() -> None:
    """What the bot says, keeps and mails is what stands there."""
    assert [(one.file, one.line, one.did, one.what) for one in played().differences] == []


@pytest.mark.parametrize("languages", ["en", "de,en"])
def test_the_flows_of_another_brand_are_whole_too(languages: str, tmp_path: Path) -> None:
    """Whatever languages it chose, each of its flows holds, with the transcripts that it was given."""
    folder = tmp_path / "acme"
    ended = CliRunner().invoke(cli, ["init", str(folder), *ACME, "--topic", "The Monthly", "--languages", languages])
    assert ended.exit_code == 0, ended.output
    result = play(folder)
    assert [(one.file, one.line, one.did, one.what) for one in result.differences] == []
    assert [str(missed) for one in result.coverage for missed in one.missed] == []
