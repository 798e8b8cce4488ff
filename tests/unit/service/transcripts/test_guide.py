"""The first sequence of docs/sequences.md goes as the page says."""

import re
from pathlib import Path

from service.transcripts.timelines.play_timelines import play_timelines
from service.transcripts.timelines.read_timelines import read_timelines
from service.workspace.edition import compile_edition, starter_files
from tests.support.paths import ROOT
from tests.support.sample_workspace import START

PAGE = (ROOT / "docs" / "sequences.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
LINK = re.compile(r"\]\(((?:\.\./)?[\w/]+\.(?:md|yaml))\)")


def block(beginning: str) -> str:
    """Return the code of the page that begins so, for the starter's topic and with the letter mended."""
    found: str = next(one for one in BLOCKS if one.startswith(beginning))
    return found.replace("the_weekly", "friday_leaf").replace("startd", "started")


def test_the_first_sequence_goes_as_the_page_says(tmp_path: Path) -> None:
    """What is written step by step compiles, and its two people get these mails; every way is gone."""
    files = starter_files(["en", "de"])
    files["doorstep.yaml"] += "\n" + block("events:")
    files["sequences/first_steps.yaml"] = block("# sequences/first_steps.yaml")
    edition, findings = compile_edition({name: one for name, one in files.items() if "transcripts/" not in name})
    assert edition, findings
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/first_steps.yaml").write_text(block("# tests/first_steps.yaml"), "utf-8")
    timelines, wrong = read_timelines(tmp_path, edition)

    result = play_timelines(timelines, edition.rules.sequences, edition.config, start=START)

    assert (wrong, result.played, result.differences) == ([], 2, ())
    assert [one.missed for one in result.coverage] == [()]


def test_the_files_that_the_page_names_are_there() -> None:
    """Patterns and pages."""
    links = LINK.findall(PAGE)

    assert len(links) > 20
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
