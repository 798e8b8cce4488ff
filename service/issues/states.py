"""The states of issues, which lie in one value of the store beside the live edition, and how they change.

    draft → approved → waiting → sending → done
                  ⇄ paused (of the three in the middle), or → stopped for good

``approved`` is what a command wrote and no worker has seen yet; ``waiting``, nobody's time has come; ``done``, nobody
waits any more.  An issue that is in no value is a draft that was never planned.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from domain.ports import MetaStore

META = "issues"
"""Name of the meta value."""

StateName = Literal["draft", "approved", "waiting", "sending", "paused", "done", "stopped"]
RELEASED: tuple[StateName, ...] = ("approved", "waiting", "sending")
"""States in which readers are asked."""
NOW = "now"
"""Stands for a moment: the release itself."""


class IssueState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one issue; its file lies in the edition."""

    state: StateName = "draft"
    since: datetime
    """When it came to this state."""
    edition: str = ""
    """Edition that is sent now; empty before the release."""
    earlier: tuple[str, ...] = ()
    """Editions that were sent before a correction, the oldest first."""
    planned: int = 0
    """Readers that the last plan counted."""
    planned_at: datetime | None = None
    released_at: datetime | None = None
    """Who confirmed later is no reader."""
    moment: str = ""
    """When it leaves, as said on release; empty if its file says it, :data:`NOW` at once."""
    before: StateName = "draft"
    """Of a paused one, the state that it goes on in."""
    why: str = ""
    """Why it is paused or stopped; everybody who asks reads it."""
    began_at: datetime | None = None
    """When the first reader was asked."""
    winner: str = ""
    """Template that the part ``winner`` gets; empty while that is open."""
    verdict: str = ""
    """Why it is that one, as a sentence."""
    result: dict[str, int] = {}
    """Of one that is done or stopped: people by what became of their mail."""


IssueStates = Mapping[str, IssueState]
_decoder = msgspec.json.Decoder(dict[str, IssueState])


async def load_states(store: MetaStore) -> dict[str, IssueState]:
    """Return the states of all issues by name."""
    # One value for all issues: there are few, and each process reads it four times a second.
    raw = await store.load_meta(META)
    return _decoder.decode(raw) if raw else {}


async def change_state(
    store: MetaStore, name: str, change: Callable[[IssueState | None], IssueState | None]
) -> IssueState | None:
    """Change one issue, also beside others who do, and return what holds then.  ``change`` returns None to leave it."""
    # A worker and a command may change it in the same moment: whoever comes second decides again on what holds now.
    while True:
        raw = await store.load_meta(META)
        states = _decoder.decode(raw) if raw else {}
        before = states.get(name)
        after = change(before)
        if after is None or after == before:
            return before
        if await store.compare_and_set(META, raw, msgspec.json.encode({**states, name: after})):
            return after
