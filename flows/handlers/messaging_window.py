"""The messaging window: after a person did something, the platform lets the bot write for a while.

A person who writes after a long time, or after a human spoke, is told that a bot speaks (Messenger Platform policy,
“Disclosure”).  An old profile is fetched again.  Neither delays a reply.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.effects import FetchProfile
from domain.entry_point import EntryPoint
from domain.record import Subscriber
from flows.conversation.state import ConversationTurn

WINDOW = timedelta(hours=24)
"""Standard messaging window (Messenger Platform policy)."""
AD_WINDOW = timedelta(days=7)
"""Window of a first message that came by a Click-to-Messenger ad (policy of 28 September 2026)."""
AD_SOURCE = "ADS"
"""Source of an entry by an ad."""
LONG_SILENCE = timedelta(days=7)
"""A silence after which a person is told again that a bot speaks."""
PROFILE_GOOD_FOR = timedelta(days=30)
PROFILE_EVERY = timedelta(days=1)
"""Pause between two requests for a profile that the platform does not give."""


def open_window(turn: ConversationTurn, cause: str, entry: EntryPoint | None) -> None:
    """Note that a person did something, and that the bot may write now."""
    record, now = turn.record, turn.context.now
    is_first = record.window_expires_at is None
    if is_first:
        _take_page_language(turn)
    turn.discloses_bot = record.undisclosed or (not is_first and now - _last_active_at(record) >= LONG_SILENCE)
    # An ad opens a longer window, but only with the first message; a later shorter one must not cut it.
    until = now + (AD_WINDOW if is_first and entry and entry.source == AD_SOURCE else WINDOW)
    if record.window_expires_at:
        until = max(until, record.window_expires_at)
    entry_point = record.entry
    if entry and entry_point == ("", "", ""):
        entry_point = (entry.ref, entry.source, entry.ad_id)
    window_cause = "ad" if entry and entry.source == AD_SOURCE else cause
    asked_at = record.profile_asked_at
    if _needs_profile(record, now):
        turn.add_effects(FetchProfile(id=turn.context.keys.send_id(record.id, "profile", now.isoformat())))
        asked_at = now
    # One copy for all five fields, since every message comes through here.
    turn.record = replace(
        turn.record,
        window_expires_at=until,
        unavailable=False,
        entry=entry_point,
        window_cause=window_cause,
        profile_asked_at=asked_at,
    )


def _take_page_language(turn: ConversationTurn) -> None:
    """Speak the Page's own language, if it has one, until the person chooses another."""
    page = turn.context.config.pages.get(turn.record.identity.page)
    if page and page.language in turn.catalog.language_packs and not turn.record.language:
        turn.change_record(language=page.language)


def _last_active_at(record: Subscriber) -> datetime:
    """Return when the person last did something, computed from the end of the window."""
    length = AD_WINDOW if record.window_cause == "ad" else WINDOW
    return (record.window_expires_at or record.created_at) - length


def _needs_profile(record: Subscriber, now: datetime) -> bool:
    """Return True if the profile is missing or a month old, and was not asked for within a day."""
    profiled_at, asked_at = record.profiled_at, record.profile_asked_at
    is_old = profiled_at is None or now - profiled_at >= PROFILE_GOOD_FOR
    return is_old and (asked_at is None or now - asked_at >= PROFILE_EVERY)
