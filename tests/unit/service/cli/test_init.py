"""``doorstep init``: answers are checked, and what is written says what they say."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import init_questions
from service.cli.init_questions import QUESTIONS, WrongAnswerError
from service.cli.main import cli
from service.cli.rebrand import SHIPPED_VALUES, TOPIC, rebrand_files, slugify
from service.workspace.edition import CONFIG_FILE, load_edition, shipped_files

ACME = {"brand": "Acme", "company": "Acme Ltd", "address": "1 Way, Town", "contact": "hi@acme.example"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, before a wide terminal that nobody types at."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path


def init(**given: str) -> Result:
    """Run the command with these facts as flags."""
    flags = [part for name, value in given.items() for part in (f"--{name.replace('_', '-')}", value)]
    return CliRunner().invoke(cli, ["init", "acme", *flags])


def declared(folder: Path) -> str:
    """Return the doorstep.yaml that was written."""
    return (folder / "acme" / CONFIG_FILE).read_text("utf-8")


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("text", "  Acme \n Tea ", "Acme Tea"),
        ("email", " Hi@Acme.example", "Hi@acme.example"),
        ("link", "https://acme.example/tea/", "https://acme.example/tea"),
        ("page_name", "@Acme.Tea", "Acme.Tea"),
        ("timezone", "Europe/Berlin", "Europe/Berlin"),
        ("languages", "de,en de", "de, en"),
    ],
)
def test_good_answers_are_kept(kind: str, said: str, kept: str) -> None:
    """Without the slips of a hand."""
    assert getattr(init_questions, f"check_{kind}")(said) == kept


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        ("text", " ", "This needs an answer."),
        ("email", "hi@", "That is no mail address."),
        ("email", "hi at acme", "That is no mail address."),
        ("link", "acme", "That is no web address. Write it such as https://example.com."),
        ("link", "ftp://acme.example", "That is no web address. Write it such as https://example.com."),
        ("link", "https://[", "That is no web address. Write it such as https://example.com."),
        ("page_name", "Acme Tea", "That is no Page name: 5 to 50 letters and digits, as in m.me/AmselTea."),
        ("page_name", ".acme.", "That is no Page name: 5 to 50 letters and digits, as in m.me/AmselTea."),
        ("timezone", "Berlin", "“Berlin” is no IANA time zone. Did you mean Europe/Berlin?"),
        ("timezone", "europe/berlin", "“europe/berlin” is no IANA time zone. Did you mean Europe/Berlin?"),
        ("timezone", "New York", "“New York” is no IANA time zone. Did you mean America/New_York?"),
        ("timezone", "Xyzzyplugh", "“Xyzzyplugh” is no IANA time zone. Write it such as Europe/Berlin."),
        ("languages", "english", "“english” is no language code. Write codes such as en, de."),
    ],
)
def test_answers_that_do_not_do_say_what_would(kind: str, said: str, why: str) -> None:
    """In a sentence."""
    with pytest.raises(WrongAnswerError) as refused:
        getattr(init_questions, f"check_{kind}")(said)
    assert str(refused.value) == why


def test_without_a_terminal_what_cannot_be_assumed_is_demanded(folder: Path) -> None:
    """All at once, exit code 2, and nothing is written."""
    ended = init(company="Acme Ltd")
    assert (ended.exit_code, "Give --brand, --address, --contact:" in ended.output) == (2, True)
    assert not (folder / "acme").exists()


def test_flags_that_do_not_do_are_all_refused(folder: Path) -> None:
    """Each by its name."""
    ended = init(**ACME | {"contact": "me", "website": "foo", "timezone": "Berlin"})
    assert ended.exit_code == 2
    for words in ("--contact: That is no mail address.", "--website: That is no web", "Did you mean Europe/Berlin?"):
        assert words in ended.output
    assert not (folder / "acme").exists()


def test_at_a_terminal_a_wrong_answer_is_asked_for_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is asked once, and the contact twice; an empty line takes what is offered."""
    typed = {**ACME, "contact": "nobody\nhi@acme.example", "bot": "Ada", "provider": "Postmark"}
    lines = "".join(f"{typed.get(question.name, '')}\n" for question in QUESTIONS)
    monkeypatch.setattr("service.cli.init.is_on_terminal", lambda: True)
    ended = CliRunner().invoke(cli, ["init", "acme"], input=lines)
    assert ended.exit_code == 0, ended.output
    assert ended.output.count("That is no mail address.") == 1
    config = load_edition(folder / "acme")[0].config
    assert (config.bot, config.provider, config.contact) == ("Ada", "Postmark", "hi@acme.example")
    assert (config.senders.marketing.name, config.senders.marketing.email) == ("Acme", "letters@letters.acme.example")


def test_every_fact_arrives(folder: Path) -> None:
    """In the place where the shipped one stood; comments stay."""
    given = ACME | {
        "bot": "Ada", "website": "https://acme.example", "privacy_url": "https://acme.example/p", "languages": "en",
        "page_username": "AcmePage", "provider": "Postmark", "sender_name": "Ann of Acme", "topic": "The Monthly",
        "sender_email": "ann@news.acme.example", "timezone": "Asia/Tokyo",
    }  # fmt: skip
    assert init(**given).exit_code == 0
    config = load_edition(folder / "acme")[0].config
    assert {name: getattr(config, name) for name in SHIPPED_VALUES} == {name: given[name] for name in SHIPPED_VALUES}
    assert (config.senders.marketing.name, config.senders.marketing.email) == ("Ann of Acme", "ann@news.acme.example")
    assert config.topics["the_monthly"].name == {"en": "The Monthly"}
    assert declared(folder).count("#") == shipped_files()[CONFIG_FILE].count("#")


def test_letters_of_other_alphabets_are_spelled_out_in_links(folder: Path) -> None:
    """The suggested Page name and the keys made of names lose no letter."""
    assert init(**ACME | {"brand": "Sonnengruß", "topic": "Café am Ölberg"}).exit_code == 0
    config = load_edition(folder / "acme")[0].config
    assert config.page_username == "Sonnengruss"
    assert "cafe_am_oelberg" in config.topics


def test_languages_not_chosen_leave_no_texts(folder: Path) -> None:
    """Neither in doorstep.yaml nor as files."""
    assert init(**ACME, languages="en").exit_code == 0
    text = declared(folder)
    assert "de:" not in text
    assert "Freitagsblatt" not in text
    config = load_edition(folder / "acme")[0].config
    assert config.greeting.named == {"en": "Hi {{ first_name }}"}
    assert config.events["cup.noted"].label == {"en": "noted a cup"}
    asked = [one for one in config.topics.values() if one.wording]  # nobody is asked about an order
    assert [set(one.wording) for one in asked] == [{"en"}, {"en"}]
    assert list((folder / "acme").rglob("*.de.*")) == []


@pytest.mark.parametrize(
    ("topic", "english", "german"),
    [
        ("Leaf Letter", "email you Leaf Letter (weekly) and", "per E-Mail Leaf Letter (wöchentlich) und"),
        ("The Weekly", "email you The Weekly and", "per E-Mail The Weekly und"),
        ("Wochenblatt", "email you Wochenblatt and", "per E-Mail Wochenblatt und"),
    ],
)
def test_the_topic_is_named_in_each_language_and_how_often_it_comes_once(
    topic: str, english: str, german: str, folder: Path
) -> None:
    """The words that people agree to are about this letter; and they are true: nothing is counted."""
    assert init(**ACME, languages="de, en", topic=topic).exit_code == 0
    one = load_edition(folder / "acme")[0].config.topics[slugify(topic)]
    assert one.name == {"en": topic, "de": topic}
    assert english in one.wording["en"]
    assert german in one.wording["de"]
    assert "we count neither opens nor clicks" in one.wording["en"]
    assert "wir zählen weder Öffnungen noch Klicks" in one.wording["de"]


def test_the_default_language_has_the_files_without_a_language(folder: Path) -> None:
    """With German first, its mails are the ones without “.de.”."""
    assert init(**ACME, languages="de, en").exit_code == 0
    edition, _ = load_edition(folder / "acme")
    shipped, _ = load_edition(None)
    for name in shipped.mails.template_names:
        for language in ("de", "en"):
            ours, theirs = edition.mails.find_template(name, language), shipped.mails.find_template(name, language)
            assert ours is not None
            assert theirs is not None
            shown = shipped_files()[theirs.file].replace(TOPIC, next(iter(edition.config.topics)))
            assert (folder / "acme" / ours.file).read_text("utf-8") == shown


def test_a_language_without_texts_is_told_with_the_files_it_needs(folder: Path) -> None:
    """Written, with errors, exit code 1; no count is claimed that was not made."""
    ended = init(**ACME, languages="en, fr")
    assert ended.exit_code == 1
    assert "There are no texts in “fr” yet." in ended.output
    assert "  acme/flows/newsletter.fr.yaml\n" in ended.output
    assert "  acme/emails/welcome.fr.mjml\n" in ended.output
    assert ended.output.splitlines()[-1].startswith("Written, with ")
    assert ended.output.splitlines()[-1].endswith("then: doorstep check acme.")
    assert "Amsel" not in ended.output.splitlines()[-1]
    assert (folder / "acme/emails/welcome.mjml").exists()


def test_nothing_asked_for_is_left_of_the_demo() -> None:
    """Every shipped value is replaced, so none is missed when the shipped file changes."""
    given = {question.name: f"x{number}" for number, question in enumerate(QUESTIONS)} | {"contact": "a@b.example"}
    text = rebrand_files(shipped_files(), given, ["en", "de"])[CONFIG_FILE]
    assert [value for value in SHIPPED_VALUES.values() if f": {value}" in text] == []
