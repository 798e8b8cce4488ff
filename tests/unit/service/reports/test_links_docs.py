"""The page about ways in is true: its flows compile, its columns and ways are those there are, its commands exist."""

import re

from flows.language.comments import find_trigger
from flows.load import compile_flows
from service.cli.command_table import COMMANDS
from service.reports.funnel import GROUPINGS, STAGES
from tests.support.flow_person import shipped_config
from tests.support.paths import ROOT

PAGE = (ROOT / "docs/links.md").read_text(encoding="utf-8")
FILES = {body.split("\n", 1)[0].removeprefix("# "): body for body in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)}


def test_the_flow_of_the_page_answers_comments() -> None:
    """Without findings, in both languages."""
    book, found = compile_flows(FILES, shipped_config())
    assert [str(one) for one in found] == []
    way, language = find_trigger(book.comments, "1_2", "Ein Blatt, bitte!", "en") or (None, "")
    assert way is not None
    assert way.replies[language].source.startswith("Danke!")


def test_every_stage_and_way_of_the_report_is_told() -> None:
    """A row for each column, and each way to split it."""
    rows = re.findall(r"^\| (\w+) \| ", PAGE, re.MULTILINE)
    assert rows == ["column", *STAGES]
    assert all(f"`{way}`" in PAGE for way in GROUPINGS)


def test_its_commands_exist() -> None:
    """Each line that begins with doorstep."""
    assert {line.split()[1] for line in PAGE.splitlines() if line.startswith("doorstep ")} <= set(COMMANDS)
