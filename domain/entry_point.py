"""How a person found the chat; a part of events, stored in histories and dead letters as a map."""

from msgspec import Struct


class EntryPoint(Struct, frozen=True, kw_only=True, gc=False):
    """How a person found the chat: an m.me link or an ad (Messenger ``referral``)."""

    ref: str = ""
    """The ``ref`` parameter of the link or ad."""
    source: str = ""
    """``SHORTLINK``, ``ADS`` or another word of the platform."""
    ad_id: str = ""
