"""What an operator does to an issue: release, pause, resume with or without a correction, stop.

Each returns the new state, or raises :class:`IssueRefusedError`, whose sentence says what to do instead.
"""

from datetime import datetime

from msgspec.structs import replace

from domain.ports import MetaStore
from service.issues.states import RELEASED, IssueState, change_state

MOST_OFF = 0.02
"""Share by which the number of readers may differ from the plan and from what was typed."""


class IssueRefusedError(Exception):
    """The issue is not in a state in which this can be done.  The message says what can."""


async def note_plan(store: MetaStore, name: str, readers: int, edition: str, now: datetime) -> None:
    """Keep what a plan counted; a release has to agree with it."""

    def change(state: IssueState | None) -> IssueState | None:
        # What was released keeps its own number; a later plan is only looked at.
        if state and state.state != "draft":
            return None
        return IssueState(since=now, planned=readers, planned_at=now, edition=edition)

    await change_state(store, name, change)


def is_off(number: int, readers: int) -> bool:
    """Return True if a number differs too much from the readers counted now."""
    return abs(number - readers) > MOST_OFF * readers


def check_release(name: str, state: IssueState | None, readers: int, edition: str) -> None:
    """Raise :class:`IssueRefusedError` if an issue may not be released to so many readers."""
    if state is not None and state.state != "draft":
        message = f"{name} was released already: it is {state.state}. Another issue needs a name of its own."
        raise IssueRefusedError(message)
    if state is None or state.planned_at is None:
        message = f"{name} was never planned. Look at it first: doorstep issue plan {name}"
        raise IssueRefusedError(message)
    if state.edition != edition:  # what was looked at is not what would be sent
        message = f"The workspace has changed since the plan. Look at it again: doorstep issue plan {name}"
        raise IssueRefusedError(message)
    if not readers:
        message = f"{name} would go to nobody. Who is left out, and why: doorstep issue plan {name}"
        raise IssueRefusedError(message)
    if is_off(state.planned, readers):
        message = f"The plan counted {state.planned:,} readers, now they are {readers:,}. Plan it again."
        raise IssueRefusedError(message)


async def release_issue(store: MetaStore, name: str, edition: str, moment: str, now: datetime) -> IssueState:
    """Release a draft: from now on its readers are those who have confirmed by now."""

    def change(state: IssueState | None) -> IssueState | None:
        if state is None or state.state != "draft":
            return None
        return replace(state, state="approved", since=now, edition=edition, released_at=now, moment=moment)

    after = await change_state(store, name, change)
    # Two who release at once write two moments; only one of them is kept.
    if after is None or after.released_at != now:
        message = f"Somebody else released {name} in the same moment."
        raise IssueRefusedError(message)
    return after


async def pause_issue(store: MetaStore, name: str, why: str, now: datetime) -> IssueState:
    """Hold every mail of an issue that did not begin."""

    def change(state: IssueState | None) -> IssueState | None:
        if state is None or state.state not in RELEASED:
            return None
        return replace(state, state="paused", since=now, before=state.state, why=why)

    return _require(name, await change_state(store, name, change), "paused")


async def resume_issue(store: MetaStore, name: str, edition: str, now: datetime) -> IssueState:
    """Let a paused issue go on; with an edition, every mail that did not begin is written by it."""

    def change(state: IssueState | None) -> IssueState | None:
        if state is None or state.state != "paused":
            return None
        corrected = bool(edition) and edition != state.edition
        earlier = (*state.earlier, state.edition) if corrected else state.earlier
        return replace(
            state, state=state.before, since=now, before="draft", why="", edition=edition or state.edition,
            earlier=earlier,
        )  # fmt: skip

    before = await change_state(store, name, lambda _: None)
    if before is None or before.state != "paused":
        raise IssueRefusedError(_tell_state(name, before, "it can be resumed only while it is paused"))
    return await change_state(store, name, change) or before


async def stop_issue(store: MetaStore, name: str, why: str, now: datetime) -> IssueState:
    """End an issue for good: no further mail of it begins."""

    def change(state: IssueState | None) -> IssueState | None:
        if state is None or state.state not in (*RELEASED, "paused"):
            return None
        return replace(state, state="stopped", since=now, before="draft", why=why)

    return _require(name, await change_state(store, name, change), "stopped")


def _require(name: str, after: IssueState | None, wanted: str) -> IssueState:
    if after is None or after.state != wanted:
        raise IssueRefusedError(_tell_state(name, after, f"it cannot be {wanted}"))
    return after


def _tell_state(name: str, state: IssueState | None, so: str) -> str:
    return f"{name} is {state.state if state else 'a draft that was not released'}, so {so}."
