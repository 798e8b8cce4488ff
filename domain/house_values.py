"""Values of the whole house that deciding is handed and never reads: silent events, halted steps, winners of splits."""

from datetime import datetime

from msgspec import Struct


class SilentEvent(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """An event that the product has stopped telling."""

    since: datetime
    """When it was heard last."""
    heard_at: datetime | None = None
    """When it was heard again; what happened in between may still be told late.  None while it is silent."""
    rare: bool = False
    """True if it is still told, but far less often than usual."""


class ChosenPart(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """The part of a split that newcomers get because it does better."""

    part: str
    at: datetime
    """It holds for passes that begin from then on; who began before keeps what they have."""
    parts: dict[str, int]
    """The split that was compared, in percent; for another one nothing is chosen."""
    is_early: bool = False
    """True if nothing was settled, and ``else`` of the file was taken."""
    until: datetime | None = None
    """When somebody took it back: passes that begin from then on are compared anew.  None if nobody did."""


class HouseValues(Struct, frozen=True, kw_only=True, gc=False):
    """They lie beside the live edition, and all processes look at them each second."""

    number: int = 0
    """Raised by each change."""
    silent: dict[str, SilentEvent] = {}
    """By event."""
    halted: dict[str, datetime] = {}
    """``SEQUENCE/STEP`` → since when it sends nothing."""
    let_go: dict[str, datetime] = {}
    """``SEQUENCE/STEP`` → when somebody let it go again: for a day the brake leaves it alone."""
    chosen: dict[str, tuple[ChosenPart, ...]] = {}
    """``SEQUENCE/STEP`` → the parts of its split that were chosen, the latest last."""

    @property
    def hold_something(self) -> bool:
        """Whether any mail may have to stay; nearly never."""
        return bool(self.silent or self.halted)


NOTHING_HELD = HouseValues()
"""As it nearly always is."""
