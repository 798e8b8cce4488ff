"""The daily report: what was agreed, confirmed and withdrawn, and how sequences ended, summed over days."""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from domain.counters import CounterDeclaration, counters_for
from domain.ports import LedgerStore


class DailyRow(Struct, frozen=True, kw_only=True):
    """One line of the report."""

    counter: str
    """Name of the counter, as stored."""
    meaning: str
    about: str
    """The topic, sequence or way it speaks of; empty if it speaks of all."""
    total: int
    days: tuple[int, ...]
    """By day, in the order asked for."""


async def read_daily(store: LedgerStore, days: Iterable[str]) -> tuple[DailyRow, ...]:
    """Return a row for each counter of the report that counted anything in these days (YYYY-MM-DD)."""
    by_day = [await store.day_counters(day) for day in days]
    return tuple(row for counter in counters_for("daily report") for row in _rows_of(counter, by_day))


def _rows_of(counter: CounterDeclaration, by_day: list[Mapping[str, int]]) -> list[DailyRow]:
    totals: Counter[str] = Counter()
    for counts in by_day:
        totals.update({name: count for name, count in counts.items() if counter.covers(name)})
    return [
        DailyRow(
            counter=name,
            meaning=counter.meaning,
            about=name.removeprefix(counter.name),
            total=total,
            days=tuple(counts.get(name, 0) for counts in by_day),
        )
        for name, total in sorted(totals.items())
    ]
