"""When a person has room for one more marketing mail, by the caps of ``limits``.  Pure.

``record.mailed`` holds when the latest mails were decided, ascending.  With a cap of n in a window, the next mail may
go when the n-th last is as old as the window: then no window of that length ever holds more than n.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from domain.record import REMEMBERED_MAILS, Subscriber
from language.durations import format_duration
from language.mail_times.mail_caps import MailCap


def note_mail(record: Subscriber, now: datetime) -> Subscriber:
    """Return the record with one more marketing mail decided now."""
    return replace(record, mailed=(*record.mailed, now.replace(microsecond=0))[-REMEMBERED_MAILS:])


def find_full_cap(
    mailed: Sequence[datetime], caps: Sequence[MailCap], now: datetime, *, free_of_spacing: bool
) -> tuple[datetime, MailCap] | None:
    """Return the cap that is full longest, and when it has room again; None if a mail may go now.

    ``free_of_spacing`` is True for a mail that somebody has just asked for: caps of one do not hold it.
    """
    full = [
        (mailed[-cap.number] + cap.window, cap)
        for cap in caps
        if len(mailed) >= cap.number and not (free_of_spacing and cap.number == 1)
    ]
    room, cap = max(full, key=lambda item: item[0], default=(now, None))
    return (room, cap) if cap and room > now else None


def describe_cap(cap: MailCap) -> str:
    """Return what a mail waits for, as half a sentence."""
    if cap.is_chosen:
        return f"{format_duration(cap.window)} after the mail before it, as they chose"
    if cap.number == 1:
        hours = cap.window.total_seconds() / 3600
        length = f"{hours:.0f} hours" if hours % 1 == 0 and hours > 1 else format_duration(cap.window)
        return f"{length} after the mail before it"
    return f"when there is room again ({cap.text})"
