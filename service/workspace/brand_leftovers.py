"""Words of the demo's brand that are left in the files of another brand's workspace."""

import re
from collections.abc import Mapping

from language.findings import Finding

SHIPPED_BRAND = "Amsel"
DEMO_WORDS = re.compile(r"Amsel|Tasting Book|Teebuch|Friday Leaf|Freitagsblatt")
"""Words of the demo's brand; in another brand's workspace each one is a text that was not rewritten."""


def find_brand_leftovers(files: Mapping[str, str], brand: str) -> list[Finding]:
    """Return a warning for each file that still has words of the demo's brand; none for the demo itself."""
    if SHIPPED_BRAND in brand:
        return []
    warnings = []
    for name, text in sorted(files.items()):
        matches = list(DEMO_WORDS.finditer(text))
        if not matches:
            continue
        lines = sorted({text.count("\n", 0, match.start()) + 1 for match in matches})
        which = f"{'Line' if len(lines) == 1 else 'Lines'} {', '.join(map(str, lines))}"
        verb = "speaks" if len(lines) == 1 else "speak"
        quoted = ", ".join(f"“{word}”" for word in dict.fromkeys(match[0] for match in matches))
        warnings.append(
            Finding(  # one for each file: a shipped text names the brand in many lines
                file=name, line=lines[0], column=matches[0].start() - text.rfind("\n", 0, matches[0].start()),
                code="still-amsel", severity="warning",
                message=f"{which} still {verb} of {SHIPPED_BRAND} Tea: {quoted}.",
                hint=f"Say it in the words of {brand}.",
            )
        )  # fmt: skip
    return warnings


def count_brand_words(files: Mapping[str, str]) -> int:
    """Return how many words of the demo's brand these files hold."""
    return sum(len(DEMO_WORDS.findall(text)) for text in files.values())
