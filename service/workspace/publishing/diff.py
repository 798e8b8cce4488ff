"""What a plan says: values for people and programs."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from language.findings import Finding

How = Literal["new", "gone", "renamed", "words", "rewired", "structure"]


class StepChange(Struct, frozen=True, kw_only=True):
    """One step that is not what it was."""

    step: str
    how: How
    people: int = 0
    """Who stand there now."""
    what: str = ""
    """What differs, and what happens to who stands there."""
    perhaps: str = ""
    """The step it probably became."""


class Change(Struct, frozen=True, kw_only=True):
    """One flow or sequence that is not what it was."""

    kind: Literal["flow", "sequence"]
    name: str
    how: How
    people: int = 0
    """Who stand in its present version."""
    what: str = ""
    """What happens to them."""
    steps: tuple[StepChange, ...] = ()


class Older(Struct, frozen=True, kw_only=True):
    """An older version in which people finish."""

    flow: str
    hash: str
    people: int


class Plan(Struct, frozen=True, kw_only=True):
    """What applying an edition would do."""

    epoch: int
    """Number of the edition it was compared with."""
    live: str
    new: str
    """Hashes of the two."""
    people: int
    """Everybody who is known."""
    changes: tuple[Change, ...]
    files: Mapping[str, How]
    """Mails, tables and declarations: new, gone or other words."""
    older: tuple[Older, ...]
    """Versions from before in which people finish; applying changes nothing for them."""
    missing: tuple[Finding, ...]
    """What must be said before it can be applied: whose way is not known."""
