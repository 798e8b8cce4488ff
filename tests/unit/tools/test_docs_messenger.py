"""docs/messenger.md says what the tables say."""

import pytest

from bot.graph_api.errors import ERRORS
from bot.inbound.event_kinds import KINDS
from bot.limits import LIMITS
from bot.outbound.rate_limit import PAUSES
from tools import docs_messenger


def test_the_document_shows_the_tables_of_the_code() -> None:
    """Each table stands in it, row for row; mended by: python -m tools.docs_messenger."""
    text = docs_messenger.PAGE.read_text(encoding="utf-8")
    assert docs_messenger.fill_page(text) == text


def test_every_row_is_shown() -> None:
    """One line each, under a head and a rule."""
    lines = {
        name: len(docs_messenger.write_table(rows()).splitlines()) - 2 for name, rows in docs_messenger.TABLES.items()
    }
    assert lines == {"kinds": len(KINDS), "limits": len(LIMITS), "errors": len(ERRORS), "pauses": len(PAUSES)}


def test_a_document_without_its_places_is_not_filled() -> None:
    """A table would be missing without a word."""
    with pytest.raises(LookupError, match="it needs one each for kinds"):
        docs_messenger.fill_page("# The Messenger door")
