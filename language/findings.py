"""Findings: what is wrong in a file that a person wrote, where, and how to mend it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing to mend (or, as a warning, to know)."""

    file: str
    """Path relative to the workspace."""
    line: int
    """1-based; 0 if the file as a whole is meant."""
    column: int
    """1-based."""
    code: str
    """Stable short name, such as ``unknown-step``."""
    message: str
    """What was found and what was expected, as a sentence."""
    hint: str = ""
    """The remedy: the nearest valid word, or what to write instead."""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return the finding as one line: ``file:line:column: severity code: message (hint)``."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}: {self.severity} [{self.code}] {self.message}{hint}"


def errors_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings once each, errors before warnings, then by file and line: the cause stands above its echoes."""
    return sorted(set(findings), key=lambda one: (one.severity != "error", one))


LISTED = 12
"""Known words that are listed where none is close."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that ``word`` was probably meant to be; empty if none is close."""
    limit = max(1, len(word) // 3)
    found = process.extractOne(word.casefold(), list(known), scorer=OSA.distance, score_cutoff=limit)
    return found[0] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return “Did you mean …?”, or the list of what is known, or nothing if nothing is."""
    names = sorted(set(known))
    close = nearest(word, names)
    if close:
        return f"Did you mean “{close}”?"
    return f"Known: {', '.join(names[:LISTED])}{' …' if len(names) > LISTED else ''}." if names else ""


_UNDER = {
    **{one: f"{one}s" for one in ("event", "field", "persona", "pool", "tag", "topic")},
    "team": "team", "variable": "fields",
}  # fmt: skip
"""Where in doorstep.yaml a kind of name is declared."""


def declare(kind: str, name: str, known: Collection[str]) -> str:
    """Return “Did you mean …?”, else what is known, and where such a name is declared."""
    told = did_you_mean(name, known)
    if kind not in _UNDER or nearest(name, known):
        return told
    return (
        f"{told} Or declare it in doorstep.yaml under {_UNDER[kind]}."
        if told
        else (f"Declare it in doorstep.yaml under {_UNDER[kind]}.")
    )
