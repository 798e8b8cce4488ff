"""Every code a finding can have, with what it means and an example: the one table that docs and tests go by.

A code is stable: programs and people look things up by it.  ``docs/checks.md`` is made from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from language.finding_codes.content import FLOWS, MAILS, NAMES, SEQUENCES, TRANSCRIPTS
from language.finding_codes.files import FORM, HOUSE, SYNTAX, TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One kind of finding."""

    part: str
    """Part of the table it stands in."""
    means: str
    """What is wrong, as a sentence."""
    example: str
    """Something that has it."""


PARTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "YAML": SYNTAX,
    "The form of a file": FORM,
    "Names": NAMES,
    "Flows": FLOWS,
    "Tables": TABLES,
    "Sequences": SEQUENCES,
    "Mails": MAILS,
    "Transcripts": TRANSCRIPTS,
    "The workspace": HOUSE,
}
"""The table by its parts, in the order in which they are read."""

CODES: Mapping[str, Code] = {
    name: Code(part=part, means=means, example=example)
    for part, rows in PARTS.items()
    for name, (means, example) in rows.items()
}
"""All codes by name."""
