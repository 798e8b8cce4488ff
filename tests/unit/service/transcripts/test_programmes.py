"""Public onboarding programmes, written in our language (tests/good/programmes), send what they should."""

from functools import cache

from service.transcripts.timelines.play_timelines import TimelinesResult, play_timelines
from service.transcripts.timelines.read_timelines import read_timelines
from service.workspace.edition import compile_edition, read_files
from tests.support.paths import ROOT
from tests.support.sample_workspace import START

FOLDER = ROOT / "tests" / "good" / "programmes"


@cache
def walk_programmes() -> TimelinesResult:
    """Walk all timelines; the workspace and they have no findings at all."""
    files, unreadable = read_files(FOLDER)
    edition, findings = compile_edition(files)
    assert edition
    timelines, wrong = read_timelines(FOLDER, edition)
    assert [str(finding) for finding in (*unreadable, *findings, *wrong)] == []
    return play_timelines(timelines, edition.rules.sequences, edition.config, start=START)


def test_the_programmes_go_as_written() -> None:
    """Every person of every timeline gets exactly the mails that are written there."""
    result = walk_programmes()

    assert result.differences == ()
    assert result.played > 30


def test_every_way_of_every_programme_is_gone() -> None:
    """No step and no way is without a timeline."""
    assert [str(missed) for one in walk_programmes().coverage for missed in one.missed] == []
