"""Each mailbox provider's share of a day: how it grows, what is left of it, how many days so many mails take.  Pure.

A sender that nobody knows is taken for a spammer if it begins with many mails.  So the first day has ``start`` mails to
each provider, and each following day ``growth`` times as many as the one before, up to ``ceiling``.

* Only a day on which at least half of its share went makes the next one larger: a share that is not used proves
  nothing, and a small newsletter that once becomes a large one would be a spike.
* Each whole month without a mail halves what was reached.
* The day is that of the workspace.  A place is taken before a mail leaves and given back if it does not.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from domain.declarations import RampUp

MONTH = timedelta(days=30)
TOGETHER = "everybody"
"""Name of the one share where providers are not told apart."""
MOST_DAYS = 3_650


class Share(Struct, frozen=True, kw_only=True, array_like=True):
    """One provider's share of the latest day on which anything went there."""

    day: date
    limit: int
    """Mails of that day at most."""
    taken: int = 0
    """Mails that went, or are on their way."""


class Wish(NamedTuple):
    """A place that is wanted, or given back."""

    provider: str
    places: int
    """1 to take one, -1 to give it back."""
    asked_for: bool = False
    """True if a person waits for the mail."""


ShareBook = Mapping[str, Share]
"""By provider."""


def find_share(book: ShareBook, provider: str, ramp: RampUp, today: date) -> Share:
    """Return a provider's share of today."""
    share = book.get(provider)
    if share is None:
        return Share(day=today, limit=ramp.start)
    # Where the clock was moved back, as in the demo, the day that was reached goes on.
    if share.day >= today:
        return replace(share, limit=min(share.limit, ramp.ceiling))
    limit = grow(share.limit, ramp) if has_counted(share) else share.limit
    limit >>= (today - share.day) // MONTH
    return Share(day=today, limit=min(max(limit, ramp.start), ramp.ceiling))


def has_counted(share: Share) -> bool:
    """Return True if enough went on a day to make the next one larger."""
    return share.taken > 0 and 2 * share.taken >= share.limit


def grow(limit: int, ramp: RampUp) -> int:
    """Return the share of the next day."""
    return min(ceil(limit * ramp.growth), ramp.ceiling)


def count_left(book: ShareBook, provider: str, ramp: RampUp, today: date) -> int:
    """Return how many mails may still go to a provider today."""
    share = find_share(book, provider, ramp, today)
    return max(0, share.limit - share.taken)


def move_places(
    book: ShareBook, wishes: Iterable[Wish], ramp: RampUp, today: date
) -> tuple[dict[str, Share], list[bool]]:
    """Return the book after places were taken and given back, and which of the wishes were granted."""
    after, granted = dict(book), []
    for wish in wishes:
        share = find_share(after, wish.provider, ramp, today)
        # What somebody asked for is counted and goes even if it is too much; a place that comes back always fits.
        is_granted = wish.places < 0 or wish.asked_for or share.taken < share.limit
        if is_granted:
            after[wish.provider] = replace(share, taken=max(0, share.taken + wish.places))
        granted.append(is_granted)
    return after, granted


def list_used_up(book: ShareBook, ramp: RampUp, today: date) -> list[str]:
    """Return the providers that get no further mail today."""
    return [provider for provider in sorted(book) if not count_left(book, provider, ramp, today)]


def count_days(readers: Mapping[str, int], book: ShareBook, ramp: RampUp, today: date) -> dict[str, int]:
    """Return by provider on how many days so many mails go, today included, if nothing else does."""
    return {name: len(_spread_out(number, book, name, ramp, today)) for name, number in readers.items()}


def count_going(readers: Mapping[str, int], book: ShareBook, ramp: RampUp, today: date, days: int) -> int:
    """Return how many of so many mails go within some days, today included."""
    return sum(sum(_spread_out(number, book, name, ramp, today)[:days]) for name, number in readers.items())


def _spread_out(number: int, book: ShareBook, provider: str, ramp: RampUp, today: date) -> list[int]:
    """Return how many of so many mails go on each day, today first."""
    share, going = find_share(book, provider, ramp, today), list[int]()
    while number > 0 and len(going) < MOST_DAYS:
        going.append(min(number, max(0, share.limit - share.taken)))
        number -= going[-1]
        # Tomorrow's share from what went today, by the same rule as when it comes.
        share = replace(share, taken=share.taken + going[-1])
        share = find_share({provider: share}, provider, ramp, share.day + timedelta(days=1))
    return going
