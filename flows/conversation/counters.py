"""Counters of a flow: how often people arrived at each step and answered it each way, by where they came from.

Their names are made and read here alone.  Sources are few, whatever strangers write behind a link: a link that a flow
declares or its name, an ad (its id is Meta's), a comment, or ``direct``.
"""

from collections.abc import Collection
from dataclasses import dataclass

from domain.record import Subscriber
from domain.referral_codes import read as read_ref

DIRECT, AD, COMMENT = "direct", "ad", "comment"
_KIND = "flow"
_PARTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What one counter counts."""

    flow: str
    step: str
    trigger: str
    """The way that was answered; empty: arrivals at the step."""
    source: str


def name(flow: str, step: str, trigger: str, source: str) -> str:
    """Return the name of a counter; without a trigger, of the arrivals at a step."""
    return f"{_KIND}:{flow}:{step}:{trigger}:{source}"


def read(counter: str) -> Counted | None:
    """Return what a counter counts; None if it is none of a flow."""
    parts = counter.split(":", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] != _KIND:
        return None
    return Counted(flow=parts[1], step=parts[2], trigger=parts[3], source=parts[4])


def source(record: Subscriber, *known: Collection[str]) -> str:
    """Return what brought a person first; ``known`` are the links that flows declare, and the names of flows."""
    ref, kind, ad = record.entry
    if ad:
        return f"{AD} {ad}"
    if kind == "COMMENT":
        return COMMENT
    if not ref:
        return DIRECT
    link, _ = read_ref(ref)
    return f"link {link}" if any(link in names for names in known) else DIRECT
