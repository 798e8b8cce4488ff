"""Fills the table in ``docs/settings.md`` from the settings: ``python -m tools.docs_settings``."""

import re
from pathlib import Path, PurePath

from service.runtime.settings import NEEDED, PREFIX, Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
MARKS = re.compile(r"(<!-- settings: generated [^\n]*-->\n).*?(<!-- end -->)", re.DOTALL)


def settings_table() -> str:
    """Return the settings as a Markdown table, in their order."""
    rows = ["| setting | meaning | default |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        needed = f"*needed*: {NEEDED[name]}" if name in NEEDED else _show_default(field.default)
        rows.append(f"| `{PREFIX}{name.upper()}` | {_escape_cell(field.description or '')} | {_escape_cell(needed)} |")
    return "\n".join(rows)


def _show_default(default: object) -> str:
    if isinstance(default, str | int | PurePath) and str(default):
        return f"`{default}`"
    return "empty"


def _escape_cell(text: str) -> str:
    return text.replace("|", "\\|")


def fill_page(page: str) -> str:
    """Return the page with today's table between its marks; raises :class:`LookupError` without them."""
    # A function as replacement: in a text, “\\1” of a description would be a group.
    whole, count = MARKS.subn(lambda match: f"{match[1]}{settings_table()}\n{match[2]}", page)
    if count != 1:
        message = f"docs/settings.md has {count} places for the table; it needs one"
        raise LookupError(message)
    return whole


if __name__ == "__main__":
    PAGE.write_text(fill_page(PAGE.read_text("utf-8")), "utf-8")
