"""docs/messenger.md says what the tables say."""

from pathlib import Path

from bot.errors import ERRORS
from bot.kinds import KINDS
from bot.pace import PAUSES
from bot.render import LIMITS

DOCUMENT = Path(__file__).parents[2] / "docs" / "messenger.md"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def expected() -> list[str]:
    """Return the tables of the document as the code has them."""
    return [
        table(("Item", "Becomes", "Why"), [(f"`{one.name}`", one.becomes or "ignored", one.reason) for one in KINDS]),
        table(
            ("Code", "Outcome", "Meaning", "Source"),
            [
                (f"{one.code}/{one.subcode}".removesuffix("/0"), one.outcome.value, one.meaning, one.source)
                for one in ERRORS
            ],
        ),
        table(
            ("After", "First", "At most", "Note"),
            [(one.outcome.value, f"{one.first_s} s", f"{one.most_s} s", one.reason) for one in PAUSES],
        ),
        table(("What", "At most", "Source"), [(one.what, str(one.most), one.source) for one in LIMITS]),
    ]


def test_the_document_shows_the_tables_of_the_code() -> None:
    """Each table stands in it, row for row."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [one for one in expected() if one not in text] == []
