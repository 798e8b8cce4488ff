"""docs/messenger.md says what the tables say."""

import pytest

from bot import page
from bot.errors import ERRORS
from bot.kinds import KINDS
from bot.limits import LIMITS
from bot.pace import PAUSES


def test_the_document_shows_the_tables_of_the_code() -> None:
    """Each table stands in it, row for row; mended by: python -m bot.page."""
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.filled(text) == text


def test_every_row_is_shown() -> None:
    """One line each, under a head and a rule."""
    lines = {name: len(page.table(rows()).splitlines()) - 2 for name, rows in page.TABLES.items()}
    assert lines == {"kinds": len(KINDS), "limits": len(LIMITS), "errors": len(ERRORS), "pauses": len(PAUSES)}


def test_a_document_without_its_places_is_not_filled() -> None:
    """A table would be missing without a word."""
    with pytest.raises(LookupError, match="it needs one each for kinds"):
        page.filled("# The Messenger door")
