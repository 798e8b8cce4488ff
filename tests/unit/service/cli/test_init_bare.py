"""``doorstep init --bare``: a neutral start that passes every check and test, in the languages asked for."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli.main import cli
from service.workspace.brand_leftovers import find_brand_leftovers
from service.workspace.edition import load_edition

LOFT = {
    "brand": "Yoga Loft", "company": "Yoga Loft GmbH", "address": "Hof 1, Köln", "contact": "hi@yoga.example",
    "page_username": "YogaLoft",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, before a wide terminal that nobody types at."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path


def call_doorstep(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(cli, list(words))


def init_bare(**given: str) -> Result:
    """Run ``init --bare`` with these facts as flags."""
    facts = LOFT | given
    flags = [part for name, value in facts.items() for part in (f"--{name.replace('_', '-')}", value)]
    return call_doorstep("init", "loft", "--bare", *flags)


@pytest.mark.parametrize("languages", ["en, de", "de, en", "en", "de"])
@pytest.mark.parametrize("topic", ["The Weekly", 'Ruhe "jetzt": mehr & <mehr>', "Yoga-Brief #1"])
def test_the_bare_start_passes_check_and_test(languages: str, topic: str, folder: Path) -> None:
    """Without a finding, every step and way visited, and not a word of the example."""
    ended = init_bare(languages=languages, topic=topic)
    assert ended.exit_code == 0, ended.output
    edition, findings = load_edition(folder / "loft")
    assert findings == []
    assert find_brand_leftovers(edition.files, edition.config).words == 0
    assert "AmselTea" not in "".join(edition.files.values())
    assert edition.config.languages == languages.split(", ")
    assert edition.config.topics[next(iter(edition.config.topics))].name == dict.fromkeys(languages.split(", "), topic)
    played = call_doorstep("test", "loft")
    assert (played.exit_code, "none went another way" in played.output) == (0, True), played.output
    assert "100.0% newsletter" in played.output


def test_a_start_without_english_has_one_flow_in_its_own_language(folder: Path) -> None:
    """No file has a language in its name."""
    assert init_bare(languages="de").exit_code == 0
    assert [path.name for path in (folder / "loft").rglob("*.*.*")] == []
    assert "language: de" in (folder / "loft/flows/newsletter.yaml").read_text("utf-8")
    assert "Willkommen" in (folder / "loft/emails/welcome.mjml").read_text("utf-8")


def test_a_language_without_texts_is_refused_alone_and_told_beside_another(folder: Path) -> None:
    """There has to be something to begin with."""
    alone = init_bare(languages="fr")
    assert (alone.exit_code, "There are texts in en, de" in alone.output) == (2, True)
    assert not (folder / "loft").exists()
    beside = init_bare(languages="de, fr")
    assert (beside.exit_code, "There are no texts in “fr” yet." in beside.output) == (1, True)


def test_senders_are_what_was_said(folder: Path) -> None:
    """No mailbox is invented: codes come from the contact address unless another is given, and so do hand-overs."""
    assert init_bare().exit_code == 0
    config = load_edition(folder / "loft")[0].config
    assert config.senders.transactional.email == "hi@yoga.example"
    assert config.team["support"].email == "hi@yoga.example"
    assert call_doorstep("init", "two", *[
        part for name, value in (LOFT | {"transactional_email": "codes@post.yoga.example"}).items()
        for part in (f"--{name.replace('_', '-')}", value)
    ]).exit_code == 0  # fmt: skip
    example = load_edition(folder / "two")[0].config
    assert example.senders.transactional.email == "codes@post.yoga.example"
    assert {mailbox.email for mailbox in example.team.values()} == {"hi@yoga.example"}
