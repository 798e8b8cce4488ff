"""What a person sent, whichever event carried it."""

from msgspec import Struct


class Heard(Struct, frozen=True, kw_only=True, gc=False):
    """A message or a tap, as the flow language sees it."""

    text: str
    """What was typed, or stood on what was tapped."""
    payload: str = ""
    mid: str = ""
    """Message id given by the platform."""
    attachments: tuple[str, ...] = ()
    """Kinds of what was attached."""
    urls: tuple[str, ...] = ()
    """Where each lies, in the same order."""
