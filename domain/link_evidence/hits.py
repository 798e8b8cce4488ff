"""What a record keeps of followed links: what is still to be graded, and which mails a person followed a link of.

Parts of :mod:`domain.record`, under the same rules.
"""

from datetime import UTC, datetime

from msgspec import Struct

HIDDEN = 0
"""Place of the link that no person sees."""
PIXEL = -1
"""Place of the picture that tells of an opening."""
REMEMBERED_CLICKS = 20
"""Mails whose last human click is kept of a person."""
MOST_PENDING = 60
"""Followed links of one person that can wait for their grade."""


class Hit(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A followed link that waits for its grade."""

    send: str
    mail: str
    """Template of the mail."""
    link: int
    links: int
    at_ms: int
    """Milliseconds since 1970: seconds would hide whether two lie within the window."""
    doubt: str = ""

    @property
    def at(self) -> datetime:
        """When it was followed, aware."""
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)


class ClickedMail(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A mail of which a person followed a link, as conditions ask for it."""

    mail: str
    """Its template."""
    sequence: str = ""
    """The sequence that sent it; empty if none did."""
    run: int = 0
    """Number of the pass that it belongs to."""
    at: int = 0
    """Second since 1970 of the last click."""


class LinkRecord(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Everything that is kept of the links a person followed; None in a record where nothing is."""

    pending: tuple[Hit, ...] = ()
    clicked: dict[str, int] = {}
    """By mail: the second since 1970 of the last click by a person; the latest mails last, at most 20."""
    mails: tuple[ClickedMail, ...] = ()
    """The same by template and pass; the latest last, at most 20."""
