"""Takes in what happened: adds it to what the person did, and to the fields that follow the product.  Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from domain.decision import Context, Fact, Outcome, Reason
from domain.declarations import MAIL_CLICKED
from domain.deeds import second_of
from domain.events import AnyEvent, ProductEvent
from domain.record import SCHEMA, Subscriber, Value
from language.fields.told_values import fit_field
from language.zones import zone_of_person
from onboarding.engine.behaviour import keep_bounds, record_occurrence
from onboarding.engine.mail_hours.usual_hour import learn_hour
from onboarding.engine.steps.clicked_mails import note_clicked_mail
from onboarding.language.catalog import SequenceCatalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A declared event that happened now, or is reported now."""

    name: str
    at: datetime
    """When it happened, by the product's account."""
    said: Mapping[str, Value] = field(default_factory=dict)
    """The properties that are taken in."""


def list_occurrences(event: AnyEvent | None, facts: Iterable[Fact], context: Context) -> tuple[Occurrence, ...]:
    """Return the declared events among what happened now."""
    # A flow can record an event, too: it arrives as a fact of the event's name.
    occurred = [Occurrence(name=fact.name, at=fact.at) for fact in facts]
    if isinstance(event, ProductEvent):
        occurred.append(Occurrence(name=event.name, at=event.at, said=event.properties))
    return tuple(each for each in occurred if each.name in context.config.events)


def take_in(
    catalog: SequenceCatalog, record: Subscriber, occurred: tuple[Occurrence, ...], context: Context
) -> Outcome:
    """Return the record with what happened in its behaviour and its fields, before any condition is asked."""
    reasons: list[Reason] = []
    for occurrence in occurred:
        keep = context.config.events[occurrence.name].keep
        said = {name: value for name, value in occurrence.said.items() if name in keep}
        record = record_occurrence(record, occurrence.name, occurrence.at, context.now, said)
        if context.config.events[occurrence.name].use:
            record = learn_hour(record, occurrence.at, zone_of_person(record, context.config.timezone, context.now))
        if occurrence.name == MAIL_CLICKED:
            record = note_clicked_mail(catalog, record, occurrence.said, occurrence.at, context)
        record, unfit = _fill_fields(record, occurrence, context)
        reasons += unfit
    if not occurred:
        return Outcome(record=record)
    record, dropped = keep_bounds(record, catalog.named_events)
    return Outcome(record=record, reasons=(*reasons, *dropped))


def _fill_fields(record: Subscriber, occurrence: Occurrence, context: Context) -> tuple[Subscriber, list[Reason]]:
    """Fill the fields that follow this event, each unless a newer event has filled it already."""
    config, reasons = context.config, list[Reason]()
    at = second_of(min(occurrence.at, context.now))
    for told, value in occurrence.said.items():
        for name in config.fields_by_source.get((occurrence.name, told), ()):
            if at < record.told_at.get(name, 0):
                continue
            fitting = fit_field(value, config.fields[name], zone_of_person(record, config.timezone, context.now))
            if fitting is None and value not in (None, ""):
                kind = config.fields[name].type.replace("_", " or ")
                text = f"{name} stays as it is: {told} of {occurrence.name} is no {kind}."
                reasons.append(Reason(room="onboarding", text=text, about=occurrence.name))
                continue
            record = replace(
                record,
                schema=SCHEMA,
                fields={**record.fields, name: fitting},
                told_at={**record.told_at, name: at},
            )
    return record, reasons
