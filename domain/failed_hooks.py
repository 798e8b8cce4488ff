"""The team list of hooks that could not be told: what happened in a sequence and a program of your own never heard of.

An entry holds no field of the person, only the name of their record.
"""

from datetime import datetime

import msgspec
from msgspec import Struct

from domain.effects import TeamListEntry
from domain.events import HookAnswered

FAILED_HOOKS = "failed_hooks"
"""Name of the team list, as stored."""


class FailedHook(Struct, frozen=True, kw_only=True):
    """One request that was given up."""

    at: datetime
    """When it was given up."""
    since: datetime
    """When it was decided."""
    id: str
    """The ``Doorstep-Id`` of the request."""
    hook: str
    kind: str
    """``step``, ``started``, ``goal`` …"""
    sequence: str
    step: str


def failed_hook_entry(event: HookAnswered) -> TeamListEntry:
    """Return the list entry of a request that was given up."""
    kind, sequence, step = event.told
    line = FailedHook(
        at=event.at, since=event.asked_at, id=event.id, hook=event.hook, kind=kind, sequence=sequence, step=step
    )
    return TeamListEntry(list_name=FAILED_HOOKS, line=msgspec.json.encode(line))


def read_failed_hook(line: bytes) -> FailedHook:
    """Read an entry of the list; raises ``msgspec.DecodeError``."""
    return msgspec.json.decode(line, type=FailedHook)
