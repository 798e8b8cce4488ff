"""The index of the readers of each topic: who is in it, and at which place.  Pure.

A reader's place is the second since 1970 at which they confirmed the topic.  Who withdraws stays, at minus that second:
so it is known who left after an issue was released.  Nobody else is in the index.  Only commits write it.
"""

from collections.abc import Mapping

from domain.record import Consent

NOWHERE = 0
"""The place of somebody who is not in the index."""


def find_place(consent: Consent | None) -> int:
    """Return the place that a consent gives its person."""
    # Agreed and declined have no place: no mail goes to them, and none ever went.
    if consent is None or consent.confirmed_at is None:
        return NOWHERE
    if consent.status == "confirmed":
        return int(consent.confirmed_at.timestamp())
    if consent.status == "withdrawn" and consent.withdrawn_at:
        return -int(consent.withdrawn_at.timestamp())
    return NOWHERE


def list_moved(before: Mapping[str, Consent], after: Mapping[str, Consent]) -> tuple[tuple[str, int], ...]:
    """Return the topics in whose index a decision moves its person, each with the new place."""
    if before is after:  # nearly always
        return ()
    return tuple(
        (topic, place)
        for topic, consent in after.items()
        if (place := find_place(consent)) != find_place(before.get(topic))
    )
