"""Reads lines of the history once, for all lives made of them: what each means whatever the rules are.  Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from msgspec import Struct

from domain.event_groups import ENGAGING
from domain.events import ProductEvent
from service.engine.build_commit import FIELDS, HistoryLine
from service.engine.note_changes import CONSENT, FIELD, PROVEN, RECORDED

SLACK = timedelta(minutes=1)
"""A wake that is due so shortly before a line is left to that line: the service had not come to it either."""
PARKED = "service"
"""The room of a line that only keeps events whose deciding failed; they come again in a later line."""

_OPENING = frozenset({"Message", "Postback", "Referral"})
# What the product told has a time of its own, which counts; all else happened when the line was written.
_ENGAGING = frozenset(str(kind.__struct_config__.tag) for kind in ENGAGING) - {"ProductEvent"}
_OF_SEQUENCES = frozenset({"ProductEvent", "FieldsTold", "HookAnswered", "DraftsSettled"})
"""What a line of only these changes follows from rules, and is decided again."""


class ReadLine(Struct, frozen=True, kw_only=True, gc=False):
    """A line of the history, read once for all lives: what it means whatever the rules are."""

    line: HistoryLine
    at: datetime
    wakes_before: datetime
    """Up to then the service woke by itself before the line."""
    second: datetime | None = None
    """:attr:`at` in whole seconds, if the person did something."""
    opens: bool = False
    """True if the person wrote, so that the platform lets us write; who writes does something."""
    engages: bool = False
    """True if the person did something, besides what the product told."""
    changes: bool = False
    """True if something changed that came from people or pages, and does not follow from rules."""
    told: tuple[ProductEvent | None, ...] = ()
    """What the product told, in the places of ``did``; None where fields were told, whose values the life knows."""
    fields: Mapping[str, object] = {}
    """Fields that changed, with what is noted of their values."""
    noted: tuple[tuple[str, object], ...] = ()
    """Consents that changed, addresses that were proven, and events that were recorded, in the order of the line."""

    is_quiet: bool = False
    """True if only time passed, and nothing came of it."""


def read_lines(lines: Iterable[HistoryLine]) -> list[ReadLine]:
    """Return the lines of a history as all lives of its person read them."""
    return [_read_line(line) for line in lines if not _is_parked(line)]


def _is_parked(line: HistoryLine) -> bool:
    return bool(line.reasons) and not line.edition and line.reasons[0].room == PARKED


def _read_line(line: HistoryLine) -> ReadLine:
    before = line.at - SLACK
    if not (line.events or line.did or line.changed):
        return ReadLine(line=line, at=line.at, wakes_before=before, is_quiet=True)
    opens, engages, is_outside = _judge_events(line.events)
    changed = line.changed if is_outside else None
    return ReadLine(
        line=line,
        at=line.at,
        wakes_before=before,
        second=line.at.replace(microsecond=0) if engages or opens else None,
        opens=opens,
        engages=engages,
        changes=bool(changed),
        told=_read_told(line) if line.did else (),
        fields=_read_fields(changed) if changed else {},
        noted=_read_noted(changed) if changed else (),
    )


# Lines of a few kinds make up a history; labels of buttons are those of the flows.
@lru_cache(maxsize=4_096)
def _judge_events(labels: tuple[str, ...]) -> tuple[bool, bool, bool]:
    """Return whether the person wrote, whether they did something, and whether it came from people or pages."""
    kinds = {label.partition(" ")[0] for label in labels}
    return not kinds.isdisjoint(_OPENING), not kinds.isdisjoint(_ENGAGING), bool(kinds - _OF_SEQUENCES)


def _read_told(line: HistoryLine) -> tuple[ProductEvent | None, ...]:
    second = line.at.timestamp()
    return tuple(
        None
        if name == FIELDS
        else ProductEvent(id=f"{second}:{place}", at=at, name=name, properties=said, past=place in line.past)
        for place, (name, at, said) in enumerate(line.did)
    )


def _read_fields(changed: Mapping[str, object]) -> Mapping[str, object]:
    return {name.removeprefix(FIELD): value for name, value in changed.items() if name.startswith(FIELD)}


def _read_noted(changed: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple(
        (name, noted)
        for name, noted in changed.items()
        if name == PROVEN or name.startswith(CONSENT) or (name.startswith(RECORDED) and isinstance(noted, int))
    )
