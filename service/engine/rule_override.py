"""The input of one decision, and the strategy by which a few people are decided by other rules than the live ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from domain.events import AnyEvent
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine.decide import Rules


class DecisionInput(Struct, frozen=True, kw_only=True, gc=False):
    """What is decided, and by which rules."""

    record: Subscriber
    events: tuple[AnyEvent, ...]
    rules: Rules
    config: WorkspaceConfig


class RuleOverride(Protocol):
    """Replaces the live rules for some commits; ``run`` uses :class:`service.engine.draft_links.DraftRules`."""

    def applies_to(self, record: Subscriber, events: Sequence[AnyEvent]) -> bool:
        """Return True if this commit may need other rules.  Every commit asks, so this must be cheap."""

    async def choose_rules(self, record: Subscriber, events: tuple[AnyEvent, ...], now: datetime) -> DecisionInput:
        """Return the input of the decision; may ask the store."""
