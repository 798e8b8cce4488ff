"""The message or tap of a person, in the one form that flows read, whichever event carried it."""

from msgspec import Struct


class UserInput(Struct, frozen=True, kw_only=True, gc=False):
    """A message or a tap."""

    text: str = ""
    """What the person typed, or the label of what they tapped."""
    payload: str = ""
    """Of a button or quick reply; the platform fills some in itself (``user_email``, ``user_phone_number``).

    Empty if the text was typed.
    """
    mid: str = ""
    """Message id given by the platform."""
    attachments: tuple[str, ...] = ()
    """Kinds of the attachments: ``image``, ``audio`` ..."""
    urls: tuple[str, ...] = ()
    """Address of each attachment, in the same order."""
