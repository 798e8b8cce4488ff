"""Takes in what is told as history, and fields that the product tells: before any condition is asked.  Pure."""

from datetime import timedelta

from msgspec.structs import replace

from domain.deeds import second_of
from domain.events import AnyEvent, FieldsTold, ProductEvent
from domain.record import SCHEMA, Subscriber
from language.conditions.sequence_tests import sequence_of
from onboarding.language.catalog import SequenceCatalog

TICK = timedelta(seconds=1)
"""The unit in which occurrences are kept."""


def is_history(event: AnyEvent | None) -> bool:
    """Return True if an event is told as history: it changes what is known, and nothing starts or moves now."""
    return isinstance(event, ProductEvent | FieldsTold) and event.past


def fill_told_fields(record: Subscriber, event: AnyEvent | None) -> Subscriber:
    """Return the record with the fields that an event tells, each unless a newer one was told already."""
    if not isinstance(event, FieldsTold):
        return record
    at = second_of(event.at)
    newer = {name: value for name, value in event.fields.items() if at >= record.told_at.get(name, 0)}
    if not newer:
        return record
    return replace(
        record,
        schema=SCHEMA,
        fields={**record.fields, **newer},
        told_at={**record.told_at, **dict.fromkeys(newer, at)},
    )


def place_before_passes(catalog: SequenceCatalog, record: Subscriber, event: AnyEvent | None) -> AnyEvent | None:
    """Return the event; told as history, it lies before every pass that it would end by its goal or its exit.

    Goals and exits ask what happened since a pass began.  What is told as history reaches no goal, so there its time is
    the second before; it still counts for how often it happened.
    """
    if not (isinstance(event, ProductEvent) and event.past):
        return event
    begun = [
        run.started_at
        for name, run in record.runs.items()
        if (sequence := catalog.sequences.get(sequence_of(name))) is not None
        and run.status in ("running", "finished")
        and (
            (sequence.goal is not None and sequence.goal.event == event.name)
            or any(leave.event == event.name for leave in sequence.exits)
        )
    ]
    return replace(event, at=min([event.at, *(at - TICK for at in begun)]))
