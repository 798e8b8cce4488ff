"""The bodies of the page's requests."""

import msgspec


class SayBody(msgspec.Struct, forbid_unknown_fields=True):
    """A typed message."""

    text: str
    language: str = ""
    """The language chosen in the header; it counts for a person who has not written yet."""


class TapBody(msgspec.Struct, forbid_unknown_fields=True):
    """A tap on a quick reply or template button."""

    title: str
    payload: str
    postback: bool = False
    language: str = ""
    """As for :class:`SayBody`."""


class FollowBody(msgspec.Struct, forbid_unknown_fields=True):
    """A link or an ad that is followed."""

    ref: str
    language: str = ""
    """As for :class:`SayBody`."""


class StartBody(msgspec.Struct, forbid_unknown_fields=True):
    """The get-started button pressed."""

    language: str


class ClockBody(msgspec.Struct, forbid_unknown_fields=True):
    """A move of the clock: by hours, or to the next due moment of a person if there are none."""

    hours: float | None = None
    person: str = ""


class FileBody(msgspec.Struct, forbid_unknown_fields=True):
    """A file of the workspace, edited in the page."""

    text: str
    before: str
    """The text that the visitor began with; a file that was changed meanwhile is not overwritten."""


class EventBody(msgspec.Struct, forbid_unknown_fields=True):
    """A product event."""

    event: str
