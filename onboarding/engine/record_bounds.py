"""Bounds of what a record keeps of a person's behaviour and passes: 64 events, 32 running passes, 8 kB.  Pure."""

import msgspec
from msgspec.structs import replace

from domain.decision import Reason
from domain.deeds import moment_of
from domain.record import Subscriber

MOST_EVENTS = 64
"""Kinds of events that are kept of a person."""
MOST_RUNNING = 32
"""Passes that one person is in at the same time."""
MOST_BYTES = 8_000
"""Bytes of deeds, passes and the fields' times together in a record."""
SMALL = 16
"""With so few events, without anything said, the bytes need not be counted."""

_encoder = msgspec.msgpack.Encoder()


def keep_bounds(record: Subscriber, named: frozenset[str]) -> tuple[Subscriber, tuple[Reason, ...]]:
    """Return the record within its bounds, and what was dropped.

    The event goes first that no rule names and that is longest ago; then those that rules name, longest ago first.
    """
    deeds = record.behaviour
    if len(deeds) <= SMALL and len(record.runs) <= SMALL and not any(deed.said for deed in deeds.values()):
        return record, ()
    room = MOST_BYTES - len(_encoder.encode((record.runs, record.told_at, record.got)))
    sizes = {name: len(_encoder.encode((name, deed))) for name, deed in deeds.items()}
    excess, number = sum(sizes.values()) - room, len(deeds)
    kept, reasons = dict(deeds), list[Reason]()
    # What has just happened is the last in this order, so it stays.
    for name in sorted(deeds, key=lambda name: (name in named, deeds[name].last_second)):
        if (excess <= 0 and number <= MOST_EVENTS) or number == 1:
            break
        excess, number = excess - sizes[name], number - 1
        since = moment_of(kept.pop(name).last_second).date().isoformat()
        text = f"{name} is forgotten, last done on {since}: more is not kept of one person."
        reasons.append(Reason(room="onboarding", text=text, about=name))
    return (replace(record, behaviour=kept) if reasons else record), tuple(reasons)


def has_room_for_run(record: Subscriber) -> bool:
    """Return True if the person may begin another pass."""
    # Nearly everybody is in few: counting statuses can wait until there are many.
    return (
        len(record.runs) < MOST_RUNNING or sum(run.status == "running" for run in record.runs.values()) < MOST_RUNNING
    )
