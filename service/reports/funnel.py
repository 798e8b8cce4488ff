"""The chat's funnel, from the first message to the confirmed address, by marketing source.  Pure.

It is counted from the records, so it is exact, costs nothing while people chat, and leaves out people who were erased.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from domain import referral_codes
from domain.record import Subscriber

STAGES: Mapping[str, Callable[[Subscriber], bool]] = {
    "came": lambda _: True,
    "began": lambda person: bool(person.first_flow),
    "agreed": lambda person: any(consent.status != "declined" for consent in person.consents.values()),
    "address": lambda person: bool(person.addresses),
    "confirmed": lambda person: any(consent.confirmed_at for consent in person.consents.values()),
    # Confirmed and not withdrawn since; “confirmed” above also counts people who left.
    "in": lambda person: any(consent.status == "confirmed" for consent in person.consents.values()),
}
"""Whether a person reached a stage; each stage is counted by itself, because people skip some."""

DIRECT = "direct"
"""Source of people who came without a link, ad or comment."""


def marketing_source(record: Subscriber) -> str:
    """Return the marketing source of a person: ``ad 123``, ``comment 456``, ``link spring=poster``, or ``direct``."""
    ref, kind, ad = record.entry
    # An ad's referral also has a ref, and a comment's ref is the id of its post: so these are asked first.
    if ad:
        return f"ad {ad}"
    if kind == "COMMENT":
        return f"comment {ref}"
    if not ref:
        return DIRECT
    return "link " + referral_codes.write_ref(*referral_codes.read_ref(ref))


GROUPINGS: Mapping[str, Callable[[Subscriber, str], str]] = {
    "source": lambda person, _: marketing_source(person),
    "kind": lambda person, _: marketing_source(person).partition(" ")[0],
    "flow": lambda person, _: person.first_flow or "none",
    "language": lambda person, default: person.language or default,
    "page": lambda person, _: person.identity.page,
}
"""Ways to group the report; each takes the record and the workspace's first language."""


@dataclass(slots=True, kw_only=True)
class FunnelRow:
    """One line of the report."""

    name: tuple[str, ...]
    """Values of the groupings, which the people of this line have in common."""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    """People by stage."""
    cost: Decimal | None = None
    """What was paid for them, in the currency of the file of costs; None if unknown."""

    @property
    def cost_each(self) -> Decimal | None:
        """Cost per confirmed address; None without a cost or a confirmed address."""
        confirmed = self.counts["confirmed"]
        return (self.cost / confirmed).quantize(Decimal("0.01")) if self.cost is not None and confirmed else None


def count_funnel(
    records: Iterable[Subscriber], by: tuple[str, ...], *, language: str, costs: Mapping[str, Decimal] | None = None
) -> list[FunnelRow]:
    """Count people by stage, grouped by these names of :data:`GROUPINGS`, the largest line first.

    ``costs`` are by source and are used only if the lines are sources; a source that cost money and brought nobody has
    a line, too.
    """
    rows: dict[tuple[str, ...], FunnelRow] = {}
    for record in records:
        name = tuple(GROUPINGS[grouping](record, language) for grouping in by)
        row = rows.setdefault(name, FunnelRow(name=name))
        for stage, reached in STAGES.items():
            row.counts[stage] += reached(record)  # True counts as 1
    if costs and by == ("source",):
        for source, cost in costs.items():
            rows.setdefault((source,), FunnelRow(name=(source,))).cost = cost
    return sorted(rows.values(), key=lambda row: (-row.counts["came"], row.name))
