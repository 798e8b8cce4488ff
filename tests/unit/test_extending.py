"""docs/extending.md is true: every file it names exists, and each recipe names every place of its example."""

import re

import pytest

from tests.support.paths import ROOT
from tools.measure_readability import PACKAGES

PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
PATH = re.compile(r"`((?:bot|docs|domain|email_out|flows|language|onboarding|service|store|tests|tools)/[\w/.-]+)`")
RECIPES = {
    found[1]: found[2] for found in re.finditer(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
}
EXAMPLES = {
    "A webhook event kind": r"\bMessageEdit\b",
    "A check of flows": r"dead-choice",
    "A step kind of flows": r'"split"',
    "A step kind of sequences": r"\bWaitLocal\b",
    "An act of sequences": r"\bRecordEvent\b",
    "A transport for mail": r"\bSmtpTransport\b",
    "A field of the record": r"\bundisclosed\b",
}
"""By recipe, what finds the places of its example in the code."""


def files_with(pattern: str) -> set[str]:
    """Return the product's files in whose code a pattern is found."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if re.search(pattern, path.read_text("utf-8"))
    }


def test_every_file_that_is_named_exists() -> None:
    """The guide, and the page that shows how the house is built, name no file that is gone."""
    pages = [PAGE, *((ROOT / "docs" / name).read_text("utf-8") for name in ("architecture.md", "glossary.md"))]

    named = {path for page in pages for path in PATH.findall(page)}

    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    assert len(named) > 60


@pytest.mark.parametrize("recipe", EXAMPLES)
def test_a_recipe_names_every_place_of_its_example(recipe: str) -> None:
    """Whoever follows the list touches every file that the example stands in."""
    named = set(PATH.findall(RECIPES[recipe]))
    # Sequences have a split of their own, which is another recipe.
    elsewhere = "onboarding/" if recipe == "A step kind of flows" else "nowhere"

    found = {file for file in files_with(EXAMPLES[recipe]) if not file.startswith(elsewhere)}
    assert found - named == set()


def test_every_recipe_names_an_example() -> None:
    """Something that exists already, to be followed."""
    assert [name for name, text in RECIPES.items() if "Follow **" not in text] == []
    assert set(EXAMPLES) <= set(RECIPES)
