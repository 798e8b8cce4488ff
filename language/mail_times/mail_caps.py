"""How many marketing mails a person gets: ``limits: {mails: [1 in 20 hours, 3 in 7 days]}``.

A cap of one is a distance between two mails; the first mail of a pass that somebody has just asked for is free of it.
A cap of several is a promise: it holds for every mail.
"""

import functools
import re
from dataclasses import dataclass
from datetime import timedelta

from domain.record import REMEMBERED_MAILS, Subscriber
from domain.workspace_config import SafetyLimits
from language.durations import UnclearTimeError, parse_duration

LEAST_APART = timedelta(hours=1)
"""Distance of two mails to one person where ``mails`` says none: never two in one moment."""
LONGEST_WINDOW = timedelta(days=400)

_CAP = re.compile(r"(\d{1,4})\s+in\s+(.+)", re.IGNORECASE)  # “3 in 7 days”
_HOW = "Write it such as “3 in 7 days”."


class UnclearCapError(ValueError):
    """A cap cannot be read.  The message says what is wrong, ``hint`` how to write it."""

    def __init__(self, message: str, hint: str = _HOW) -> None:
        """Keep the remedy beside the message."""
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCap:
    """At most so many marketing mails to one person in any window of this length."""

    number: int
    window: timedelta
    text: str
    """As written, such as ``3 in 7 days``."""
    is_chosen: bool = False
    """True if the reader chose it."""


def parse_mail_cap(text: str) -> MailCap:
    """Return a cap written as ``3 in 7 days``; raises :class:`UnclearCapError` if it cannot be read."""
    match = _CAP.fullmatch(text.strip())
    if match is None:
        message = f"“{text[:40]}” says no number of mails in a time"
        raise UnclearCapError(message)
    try:
        window = parse_duration(match[2])
    except UnclearTimeError as error:
        raise UnclearCapError(str(error), error.hint or _HOW) from None
    number = int(match[1])
    if not 1 <= number <= REMEMBERED_MAILS:
        message = f"“{text[:40]}” is not between 1 and {REMEMBERED_MAILS} mails"
        raise UnclearCapError(message, f"Of each person the latest {REMEMBERED_MAILS} mails are remembered.")
    if window > LONGEST_WINDOW:
        message = f"“{text[:40]}” is longer than {LONGEST_WINDOW.days} days"
        raise UnclearCapError(message, "Take a shorter time.")
    return MailCap(number=number, window=window, text=" ".join(text.split()))


def read_mail_caps(limits: SafetyLimits) -> tuple[MailCap, ...]:
    """Return the caps of a workspace, among them always one that keeps two mails apart.

    A cap that cannot be read is left out; ``check`` reports it.
    """
    # Who writes “mails” says with it how far apart they are, unless “apart_hours” stands beside it.
    apart_hours = limits.apart_hours if not limits.mails or "apart_hours" in limits.model_fields_set else None
    return _read_caps(limits.mails, apart_hours)


def read_caps_of(record: Subscriber, limits: SafetyLimits) -> tuple[MailCap, ...]:
    """Return the caps for one person: those of the workspace, and how often they want mail."""
    caps = read_mail_caps(limits)
    return (*caps, _choose_cap(record.mail_days)) if record.mail_days else caps


@functools.lru_cache(maxsize=64)
def _choose_cap(days: int) -> MailCap:
    return MailCap(number=1, window=timedelta(days=days), text=f"1 in {days} days, as they chose", is_chosen=True)


@functools.lru_cache(maxsize=64)
def _read_caps(written: tuple[str, ...], apart_hours: int | None) -> tuple[MailCap, ...]:
    caps: list[MailCap] = []
    for text in written:
        try:
            caps.append(parse_mail_cap(text))
        except UnclearCapError:
            continue
    if apart_hours is not None:
        caps.append(MailCap(number=1, window=timedelta(hours=apart_hours), text=f"1 in {apart_hours} hours"))
    if not any(cap.number == 1 for cap in caps):
        caps.append(MailCap(number=1, window=LEAST_APART, text="1 in 1 hour"))
    return tuple(caps)
