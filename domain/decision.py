"""What deciding returns: the new record, what to do, and why.

The three deciding packages (consent, flows, onboarding) each take a record and return an :class:`Outcome`;
``service.engine.decide`` adds the outcomes up to one :class:`Decision`, which is committed whole or not at all.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.effects import Effect
from domain.events import ProductEvent
from domain.house_values import NOTHING_HELD, HouseValues
from domain.keyring import Keyring
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig


class Fact(Struct, frozen=True, kw_only=True, gc=False):
    """Something that has become true in this pass, for the packages that decide later in it.

    ``name`` is ``confirmed``, ``proven`` (an address, for no topic), ``withdrawn``, ``expired``, or a
    declared event that a flow recorded.
    """

    name: str
    at: datetime
    topic: str = ""
    address: str = ""


class Reason(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Why something was or was not done, in words that a marketer reads; it holds no personal data."""

    room: str
    """What decided: ``consent``, ``flows``, ``onboarding``, ``mail`` or ``service``."""
    text: str
    """A whole sentence, such as “come back is due Thursday 10:03: no cup.noted within 3 days”."""
    about: str = ""
    """Flow, sequence or template it speaks of; of several passes at once the one: ``after_order/4711``."""
    step: str = ""


class Context(Struct, frozen=True, kw_only=True, gc=False):
    """What deciding may know besides the record: the time, fresh bytes, keys, and the workspace config."""

    now: datetime
    """Business time, aware, UTC; never before the record's last event."""
    entropy: bytes
    """Fresh random bytes that came in with the events; 16 or more."""
    keys: Keyring
    config: WorkspaceConfig
    house: HouseValues = NOTHING_HELD
    """What holds for the whole house now."""
    codes_paused: bool = False
    """Whether the breaker against guessing is open; then typed codes are refused, and the button still works."""


class Outcome(Struct, frozen=True, kw_only=True, gc=False):
    """What one deciding package decided."""

    record: Subscriber
    effects: tuple[Effect, ...] = ()
    facts: tuple[Fact, ...] = ()
    reasons: tuple[Reason, ...] = ()
    redacted_inputs: tuple[str, ...] = ()
    """What the history may keep of what the person sent; see :mod:`flows.handlers.redaction`."""

    def followed_by(self, later: "Outcome") -> "Outcome":
        """Return this outcome followed by one that was decided on its record."""
        # Most outcomes only pass the record on; building a new value for each would cost every message.
        if not self.effects and not self.facts and not self.reasons and not self.redacted_inputs:
            return later
        return Outcome(
            record=later.record,
            effects=self.effects + later.effects,
            facts=self.facts + later.facts,
            reasons=self.reasons + later.reasons,
            redacted_inputs=self.redacted_inputs + later.redacted_inputs,
        )

    def with_more(self, *effects: Effect, facts: Iterable[Fact] = (), reasons: Iterable[Reason] = ()) -> "Outcome":
        """Return this outcome with more effects, facts and reasons."""
        return replace(
            self,
            effects=self.effects + effects,
            facts=self.facts + tuple(facts),
            reasons=self.reasons + tuple(reasons),
        )


class Decision(Struct, frozen=True, kw_only=True, gc=False):
    """What the one pass decided; the unit of commit."""

    record: Subscriber
    effects: tuple[Effect, ...]
    wake_chat: datetime | None
    """Earliest moment the conversation wants to be woken."""
    wake_mail: datetime | None
    """Earliest moment a sequence wants to be woken."""
    reasons: tuple[Reason, ...]
    redacted_inputs: tuple[str, ...] = ()
    """As in :class:`Outcome`."""
    clicks: tuple[ProductEvent, ...] = ()
    """Links that a person followed, as this pass found out; they are events that no door has seen."""
