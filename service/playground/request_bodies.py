"""What the page asks for, as the bodies of its requests."""

import msgspec


class Say(msgspec.Struct, forbid_unknown_fields=True):
    """A message typed."""

    text: str
    language: str = ""
    """The language chosen in the header; it counts for who has not written yet."""


class Tap(msgspec.Struct, forbid_unknown_fields=True):
    """A quick reply or template button tapped."""

    title: str
    payload: str
    postback: bool = False
    language: str = ""
    """As for :class:`Say`."""


class Follow(msgspec.Struct, forbid_unknown_fields=True):
    """A link or an ad followed."""

    ref: str
    language: str = ""
    """As for :class:`Say`."""


class Come(msgspec.Struct, forbid_unknown_fields=True):
    """Get-started pressed."""

    language: str


class Ahead(msgspec.Struct, forbid_unknown_fields=True):
    """The clock moved by so many hours; none: to the next due moment of this person."""

    hours: float | None = None
    person: str = ""


class Did(msgspec.Struct, forbid_unknown_fields=True):
    """A product event."""

    event: str
