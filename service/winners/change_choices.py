"""Writes which part of a split was chosen, and takes it back.

The times lie a little ahead.  Each process looks at the values of the house once a second, so all of them know of it
before the first pass begins for which it holds.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.house_values import ChosenPart, HouseValues
from domain.ports import MetaStore
from onboarding.engine.comparisons.winners import find_chosen_part
from onboarding.language.catalog import Send
from service.engine.house.stored_values import change_house

AHEAD = timedelta(minutes=1)
"""From when on a choice holds, or holds no more."""
MOST_KEPT = 8
"""Choices of one step; older ones were taken back, and their passes are over."""


async def note_choice(
    store: MetaStore, place: str, send: Send, part: str, now: datetime, *, is_early: bool
) -> ChosenPart | None:
    """Choose a part of the split at ``SEQUENCE/STEP`` for newcomers; None if one was chosen meanwhile."""
    chosen = ChosenPart(part=part, at=now + AHEAD, parts=dict(send.split), is_early=is_early)

    def change(house: HouseValues) -> HouseValues:
        if find_chosen_part(send, place, house):
            return house
        # Earlier choices stay: passes that began under them keep what they have.
        kept = (*house.chosen.get(place, ()), chosen)[-MOST_KEPT:]
        return replace(house, chosen={**house.chosen, place: kept})

    # Two processes can believe to lead for some seconds; the second one finds the choice of the first.
    house = await change_house(store, change)
    return chosen if chosen in house.chosen.get(place, ()) else None


async def take_back_choice(store: MetaStore, place: str, now: datetime) -> bool:
    """Divide newcomers by the shares of the file again; return False if nothing was chosen."""
    done = False

    def change(house: HouseValues) -> HouseValues:
        nonlocal done
        choices = house.chosen.get(place, ())
        done = bool(choices) and choices[-1].until is None
        if not done:
            return house
        # One that does not hold yet never did.
        ended = replace(choices[-1], until=max(now + AHEAD, choices[-1].at))
        return replace(house, chosen={**house.chosen, place: (*choices[:-1], ended)})

    await change_house(store, change)
    return done
