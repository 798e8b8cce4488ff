"""The event that tells a subscriber of an address that is no longer theirs."""

from domain.consent import address_registry
from domain.consent.address_registry import AddressState
from domain.effects import UpdateAddress
from domain.events import AddressMoved, CodesGuarded, NotMe


def make_loss_event(
    change: UpdateAddress, teller: str, loser: str, before: AddressState, after: AddressState
) -> AddressMoved | CodesGuarded | NotMe:
    """Return the event for a subscriber who loses an address: disowned, guessed at, or proven by another person.

    ``teller`` is whose change it is; ``before`` and ``after`` are the states of the address around the change.
    """
    event_id = f"{change.id}:{change.change}:{loser}"
    if change.change == "not_me":
        # The owner's mailbox is asked; where nobody is known to have proven it, the address is blocked.
        return NotMe(
            id=event_id, at=change.at, address=change.address, blocked=before.suppressions != after.suppressions
        )
    crossing = address_registry.find_crossing(before, loser, change) if loser == teller else None
    is_first = crossing is not None and address_registry.happened_first(crossing, change)
    if crossing is not None and (is_first or after.owner == teller):
        return NotMe(id=event_id, at=crossing.at, address=change.address, blocked=is_first)
    if change.change in ("held", "wrong_code"):
        return CodesGuarded(id=event_id, at=change.at, address=change.address)
    return AddressMoved(id=event_id, at=after.owned_at or change.at, address=change.address)
