"""The chat's funnel, from the first message to the confirmed address, by where people came from.  Pure.

It is counted from the records themselves, so it is exact, costs nothing while people chat, and forgets who was erased.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from domain import referral_codes
from domain.record import Subscriber

STAGES: Mapping[str, Callable[[Subscriber], bool]] = {
    "came": lambda _: True,
    "began": lambda one: bool(one.first_flow),
    "agreed": lambda one: any(consent.status != "declined" for consent in one.consents.values()),
    "address": lambda one: bool(one.addresses),
    "confirmed": lambda one: any(consent.confirmed_at for consent in one.consents.values()),
    "in": lambda one: any(consent.status == "confirmed" for consent in one.consents.values()),
}
"""Stage → whether a person came that far; each is counted by itself, since people skip some."""

DIRECT = "direct"
"""Who came by no link, ad or comment."""


def source(record: Subscriber) -> str:
    """Return what brought a person: ``ad 123``, ``comment 456``, ``link spring=poster``, or ``direct``."""
    ref, kind, ad = record.entry
    if ad:
        return f"ad {ad}"
    if kind == "COMMENT":
        return f"comment {ref}"
    if not ref:
        return DIRECT
    return "link " + referral_codes.written(*referral_codes.read(ref))


WAYS: Mapping[str, Callable[[Subscriber, str], str]] = {
    "source": lambda one, _: source(one),
    "kind": lambda one, _: source(one).partition(" ")[0],
    "flow": lambda one, _: one.first_flow or "none",
    "language": lambda one, default: one.language or default,
    "page": lambda one, _: one.identity.page,
}
"""By what the funnel can be split; each takes the record and the workspace's first language."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One line of the report."""

    name: tuple[str, ...]
    """What the people of this line have in common."""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    """People by stage."""
    cost: Decimal | None = None
    """What was paid for them, in whatever currency was given."""

    @property
    def cost_each(self) -> Decimal | None:
        """Cost per confirmed address; None without a cost, or without anybody confirmed."""
        confirmed = self.counts["confirmed"]
        return (self.cost / confirmed).quantize(Decimal("0.01")) if self.cost is not None and confirmed else None


def funnel(
    records: Iterable[Subscriber], by: tuple[str, ...], *, language: str, costs: Mapping[str, Decimal] | None = None
) -> list[Row]:
    """Count people by stage and these ways (names in :data:`WAYS`), the largest line first.

    ``costs`` are by source, and stand only where the lines are sources alone; what brought nobody has a line, too.
    """
    rows: dict[tuple[str, ...], Row] = {}
    for record in records:
        name = tuple(WAYS[way](record, language) for way in by)
        row = rows.setdefault(name, Row(name=name))
        for stage, reached in STAGES.items():
            row.counts[stage] += reached(record)
    if costs and by == ("source",):
        for one, cost in costs.items():
            rows.setdefault((one,), Row(name=(one,))).cost = cost
    return sorted(rows.values(), key=lambda row: (-row.counts["came"], row.name))
