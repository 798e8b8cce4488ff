"""A compiled issue, and all issues of a workspace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from language.conditions.parse import Condition
from onboarding.issues.model import WINNER
from onboarding.issues.moment import IssueMoment
from onboarding.language.parts.file_position import FilePosition
from onboarding.language.parts.goals import Goal


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueWinner:
    """How the mail of the part ``winner`` is found."""

    by_goal: bool
    """True if by the issue's goal; False if by human clicks."""
    after: timedelta
    """Counted from the first mail of the issue."""
    otherwise: str
    """Template that goes while the difference is not settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One newsletter issue, compiled."""

    name: str
    topic: str
    file: str
    to: Condition | None
    """Who gets it among the readers of the topic; None if all of them."""
    moment: IssueMoment | None
    """When it leaves; None if that is said on release."""
    late: timedelta
    """How long after its moment a mail may still begin."""
    parts: tuple[tuple[str, int], ...]
    """(template or ``winner``, percent), adding up to 100."""
    winner: IssueWinner | None = None
    goal: Goal | None = None
    uses: tuple[tuple[str, FilePosition], ...] = ()
    """Templates that it sends, each with its place in the file."""
    asked: tuple[tuple[Condition, FilePosition], ...] = ()
    """Its condition with its place in the file; empty if it has none."""

    @property
    def templates(self) -> tuple[str, ...]:
        """Every template that it can send."""
        return tuple(name for name, _ in self.parts if name != WINNER)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCatalog:
    """All issues of an edition."""

    issues: Mapping[str, Issue] = field(default_factory=lambda: MappingProxyType({}))
    """By name."""
