"""The example of onboarding: a sequence for each need, nothing to mend, every way gone, each in the guide."""

import re
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.main import cli
from service.cli.test import read_transcripts
from service.transcripts.run import run_transcripts
from service.transcripts.timelines.play_timelines import TimelinesResult, play_timelines
from service.transcripts.timelines.read_timelines import Timeline, read_timelines
from service.workspace.edition import load_edition, onboarding_files
from tests.support.paths import ROOT
from tests.support.sample_workspace import START

ACME = ("--brand", "Acme", "--company", "Acme Ltd", "--address", "1 Way, Town", "--contact", "hi@acme.example")
FOLDER = ROOT / "service" / "workspace" / "library" / "onboarding"
NEEDS = {f"O{number}" for number in range(1, 15)}
GUIDE = (ROOT / "docs" / "sequences.md").read_text("utf-8")
ROW = re.compile(r"(?m)^\| ([OE][\dO, ]*) \| \*\*.+?\*\* \| .+ \| (?:\[(\w+)\]\(([\w/.]+)\))? ?\| (.*?) ?\|$")
"""A need of the table of the guide: its number, its file, and a timeline that shows it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the example as it is shipped."""
    folder = tmp_path_factory.mktemp("onboarding")
    for name, text in onboarding_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@cache
def walk(folder: Path) -> tuple[list[Timeline], TimelinesResult]:
    """Walk the timelines of a folder; neither it nor they have findings."""
    edition, found = load_edition(folder)
    timelines, wrong = read_timelines(folder, edition)
    assert [str(finding) for finding in (*found, *wrong) if finding.code != "still-amsel"] == []
    return timelines, play_timelines(timelines, edition.rules.sequences, edition.config, start=START)


def test_every_person_gets_the_mails_that_are_written_there(folder: Path) -> None:
    """And no step and no way is without a timeline."""
    timelines, result = walk(folder)

    assert [(one.file, one.line, one.message, one.rows) for one in result.differences] == []
    assert [f"{one.flow}: {missed}" for one in result.coverage for missed in one.missed] == []
    assert len(timelines) > 40


def test_its_talks_go_as_written(folder: Path) -> None:
    """The newsletter of the shipped workspace with the flow that it calls, and the flow that asks for a birthday."""
    edition, _ = load_edition(folder)
    written, findings = read_transcripts(folder, edition)
    result = run_transcripts(written, edition.rules, edition.config, edition.mails.template_names, start=START)

    assert findings == []
    assert [(one.file, one.line, one.did, one.what) for one in result.differences] == []
    assert [f"{one.flow}: {missed}" for one in result.coverage for missed in one.missed] == []


def test_each_mail_stands_in_both_languages(folder: Path) -> None:
    """Beside each English mail there is the German one, and what asks something shows its answers in both."""
    mails = {path.name for path in (folder / "emails").iterdir() if path.suffix == ".mjml"}

    english = {name for name in mails if name.count(".") == 1}
    assert {f"{name.removesuffix('.mjml')}.de.mjml" for name in english} == mails - english


def test_the_guide_has_a_row_for_each_need(folder: Path) -> None:
    """O1 to O14; what has a file names one of the example, and one of its timelines."""
    rows = ROW.findall(GUIDE)
    told = {(one.text.sequence, one.text.timeline) for one in walk(folder)[0]}

    assert {number for needs, *_ in rows for number in needs.split(", ")} >= NEEDS
    files = {(name, link) for _, name, link, _ in rows if name}
    assert {(ROOT / "docs" / link).resolve() for _, link in files} == set((FOLDER / "sequences").glob("*.yaml"))
    assert {(name, timeline) for _, name, _, timeline in rows if name} - told == set()


@pytest.mark.parametrize("languages", ["en", "de,en"])
def test_another_brand_can_begin_with_it(languages: str, tmp_path: Path) -> None:
    """In English alone and with German first, its sequences go as before, under the name of its own topic."""
    made = tmp_path / "acme"
    words = ["init", str(made), "--onboarding", *ACME, "--topic", "The Monthly", "--languages", languages]
    ended = CliRunner().invoke(cli, words)

    assert ended.exit_code == 0, ended.output
    assert walk(made)[1].differences == ()
    assert {"the_monthly", "round"} == set(load_edition(made)[0].config.topics)


def test_one_start_is_chosen(tmp_path: Path) -> None:
    """The neutral one and the example exclude each other."""
    ended = CliRunner().invoke(cli, ["init", str(tmp_path / "acme"), "--bare", "--onboarding", *ACME])

    assert (ended.exit_code, "Choose one" in ended.output) == (2, True)
