"""Findings: what is wrong in a file that a person wrote, where, and how to correct it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from language.finding_codes.files import SYNTAX


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One mistake in a file; as a warning, something the author should know."""

    file: str
    """Path relative to the workspace."""
    line: int
    """1-based; 0 if the finding is about the whole file."""
    column: int
    """1-based."""
    code: str
    """Stable short name, such as ``unknown-step``."""
    message: str
    """What is wrong and what was expected, as a sentence."""
    hint: str = ""
    """Remedy: the nearest valid word, or what to write instead."""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return the finding as one line: ``file:line:column: severity code: message (hint)``."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}: {self.severity} [{self.code}] {self.message}{hint}"


def errors_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without duplicates: errors before warnings, causes before what may follow from them.

    A file that cannot be read comes first, then doorstep.yaml, whose names all others use, then by file and line.
    """
    # The dataclass orders by file, line, column: in a file the cause mostly stands above what follows from it.
    return sorted(set(findings), key=lambda finding: (finding.severity != "error", _rank_cause(finding), finding))


def _rank_cause(finding: Finding) -> int:
    return 0 if finding.code in SYNTAX else 1 if finding.file == "doorstep.yaml" else 2


MOST_LISTED = 12
"""Known words that a hint lists if none of them is close."""


def find_nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that ``word`` was probably meant to be; empty if none is close."""
    # One slip in three letters: “emial” is 1 from “email” (OSA counts two swapped letters as one slip).
    limit = max(1, len(word) // 3)
    best = process.extractOne(word.casefold(), list(known), scorer=OSA.distance, score_cutoff=limit)
    return best[0] if best else ""


def suggest_name(word: str, known: Iterable[str]) -> str:
    """Return “Did you mean …?”, else “Known: …”; empty if nothing is known."""
    names = sorted(set(known))
    close = find_nearest(word, names)
    if close:
        return f"Did you mean “{close}”?"
    return f"Known: {', '.join(names[:MOST_LISTED])}{' …' if len(names) > MOST_LISTED else ''}." if names else ""


_DECLARED_UNDER = {
    **{kind: f"{kind}s" for kind in ("event", "field", "persona", "pool", "tag", "topic")},
    "team": "team", "variable": "fields",
}  # fmt: skip
"""Kind of name, and the key in doorstep.yaml under which such names are declared."""


def suggest_declaration(kind: str, name: str, known: Collection[str]) -> str:
    """Return “Did you mean …?”, else “Known: …” and where such a name is declared."""
    suggestion = suggest_name(name, known)
    if kind not in _DECLARED_UNDER or find_nearest(name, known):
        return suggestion
    place = f"declare it in doorstep.yaml under {_DECLARED_UNDER[kind]}."
    return f"{suggestion} Or {place}" if suggestion else f"D{place[1:]}"
