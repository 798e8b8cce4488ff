"""Fill the table in ``docs/settings.md`` from the settings: ``python -m tools.docs_settings``."""

import re
from pathlib import Path, PurePath

from service.runtime.settings import NEEDED, PREFIX, Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
MARKS = re.compile(r"(<!-- settings: generated [^\n]*-->\n).*?(<!-- end -->)", re.DOTALL)


def table() -> str:
    """Return the settings as a Markdown table, in their order."""
    rows = ["| setting | meaning | default |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        needed = f"*needed*: {NEEDED[name]}" if name in NEEDED else _shown(field.default)
        rows.append(f"| `{PREFIX}{name.upper()}` | {_cell(field.description or '')} | {_cell(needed)} |")
    return "\n".join(rows)


def _shown(default: object) -> str:
    if isinstance(default, str | int | PurePath) and str(default):
        return f"`{default}`"
    return "empty"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def filled(page: str) -> str:
    """Return the page with the table of today between its marks; raises :class:`LookupError` without them."""
    whole, count = MARKS.subn(lambda found: f"{found[1]}{table()}\n{found[2]}", page)
    if count != 1:
        message = f"docs/settings.md has {count} places for the table; it needs one"
        raise LookupError(message)
    return whole


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
