"""Which shares of a split hold for a pass: those of the file, or, once a part has won, nearly all for that part.  Pure.

It depends on nothing but when the pass began, so who has a part keeps it, whenever their mail comes.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.house_values import ChosenPart, HouseValues
from onboarding.language.catalog import Send

OTHERS = 5
"""Percent of newcomers who get the other parts, so that it shows if a part becomes better or worse with the season."""

Split = tuple[tuple[str, int], ...]
"""(part, percent), adding up to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPasses:
    """The passes that are compared now: only they were divided by the shares of the file."""

    since: datetime | None = None
    """They began then or later; None if any did."""
    before: datetime | None = None
    """They began earlier; None while nothing is chosen."""

    def holds(self, started_at: datetime) -> bool:
        """Return True if a pass that began then is compared."""
        return (self.since is None or started_at >= self.since) and (self.before is None or started_at < self.before)


def find_shares(send: Send, place: str, started_at: datetime, house: HouseValues) -> Split:
    """Return the split for a pass that began then; ``place`` is ``SEQUENCE/STEP``."""
    for chosen in _list_choices(send, place, house):
        if chosen.at <= started_at and (chosen.until is None or started_at < chosen.until):
            return favour_part(send.split, chosen.part)
    return send.split


def favour_part(split: Split, winner: str) -> Split:
    """Return the split with nearly everybody for one part; the others get at least 1 % each."""
    # Halves, b has won: a 5 %, b 95 %.  Of four parts, b has won: 2 %, 95 %, 2 % and 1 %.
    others = [name for name, percent in split if percent and name != winner]
    each, more = divmod(max(OTHERS, len(others)), len(others) or 1)
    shares = {name: each + (number < more) for number, name in enumerate(others)}
    won = sum(percent for _, percent in split) - sum(shares.values())
    return tuple((name, won if name == winner else shares.get(name, 0)) for name, _ in split)


def find_chosen_part(send: Send, place: str, house: HouseValues) -> ChosenPart | None:
    """Return the part that newcomers get; None if they are divided by the shares of the file."""
    choices = _list_choices(send, place, house)
    return choices[-1] if choices and choices[-1].until is None else None


def _list_choices(send: Send, place: str, house: HouseValues) -> list[ChosenPart]:
    # Another split in the file is another question; what was chosen of the old one says nothing about it.
    split = dict(send.split)
    return [chosen for chosen in house.chosen.get(place, ()) if chosen.parts == split] if send.winner else []


def find_compared(send: Send, place: str, house: HouseValues) -> ComparedPasses:
    """Return which passes are compared now."""
    choices = _list_choices(send, place, house)
    if not choices:
        return ComparedPasses()
    # Who began under a choice was divided 95 to 5, so neither side of it may be mixed with them.
    if choices[-1].until is not None:
        return ComparedPasses(since=choices[-1].until)
    return ComparedPasses(since=choices[-2].until if len(choices) > 1 else None, before=choices[-1].at)
