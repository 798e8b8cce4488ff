"""Notes what a decision changed of a person, for the history: what a back-test cannot work out from events.  Pure.

Few bytes: a line of a commit that changed nothing of it holds nothing.
"""

import hashlib
from collections.abc import Iterable, Sequence

from domain.events import AnyEvent, FieldsTold, MailRefused, ProductEvent
from domain.record import Subscriber, Value
from domain.workspace_config import WorkspaceConfig

Change = Value | tuple[str, ...]

FIELD, CONSENT, RECORDED = "f.", "c.", "e."
"""Begin the names of changed fields and consents, and of events that a flow recorded."""
TAGS, ZONE, LANGUAGE, PAUSE, PROVEN = "tags", "zone", "language", "paused", "proven"
"""Names of other changes; ``proven`` is the number of proven addresses, ``paused`` a second since 1970 or None."""
HASHED = "#"
"""Begins the hash of a value that a person may have typed."""
HELD_OUT, DRAFT = "holdout", "draft"

_FREE_TYPES = frozenset({"text", "phone", "email"})


def note_changes(
    before: Subscriber, after: Subscriber, events: Sequence[AnyEvent], config: WorkspaceConfig
) -> dict[str, Change]:
    """Return what differs, with its new value; of fields in which people type, the hash of it."""
    # What stayed is the same object, so a commit that changed none of it costs some comparisons.
    changed: dict[str, Change] = {}
    if before.fields is not after.fields:
        changed |= _note_fields(before, after, config)
    if before.tags != after.tags:
        changed[TAGS] = after.tags
    if before.consents is not after.consents:
        consents = sorted(after.consents.items())
        changed |= {CONSENT + topic: new.status for topic, new in consents if before.consents.get(topic) != new}
    if before.addresses is not after.addresses and (count := _proven(after)) != _proven(before):
        changed[PROVEN] = count
    if before.behaviour is not after.behaviour:
        changed |= _note_recorded(before, after, events)
    return changed | _note_settings(before, after)


def _note_fields(before: Subscriber, after: Subscriber, config: WorkspaceConfig) -> dict[str, Change]:
    names = sorted(before.fields.keys() | after.fields.keys())
    values = {name: after.fields.get(name) for name in names if before.fields.get(name) != after.fields.get(name)}
    return {
        FIELD + name: value if is_kept(name, config) else hash_value(after.id, value) for name, value in values.items()
    }


def _note_recorded(before: Subscriber, after: Subscriber, events: Sequence[AnyEvent]) -> dict[str, Change]:
    told = {event.name for event in events if isinstance(event, ProductEvent)}
    counts = {name: deed.count for name, deed in before.behaviour.items()}
    return {
        RECORDED + name: deed.last_second
        for name, deed in sorted(after.behaviour.items())
        if name not in told and deed.count > counts.get(name, 0)
    }


def _note_settings(before: Subscriber, after: Subscriber) -> dict[str, Change]:
    changed: dict[str, Change] = {}
    if before.profile.timezone != after.profile.timezone:
        changed[ZONE] = after.profile.timezone
    if before.language != after.language:
        changed[LANGUAGE] = after.language
    if before.mails_paused_until != after.mails_paused_until:
        changed[PAUSE] = int(after.mails_paused_until.timestamp()) if after.mails_paused_until else None
    return changed


def is_kept(field: str, config: WorkspaceConfig) -> bool:
    """Return True if the history may hold the value of a field: nobody can type what they like into it."""
    declared = config.fields.get(field)
    return declared is not None and (declared.type not in _FREE_TYPES or bool(declared.sources))


def hash_value(subscriber: str, value: Value) -> str:
    """Return what the history holds of a typed value: enough to see that it changed, or is the one of today."""
    # Another hash for each person, so that equal names and addresses of two people do not look alike.
    return HASHED + hashlib.blake2b(repr(value).encode(), key=subscriber.encode()[:64], digest_size=6).hexdigest()


def note_unsent(before: Subscriber, after: Subscriber, events: Iterable[AnyEvent]) -> tuple[tuple[str, str], ...]:
    """Return the mails that were wanted and not sent, each with its gate: by ``SEQUENCE/STEP``, or by its id."""
    unsent = [(event.send_id, event.reason) for event in events if isinstance(event, MailRefused)]
    if before.runs is after.runs:
        return tuple(unsent)
    for name, run in sorted(after.runs.items()):
        earlier = before.runs.get(name)
        same = earlier if earlier and earlier.number == run.number else None
        if run is same:
            continue
        known = (same.withheld or ()) if same else ()
        unsent += [(f"{name}/{step}", HELD_OUT) for step in run.withheld or () if step not in known]
        unsent += [(f"{name}/{step}", DRAFT) for step in run.drafts if not same or step not in same.drafts]
    return tuple(unsent)


def count_past(events: Iterable[AnyEvent]) -> tuple[int, ...]:
    """Return the places, among what the product told, of what it told as history."""
    told = [event for event in events if isinstance(event, ProductEvent | FieldsTold)]
    return tuple([place for place, event in enumerate(told) if event.past])


def _proven(record: Subscriber) -> int:
    return sum(address.status == "proven" for address in record.addresses.values())
