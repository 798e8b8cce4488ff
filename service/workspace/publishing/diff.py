"""The plan as values: differences of flows, sequences and files, and how many people each concerns."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from language.findings import Finding

How = Literal["new", "gone", "renamed", "words", "rewired", "structure", "head"]
"""How something differs; ``head``: what stands above the steps of a sequence, such as its start and goal."""


class StepChange(Struct, frozen=True, kw_only=True):
    """One step that differs."""

    step: str
    how: How
    people: int = 0
    """Number of people who stand there now."""
    what: str = ""
    """What differs, and what happens to the people who stand there."""
    perhaps: str = ""
    """The added step that it probably became; empty if none is alike."""


class StepAhead(Struct, frozen=True, kw_only=True):
    """What becomes of those who wait at a step of a sequence that differs, if nothing happens."""

    step: str
    """In the live version."""
    as_before: int
    """Number of people whose next mail is the same, at the same time; or who get none either way."""
    otherwise: tuple[tuple[str, int], ...]
    """What comes of the others, such as “get evaluate 3 days later”, and of how many; the most frequent first."""


class MailsSoon(Struct, frozen=True, kw_only=True):
    """Mails of sequences that leave within an hour if nothing happens."""

    yours: int
    live: int


class UnitChange(Struct, frozen=True, kw_only=True):
    """One flow or sequence that differs."""

    kind: Literal["flow", "sequence"]
    name: str
    how: How
    people: int = 0
    """Number of people who stand in its live version."""
    what: str = ""
    """What happens to them."""
    steps: tuple[StepChange, ...] = ()
    fit: int | None = None
    """Number of people who fit a new start by a condition or a date already, and do not begin; None if none is new."""
    a_day: int = 0
    """How many of them begin in a day at most, if they are let."""
    ahead: tuple[StepAhead, ...] = ()
    """What comes of those who wait, for steps of a sequence at which it differs for somebody."""


class OlderVersion(Struct, frozen=True, kw_only=True):
    """An older version of a flow in which people finish."""

    flow: str
    hash: str
    people: int


class Plan(Struct, frozen=True, kw_only=True):
    """What applying an edition would do."""

    epoch: int
    """Number of the live edition it was compared with."""
    live: str
    new: str
    """Hashes of the live edition and of the new one."""
    people: int
    """Number of all people in the store."""
    changes: tuple[UnitChange, ...]
    files: Mapping[str, How]
    """By path, for mails, tables and doorstep.yaml: ``new``, ``gone``, or ``words`` if the text differs."""
    older: tuple[OlderVersion, ...]
    """Older versions in which people finish; applying changes nothing for them."""
    missing: tuple[Finding, ...]
    """What has to be written before it can be applied, because people would be stranded."""
    soon: MailsSoon | None = None
    """Mails within the next hour; None if they were not counted."""
