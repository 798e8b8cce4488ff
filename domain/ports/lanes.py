"""The lanes of the outbox.  A subscriber has one list of waiting items in each lane, and its order is kept."""

# Lane names are part of stored keys (``{p}:q:<lane>:<sub>``): they never change.
INTERNAL = "internal"
"""Work on addresses, whose order counts."""
# A lane of its own: a profile that cannot be fetched for hours must not hold up an address.
LATER = "internal-later"
"""Work that is not urgent and may fail for long: profiles, and events that wait because deciding them raised."""
# A lane of its own: a program that is down for hours must not hold up a code or a profile of the same person.
HOOKS = "internal-hooks"
"""What hooks are told of sequences; nobody waits for it."""
TRANSACTIONAL = "mail-transactional"
MARKETING = "mail-marketing"


def chat_lane(page: str) -> str:
    """Return the outbox lane of a Page."""
    return f"chat:{page}"
