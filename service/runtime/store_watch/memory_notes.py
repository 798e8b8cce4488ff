"""How much memory the store took, noted once a day, and when it is full if it goes on like that."""

from datetime import date

import msgspec

from domain.ports import MetaStore, Store

META = "memory_notes"
"""Name of the value in the store."""
DAYS_KEPT = 60
LEAST_DAYS = 3
"""Days between the first and the last note without which nothing is foretold."""


async def load_memory_notes(store: MetaStore) -> dict[date, int]:
    """Return the bytes that all servers had taken, by day."""
    value = await store.load_meta(META)
    return msgspec.json.decode(value, type=dict[date, int]) if value else {}


async def note_memory(store: Store, today: date) -> None:
    """Note how much memory all servers have taken; a later note of the day replaces the earlier one."""
    servers = await store.examine_servers()
    if servers:
        notes = await load_memory_notes(store) | {today: sum(server.used_bytes for server in servers)}
        newest = dict(sorted(notes.items())[-DAYS_KEPT:])
        await store.save_meta(META, msgspec.json.encode(newest))


def measure_growth(notes: dict[date, int]) -> float | None:
    """Return the bytes a day by which the store grew, as a line through all notes; None if they are too few."""
    days = sorted(notes)
    if not days or (days[-1] - days[0]).days < LEAST_DAYS:
        return None
    xs = [(day - days[0]).days for day in days]
    middle_x, middle_y = sum(xs) / len(xs), sum(notes.values()) / len(xs)
    spread = sum((x - middle_x) ** 2 for x in xs)
    return sum((x - middle_x) * (notes[day] - middle_y) for x, day in zip(xs, days, strict=True)) / spread
