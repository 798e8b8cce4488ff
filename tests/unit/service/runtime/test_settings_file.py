"""``.env``: what cannot be read refuses to start, with file, line and remedy, and without a part of a secret."""

import re
from pathlib import Path

import pytest

from service.runtime.settings import PREFIX, Settings, SettingsError, read_settings
from tests.support.paths import ROOT

SECRET = "s3cret-value-that-nobody-may-read"

UNREADABLE = [
    (f"DOORSTEP_STORE_URL: rediss://u:{SECRET}@a", "a colon stands behind DOORSTEP_STORE_URL where = belongs. Write"),
    (
        f"DOORSTEP_STORE_URL:rediss://u:{SECRET}@a?x=1",
        "a colon stands behind DOORSTEP_STORE_URL where = belongs. Write",
    ),
    (f"export DOORSTEP_SECRET : {SECRET}", "a colon stands behind DOORSTEP_SECRET where = belongs. Write"),
    (f'DOORSTEP_SECRET="{SECRET}', "the quote that opens the value behind DOORSTEP_SECRET is never closed."),
    (f"DOORSTEP_SECRET='{SECRET}", "the quote that opens the value behind DOORSTEP_SECRET is never closed."),
    (f'DOORSTEP_SECRET="{SECRET}\nDOORSTEP_HOST="a"', "a quote opens behind DOORSTEP_SECRET and is not closed on its"),
    (f'DOORSTEP_SECRET={SECRET}"', "a quote closes the value behind DOORSTEP_SECRET, and none opens it."),
    (f'DOORSTEP_SECRET="{SECRET}" {SECRET}', "something follows the closing quote behind DOORSTEP_SECRET."),
    (f"DOORSTEP_SECRET={SECRET}\0x", "an invisible sign (U+0000, NUL) stands in the line."),
    (f"DOORSTEP_SECRET={SECRET}\u200b", "an invisible sign (U+200B, zero width space) stands in the line."),
    (f"\ufeffDOORSTEP_SECRET={SECRET}", "an invisible sign (U+FEFF, zero width no-break space) stands in the line."),
    (f"DOORSTEP_SECRET=\u00a0{SECRET}", "a space of another kind (U+00A0, no-break space) stands in the line."),
    (f"DOORSTEP_SECRET=“{SECRET}”", "a curly quote (U+201C) stands in the line. Write straight quotes"),
    (
        f"DOORSTEP STORE URL=rediss://{SECRET}",
        "spaces stand in the name before =. Write it as one word: DOORSTEP_STORE_URL",
    ),
    (f"DOORSTEP_SECRET {SECRET}", "= is missing behind DOORSTEP_SECRET. Write DOORSTEP_SECRET=…"),
    ("DOORSTEP_SECRET", "= is missing behind DOORSTEP_SECRET. Write DOORSTEP_SECRET=…"),
    (f"{SECRET}", "this is no line such as NAME=value."),
    (f"source {SECRET}", "this is no line such as NAME=value."),
    (f"OTHER: {SECRET}", "a colon stands behind the name where = belongs. Write NAME=…"),
    (f'OTHER="{SECRET}\nDOORSTEP_HOST="x', "a quote opens and is not closed on its line."),
    (f"=  {SECRET}", "this is no line such as NAME=value."),
]

READABLE = [
    "",
    "# DOORSTEP_PORT: 1, as a comment",
    "export OTHER",
    'OTHER="a key\nof several lines"',
    "my.own-name=1",
    "DOORSTEP_HOST = 'a b'  # a comment",
    'DOORSTEP_MESSENGER_PAGE_TOKENS={"12": "EAAG"}',
    "DOORSTEP_HOST=",
    "OTHER=a\u00a0“b”",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with no settings in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    return tmp_path


@pytest.mark.parametrize(("line", "found"), UNREADABLE)
def test_a_line_that_cannot_be_read_refuses_to_start(line: str, found: str, folder: Path) -> None:
    """With file, line, what was found and the remedy; nothing of the value is shown."""
    (folder / ".env").write_text(f"# ours\n\nDOORSTEP_PORT=1234\n{line}\n", "utf-8", newline="")
    with pytest.raises(SettingsError) as refused:
        read_settings(needed=False)
    assert str(refused.value).splitlines()[0].startswith(f".env:4: {found}")
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("line", READABLE)
def test_a_line_that_can_be_read_is_left_alone(line: str, folder: Path) -> None:
    """Comments, other programs' names and values of several lines, and our own with quotes and spaces."""
    (folder / ".env").write_text(f"{line}\r\nDOORSTEP_PORT=1234\r\n", "utf-8", newline="")
    assert read_settings(needed=False).port == 1234


def test_the_mark_that_editors_of_windows_write_first_does_no_harm(folder: Path) -> None:
    """The first setting is read."""
    (folder / ".env").write_text("DOORSTEP_PORT=1234\n", "utf-8-sig")
    assert read_settings(needed=False).port == 1234


def test_every_bad_line_is_told_at_once(folder: Path) -> None:
    """In order, so that one round of corrections is enough."""
    (folder / ".env").write_text("DOORSTEP_PORT: 1\nDOORSTEP_HOST=a\nDOORSTEP_DATA: b\n", "utf-8")
    with pytest.raises(SettingsError) as refused:
        read_settings(needed=False)
    assert [line[:7] for line in str(refused.value).splitlines()] == [".env:1:", ".env:3:"]


def test_the_examples_of_the_readme_are_refused(folder: Path) -> None:
    """Whoever copies the block and forgets a line hears which."""
    readme = (ROOT / "README.md").read_text("utf-8")
    block = readme.partition("cat > .env <<END\n")[2].partition("END\n")[0]
    written = "\n".join(
        re.sub(r"\$\(.*\)", "a fresh secret of thirty-two bytes, or more", line.strip()) for line in block.splitlines()
    )
    (folder / ".env").write_text(written, "utf-8")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    named = [line.split()[0].rstrip(":") for line in str(refused.value).splitlines()]
    assert named == [
        "DOORSTEP_MESSENGER_APP_SECRET",
        "DOORSTEP_MESSENGER_APP_ID",
        "DOORSTEP_MESSENGER_PAGE_TOKENS",
        "DOORSTEP_MAIL_URL",
    ]


@pytest.mark.parametrize(
    "value", ['{"<page id>": "EAAG"}', '{"AmselTea": "EAAG"}', '{"12": "<token>"}', '{"12": "EAAG…"}']
)
def test_page_tokens_of_the_guide_are_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Page is named by its number, and a token is no example."""
    monkeypatch.setenv("DOORSTEP_MESSENGER_PAGE_TOKENS", value)
    with pytest.raises(SettingsError, match="DOORSTEP_MESSENGER_PAGE_TOKENS"):
        read_settings(needed=False)
