"""Spelling: which words are looked up, in which language, and what is told of one that no dictionary has."""

from pathlib import Path

import pytest

from domain.workspace_config import WorkspaceConfig
from service.workspace.edition import CONFIG_FILE, shipped_files
from service.workspace.spelling import check_spelling as spelling
from service.workspace.spelling.find_words import find_words
from tests.support.people import SHIPPED_CONFIG

FLOW = """flow: hello
language: en
start: {words: [helo]}
steps:
  first_sip:
    say: "Good mornig, {{ hi }}: see https://amselte.example"
    choices: {Show me the shpo: two}
"""
TEXT = "<mj-text>Guten <b>Tga</b> {{ hi }}</mj-text>"
MAIL = f"<mjml><mj-body><mj-section><mj-column>{TEXT}</mj-column></mj-section></mj-body></mjml>"
FILES = {CONFIG_FILE: shipped_files()[CONFIG_FILE], "flows/hello.yaml": FLOW, "emails/welcome.de.mjml": MAIL}


def config(*, on: bool | list[str]) -> WorkspaceConfig:
    """Return the shipped declarations with this spelling."""
    return SHIPPED_CONFIG.model_copy(update={"spelling": on})


def test_words_of_people_are_found_with_language_and_place() -> None:
    """Not names of steps, links, variables or the words that begin a flow."""
    found = {one.word: (one.language, one.file, one.line, one.column) for one in find_words(FILES, SHIPPED_CONFIG)}
    assert found["mornig"] == ("en", "flows/hello.yaml", 6, 16)
    assert found["Tga"] == ("de", "emails/welcome.de.mjml", 1, 57)
    assert found["Freitagsblatt"][:2] == ("de", CONFIG_FILE)
    assert not {"helo", "first", "sip", "hi", "amselte", "example", "https"} & found.keys()


def test_a_wrong_word_is_told_with_what_may_be_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Once a word and language; names of the house and listed words are right."""
    (tmp_path / "en_GB.dic").write_text("")
    monkeypatch.setattr(spelling, "find_dictionary", lambda language: Path(language) if language == "en" else None)
    monkeypatch.setattr(spelling, "ask_hunspell", lambda _, words: [(w, ("morning",)) for w in words if w == "mornig"])
    told = [str(one) for one in spelling.check_spelling(FILES, config(on=True))]
    assert told == [
        (
            "doorstep.yaml:2:1: warning [no-dictionary] Spelling of “de” was not checked: this machine has no hunspell "
            "dictionary of it. On Debian: apt-get install hunspell hunspell-de*"
        ),
        (
            "flows/hello.yaml:6:16: warning [misspelt] “mornig” is not in the dictionary. Did you mean “morning”? If "
            "it is right: spelling: [mornig]."
        ),
    ]
    assert "mornig" not in "".join(str(one) for one in spelling.check_spelling(FILES, config(on=["Mornig"])))


def test_nothing_is_looked_up_unless_asked_for() -> None:
    """Names of houses and teas are many, so it is off at first."""
    assert list(spelling.check_spelling(FILES, config(on=False))) == []


@pytest.mark.skipif(spelling.find_dictionary("en") is None, reason="no hunspell with an English dictionary here")
def test_the_real_dictionary_knows_its_language() -> None:
    """Words in the order in which they were asked, with what is suggested."""
    dictionary = spelling.find_dictionary("en")
    assert dictionary
    answered = dict(spelling.ask_hunspell(dictionary, ["kettle", "mornig", "isn't", "tea-house", "tomorow"]))
    assert answered.keys() == {"mornig", "tomorow"}
    assert "morning" in answered["mornig"]
