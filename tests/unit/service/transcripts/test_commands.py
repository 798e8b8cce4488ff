"""``doorstep test``, ``chat`` and ``translate`` as people call them, and the page that explains transcripts."""

import csv
import json
import re
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner, Result

from service.cli.main import cli
from service.transcripts.model import ACTIONS, ExpectText, PersonText, TranscriptText
from service.transcripts.terminal_chat import COMMANDS
from tests.support.paths import ROOT
from tests.support.sample_workspace import find_findings, workspace_files

PAGE = ROOT / "docs/transcripts.md"
GOOD = "transcript: joins\ntalk:\n  - says: letter\n  - taps: Not now\n    bot: {step: bye}\n"
BAD = GOOD.replace("bye", "address")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace without transcripts."""
    for name, text in workspace_files().items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / "transcripts").mkdir()
    return tmp_path


def run_command(*words: str, typed: str = "") -> Result:
    """Call the command."""
    return CliRunner().invoke(cli, words, input=typed, env={"COLUMNS": "200", "TERM": "dumb"})


def test_a_good_transcript_ends_well(folder: Path) -> None:
    """Exit code 0, the number of lines, and what is not covered."""
    (folder / "transcripts/one.yaml").write_text(GOOD, "utf-8")
    told = run_command("test", str(folder))
    assert told.exit_code == 0
    assert "Played 1 transcript, 2 lines, none went another way." in told.stdout
    assert re.search(r"flows/letter.yaml:\d+  step address", told.stdout)


def test_a_difference_ends_badly_and_names_its_line(folder: Path) -> None:
    """Exit code 1, file and line, and both sides."""
    (folder / "transcripts/one.yaml").write_text(BAD, "utf-8")
    told = run_command("test", str(folder))
    assert told.exit_code == 1
    assert "transcripts/one.yaml:4 joins\n  somebody taps Not now\n" in told.stdout
    assert "    - step: address\n    + Another time.\n" in told.stdout
    assert "because: The person declined letter." in told.stdout


def test_what_cannot_be_read_ends_badly(folder: Path) -> None:
    """Findings stand with line and column; the other transcripts are played."""
    (folder / "transcripts/one.yaml").write_text(GOOD, "utf-8")
    (folder / "transcripts/two.yaml").write_text(GOOD.replace("taps", "tips"), "utf-8")
    told = run_command("test", str(folder))
    assert told.exit_code == 1
    assert "transcripts/two.yaml:4:5 error unknown-key" in told.stdout
    assert "Played 1 transcript" in told.stdout


def test_nothing_to_play_ends_badly(folder: Path) -> None:
    """A workspace without transcripts, or words that name none, is told, not passed over."""
    assert run_command("test", str(folder)).exit_code == 1
    (folder / "transcripts/one.yaml").write_text(GOOD, "utf-8")
    assert run_command("test", str(folder), "-k", "leaves").exit_code == 1
    assert run_command("test", str(folder), "-k", "JOINS one.yaml").exit_code == 0


def test_the_least_coverage_is_asked_for(folder: Path) -> None:
    """Below it the exit code is 1."""
    (folder / "transcripts/one.yaml").write_text(GOOD, "utf-8")
    assert run_command("test", str(folder), "--min-coverage", "10").exit_code == 0
    told = run_command("test", str(folder), "--min-coverage", "100")
    assert told.exit_code == 1
    assert "at least 100% was asked for" in told.stdout


def test_programs_get_json(folder: Path) -> None:
    """Differences and coverage as data."""
    (folder / "transcripts/one.yaml").write_text(BAD, "utf-8")
    told = json.loads(run_command("test", str(folder), "--json").stdout)
    assert (told["played"], told["lines"], told["failed"]) == (1, 2, ["joins"])
    one = told["differences"][0]
    assert (one["file"], one["line"], one["what"]) == ("transcripts/one.yaml", 4, "bot")
    assert one["rows"] == [{"sign": "-", "text": "step: address"}, {"sign": "+", "text": "Another time."}]
    assert {one["flow"] for one in told["coverage"]["flows"]} == {"letter", "mood"}


def test_a_talk_on_the_terminal(folder: Path) -> None:
    """Piped lines: taps by number, typed text, the code of the mail, time, state, and a command that is none."""
    typed = "1\nmia@example\n/edit ria@example.com\n/code\n\n/state\n/wait 3 days\n/wayt\n/quit\nletter once more\n"
    told = run_command("chat", "letter", "--workspace", str(folder), "--name", "Mia", typed=typed)
    assert told.exit_code == 0
    for part in (
        "you › letter", "Hi Mia!", "[1] Yes, please  [2] Not now", "Which address?", "[1] mia@example.com",
        "Mail: confirmation to ria@example.com", "Code: ", "You're in!", "Mail: welcome", "tags reader",
        "consents letter: confirmed", "Mail: come_back", "Did you mean “wait”?",
    ):  # fmt: skip
        assert part in told.stdout
    assert "once more" not in told.stdout


def test_a_talk_in_another_language(folder: Path) -> None:
    """The flow's word, texts and labels are those of the language; quotes keep a number a number."""
    told = run_command(
        "chat", "letter", "--language", "de", "--workspace", str(folder), typed='2\n"1"\n/follow spring\n/human Hallo\n'
    )
    assert told.exit_code == 0
    assert "you › brief" in told.stdout
    assert "Ein andermal." in told.stdout


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("chat", "leter"), "Did you mean “letter”?"),
        (("chat", "letter", "--language", "fr"), "no language of this"),
        (("diagram", "leter"), "Did you mean “letter”?"),
        (("diagram", "letter", "--format", "gif"), "no format"),
        (("diagram", "letter", "--theme", "pink"), "no theme"),
        (("diagram", "letter", "--language", "fr"), "no language of this"),
    ],
)
def test_wrong_usage_is_told(folder: Path, words: tuple[str, ...], part: str) -> None:
    """Exit code 2 with the nearest known word."""
    told = run_command(*words, "--workspace", str(folder))
    assert (told.exit_code, part in told.stderr) == (2, True)


def test_texts_go_out_and_come_back(folder: Path) -> None:
    """A translator's table holds every text with its state; what comes back is written into the translation file."""
    table = folder / "texts.csv"
    told = run_command("translate", "out", str(table), "--workspace", str(folder))
    assert told.exit_code == 0
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    mine = next(row for row in rows if (row["flow"], row["step"], row["part"]) == ("mood", "late", "say 1"))
    assert (mine["original"], mine["translation"], mine["state"]) == ("Bye.", "", "new")
    mine["translation"], mine["state"] = "Tschüss.", "ok"
    rows.append({**mine, "step": "gone"})
    with table.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(mine))
        writer.writeheader()
        writer.writerows(rows)
    told = run_command("translate", "in", str(table), "--workspace", str(folder))
    assert told.exit_code == 0, told.stdout
    assert "Tschüss." in (folder / "flows/mood.de.yaml").read_text("utf-8")
    assert "mood, gone, say 1" in told.stdout
    assert "Du bist dabei!" in (folder / "flows/letter.de.yaml").read_text("utf-8")


def test_a_table_that_is_none_is_refused(folder: Path) -> None:
    """Without its columns nothing is written."""
    table = folder / "texts.csv"
    table.write_text("a,b\n1,2\n", "utf-8")
    told = run_command("translate", "in", str(table), "--workspace", str(folder))
    assert (told.exit_code, "needs the columns" in told.stderr) == (1, True)


def test_the_page_names_every_key() -> None:
    """docs/transcripts.md has a row for everything that can be written, and its example is one."""
    page = PAGE.read_text("utf-8")
    for name in (*ACTIONS, *ExpectText.model_fields, *TranscriptText.model_fields):
        assert re.search(rf"^\| `{name}[`:]|{name}` likewise", page, re.MULTILINE), name
    assert all(re.search(rf"`{name}[`:]", page) for name in PersonText.model_fields)
    example = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert example is not None
    renamed = dedent(example[1]).replace("newsletter", "letter").replace("friday_leaf", "letter")
    assert find_findings(renamed) == []


def test_the_page_of_talks_names_every_command() -> None:
    """docs/diagrams.md has a row for each command of ``doorstep chat``."""
    page = PAGE.with_name("diagrams.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"`/{name}" not in page and name != "tap"] == []
