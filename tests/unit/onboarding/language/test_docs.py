import json
import re

import pytest

from domain.declarations import DeclaredEvents, EventDeclaration
from domain.events import ProductEvent
from language.conditions.parse import read_condition
from language.yaml_reader import read_yaml, validate_model
from onboarding.events_api.parse_item import parse_item
from onboarding.language.model import StepModel
from tests.support.paths import ROOT
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG
from tests.support.sequence_people import compile_clean, sent_mails, simulate_person

PAGE = (ROOT / "docs" / "sequences.md").read_text("utf-8")
STEPS, CONDITIONS = (PAGE.partition(f"## {title}")[2].partition("\n## ")[0] for title in ("Steps", "Conditions"))

ORDER_PLACED = EventDeclaration(label={"en": "ordered"}, keep=["total"])
EVENTS = DeclaredEvents({**SHIPPED_CONFIG.events, "order.placed": ORDER_PLACED})
DOCS_CONFIG = SHIPPED_CONFIG.model_copy(update={"events": EVENTS})


def first_cells(table: str) -> list[str]:
    """Return the code in the first column of a table."""
    rows = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row)]


def block(language: str) -> str:
    """Return the first code block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_example_sequence_works() -> None:
    """The sequence on the page compiles without a finding and sends what it says."""
    assert sent_mails(simulate_person([], catalog=compile_clean(block("yaml")))) == [
        ("Mon 23 Nov 12:00", "welcome"), ("Thu 26 Nov 12:00", "come_back"),
    ]  # fmt: skip


@pytest.mark.parametrize("step", [one for one in first_cells(STEPS) if "…" not in one])
def test_every_step_of_the_table_is_understood(step: str) -> None:
    """Each row is a step that the language takes."""
    model, findings = validate_model(read_yaml(step, "step"), StepModel)

    assert (model is not None, findings) == (True, [])


@pytest.mark.parametrize("text", [one for one in first_cells(CONDITIONS) if "…" not in one])
def test_every_condition_of_the_table_is_understood(text: str) -> None:
    """Each row is a condition that the shipped house can read, with an event that keeps a property."""
    assert read_condition(text, DOCS_CONFIG, "tasting_book")[1] == ()


def test_the_example_event_is_accepted() -> None:
    """The body on the page is one that the events API takes."""
    (event,) = json.loads(block("json"))["events"]

    taken = parse_item(event, SHIPPED_CONFIG, KEYS, NOON).event

    assert isinstance(taken, ProductEvent)
    assert (taken.name, taken.properties) == ("cup.noted", {"tea": "Assam"})


def test_the_tables_are_read() -> None:
    """The page has rows to check."""
    assert len(first_cells(STEPS)) >= 20
    assert len(first_cells(CONDITIONS)) >= 20
