"""A mail that waits at the gate of sending; see :mod:`domain.events` for the rules of all events."""

from domain.event_types.base import Event


class MailHeld(Event, frozen=True, kw_only=True, gc=False):
    """A mail that was decided waits to leave: it is a quiet hour, there is no room, a share is used up.

    Its id is made of mail and reason, so that each reason is noted once however often the mail is tried.
    """

    send_id: str
    template: str
    reason: str
    """What it waits for, as half a sentence; no personal data."""
