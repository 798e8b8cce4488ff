"""The page for marketers is true: its flows compile, its chats go so, its mistake is told so."""

import re
from typing import get_args

import pytest
from pydantic import BaseModel

from domain.effects import SendChat
from domain.workspace_config import FieldDeclaration, WorkspaceConfig
from flows.language.matching import normalize_text
from flows.language.model import (
    AskKind,
    CalendarText,
    Cards,
    ChoiceText,
    Comments,
    FindText,
    FlowText,
    MessageItemModel,
    Nudge,
    Start,
    StepText,
    Timeout,
)
from flows.load import compile_flows
from language.yaml_reader import read_yaml
from tests.support.flow_person import FlowPerson, shipped_catalog, shipped_config
from tests.support.paths import ROOT

PAGE = (ROOT / "docs/flows.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
CODE = "\n".join(re.findall(r"`[^`\n]+`", PAGE) + [body for kind, body in BLOCKS if kind == "yaml"])
FILES = {body.split("\n", 1)[0].removeprefix("# "): body for kind, body in BLOCKS if kind == "yaml"}


def page_config() -> WorkspaceConfig:
    """The shipped declarations, with the fields that the page declares."""
    declared = read_yaml(FILES["doorstep.yaml"], "doorstep.yaml").value
    assert isinstance(declared, dict)
    fields = declared["fields"]
    assert isinstance(fields, dict)
    read = {name: FieldDeclaration.model_validate(field) for name, field in fields.items()}
    shipped = shipped_config().model_dump(by_alias=True)
    hooks = WorkspaceConfig.model_validate({**shipped, "hooks": declared["hooks"]}).hooks
    return shipped_config().model_copy(update={"fields": {**shipped_config().fields, **read}, "hooks": hooks})


def test_the_flows_of_the_page_have_no_findings() -> None:
    """Every file compiles without an error or a warning, but that only one of the flows is translated."""
    catalog, found = compile_flows(FILES, page_config())
    assert [str(one) for one in found if one.code != "no-translation"] == []
    assert [f"flows/{name}.yaml" for name in sorted(catalog.flows)] == sorted(
        name for name in FILES if name.startswith("flows/") and ".de." not in name
    )


def shown_text(message: SendChat) -> str:
    """Return a message as the page shows it: a text, or the titles of its cards."""
    return " ".join(f"[{card.title}]" for card in message.cards) or message.text


@pytest.mark.parametrize("chat", [body for kind, body in BLOCKS if kind == "chat"])
def test_the_chats_of_the_page_go_so(chat: str) -> None:
    """What the bot says in the page is what it says."""
    person = FlowPerson(compile_flows(FILES, page_config())[0], config=page_config())
    heard: list[str] = []
    for line in chat.splitlines():
        who, text = line.split(": ", 1)
        if who == "You":
            person.type_text(person.confirmation_code if text == "{{ code }}" else text)
            heard = [line, *(f"Bot: {shown_text(one)}" for one in person.chats)]
            turn = chat[chat.index(line) :].splitlines()
            assert turn[: len(heard)] == heard
    assert heard[-1] == chat.splitlines()[-1]


def test_the_mistake_of_the_page_is_told_so() -> None:
    """Message and hint of the check are those of the page."""
    line, message, hint = next(body for kind, body in BLOCKS if kind == "mistake").splitlines()
    assert [(one.message, one.hint) for one in read_yaml(line, "f.yaml").findings] == [(message, hint)]


MODELS = [
    StepText,
    FindText,
    Start,
    Comments,
    MessageItemModel,
    Cards,
    ChoiceText,
    Nudge,
    Timeout,
    CalendarText,
    FlowText,
]


@pytest.mark.parametrize("model", MODELS)
def test_every_key_stands_in_the_page(model: type[BaseModel]) -> None:
    """The language has no key that the page does not name."""
    keys = {declared.alias or name for name, declared in model.model_fields.items()} - {"text"}
    assert {key for key in keys if not re.search(rf"\b{key}\b", CODE)} == set()


def test_every_kind_of_question_stands_in_the_page() -> None:
    """So does everything that can be asked for."""
    assert {kind for kind in get_args(AskKind) if f"`{kind}`" not in PAGE} == set()


def test_every_flow_that_ships_stands_in_the_page() -> None:
    """With a word that begins it and all its links, or as one that others call."""
    book = shipped_catalog()
    rows = {row[0]: row[1] for row in re.findall(r"^\| `(\w+)` \| ([^|]*\?ref=[^|]*|called) \|", PAGE, re.MULTILINE)}
    assert rows.keys() == book.flows.keys()
    for name, begins in rows.items():
        assert set(re.findall(r"\?ref=(\w+)", begins)) == {ref for ref, flow in book.links.items() if flow == name}
        assert all(book.start_words[normalize_text(word)]["en"] == name for word in re.findall("“([^”]+)”", begins))
