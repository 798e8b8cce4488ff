"""What commands say where a marketer stumbled: nothing cut, nothing false, and the remedy."""

import io
import socket
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from rich.console import Console
from rich.table import Table

from flows.translation.translate import COLUMNS
from language.findings import Finding
from service.cli import output, plan
from service.cli import replay as replaying
from service.cli.sample_mail import make_sample
from service.demo.compose import find_free_port
from service.runtime.settings import PREFIX, Settings, SettingsError
from service.transcripts.model import LineText, PersonText
from service.transcripts.perform_line import play_line
from service.transcripts.run import introduce_person
from service.transcripts.terminal_chat import TerminalChat
from service.transcripts.world import TranscriptWorld
from service.workspace.publishing.diff import Plan, UnitChange
from service.workspace.replay.replay import ReplayReport
from tests.support.people import KEYS, MAIL, NOON
from tests.support.run_cli import Doorstep
from tests.support.sample_workspace import tearoom_edition, workspace_files
from tests.support.shipped_workspace import shipped_edition


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand beside a workspace “w”, where no other is."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    for name, text in workspace_files().items():
        path = tmp_path / "w" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


# -- which workspace -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("link", "newsletter", "--qr", "a.svg"), "doorstep link newsletter --workspace DIR"),
        (("try", "newsletter"), "doorstep try newsletter DIR"),
    ],
)
def test_nobody_gets_a_link_to_the_demos_page(
    doorstep: Doorstep, folder: Path, words: tuple[str, ...], remedy: str
) -> None:
    """Without a workspace there is no link, and nothing is drawn."""
    code, said = doorstep(*words)
    assert (code, "m.me" in said, remedy in said) == (2, False, True), said
    assert not (folder / "a.svg").exists()


def test_a_file_is_told_from_a_folder(doorstep: Doorstep) -> None:
    """The folder of the workspace it lies in is named."""
    assert doorstep("check", "w/flows/letter.yaml") == (
        2,
        "doorstep: w/flows/letter.yaml is a file. Name the folder of the workspace: w.\n",
    )
    code, said = doorstep("check", "gone")
    assert (code, "There is no folder gone. To make a workspace: doorstep init gone" in said) == (2, True)


# -- what is printed -------------------------------------------------------------------------------------------
def test_no_text_becomes_a_picture(capsys: pytest.CaptureFixture[str]) -> None:
    """Line 100 is “:100:”, which is also the name of an emoji."""
    output.print_findings([Finding(file="doorstep.yaml", line=100, column=38, code="x", message="No :tea:.")])
    said = capsys.readouterr().out
    assert ("doorstep.yaml:100:38" in said, "No :tea:." in said) == (True, True)


def test_a_table_is_wider_than_the_screen_rather_than_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row stays one line, with all that is in it."""
    monkeypatch.setenv("COLUMNS", "40")
    table = Table("source", "a head of many letters", "inbox", box=None)
    row = ("link cake=poster", "handed over by a flow: wants cake", "https://business.example.com/" + 60 * "x")
    table.add_row(*row)
    output.print_whole_table(table)
    head, line = capsys.readouterr().out.splitlines()
    assert "a head of many letters" in head
    assert [part.strip() for part in line.split("  ") if part.strip()] == list(row)


def test_an_error_stands_alone(doorstep: Doorstep, folder: Path) -> None:
    """Warnings are for check; where an error stops a command, it is all there is to read."""
    letter = folder / "w/flows/letter.yaml"
    letter.write_text(letter.read_text("utf-8").replace("    else: bye", "    else: by", 1), "utf-8")
    assert " warning " in doorstep("check", "w")[1]
    code, said = doorstep("test", "w")
    assert (code, " warning " in said, "Did you mean “bye”?" in said) == (1, False, True), said
    assert said.endswith("doorstep: the workspace has errors; nothing was done.\n")


def test_a_picture_of_no_known_kind_is_refused(doorstep: Doorstep, folder: Path) -> None:
    """No Mermaid in a file that says it is a PDF; capitals are as good, and so is a name without an ending."""
    code, said = doorstep("diagram", "letter", "--workspace", "w", "-o", "cake.pdf")
    assert (code, ".svg" in said, (folder / "cake.pdf").exists()) == (2, True, False), said
    for name in ("cake.MMD", "cake"):
        assert doorstep("diagram", "letter", "--workspace", "w", "-o", name)[0] == 0
        assert "flowchart" in (folder / name).read_text("utf-8")


def test_words_that_no_transcript_has_are_named(doorstep: Doorstep, folder: Path) -> None:
    """As long as there is a transcript."""
    assert doorstep("test", "w", "-k", "zzz") == (1, "No transcript to play in w/.\n")
    (folder / "w/transcripts").mkdir()
    (folder / "w/transcripts/one.yaml").write_text("transcript: joins\ntalk: [{says: letter}]\n", "utf-8")
    assert doorstep("test", "w", "-k", "zzz") == (1, "No transcript has the words “zzz” in w/.\n")


def test_a_day_that_is_none_is_told(doorstep: Doorstep) -> None:
    """With an example."""
    told = "doorstep: --since: “gestern” is no day; write it like 2026-12-24.\n"
    assert doorstep("report", "chat", "--since", "gestern") == (2, told)


def test_a_port_in_use_names_no_other_command() -> None:
    """The remedy holds for “make demo” and “doorstep demo”."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"such as DOORSTEP_PORT={port + 1}$"):
            find_free_port("127.0.0.1", port)


# -- replay and plan -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moves", "unclear", "said"),
    [
        (3, 0, "3 answers given again.\nEvery answer would go the same way.\n"),
        (
            3, 1,
            """3 answers given again; 1 could not be: too little of it is kept.
Every answer that was given again would go the same way.
""",
        ),
        (
            0, 7,
            """no answers given again; 7 could not be: too little of them is kept.
So nothing is known of where answers would go.
""",
        ),
    ],
)  # fmt: skip
def test_a_replay_promises_no_more_than_it_saw(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, moves: int, unclear: int, said: str
) -> None:
    """“Every answer” only where every answer was given again."""
    monkeypatch.setattr(output.out, "_width", 200)  # whatever the terminal of this run is
    replaying._print_report(ReplayReport(flow="cake", conversations=4, moves=moves, unclear=unclear, differences=()))
    assert capsys.readouterr().out == f"4 conversations in cake, {said}"


def _plan(*missing: Finding) -> Plan:
    gone = UnitChange(kind="flow", name="cake", how="gone", people=1)
    return Plan(epoch=1, live="a", new="b", people=1, changes=(gone,), files={}, older=(), missing=missing)


def test_a_name_that_is_neither_gone_nor_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """What is gone, and what is there, may be named."""
    plan.check_option_names(_plan(), tearoom_edition(), ["cake", "letter"], ["weeks"])
    with pytest.raises(typer.Exit) as left:
        plan.check_option_names(_plan(), tearoom_edition(), ["cak"], [])
    assert left.value.exit_code == output.USAGE
    assert "--stay: there is no flow “cak”. Did you mean “cake”?" in capsys.readouterr().err
    with pytest.raises(typer.Exit):
        plan.check_option_names(_plan(), tearoom_edition(), [], ["week"])
    assert "--end: there is no sequence “week”. No sequence is gone." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("folder", "verb"), [(None, "doorstep apply --stay"), (Path("my brand"), "doorstep apply 'my brand' --stay")]
)
def test_the_remedy_keeps_the_folder(capsys: pytest.CaptureFixture[str], folder: Path | None, verb: str) -> None:
    """It can be typed as it stands."""
    hint = "Keep it, or: doorstep apply --stay cake"
    one = Finding(file="flows/cake.yaml", line=0, column=0, code="strands-people", message="Gone.", hint=hint)
    plan.print_refusal(_plan(one), folder)
    assert f"{verb} cake" in capsys.readouterr().out


# -- chat ------------------------------------------------------------------------------------------------------
def test_the_note_to_the_team_is_read_in_the_chat() -> None:
    """Its mailbox and its words."""
    room, out = tearoom_edition(), io.StringIO()
    world = TranscriptWorld(room.rules, room.config, NOON)
    person = introduce_person(world, "you", PersonText(language="en"), "en")
    play_line(world, person, LineText(says="mood"))
    world.advance_time(timedelta(hours=3))
    TerminalChat(edition=room, world=world, person=person, out=Console(file=out, width=100)).show_news()
    assert "The team mailbox support was notified" in out.getvalue()
    assert "Somebody left." in out.getvalue()


def test_the_calendar_file_of_a_mail_is_shown_in_the_chat() -> None:
    """What, when, how long, where."""
    room, out = shipped_edition(), io.StringIO()
    world = TranscriptWorld(room.rules, room.config, NOON)
    person = introduce_person(world, "you", PersonText(language="en"), "en")
    _, mail = make_sample(room, "evening_ticket", MAIL, "en", "Mia", KEYS.address_hash(MAIL), NOON, "nonce")
    TerminalChat(edition=room, world=world, person=person, out=Console(file=out, width=100)).show_mail(mail)
    assert mail.calendar is not None
    said = " ".join(out.getvalue().replace("│", " ").split())
    assert f"Calendar file: {mail.calendar.title}, " in said
    assert f"{mail.calendar.minutes} minutes, {mail.calendar.where}" in said


# -- translate -------------------------------------------------------------------------------------------------
def _table(folder: Path, *rows: tuple[str, ...]) -> str:
    path = folder / "back.csv"
    path.write_text("\n".join(",".join(row) for row in (COLUMNS, *rows)), "utf-8")
    return str(path)


def test_an_error_of_a_translation_names_the_row_of_the_table(doorstep: Doorstep, folder: Path) -> None:
    """Not the line of a file that was never written; what is no row's fault names the step."""
    before = (folder / "w/flows/letter.de.yaml").read_text("utf-8")
    table = _table(
        folder,
        ("letter", "hello", "agree", "Yes please", "Ja", "ok"),
        ("letter", "address", "say 1", "Which address?", "Welche {{ adresse }}?", "ok"),
        ("letter", "hello", "decline", "Not now", "Jetzt noch nicht " * 20, "ok"),
    )
    code, said = doorstep("translate", "in", table, "--workspace", "w")
    assert (code, f"{table}:3:5 error unknown-variable\n  letter, address, say 1: " in said) == (1, True), said
    assert f"{table}:4:5 error " in said
    assert "letter.de.yaml" not in said
    assert said.endswith("doorstep: the table has errors; nothing was written.\n")
    assert (folder / "w/flows/letter.de.yaml").read_text("utf-8") == before


def test_a_workspace_of_one_language_has_nothing_to_translate_into(doorstep: Doorstep, folder: Path) -> None:
    """It says what to declare."""
    config = folder / "w/doorstep.yaml"
    config.write_text(config.read_text("utf-8").replace("languages: [en, de]", "languages: [en]"), "utf-8")
    (folder / "w/flows/letter.de.yaml").unlink()
    for path in (folder / "w/emails").glob("*.de.*"):
        path.unlink()
    code, said = doorstep("translate", "out", "t.csv", "--workspace", "w")
    assert (code, "declares one language only" in said, "“”" in said) == (2, True, False), said
