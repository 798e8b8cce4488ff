"""The event of a newsletter issue; see :mod:`domain.events`."""

from datetime import datetime

from domain.event_types.base import Event


class IssueCame(Event, frozen=True, kw_only=True, gc=False):
    """A newsletter issue is released to this reader; its id is ``issue:<name>:<subscriber>``."""

    issue: str
    topic: str
    template: str
    """The mail that was drawn for them."""
    edition: str
    """Edition of the workspace that was released."""
    released_at: datetime
    """Who confirmed the topic after it is no reader of this issue."""
    begin_by: datetime
    """What could not begin by then is not sent."""
