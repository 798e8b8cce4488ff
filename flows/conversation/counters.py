"""Counters of a flow: how often people entered each step and answered it in each way, by marketing source.

Only this module formats and parses their names.  Sources are few, whatever strangers write behind a link: a link that
a flow declares or its name, an ad (its id is Meta's), a comment, or ``direct``.
"""

from collections.abc import Collection
from dataclasses import dataclass

from domain.counters import FLOW
from domain.record import Subscriber
from domain.referral_codes import read_ref

DIRECT, AD, COMMENT = "direct", "ad", "comment"
_KIND = FLOW.rstrip(":")
_PARTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCounter:
    """What one counter counts."""

    flow: str
    step: str
    trigger: str
    """Trigger of the answer; empty: people entered the step."""
    source: str


def counter_name(flow: str, step: str, trigger: str, source: str) -> str:
    """Return the name of a counter; without a trigger, of those who entered the step."""
    return f"{_KIND}:{flow}:{step}:{trigger}:{source}"


def parse_counter(counter: str) -> FlowCounter | None:
    """Return what a counter counts; None if it is not a counter of a flow."""
    # "flow:welcome:ask:choice 1:link spring": a source may hold colons, so the rest stays whole.
    parts = counter.split(":", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] != _KIND:
        return None
    return FlowCounter(flow=parts[1], step=parts[2], trigger=parts[3], source=parts[4])


def entry_source(record: Subscriber, *links: Collection[str]) -> str:
    """Return what brought a person first; ``links`` are those that flows declare, and the names of flows."""
    ref, kind, ad = record.entry
    if ad:
        return f"{AD} {ad}"
    if kind == "COMMENT":
        return COMMENT
    if not ref:
        return DIRECT
    # Anybody can put anything behind ``?ref=``: an undeclared link would make a new counter with each visit.
    link, _ = read_ref(ref)
    return f"link {link}" if any(link in names for names in links) else DIRECT
