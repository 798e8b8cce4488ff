"""Commands as people call them: exit codes, and messages that name the thing and the remedy."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.book import GET_STARTED
from service import logs
from service.addresses import Addresses
from service.app import listening
from service.cli import main
from service.clock import fresh_entropy, system_now
from service.commands.messenger import FIELDS
from service.demo.graph import GraphStandIn
from service.demo.inbox import Inbox
from service.settings import PREFIX, Settings
from service.transact import Transactor
from service.workspace import shipped_files
from store.embedded import embedded_server
from store.valkey import ValkeyStore, open_store
from subscribers.effects import TellAddress, decode_posted
from subscribers.keyring import Keyring
from subscribers.ports import INTERNAL, Commit, Posting
from tests.unit.amsel import EMAIL, IDENTITY, PAGE, PSID, said, shipped
from tests.unit.transactors import drained, stored

SECRET = "a secret of more than thirty-two bytes"
KEYS = Keyring(SECRET)
MIA = KEYS.subscriber_id(PAGE, PSID)


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
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv("DOORSTEP_SECRET", SECRET)
    monkeypatch.setenv("DOORSTEP_DATA", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path


@pytest.fixture
def doorstep(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doorstep:
    """Return how to call the program."""
    monkeypatch.setattr(logs, "configure", lambda **_: None)  # it lasts, and would write to this test's terminal

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
    assert "0 errors, 0 warnings." in ended.out


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


def test_check_speaks_json(doorstep: Doorstep, folder: Path) -> None:
    """For editors and pipelines; the exit code is the same."""
    write(folder / "w", newsletter=("    else: bye", "    else: by"))
    ended = doorstep("check", "w", "--json")
    (found,) = [one for one in json.loads(ended.out) if one["severity"] == "error"]
    assert ended.code == 1
    assert f"{found['file']}:{found['line']}:{found['column']}" == place(folder, "else: by", "flows/newsletter.yaml")
    assert found["hint"] == "Did you mean “bye”?"


def test_check_of_no_workspace_says_how_to_make_one(doorstep: Doorstep) -> None:
    """A folder without doorstep.yaml, or none at all."""
    ended = doorstep("check", "nowhere")
    assert ended.code == 1
    assert "doorstep init" in ended.out


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
    made = doorstep("init", "acme", "--brand", "Acme", "--company", "Acme Ltd", "--languages", "en,de")
    assert made.code == 0
    assert "still speak of Amsel" in made.out
    declared = (folder / "acme/doorstep.yaml").read_text("utf-8")
    assert 'brand: "Acme"' in declared
    assert "Amsel" not in declared
    ended = doorstep("check", "acme")
    assert ended.code == 0
    assert " 0 errors" in ended.out
    assert "still speak of Amsel" in ended.out.splitlines()[-1]
    assert "flows/newsletter.yaml:" in ended.out


@pytest.mark.parametrize("brand", ['Tom\'s "Tea": #1', "Café Zoë", "[brackets]", "yes", "{{ brand }}"])
def test_init_takes_any_name(brand: str, doorstep: Doorstep) -> None:
    """Quotes, colons, hashes, brackets and other scripts in a brand break no file."""
    assert doorstep("init", "acme", "--brand", brand, "--topic", brand, "--languages", "de,en").code == 0
    ended = doorstep("check", "acme")
    assert (ended.code, "0 errors" in ended.out) == (0, True)


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


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (("simulate", "tasting_bok"), "Did you mean “tasting_book”?"),
        (("simulate", "tasting_book", "--did", "cup.note"), "Did you mean “cup.noted”?"),
        (("simulate", "tasting_book", "--did", "cup.noted after a while"), "a while"),
        (("simulate", "tasting_book", "--timezone", "Europe/Berln"), "Europe/Berlin"),
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
    assert "DOORSTEP_SECRET: has fewer than 32 bytes" in ended.err
    assert "DOORSTEP_PORT: " in ended.err
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
    assert "nothing was started" in ended.err


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
    edition = shipped()
    transact = Transactor(
        store=one, keys=KEYS, clock=system_now, entropy=fresh_entropy, rules=lambda: (edition.rules, edition.house)
    )
    addresses = Addresses(store=one, transact=transact, clock=system_now, house=lambda: edition.house)
    for number, text in enumerate(("newsletter", "yes", EMAIL)):
        await transact(MIA, (said(number, text, system_now()),), IDENTITY)
    address = KEYS.address_hash(EMAIL)
    code = KEYS.codes(MIA, address, (await stored(one, MIA)).pending[address].nonce)[0]
    await transact(MIA, (said(9, code, system_now()),), IDENTITY)
    for claim in await drained(one, INTERNAL, MIA):
        told = decode_posted(claim.item)
        if isinstance(told, TellAddress):
            await addresses.tell(MIA, told)
    if then_stop:
        await addresses.unsubscribe(MIA, address, "", "one-click")


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


def test_an_address_nobody_gave_proves_nothing(doorstep: Doorstep) -> None:
    """Exit code 1: there is no evidence."""
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
    key = one._keys.of(MIA).ledger(MIA.encode())
    await one._wire.call(b"LSET", key, b"0", await one._wire.call(b"LINDEX", key, b"1"))


async def _unknown_and_stuck(one: ValkeyStore) -> None:
    outbox = (Posting(lane="mail-marketing", item=b"x", send_id="mail-1"),)
    await one.commit(Commit(subscriber=MIA, version=0, record=b"r", outbox=outbox))
    claim = await one.claim("mail-marketing", MIA, lease_ms=1000)
    assert claim
    assert await one.begin(claim, send_id="mail-1")
    await one.settle(claim, send_id="mail-1", status="unknown", note="the line broke")
    await one.stick(MIA, error="ZeroDivisionError in step:12", delay_ms=1)


def test_sends_lists_what_is_unknown_and_who_is_stuck(doorstep: Doorstep, folder: Path) -> None:
    """The two things that somebody must look at."""
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
    async with listening(graph.application(), "127.0.0.1", 0) as url:
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


def test_messenger_setup_without_tokens_names_the_setting(doorstep: Doorstep) -> None:
    """Nothing is asked of anybody."""
    ended = doorstep("messenger", "setup")
    assert (ended.code, "DOORSTEP_MESSENGER_PAGE_TOKENS is missing" in ended.err) == (2, True)


async def test_send_test_sends_every_mail(monkeypatch: pytest.MonkeyPatch, doorstep: Doorstep) -> None:
    """Each shipped mail in each language arrives over SMTP; a server that is away is said, exit code 1."""
    inbox = Inbox(system_now)
    monkeypatch.setenv("DOORSTEP_MAIL_URL", f"smtp://127.0.0.1:{await inbox.start()}")
    for name in shipped().mails.names:
        for language in ("en", "de"):
            ended = await asyncio.to_thread(doorstep, "send-test", name, "--to", EMAIL, "--language", language)
            assert (ended.code, ended.err) == (0, "")
    assert len({one.subject for one in inbox.received}) == 2 * len(shipped().mails.names)
    await inbox.stop()
    away = await asyncio.to_thread(doorstep, "send-test", "welcome", "--to", EMAIL)
    assert away.code == 1
    assert EMAIL not in away.err


def test_send_test_without_a_mail_server_names_the_setting(doorstep: Doorstep) -> None:
    """DOORSTEP_MAIL_URL is what is missing."""
    ended = doorstep("send-test", "welcome", "--to", EMAIL)
    assert (ended.code, "DOORSTEP_MAIL_URL is missing" in ended.err) == (2, True)
