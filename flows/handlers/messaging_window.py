"""The messaging window: a person did something, so the platform lets us write, and what there is to know of them.

Whoever writes after a long time, or after a human spoke, is told that a bot speaks (Messenger Platform policy,
“Disclosure”); the profile is asked for again when it is old.  Neither ever holds a reply up.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.effects import FetchProfile
from domain.events import Entry
from domain.record import Subscriber
from flows.conversation.walk import Turn

WINDOW = timedelta(hours=24)
"""Standard messaging window (Messenger Platform policy)."""
AD_WINDOW = timedelta(days=7)
"""Window of a first message that came by a Click-to-Messenger ad (policy of 28 September 2026)."""
AD = "ADS"
"""Source of an entry by an ad."""
LONG = timedelta(days=7)
"""A silence after which a person is told again that a bot speaks."""
PROFILE_GOOD_FOR = timedelta(days=30)
PROFILE_EVERY = timedelta(days=1)
"""How often a profile is asked for that the platform does not tell."""


def opened(turn: Turn, cause: str, entry: Entry | None) -> None:
    """Note that a person did something which lets us write."""
    record, now = turn.record, turn.context.now
    first = record.window_expires_at is None
    if first:
        _met(turn)
    turn.discloses = record.undisclosed or (not first and now - _last_heard(record) >= LONG)
    until = now + (AD_WINDOW if first and entry and entry.source == AD else WINDOW)
    if record.window_expires_at:
        until = max(until, record.window_expires_at)
    known = record.entry
    if entry and known == ("", "", ""):
        known = (entry.ref, entry.source, entry.ad_id)
    by = "ad" if entry and entry.source == AD else cause
    asked = record.profile_asked_at
    if _is_old(record, now):
        turn.want(FetchProfile(id=turn.context.keys.send_id(record.id, "profile", now.isoformat())))
        asked = now
    turn.record = replace(
        turn.record, window_expires_at=until, unavailable=False, entry=known, window_cause=by, profile_asked_at=asked
    )


def _met(turn: Turn) -> None:
    """Speak the language of the Page, if it has one of its own, until the person chooses another."""
    page = turn.context.config.pages.get(turn.record.identity.page)
    if page and page.language in turn.book.voices and not turn.record.language:
        turn.change(language=page.language)


def _last_heard(record: Subscriber) -> datetime:
    """Return when the person last did something, as far as the window tells."""
    length = AD_WINDOW if record.window_cause == "ad" else WINDOW
    return (record.window_expires_at or record.created_at) - length


def _is_old(record: Subscriber, now: datetime) -> bool:
    """Tell whether the profile is to be fetched: never told, or a month old; and not asked for within a day."""
    told, asked = record.profiled_at, record.profile_asked_at
    old = told is None or now - told >= PROFILE_GOOD_FOR
    return old and (asked is None or now - asked >= PROFILE_EVERY)
