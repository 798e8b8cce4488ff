"""What one decision is made of, and the strategy that decides a few people by other rules than the live ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from domain.events import AnyEvent
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine.decide import Rules


class DecisionInput(Struct, frozen=True, kw_only=True, gc=False):
    """What is decided on, and with which rules."""

    record: Subscriber
    events: tuple[AnyEvent, ...]
    rules: Rules
    config: WorkspaceConfig


class RuleOverride(Protocol):
    """Chosen at composition; :class:`service.engine.draft_links.DraftRules` is the one that ``run`` uses."""

    def applies_to(self, record: Subscriber, events: Sequence[AnyEvent]) -> bool:
        """Return True if the live rules may not be the right ones.  Every commit asks, so this must be cheap."""

    async def choose_rules(self, record: Subscriber, events: tuple[AnyEvent, ...], now: datetime) -> DecisionInput:
        """Return what is decided instead; may ask the store."""
