"""The report on mails: by template what became of them, and in all what came back and who stopped."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from domain import counters
from domain import record as records
from domain.ports import SendLine, Store
from service.engine.build_commit import HistoryLine, decode_line

HISTORY_LINES = 10_000
"""More than a history keeps."""
TOGETHER = 50
"""People read at once."""
COUNTED = (counters.RETURNED, counters.HARD_BOUNCE, counters.WITHDRAWN)
"""Counters that speak of mails that came back and of people who stopped."""


class MailRow(Struct, frozen=True, kw_only=True):
    """What became of the mails made of one template."""

    template: str
    """Empty for mails whose decision lies only in the archive."""
    accepted: int
    refused: int
    """Withheld by our own rules."""
    failed: int
    """Refused by a mail server, or given up."""
    unknown: int
    under_way: int


async def read_mails(store: Store, since: datetime) -> tuple[MailRow, ...]:
    """Return a row for each template of which a mail changed its state since then.  Reads every person."""
    counts: Counter[tuple[str, str]] = Counter()
    names: list[str] = []
    async for name, raw in store.all_subscribers():
        if records.decode(raw).trying_until is None:  # whoever tried a draft belongs to the team
            names.append(name)
        if len(names) == TOGETHER:
            await _add_people(store, names, counts, since)
            names.clear()
    await _add_people(store, names, counts, since)
    return make_rows(counts)


async def read_counts(store: Store, days: Iterable[str]) -> dict[str, int]:
    """Return what came back by class and who stopped by topic, summed over these days (YYYY-MM-DD)."""
    totals: Counter[str] = Counter()
    for day in days:
        totals.update({name: n for name, n in (await store.day_counters(day)).items() if name.startswith(COUNTED)})
    return dict(sorted(totals.items()))


async def _add_people(store: Store, names: Sequence[str], counts: Counter[tuple[str, str]], since: datetime) -> None:
    for lines, sends in await asyncio.gather(*(_read_person(store, name) for name in names)):
        counts.update(count_sends(lines, sends, since))


async def _read_person(store: Store, name: str) -> tuple[list[HistoryLine], Sequence[SendLine]]:
    lines, sends = await asyncio.gather(store.history(name, last=HISTORY_LINES), store.sends_of(name))
    return [decode_line(raw) for raw in lines], sends


def count_sends(history: Iterable[HistoryLine], sends: Iterable[SendLine], since: datetime) -> Counter[tuple[str, str]]:
    """Count one person's mails by template and status."""
    templates: dict[str, str] = {}
    late: set[str] = set()
    for line in history:
        for sent in line.sends:
            name, _, template = sent.partition(" ")
            templates[name] = template
            if line.at >= since:
                late.add(name)
    # The history has business time.  The ledger has the server's, which is another where the service's clock was moved.
    first_ms = since.timestamp() * 1000
    return Counter(
        (templates.get(line.id, ""), line.status) for line in sends if line.id in late or line.at_ms >= first_ms
    )


def make_rows(counts: Counter[tuple[str, str]]) -> tuple[MailRow, ...]:
    """Return the rows by template."""
    return tuple(
        MailRow(
            template=template,
            accepted=counts[template, "sent"],
            refused=counts[template, "refused"],
            failed=counts[template, "failed"],
            unknown=counts[template, "unknown"],
            under_way=counts[template, "queued"] + counts[template, "attempting"],
        )
        for template in sorted({name for name, _ in counts})
    )
