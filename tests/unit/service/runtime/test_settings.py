"""Settings: cast, refused by name and never by value, and described where people look."""

import re
from pathlib import Path
from typing import Any

import pytest

from service.cli.command_table import COMMANDS
from service.cli.main import load_command
from service.runtime import settings
from service.runtime.settings import NEEDED, PREFIX, Settings, SettingsError, read_settings
from tests.support.paths import ROOT
from tools.docs_settings import PAGE, fill_page, settings_table

SECRET = "a secret of more than thirty-two bytes"

PAGES = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{one.name}" for one in PAGE.parent.glob("*.md"))]
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
CALL = re.compile(r"(?:^|[\s`])doorstep +([a-z-]+)(?: +([a-z-]+))?", re.MULTILINE)

GOOD: dict[str, tuple[str, Any]] = {
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("0", 0),
    "public_url": ("https://doorstep.example.com/", "https://doorstep.example.com"),
    "store_url": ("rediss://example.com", "rediss://example.com"),
    "data": ("elsewhere", Path("elsewhere")),
    "workspace": ("acme", Path("acme")),
    "secret": (SECRET, SECRET),
    "older_secrets": (f"{SECRET}2, {SECRET}1,", (f"{SECRET}2", f"{SECRET}1")),
    "messenger_app_secret": ("app", "app"),
    "messenger_app_id": ("1517776481860111", "1517776481860111"),
    "messenger_verify_token": ("a verify token, long", "a verify token, long"),
    "messenger_page_tokens": ('{"12": "EAAG"}', {"12": "EAAG"}),
    "messenger_page_secrets": ('{"12": "its app"}', {"12": "its app"}),
    "messenger_texts_a_second": ("100", 100),
    "graph_url": ("http://127.0.0.1:1/", "http://127.0.0.1:1"),
    "graph_version": ("26.0", "26.0"),
    "mail_url": ("smtp://127.0.0.1:25", "smtp://127.0.0.1:25"),
    "mail_transactional_url": ("smtps://u:p@a.example", "smtps://u:p@a.example"),
    "mail_marketing_url": ("smtps://u:p@b.example", "smtps://u:p@b.example"),
    "archive_days": ("90", 90),
    "stops": ("/srv/stops", Path("/srv/stops")),
    "lmtp": ("127.0.0.1:2424", "127.0.0.1:2424"),
    "mailjet_keys": (
        "mailjet://k:s@a.example mailjet://l:s@a.example",
        "mailjet://k:s@a.example mailjet://l:s@a.example",
    ),
    "mailjet_events": ("mailjet:a-long-password-of-ours", "mailjet:a-long-password-of-ours"),
    "dkim_keys": ("/etc/doorstep/dkim", "/etc/doorstep/dkim"),
    "lease_seconds": ("30", 30),
    "accept_loss": ("1", True),
    "clock": ("store", "store"),
    "api_token": ("a token, long enough", "a token, long enough"),
}

BAD = [
    ("lmtp", "s3cret-value"),
    ("port", "s3cret-value"),
    ("port", "70000"),
    ("public_url", "ftp-s3cret-value"),
    ("public_url", "https://"),
    ("secret", "s3cret-value"),
    ("older_secrets", f"{SECRET},s3cret-value"),
    ("messenger_page_tokens", "{s3cret-value"),
    ("store_url", "s3cret-value"),
    ("store_url", "redis://u:s3cret-value@["),
    ("graph_version", "v25.0-s3cret-value"),
    ("mail_url", "smtp://u:s3cret-value@[a"),
    ("public_url", "http://["),
    ("messenger_page_secrets", '["s3cret-value"]'),
    ("messenger_app_id", "s3cret-value"),
    ("messenger_page_tokens", '["s3cret-value"]'),
    ("messenger_page_tokens", '{"1": {"s3cret-value": 1}}'),
    ("graph_url", "s3cret-value"),
    ("mail_url", "http://s3cret-value"),
    ("mail_url", "mailjet://s3cret-value@api.mailjet.com"),
    ("mail_marketing_url", "mailjet://k:s3cret-value@api.mailjet.com smtp://127.0.0.1:25"),
    ("mail_url", "smtp://u:s3cret-value@a:x"),
    ("mail_transactional_url", "s3cret-value"),
    ("mail_marketing_url", "s3cret-value"),
    ("lease_seconds", "1"),
    ("clock", "s3cret-value"),
    ("accept_loss", "s3cret-value"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with no settings in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    return tmp_path


def test_only_transactional_mail_has_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marketing mail goes by the first URL that both lanes share."""
    monkeypatch.setenv("DOORSTEP_MAIL_URL", "mailjet://k:s@api.mailjet.com smtp://127.0.0.1:25")
    read = read_settings(needed=False)
    assert read.mail_url_for("marketing") == "mailjet://k:s@api.mailjet.com"
    assert read.mail_url_for("transactional").endswith(" smtp://127.0.0.1:25")


def test_every_setting_is_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each one, from the environment, is what the program works with."""
    for name, (given, _) in GOOD.items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", given)
    assert read_settings().model_dump() == {name: value for name, (_, value) in GOOD.items()}


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_wrong_setting_is_refused_by_name_and_without_its_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the setting; the value may be a secret and is not in it."""
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    with pytest.raises(SettingsError) as refused:
        read_settings(needed=False)
    message = str(refused.value)
    assert message.replace(":", " ").startswith(f"{PREFIX}{name.upper()} ")
    assert "s3cret-value" not in message
    assert refused.value.__cause__ is None


def test_everything_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody mends one only to hear of the next: shape, missing, too short, unknown."""
    monkeypatch.setenv("DOORSTEP_PORT", "x")
    monkeypatch.setenv("DOORSTEP_SECRET", "short")
    monkeypatch.setenv("DOORSTEP_API_TOKEN", "guess me")
    monkeypatch.setenv("DOORSTEP_PUBLIC_URL", "http://doorstep.example.com")
    monkeypatch.setenv("DOORSTEP_MAIL_URL", "foo")
    monkeypatch.setenv("DOORSTEP_MAILURL", "smtp://a.example")
    monkeypatch.setenv("DOORSTEP_TEST_STORE_URL", "the test runs' own")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value).splitlines() == [
        "DOORSTEP_PORT: must be a number, such as 8080.",
        "DOORSTEP_PUBLIC_URL: must begin with https://: codes and consent travel over it.",
        f"DOORSTEP_WORKSPACE is missing: {NEEDED['workspace']}",
        "DOORSTEP_SECRET has 5 bytes; 32 are needed.",
        f"DOORSTEP_MESSENGER_APP_SECRET is missing: {NEEDED['messenger_app_secret']}",
        f"DOORSTEP_MESSENGER_VERIFY_TOKEN is missing: {NEEDED['messenger_verify_token']}",
        f"DOORSTEP_MESSENGER_PAGE_TOKENS is missing: {NEEDED['messenger_page_tokens']}",
        "DOORSTEP_MAIL_URL: must begin with smtp://, smtps:// or mailjet://.",
        "DOORSTEP_API_TOKEN has 8 characters; 16 are needed: openssl rand -hex 16.",
        "DOORSTEP_MAILURL is no setting. Did you mean DOORSTEP_MAIL_URL?",
    ]


@pytest.mark.parametrize("value", ["$(openssl rand -hex 32) is what it says", "`openssl rand -hex 32` is what it says"])
@pytest.mark.parametrize("name", ["SECRET", "API_TOKEN", "DATA"])
def test_a_value_that_only_a_shell_would_run_is_refused(name: str, value: str, folder: Path) -> None:
    """It is long enough for a secret and is none: everybody who read the documentation knows it."""
    (folder / ".env").write_text(f"DOORSTEP_{name}='{value}'\n", "utf-8")
    with pytest.raises(SettingsError) as refused:
        read_settings(needed=False)
    assert str(refused.value).startswith(f"DOORSTEP_{name} holds ")
    assert str(refused.value).endswith(" itself: .env runs no commands. Put the command's output there.")
    assert "openssl" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("http://localhost:8080", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8080", True),
        ("https://doorstep.example.com", True),
        ("http://doorstep.example.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_people_are_reached_over_https(url: str, good: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001  a column of the table
    """Only this machine's own addresses do without."""
    monkeypatch.setenv("DOORSTEP_PUBLIC_URL", url)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert ("DOORSTEP_PUBLIC_URL" not in str(refused.value)) is good


def test_a_settings_file_that_is_no_text_is_refused(folder: Path) -> None:
    """As a sentence."""
    (folder / ".env").write_bytes(b"DOORSTEP_HOST=caf\xe9\n")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read \(UnicodeDecodeError\); save it as UTF-8 text$"):
        read_settings(needed=False)


def test_run_refuses_by_name_what_is_missing() -> None:
    """Each needed setting, with where it comes from."""
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value).splitlines() == [
        f"{PREFIX}{name.upper()} is missing: {where}" for name, where in NEEDED.items()
    ]


def test_mail_servers_by_lane_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """With both lanes given, MAIL_URL is not missing; with one, it is."""
    monkeypatch.setenv("DOORSTEP_MAIL_MARKETING_URL", "smtp://127.0.0.1:25")
    with pytest.raises(SettingsError, match="DOORSTEP_MAIL_URL is missing"):
        settings.require_settings(read_settings(needed=False), "mail_url")
    monkeypatch.setenv("DOORSTEP_MAIL_TRANSACTIONAL_URL", "smtp://127.0.0.1:26")
    settings.require_settings(read_settings(needed=False), "mail_url")


def test_settings_are_read_from_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``.env`` counts where the environment says nothing; unknown names are none of our business."""
    (folder / ".env").write_text("DOORSTEP_PORT=1234\nDOORSTEP_HOST=file\nOTHER=1\nDOORSTEP_WORKSPACE=\n", "utf-8")
    monkeypatch.setenv("DOORSTEP_HOST", "environment")
    found = read_settings(needed=False)
    assert (found.port, found.host, found.workspace) == (1234, "environment", None)


def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """``DOORSTEP_WORKSPACE=`` means the shipped workspace, not the present folder."""
    for name in Settings.model_fields:
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", "")
    assert read_settings(needed=False) == Settings.model_construct()


def test_the_settings_page_has_todays_settings() -> None:
    """Run ``python -m tools.docs_settings`` when this fails."""
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"(?m)^\| `DOORSTEP_([A-Z_]+)` \| (.+) \| (.+) \|$", page)
    assert [name.lower() for name, _, _ in rows] == list(Settings.model_fields)
    assert fill_page(page) == page
    assert page.count(settings_table()) == 1


def test_a_settings_page_without_its_table_would_be_filled() -> None:
    """An empty table is a difference, and so is a page that lost its marks."""
    page = PAGE.read_text("utf-8")
    empty = page.replace(f"{settings_table()}\n", "")
    assert empty != page
    assert fill_page(empty) == page
    with pytest.raises(LookupError):
        fill_page("# Settings\n")


def _commands() -> set[str]:
    """Return every command, with those of groups as “group command”."""
    found = set()
    for name in COMMANDS:
        inner = getattr(load_command(name), "commands", None)
        found |= {f"{name} {one}" for one in inner} if inner else {name}
    return found


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_the_pages_speak_of_exist(page: str) -> None:
    """Each ``doorstep …`` in a piece of code is a command of the program."""
    known = _commands()
    groups = {name.partition(" ")[0] for name in known if " " in name}
    code = "\n".join(CODE.findall((ROOT / page).read_text("utf-8")))
    spoken = {f"{one} {two}" if one in groups and two else one for one, two in CALL.findall(code)}
    assert spoken - known - groups == set()


def test_the_readme_shows_the_commands_that_matter() -> None:
    """Whoever reads only the README finds every step."""
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in ("init", "check", "simulate", "run", "messenger setup", "send-test", "consent prove", "sends"):
        assert f"doorstep {name}" in readme
