"""Timelines: walked as written, told with line and both sides when they go another way, counted by ways."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from language.yaml_reader import read_yaml, validate_model
from service.cli.main import cli
from service.transcripts.timelines.model import TimelineText
from service.transcripts.timelines.play_timelines import play_timelines
from service.transcripts.timelines.read_timelines import Timeline, read_timelines
from service.workspace.edition import compile_edition, read_files, shipped_files
from tests.support.paths import ROOT
from tests.support.sample_workspace import START

EDITION = compile_edition(shipped_files())[0]
PROGRAMMES = ROOT / "tests" / "good" / "programmes"
HEAD = "timeline: One\nsequence: tasting_book\n"


def run_command(*words: str) -> Result:
    """Call the command."""
    return CliRunner().invoke(cli, words, env={"COLUMNS": "200", "TERM": "dumb"})


def play(folder: Path, text: str) -> list[tuple[int, str, list[str]]]:
    """Return line, what, and the rows of each difference."""
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests/one.yaml").write_text(text, "utf-8")
    assert EDITION
    timelines, findings = read_timelines(folder, EDITION)
    assert findings == []
    result = play_timelines(timelines, EDITION.rules.sequences, EDITION.config, start=START)
    return [
        (one.line, one.what, [f"{row.sign}{row.text}" for row in one.rows] or [one.message])
        for one in result.differences
    ]


def find_codes(folder: Path, text: str) -> list[str]:
    """Return code and line of each finding on a timeline."""
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests/one.yaml").write_text(text, "utf-8")
    assert EDITION
    return [f"{finding.code}:{finding.line}" for finding in read_timelines(folder, EDITION)[1]]


def test_a_time_of_day_may_be_left_out(tmp_path: Path) -> None:
    """The day is enough, or day and time; both are judged by the clock where the person is."""
    mails = "mails: [Mon 23 Nov 10:00 welcome, Thu 26 Nov come_back]\nends: finished\n"

    assert play(tmp_path, HEAD + mails) == []
    assert (
        play(tmp_path, f"{HEAD}timezone: America/New_York\nmails: [Mon 23 Nov welcome, Thu 26 Nov come_back]\n") == []
    )


def test_a_difference_names_line_and_both_sides(tmp_path: Path) -> None:
    """The first mail that differs, what was expected, what came."""
    text = f"{HEAD}mails:\n  - Mon 23 Nov 10:00 welcome\n  - Fri 27 Nov 10:00 come_back\nends: goal\n"

    assert play(tmp_path, text) == [
        (5, "mails", [" Mon 23 Nov 10:00 welcome", "-Fri 27 Nov 10:00 come_back", "+Thu 26 Nov 10:00 come_back"]),
        (6, "ends", ["-goal", "+finished"]),
    ]


def test_a_mail_too_many_and_one_too_few(tmp_path: Path) -> None:
    """Both are told; an empty list says that nothing goes."""
    assert play(tmp_path, f"{HEAD}did: cup.noted after 1 day\nmails: []\n") == [
        (4, "mails", ["+Mon 23 Nov 10:00 welcome"])
    ]
    assert [
        rows
        for *_, rows in play(tmp_path, f"{HEAD}mails: [Mon 23 Nov welcome, Mon 23 Nov proof, Thu 26 Nov come_back]")
    ] == [[" Mon 23 Nov 10:00 welcome", "-Mon 23 Nov proof", " Thu 26 Nov 10:00 come_back"]]


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("sequence: tasting_bok\nmails: []", ["unknown-sequence:2"]),
        ("sequence: tasting_book\nwith: offers\nmails: []", ["unknown-sequence:3"]),
        ("sequence: tasting_book\nmails: [welcome]", ["not-a-mail:3"]),
        ("sequence: tasting_book\nmails: [Mon 23 Nov 10:00 welcom]", ["unknown-mail:3"]),
        ("sequence: tasting_book\nstart: soon\nmails: []", ["not-a-time:3"]),
        ("sequence: tasting_book\ntimezone: Mars\nmails: []", ["unknown-time:3"]),
        ("sequence: tasting_book\ndid: cup.notd after 1 day\nmails: []", ["unknown-event:3"]),
        ("sequence: tasting_book\ndid: cup.noted after a while\nmails: []", ["not-a-time:3"]),
        ("sequence: tasting_book\ndid: {event: cup.noted, properties: {size: 2}}\nmails: []", ["unknown-property:3"]),
        ("sequence: tasting_book\ndid: {told: {seats: many}}\nmails: []", ["not-a-value:3"]),
        ("sequence: tasting_book\nfields: {seat: 2}\ntags: [lover]\nmails: []", ["unknown-tag:4", "unknown-field:3"]),
        ("sequence: tasting_book\narm: {welcome: proof}\nmails: []", ["unknown-step:3"]),
        ("sequence: tasting_book\narm: {evaluate: proof}\nmails: []", ["unknown-part:3"]),
    ],
)
def test_every_name_and_time_is_checked(tmp_path: Path, line: str, codes: list[str]) -> None:
    """What is wrong is found with its line, and the timeline is not walked."""
    assert find_codes(tmp_path, f"timeline: One\n{line}\n") == codes


def test_an_answer_that_nobody_asked_for_is_told() -> None:
    """Also where the mails are the same without it."""
    files, _ = read_files(PROGRAMMES)
    edition = compile_edition(files)[0]
    assert edition
    lines = "did: {event: app.opened, every: 90 days, times: 5}\nanswers: {still: Keep me}\nmails: []\n"
    source = read_yaml(f"timeline: One\nsequence: sunset\n{lines}", "one")
    text = validate_model(source, TimelineText)[0]
    assert text
    timeline = Timeline(text=text, source=source)

    result = play_timelines([timeline], edition.rules.sequences, edition.config, start=START)

    assert [(one.line, one.message) for one in result.differences] == [
        (4, "still never asked, so nothing was answered.")
    ]


def test_one_thing_a_line_and_how_often(tmp_path: Path) -> None:
    """An event or fields; every and times belong together."""
    for deed in ("{after: 1 day}", "{event: cup.noted, told: {seats: 2}}", "{event: cup.noted, times: 2}"):
        assert len(find_codes(tmp_path, f"{HEAD}did: {deed}\nmails: []\n")) == 1


def test_the_command_tells_differences_and_ways(tmp_path: Path) -> None:
    """Exit code, file and line, why, and the ways that no timeline goes."""
    folder = tmp_path / "house"
    for name, text in shipped_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "tests").mkdir()
    good = f"{HEAD}mails: [Mon 23 Nov welcome, Thu 26 Nov come_back]\n"
    (folder / "tests/one.yaml").write_text(good, "utf-8")
    told = run_command("test", str(folder))
    assert told.exit_code == 0
    assert "Walked 1 timeline, none went another way." in told.stdout
    assert "sequences/tasting_book.yaml:14  step evaluate" in told.stdout
    assert "first_cup → real_use" in told.stdout

    (folder / "tests/one.yaml").write_text(good.replace("Thu 26", "Fri 27"), "utf-8")
    told = run_command("test", str(folder), "-k", "tasting_book")
    assert told.exit_code == 1
    assert "tests/one.yaml:3 One\n  sequence tasting_book\n    mails (- expected, + found)\n" in told.stdout
    assert "because: come_back goes out: no cup.noted within 3 days" in told.stdout

    told = run_command("test", str(folder), "--json")
    exported = json.loads(told.stdout)
    assert (exported["timelines"], exported["failed"]) == (1, ["One"])
    measured = [one["sequence"] for one in exported["coverage"]["sequences"]]
    assert measured == ["empty_chair", "on_its_way", "tasting_book"]


def test_the_shipped_timelines_go_every_way() -> None:
    """No step and no way of the shipped sequence is without a timeline."""
    assert EDITION
    timelines, findings = read_timelines(None, EDITION)
    result = play_timelines(timelines, EDITION.rules.sequences, EDITION.config, start=START)

    assert (findings, result.differences) == ([], ())
    assert [str(missed) for one in result.coverage for missed in one.missed] == []
