"""Commands as people call them: exit codes, and messages that name the thing and the remedy."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.inbound.event_kinds import FIELDS
from domain.effects import UpdateAddress, decode_posted
from domain.keyring import Keyring
from domain.ports import INTERNAL, Commit, Posting
from flows.compiled.catalog import GET_STARTED
from language.findings import Finding
from service.cli.demo import print_refused_edition
from service.cli.main import main
from service.engine.address_registry import AddressRegistry
from service.engine.clock import fresh_entropy, system_now
from service.engine.transact import Transactor
from service.runtime import logs
from service.runtime.settings import PREFIX
from service.runtime.web_app import listen_at
from service.stand_ins.graph_api import GraphStandIn
from service.stand_ins.smtp_server import Inbox
from service.workspace.brand_leftovers import word_pattern
from service.workspace.edition import shipped_files
from store.embedded.server import embedded_server
from store.valkey.store import ValkeyStore, open_store
from tests.support.paths import ROOT
from tests.support.run_cli import settle_in, write_files
from tests.support.shipped_workspace import EMAIL, IDENTITY, PAGE, PSID, shipped_edition, typed_message
from tests.support.transactors import load_stored, take_all

SECRET = "a secret of more than thirty-two bytes"
KEYS = Keyring(SECRET)
MIA = KEYS.subscriber_id(PAGE, PSID)
ACME = (
    "--brand", "Acme", "--company", "Acme Ltd", "--address", "1 Way, Town", "--contact", "hi@acme.example",
)  # fmt: skip
"""What ``init`` must be told where nobody can be asked."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Doorstep = Callable[..., Ended]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with a secret, a data folder and a wide terminal."""
    settle_in(tmp_path, monkeypatch, SECRET)
    return tmp_path


@pytest.fixture
def doorstep(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doorstep:
    """Return how to call the program."""
    monkeypatch.setattr(
        logs, "configure_logging", lambda **_: None
    )  # it lasts, and would write to this test's terminal

    def call(*words: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["doorstep", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Ended(code=int(left.value.code or 0), out=said.out, err=said.err)

    return call


def write(folder: Path, **changes: tuple[str, str]) -> None:
    """Write the shipped workspace, with changes by name of the file's stem."""
    for name, text in shipped_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        old, new = changes.get(path.name.partition(".")[0], ("", ""))
        assert old in text or ".de." in name
        path.write_text(text.replace(old, new, 1) if old else text, "utf-8")


def place(folder: Path, entry: str, name: str) -> str:
    """Return where the value of an entry of a file in the workspace “w” stands, as findings say it."""
    lines = (folder / "w" / name).read_text("utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, 1) if line.strip().startswith(entry))
    return f"{name}:{number}:{lines[number - 1].index(': ') + 3}"


# -- check, init, simulate -------------------------------------------------------------------------------------
def test_the_shipped_workspace_is_clean(doorstep: Doorstep) -> None:
    """No error and no warning in what people start from."""
    ended = doorstep("check")
    assert (ended.code, ended.err) == (0, "")
    assert "Checked the workspace shipped with Doorstep: " in ended.out
    assert "files, no errors, no warnings.\n" in ended.out
    assert ended.out.endswith("This is the workspace shipped with Doorstep. Yours: doorstep check DIR.\n")


def test_check_names_place_fault_and_nearest_word(doorstep: Doorstep, folder: Path) -> None:
    """One finding a fault, with file, line, column and “Did you mean”; exit code 1."""
    write(folder / "w", newsletter=("    else: bye", "    else: by"), tasting_book=("send: welcome", "send: wellcome"))
    ended = doorstep("check", "w")
    assert ended.code == 1
    assert f"{place(folder, 'else: by', 'flows/newsletter.yaml')} error unknown-step\n" in ended.out
    assert f"{place(folder, 'send: wellcome', 'sequences/tasting_book.yaml')} error unknown-template\n" in ended.out
    hints = [line for line in ended.out.splitlines() if "→" in line]
    assert hints == ["  → Did you mean “bye”?", "  → Did you mean “welcome”?"]
    assert "2 errors" in ended.out


def test_check_takes_the_workspace_that_is_nearest(
    doorstep: Doorstep, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one named, the one set, this folder, ./workspace, the shipped one; and it says which."""

    def which(*words: str) -> str:
        return doorstep("check", *words).out.splitlines()[-1].partition(":")[0]

    assert which() == "This is the workspace shipped with Doorstep. Yours"
    write(folder / "workspace")
    assert which() == "Checked workspace/"
    write(folder)
    assert which() == "Checked this folder"
    write(folder / "set")
    (folder / ".env").write_text("DOORSTEP_WORKSPACE=set\n", "utf-8")
    assert which() == "Checked set/"
    assert "Workspace: set/\n" in doorstep("simulate", "tasting_book").out
    write(folder / "named")
    assert which("named") == "Checked named/"
    assert "Workspace: named/\n" in doorstep("simulate", "tasting_book", "--workspace", "named").out
    monkeypatch.setenv("DOORSTEP_WORKSPACE", "gone")
    ended = doorstep("check")
    assert (ended.code, "DOORSTEP_WORKSPACE: There is no folder gone." in ended.err) == (2, True)


def test_check_counts_in_good_english_and_lists_each_line_of_the_demo(doorstep: Doorstep, folder: Path) -> None:
    """“1 error”; where the demo's brand is left, every line and every word of it."""
    write(folder / "w", newsletter=("    else: bye", "    else: by"))
    assert "files, 1 error, no warnings." in doorstep("check", "w").out
    assert doorstep("init", "acme", *ACME, "--languages", "en").code == 0
    lines = (folder / "acme/flows/newsletter.yaml").read_text("utf-8").splitlines()
    numbers = [str(number) for number, line in enumerate(lines, 1) if word_pattern().search(line)]
    said = f"  Lines {', '.join(numbers)} still speak of Amsel Tea: “"
    assert (len(numbers) > 1, said in doorstep("check", "acme").out) == (True, True)


def test_check_speaks_json(doorstep: Doorstep, folder: Path) -> None:
    """For editors and pipelines; the exit code is the same."""
    write(folder / "w", newsletter=("    else: bye", "    else: by"))
    ended = doorstep("check", "w", "--json")
    (found,) = [one for one in json.loads(ended.out) if one["severity"] == "error"]
    assert ended.code == 1
    assert f"{found['file']}:{found['line']}:{found['column']}" == place(folder, "else: by", "flows/newsletter.yaml")
    assert found["hint"] == "Did you mean “bye”?"


def test_check_of_no_workspace_says_how_to_make_one(doorstep: Doorstep, folder: Path) -> None:
    """A folder without doorstep.yaml is wrong inside; one that is not there is wrong usage."""
    (folder / "empty").mkdir()
    empty, nowhere = doorstep("check", "empty"), doorstep("check", "nowhere")
    assert (empty.code, "doorstep init" in empty.out) == (1, True)
    assert (nowhere.code, nowhere.out) == (2, "")
    assert nowhere.err == "doorstep: There is no folder nowhere. To make a workspace: doorstep init nowhere\n"


def test_check_survives_files_of_any_kind(doorstep: Doorstep, folder: Path) -> None:
    """Bytes that are no text, a huge file, a folder with a file's name, and YAML that is no map are findings."""
    write(folder / "w")
    (folder / "w/flows/latin.yaml").write_bytes(b"flow: caf\xe9\n")
    (folder / "w/flows/huge.yaml").write_bytes(b"#" * 1_000_001)
    (folder / "w/flows/list.yaml").write_text("- 1\n- 2\n", "utf-8")
    (folder / "w/flows/empty.yaml").write_text("", "utf-8")
    (folder / "w/flows/deep.yaml").write_text("[" * 20_000, "utf-8")
    (folder / "w/flows/folder.yaml").mkdir()
    ended = doorstep("check", "w")
    assert ended.code == 1
    for name in ("latin", "huge", "list", "empty", "deep", "folder"):
        assert f"flows/{name}.yaml" in ended.out, name


def test_init_makes_a_workspace_without_errors_that_counts_what_is_left(doorstep: Doorstep, folder: Path) -> None:
    """A new folder from answers: 0 errors, the facts are in, and what still speaks of Amsel is listed."""
    made = doorstep("init", "acme", *ACME, "--languages", "en,de")
    assert made.code == 0
    assert "still speak of Amsel" in made.out
    declared = (folder / "acme/doorstep.yaml").read_text("utf-8")
    assert 'brand: "Acme"' in declared
    assert "Amsel" not in declared
    ended = doorstep("check", "acme")
    assert ended.code == 0
    assert "no errors" in ended.out
    assert "still speak of Amsel" in ended.out.splitlines()[-1]
    assert "flows/newsletter.yaml:" in ended.out


@pytest.mark.parametrize("brand", ['Tom\'s "Tea": #1', "Café Zoë", "[brackets]", "yes", "{{ brand }}"])
def test_init_takes_any_name(brand: str, doorstep: Doorstep) -> None:
    """Quotes, colons, hashes, brackets and other scripts in a brand break no file."""
    assert doorstep("init", "acme", *ACME, "--brand", brand, "--topic", brand, "--languages", "de,en").code == 0
    ended = doorstep("check", "acme")
    assert (ended.code, "no errors" in ended.out) == (0, True)


def test_init_never_writes_over_anything(doorstep: Doorstep, folder: Path) -> None:
    """A folder with something in it is refused; so is a file."""
    (folder / "acme").mkdir()
    (folder / "acme/mine.txt").write_text("mine", "utf-8")
    (folder / "file").write_text("mine", "utf-8")
    assert doorstep("init", "acme").code == 2
    assert doorstep("init", "file").code == 2
    assert sorted(path.name for path in (folder / "acme").iterdir()) == ["mine.txt"]


def test_simulate_tells_which_mails_go_and_why(doorstep: Doorstep) -> None:
    """In virtual time: who stays away, and who drinks three cups."""
    away = doorstep("simulate", "tasting_book")
    assert away.code == 0
    assert "welcome goes out" in away.out
    assert "come_back goes out" in away.out
    days = [word for number in (1, 2, 3) for word in ("--did", f"cup.noted after {number} days")]
    cups = doorstep("simulate", "tasting_book", *days, "--json")
    sent = [mail["template"] for one in json.loads(cups.out) for mail in one["mails"]]
    assert sent[0] == "welcome"
    assert sent[1].startswith("evaluate_")


def test_simulate_tells_what_a_mail_behind_a_plain_wait_rests_on(doorstep: Doorstep, folder: Path) -> None:
    """Its sentence says only that time passed; where the sentence says all, nothing is added."""
    files = shipped_files()
    name = next(name for name in files if name.endswith("tasting_book.yaml"))
    later = (
        files[name]
        .replace("else: come_back", "else: breath")
        .replace("  come_back:", "  breath:\n    wait: 2 days\n  come_back:")
    )
    write_files(folder / "later", {**files, name: later})

    said = doorstep("simulate", "tasting_book", "--workspace", "later").out

    assert "come_back goes out: it waited 2 days.  rests on: no cup.noted\n" in said
    assert "rests on" not in doorstep("simulate", "tasting_book").out


def test_simulate_shows_every_part_of_a_split(doorstep: Doorstep) -> None:
    """One by its name, or all in turn; the end says why it ended."""
    days = [word for number in (1, 2, 3) for word in ("--did", f"cup.noted after {number} days")]
    one = doorstep("simulate", "tasting_book", *days, "--arm", "evaluate=evaluate_invite").out
    every = doorstep("simulate", "tasting_book", *days, "--arm", "all").out
    wrong = doorstep("simulate", "tasting_book", "--arm", "evaluate=evaluate_invit")
    assert "✉ evaluate_invite goes out" in one
    assert "✓ Nothing more can happen. 2 mails, 3 days." in one
    assert [f"✉ {template} goes out" in every for template in ("evaluate_order", "evaluate_invite")] == [True, True]
    assert wrong.code == 2
    assert "evaluate_invite" in wrong.err


def test_simulate_shows_what_the_person_did(doorstep: Doorstep, folder: Path) -> None:
    """✉ is a mail and nothing else, ★ is the person, ▶ the start; other sequences stay out of it."""
    write(folder / "workspace")
    text = (folder / "workspace/sequences/tasting_book.yaml").read_text("utf-8")
    other = text.replace("sequence: tasting_book", "sequence: second_book")
    (folder / "workspace/sequences/second_book.yaml").write_text(other, "utf-8")
    said = doorstep("simulate", "tasting_book", "--did", "cup.noted after 2 days").out
    marks = [line.partition("  ")[2] for line in said.splitlines()[1:]]
    assert "second_book" not in said
    assert [line for line in marks if line.startswith(("▶", "✉", "★"))] == [
        "▶ tasting_book starts: friday_leaf was confirmed.", "✉ welcome goes out: friday_leaf was confirmed.",
        "★ noted a cup",
    ]  # fmt: skip
    assert marks[marks.index("★ noted a cup") + 1].startswith("· real_use waits: 1 of 3")


def test_simulate_shows_sequences_together(doorstep: Doorstep, folder: Path) -> None:
    """The more important one sends first, and the other waits for room under the cap."""
    write(folder / "workspace")
    offers = (
        "sequence: offers\ntopic: friday_leaf\nstart: confirmed\npriority: high\nsteps:\n  a: {send: evaluate_order}\n"
    )
    (folder / "workspace/sequences/offers.yaml").write_text(offers, "utf-8")
    said = doorstep("simulate", "tasting_book", "--with-sequences", "offers").out
    alone = doorstep("simulate", "tasting_book").out
    wrong = doorstep("simulate", "tasting_book", "--with-sequences", "offer")
    marks = [line.partition("  ")[2] for line in said.splitlines()[1:]]
    assert [line for line in marks if line.startswith("✉")][:2] == [
        "✉ evaluate_order goes out: friday_leaf was confirmed.", "✉ welcome goes out: its turn has come.",
    ]  # fmt: skip
    assert any(line.startswith("· welcome goes out") and "20 hours after the mail before it" in line for line in marks)
    assert "offers" not in alone
    assert (wrong.code, "offers" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (("simulate", "tasting_bok"), "Did you mean “tasting_book”?"),
        (("simulate", "tasting_book", "--did", "cup.note"), "Did you mean “cup.noted”?"),
        (("simulate", "tasting_book", "--did", "cup.noted after a while"), "a while"),
        (("simulate", "tasting_book", "--timezone", "Europe/Berln"), "Europe/Berlin"),
        (("simulate", "tasting_book", "--timezone", "Berlin"), "Did you mean Europe/Berlin?"),
        (("simulate", "tasting_book", "--did", "cup.noted 5 days"), "Write: cup.noted after 5 days"),
        (("send-test", "welcom", "--to", EMAIL), "Did you mean “welcome”?"),
        (("send-test", "welcome", "--to", "nobody"), "--to"),
        (("send-test", "welcome", "--to", EMAIL, "--language", "xx"), "xx"),
        (("consent", "prove", "nobody"), "@"),
        (("run", "--role", "boss"), "all, web, worker"),
        (("init", "acme", "--languages", "fr"), "en"),
        (("init", "acme", "--languages", "de"), "en"),
        (("nonsense",), "nonsense"),
    ],
)
def test_wrong_usage_ends_with_2_and_the_nearest_word(words: tuple[str, ...], about: str, doorstep: Doorstep) -> None:
    """The message names what was wrong and what would be right."""
    ended = doorstep(*words)
    assert ended.code == 2
    assert about in " ".join(ended.err.replace("│", " ").split())


def test_version(doorstep: Doorstep) -> None:
    """Which Doorstep this is."""
    assert doorstep("--version") == Ended(code=0, out=f"doorstep {version('doorstep')}\n", err="")


def test_a_setting_nobody_reads_is_warned_of(doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch) -> None:
    """By every command; ``run`` refuses it."""
    monkeypatch.setenv("DOORSTEP_MAILURL", "smtp://a.example")
    said = "doorstep: DOORSTEP_MAILURL is no setting. Did you mean DOORSTEP_MAIL_URL?\n"
    checked, ran = doorstep("check"), doorstep("run")
    assert (checked.code, checked.err) == (0, said)
    assert (ran.code, ran.err.endswith(said), ran.err.count("MAILURL")) == (2, True, 1)


# -- settings that refuse --------------------------------------------------------------------------------------
def test_run_refuses_to_start_by_name(doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is named, line by line, before anything starts."""
    monkeypatch.delenv("DOORSTEP_SECRET")
    ended = doorstep("run")
    assert ended.code == 2
    assert "DOORSTEP_SECRET is missing" in ended.err
    assert "DOORSTEP_MESSENGER_PAGE_TOKENS is missing" in ended.err


@pytest.mark.parametrize("words", [("sends",), ("consent", "verify"), ("consent", "prove", EMAIL), ("demo",)])
def test_a_short_secret_or_wrong_port_is_refused_by_name(
    words: tuple[str, ...], doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By every command that reads settings, without a traceback and without the value."""
    monkeypatch.setenv("DOORSTEP_SECRET", "tooshort")
    monkeypatch.setenv("DOORSTEP_PORT", "tooshort")
    ended = doorstep(*words)
    assert ended.code == 2
    assert "DOORSTEP_SECRET has 8 bytes; 32 are needed." in ended.err
    assert "DOORSTEP_PORT: must be a number, such as 8080." in ended.err
    assert "tooshort" not in ended.err


@pytest.mark.parametrize("words", [("sends",), ("consent", "verify"), ("send-test", "welcome", "--to", EMAIL)])
def test_a_missing_secret_is_refused_by_name(
    words: tuple[str, ...], doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the store or a link is needed."""
    monkeypatch.delenv("DOORSTEP_SECRET")
    monkeypatch.setenv("DOORSTEP_MAIL_URL", "smtp://127.0.0.1:1")
    ended = doorstep(*words)
    assert (ended.code, "DOORSTEP_SECRET is missing" in ended.err) == (2, True)


def test_a_tool_never_makes_a_store(doorstep: Doorstep, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started in another folder, it says so, and of a secret that is missing too, and leaves nothing behind."""
    monkeypatch.delenv("DOORSTEP_DATA")
    monkeypatch.delenv("DOORSTEP_SECRET")
    ended = doorstep("sends")
    assert (ended.code, ended.err.splitlines()) == (2, [
        "doorstep: No store at var/store. Start in the folder of the service, or set DOORSTEP_DATA.",
        "doorstep: DOORSTEP_SECRET is missing. Use the one `doorstep run` uses; a new one cannot read the old records.",
    ])  # fmt: skip
    assert list(folder.iterdir()) == []


def running(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    """Set what ``run`` needs."""
    given = {
        "public_url": "https://doorstep.example.com", "workspace": "w", "messenger_app_secret": "app",
        "messenger_verify_token": "a verify token, long", "messenger_page_tokens": '{"12": "EAAG"}',
        "mail_url": "smtp://127.0.0.1:9", "api_token": "an api token, long enough", **settings,
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)


def test_run_names_a_store_that_is_away_and_warns_of_the_demos_brand(
    doorstep: Doorstep, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Host and port, never the password; a copy of the shipped workspace is somebody else's name."""
    write(folder / "w")
    running(monkeypatch, store_url="redis://doorstep:s3cret-value@127.0.0.1:9/0")
    with capture_logs() as lines:
        ended = doorstep("run")
    assert (ended.code, "s3cret-value" in ended.err) == (1, False)
    assert ended.err.startswith("doorstep: No store at 127.0.0.1:9/0: ")
    warned = [line for line in lines if line["event"] == "workspace_speaks_of_amsel_tea"]
    assert [(line["log_level"], line["remedy"][-16:]) for line in warned] == [("warning", "doorstep check w")]
    assert warned[0]["count"] > 10


def test_run_refuses_a_folder_that_is_not_there(doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says how to make one."""
    running(monkeypatch, workspace="gone")
    ended = doorstep("run")
    assert ended.code == 2
    assert ended.err == (
        "doorstep: DOORSTEP_WORKSPACE: There is no folder gone. To make a workspace: doorstep init gone\n"
    )


def test_a_folder_in_the_way_is_named(doorstep: Doorstep, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system refuses is told with its path, as a sentence."""
    monkeypatch.delenv("DOORSTEP_SECRET")
    (folder / "workspace").write_text("in the way", "utf-8")
    ended = doorstep("demo")
    assert (ended.code, ended.err.splitlines()) == (1, ["doorstep: workspace: File exists."])


def test_the_demo_plays_only_a_folder_that_is_a_workspace(doorstep: Doorstep, folder: Path) -> None:
    """Nothing is written into a folder that was named by mistake."""
    (folder / "empty").mkdir()
    nowhere, empty = doorstep("demo", "nowhere"), doorstep("demo", "empty")
    assert (nowhere.code, empty.code) == (2, 2)
    assert "There is no folder nowhere." in nowhere.err
    assert "empty has no doorstep.yaml." in empty.err
    assert list((folder / "empty").iterdir()) == []


def test_a_taken_port_is_told_before_anything_is_set_up(
    doorstep: Doorstep, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No workspace is copied, no store begun."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("DOORSTEP_PORT", str(taken.getsockname()[1]))
        ended = doorstep("demo", "--at", "Mon 10:00")
    assert (ended.code, "is in use" in ended.err) == (2, True)
    assert not (folder / "workspace").exists()


def test_the_demo_says_of_a_refused_file_what_check_says(capsys: pytest.CaptureFixture[str]) -> None:
    """On the terminal, for people; warnings alone are no news."""
    one = Finding(file="doorstep.yaml", line=2, column=3, code="wrong-kind", message="Expected “a text”", hint="Quote")
    print_refused_edition([one, replace(one, severity="warning")])
    said = capsys.readouterr().out
    assert said == (
        "doorstep.yaml:2:3 error wrong-kind\n  Expected “a text”\n  → Quote\n1 error: the texts from before go on.\n"
    )
    print_refused_edition([replace(one, severity="warning")])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("pretty", [False, True])
def test_logs_speak_everybodys_letters(pretty: bool) -> None:  # noqa: FBT001  both ways
    """No escapes, neither for people nor for programs; what is told in another way is not told twice."""
    program = (
        "import structlog; from service.runtime import logs; "
        f"logs.configure_logging(level='WARNING', pretty={pretty}, told_elsewhere=('untold',)); "
        "structlog.get_logger().warning('untold'); structlog.get_logger().warning('said', reason='“Grüße”')"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT)
    said = ran.stderr.decode()
    assert ("“Grüße”" in said, "untold" in said, said.startswith("{")) == (True, False, not pretty)


def test_a_data_folder_that_cannot_be_written_is_refused_by_name(
    doorstep: Doorstep, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that leads through a file is no folder."""
    (folder / "file").write_text("", "utf-8")
    monkeypatch.setenv("DOORSTEP_DATA", str(folder / "file/store"))
    ended = doorstep("consent", "verify")
    assert (ended.code, "DOORSTEP_DATA" in ended.err) == (2, True)


def test_a_broken_workspace_prints_its_findings_and_starts_nothing(
    doorstep: Doorstep, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For every command that needs the workspace."""
    write(folder / "w", newsletter=("    else: bye", "    else: by"))
    monkeypatch.setenv("DOORSTEP_WORKSPACE", "w")
    ended = doorstep("send-test", "welcome", "--to", EMAIL)
    assert ended.code == 1
    assert place(folder, "else: by", "flows/newsletter.yaml") in ended.out
    assert "nothing was done" in ended.err


# -- the store -------------------------------------------------------------------------------------------------
@asynccontextmanager
async def store(folder: Path) -> AsyncIterator[ValkeyStore]:
    """Open the data folder as the service does."""
    async with embedded_server(folder / "store") as url:
        one = await open_store(url, check_value=KEYS.check_value)
        yield one
        await one.close()


async def subscribe(one: ValkeyStore, *, then_stop: bool = False) -> None:
    """Let Mia walk the whole way."""
    edition = shipped_edition()
    transact = Transactor(
        store=one, keys=KEYS, clock=system_now, entropy=fresh_entropy, rules=lambda: (edition.rules, edition.config)
    )
    addresses = AddressRegistry(store=one, transact=transact, clock=system_now, config=lambda: edition.config)
    for number, text in enumerate(("newsletter", "yes", EMAIL)):
        await transact(MIA, (typed_message(number, text, system_now()),), IDENTITY)
    address = KEYS.address_hash(EMAIL)
    code = KEYS.confirmation_codes(MIA, address, (await load_stored(one, MIA)).pending[address].nonce)[0]
    await transact(MIA, (typed_message(9, code, system_now()),), IDENTITY)
    for claim in await take_all(one, INTERNAL, MIA):
        told = decode_posted(claim.item)
        if isinstance(told, UpdateAddress):
            await addresses.update_address(MIA, told)
    if then_stop:
        await addresses.unsubscribe(MIA, address, "", "one-click")


async def _nothing(_: ValkeyStore) -> None:
    """Leave a store that is there and empty."""


def in_store(folder: Path, work: Callable[[ValkeyStore], Any]) -> None:
    """Do something in the store, and close it again."""

    async def whole() -> None:
        async with store(folder) as one:
            await work(one)

    asyncio.run(whole())


def test_consent_is_proven_with_wording_time_and_way(doorstep: Doorstep, folder: Path) -> None:
    """Agreed by typing, confirmed by code, in these words."""
    in_store(folder, subscribe)
    ended = doorstep("consent", "prove", EMAIL)
    assert (ended.code, ended.err) == (0, "")
    assert "owner of the address; ledger whole" in ended.out
    for words in ("agreed", "requested", "confirmed", "how code", "By agreeing you let Amsel Tea GmbH email you"):
        assert words in ended.out, words
    bundle = json.loads(doorstep("consent", "prove", EMAIL.upper(), "--json").out)
    assert [one["act"] for one in bundle["holders"][0]["entries"]] == ["agreed", "requested", "confirmed"]


def test_a_withdrawal_is_part_of_the_proof(doorstep: Doorstep, folder: Path) -> None:
    """Suppressions of the address and the withdrawn consent are shown."""
    in_store(folder, lambda one: subscribe(one, then_stop=True))
    ended = doorstep("consent", "prove", EMAIL)
    assert ended.code == 0
    assert "suppressed: unsubscribed since 20" in ended.out
    assert "withdrawn" in ended.out
    assert "one-click" in ended.out


def test_an_address_nobody_gave_proves_nothing(doorstep: Doorstep, folder: Path) -> None:
    """Exit code 1: there is no evidence."""
    in_store(folder, _nothing)
    ended = doorstep("consent", "prove", "nobody@example.com")
    assert (ended.code, ended.out) == (1, "Nobody gave this address.\n")


def test_a_changed_ledger_is_found(doorstep: Doorstep, folder: Path) -> None:
    """Whoever writes another line over one breaks the chain, and both commands say where."""
    in_store(folder, subscribe)
    good = doorstep("consent", "verify")
    assert (good.code, good.out) == (0, "1 ledgers with 3 entries; 0 broken.\n")
    in_store(folder, _change_a_line)
    ended = doorstep("consent", "verify", "--json")
    assert ended.code == 1
    assert json.loads(ended.out)["broken"] == {MIA: "line 1 does not follow the line before it"}
    assert "ledger BROKEN: line 1" in doorstep("consent", "prove", EMAIL).out


async def _change_a_line(one: ValkeyStore) -> None:
    key = one._keys.keys_of(MIA).consent_ledger(MIA.encode())
    await one._connection.run_command(b"LSET", key, b"0", await one._connection.run_command(b"LINDEX", key, b"1"))


async def _unknown_and_stuck(one: ValkeyStore) -> None:
    outbox = (Posting(lane="mail-marketing", item=b"x", send_id="mail-1"),)
    await one.commit(Commit(subscriber=MIA, version=0, record=b"r", outbox=outbox))
    claim = await one.claim("mail-marketing", MIA, lease_ms=1000)
    assert claim
    assert await one.begin(claim, send_id="mail-1")
    await one.settle(claim, send_id="mail-1", status="unknown", note="the line broke")
    await one.quarantine(MIA, error="ZeroDivisionError in step:12", delay_ms=1)


def test_sends_lists_what_is_unknown_and_who_is_stuck(doorstep: Doorstep, folder: Path) -> None:
    """The two things that somebody must look at."""
    in_store(folder, _nothing)
    assert doorstep("sends", "--unknown").out == "No such mails.\n"
    in_store(folder, _unknown_and_stuck)
    ended = doorstep("sends", "--unknown")
    assert (ended.code, ended.err) == (0, "")
    assert "mail-1" in ended.out
    assert "the line broke" in ended.out
    assert f"stuck {MIA}: ZeroDivisionError in step:12, 1 times" in ended.out
    told = json.loads(doorstep("sends", "--subscriber", MIA, "--json").out)
    assert [one["status"] for one in told["sends"]] == ["unknown"]


# -- the world outside ------------------------------------------------------------------------------------------
async def test_messenger_setup_sets_up_the_page(monkeypatch: pytest.MonkeyPatch, doorstep: Doorstep) -> None:
    """Get-started, greetings by locale, and the webhook fields; a wrong token is said, exit code 1."""
    graph = GraphStandIn(tokens={"12": "right"}, app_secret="app", clock=system_now)
    async with listen_at(graph.build_application(), "127.0.0.1", 0) as url:
        monkeypatch.setenv("DOORSTEP_GRAPH_URL", url)
        monkeypatch.setenv("DOORSTEP_MESSENGER_APP_SECRET", "app")
        monkeypatch.setenv("DOORSTEP_MESSENGER_PAGE_TOKENS", '{"12": "right"}')
        good = await asyncio.to_thread(doorstep, "messenger", "setup")
        monkeypatch.setenv("DOORSTEP_MESSENGER_PAGE_TOKENS", '{"12": "wrong"}')
        bad = await asyncio.to_thread(doorstep, "messenger", "setup")
    assert good.code == 0
    assert graph.subscribed["12"] == list(FIELDS)
    assert graph.profiles["12"]["get_started"] == {"payload": GET_STARTED}
    assert bad.code == 1
    assert "Check that the token is a Page token" in bad.err
    assert "wrong" not in bad.err


async def test_messenger_setup_says_who_cannot_be_reached(monkeypatch: pytest.MonkeyPatch, doorstep: Doorstep) -> None:
    """The network, not the token, is what to look at."""
    monkeypatch.setenv("DOORSTEP_GRAPH_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DOORSTEP_MESSENGER_APP_SECRET", "app")
    monkeypatch.setenv("DOORSTEP_MESSENGER_PAGE_TOKENS", '{"12": "right"}')
    ended = await asyncio.to_thread(doorstep, "messenger", "setup")
    assert (ended.code, ended.err) == (1, "✗ Page 12: 127.0.0.1:9 could not be reached.\n")


def test_messenger_setup_without_tokens_names_the_setting(doorstep: Doorstep) -> None:
    """Nothing is asked of anybody."""
    ended = doorstep("messenger", "setup")
    assert (ended.code, "DOORSTEP_MESSENGER_PAGE_TOKENS is missing" in ended.err) == (2, True)


async def test_send_test_sends_every_mail(monkeypatch: pytest.MonkeyPatch, doorstep: Doorstep) -> None:
    """Each shipped mail in each language arrives over SMTP; a server that is away is said, exit code 1."""
    inbox = Inbox(system_now)
    monkeypatch.setenv("DOORSTEP_MAIL_URL", f"smtp://127.0.0.1:{await inbox.start_listening()}")
    for name in shipped_edition().mails.template_names:
        for language in ("en", "de"):
            ended = await asyncio.to_thread(doorstep, "send-test", name, "--to", EMAIL, "--language", language)
            assert (ended.code, ended.err) == (0, "")
    assert len({one.subject for one in inbox.received}) == 2 * len(shipped_edition().mails.template_names)
    await inbox.stop_listening()
    port = os.environ["DOORSTEP_MAIL_URL"].rpartition(":")[2]
    monkeypatch.setenv("DOORSTEP_MAIL_MARKETING_URL", f"smtp://mia:s3cret-value@127.0.0.1:{port}")
    transactional = await asyncio.to_thread(doorstep, "send-test", "confirmation", "--to", EMAIL)
    marketing = await asyncio.to_thread(doorstep, "send-test", "welcome", "--to", EMAIL)
    away = f"doorstep: No connection to 127.0.0.1:{port}. Is DOORSTEP_MAIL_URL right?\n"
    assert (transactional.code, transactional.err) == (1, away)
    assert (marketing.code, marketing.err) == (1, away.replace("MAIL_URL", "MAIL_MARKETING_URL"))


def test_send_test_without_a_mail_server_names_the_setting(doorstep: Doorstep) -> None:
    """DOORSTEP_MAIL_URL is what is missing."""
    ended = doorstep("send-test", "welcome", "--to", EMAIL)
    assert (ended.code, "DOORSTEP_MAIL_URL is missing" in ended.err) == (2, True)
