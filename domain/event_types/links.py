"""Links of mails: followed, and counted no more; see :mod:`domain.events` for the rules of all events."""

from domain.event_types.base import Event


class LinkFollowed(Event, frozen=True, kw_only=True, gc=False):
    """Somebody or something asked for a link of a mail to this person; what it was is graded later."""

    send: str
    """Id of the mail."""
    mail: str
    """Its template."""
    topic: str
    """The consent under which it went."""
    link: int
    """Place of the link from 1; see :data:`domain.link_evidence.hits.HIDDEN` and ``PIXEL``."""
    links: int
    """How many links the mail has that a person sees."""
    doubt: str = ""
    """What speaks against a person, a word of :mod:`domain.link_evidence.doubts`; empty if nothing does."""


class CountingEnded(Event, frozen=True, kw_only=True, gc=False):
    """On the page behind a mail's link somebody asked that clicks in the mails of a topic are not counted any more."""

    topic: str
