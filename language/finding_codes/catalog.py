"""Every code that a finding can have, with its meaning and an example; docs and tests are made from this table.

Codes are stable: programs and people look them up.  ``python -m tools.docs_checks`` writes ``docs/checks.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from language.finding_codes.content import FLOWS, MAILS, NAMES, SEQUENCES, TRANSCRIPTS
from language.finding_codes.files import FORM, SYNTAX, TABLES, WORKSPACE
from language.finding_codes.issues import ISSUES


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCode:
    """One kind of finding."""

    part: str
    """Part of the table that it belongs to."""
    meaning: str
    """What is wrong, as a sentence."""
    example: str
    """A line, or a situation, that has this finding."""


CODES_BY_PART: Mapping[str, Mapping[str, tuple[str, str]]] = {
    # In the order in which an author meets them: a file that cannot be read has no wrong names.
    "YAML": SYNTAX,
    "The form of a file": FORM,
    "Names": NAMES,
    "Flows": FLOWS,
    "Tables": TABLES,
    "Sequences": SEQUENCES,
    "Issues": ISSUES,
    "Mails": MAILS,
    "Transcripts": TRANSCRIPTS,
    "The workspace": WORKSPACE,
}
"""The table by its parts, in the order in which they are read."""

FINDING_CODES: Mapping[str, FindingCode] = {
    name: FindingCode(part=part, meaning=means, example=example)
    for part, rows in CODES_BY_PART.items()
    for name, (means, example) in rows.items()
}
"""All codes by name."""
