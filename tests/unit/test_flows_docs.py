"""The page for marketers is true: its flows compile, its chats go so, its mistake is told so."""

import re

import pytest

from flows.compile import compile_flows
from flows.model import StepText
from subscribers.source import read
from tests.unit.flows_person import ROOT, Person, shipped_house

PAGE = (ROOT / "docs/flows.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
FILES = {body.split("\n", 1)[0].removeprefix("# "): body for kind, body in BLOCKS if kind == "yaml"}


def test_the_flows_of_the_page_have_no_findings() -> None:
    """Both files compile without an error or a warning."""
    book, found = compile_flows(FILES, shipped_house())
    assert (sorted(FILES), found, list(book.flows)) == (
        ["flows/tasting.de.yaml", "flows/tasting.yaml"], [], ["tasting"],
    )  # fmt: skip


@pytest.mark.parametrize("chat", [body for kind, body in BLOCKS if kind == "chat"])
def test_the_chats_of_the_page_go_so(chat: str) -> None:
    """What the bot says in the page is what it says."""
    person = Person(compile_flows(FILES, shipped_house())[0])
    heard: list[str] = []
    for line in chat.splitlines():
        who, text = line.split(": ", 1)
        if who == "You":
            heard = [line, *(f"Bot: {said}" for said in person.types(text))]
            turn = chat[chat.index(line) :].splitlines()
            assert turn[: len(heard)] == heard
    assert heard[-1] == chat.splitlines()[-1]


def test_the_mistake_of_the_page_is_told_so() -> None:
    """Message and hint of the check are those of the page."""
    line, message, hint = next(body for kind, body in BLOCKS if kind == "mistake").splitlines()
    assert [(one.message, one.hint) for one in read(line, "f.yaml").findings] == [(message, hint)]


def test_every_key_of_a_step_stands_in_the_page() -> None:
    """The language has no key that the page does not name."""
    keys = {declared.alias or name for name, declared in StepText.model_fields.items()}
    assert {key for key in keys if f"`{key}" not in PAGE} == set()
