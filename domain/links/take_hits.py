"""Takes followed links into the record, and says what they meant once they are graded.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from domain import counters
from domain.decision import Context, Outcome, Reason
from domain.declarations import MAIL_CLICKED
from domain.effects import Count
from domain.event_types.links import LinkFollowed
from domain.events import ProductEvent
from domain.link_evidence.doubts import NOTHING, reason_of
from domain.link_evidence.grade_hits import GradedHit, grade_due
from domain.link_evidence.hits import MOST_PENDING, PIXEL, Hit, LinkRecord
from domain.links.measured import CLICKS, OPENS, list_measures
from domain.record import Subscriber

WHO = {"human": "a person", "machine": "a program", "unknown": "nobody knows whom"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLinks:
    """What became of the links that waited for their grade."""

    outcome: Outcome
    clicks: tuple[ProductEvent, ...]
    """What persons did, to be decided like any other event."""


def take_hit(record: Subscriber, event: LinkFollowed, context: Context) -> Outcome:
    """Note a followed link; it counts nothing until it is graded."""
    wanted = OPENS if event.link == PIXEL else CLICKS
    # Asked again: who withdrew, or switched counting off, is not measured by the links of older mails either.
    if wanted not in list_measures(record, event.topic, context.config):
        return Outcome(record=record, reasons=(_tell(f"A link of {event.mail} was followed and not counted.", event),))
    known = record.links or LinkRecord()
    hit = Hit(
        send=event.send, mail=event.mail, link=event.link, links=event.links,
        at_ms=int(min(event.at, context.now).timestamp() * 1000), doubt=event.doubt,
    )  # fmt: skip
    # One of each kind tells as much as a hundred, and a record must stay small.
    is_repeated = any((one.send, one.link, one.doubt) == (hit.send, hit.link, hit.doubt) for one in known.pending)
    if is_repeated or len(known.pending) >= MOST_PENDING:
        return Outcome(record=record)
    return Outcome(record=replace(record, links=replace(known, pending=(*known.pending, hit))))


def settle_links(record: Subscriber, context: Context) -> SettledLinks | None:
    """Grade what is due; None if nothing is."""
    if record.links is None or not record.links.pending:
        return None
    kept, graded = grade_due(record.links, context.now)
    if not graded:
        return None
    # Back to None, so that a record whose links only programs followed costs nothing again.
    links = kept if kept.pending or kept.clicked or kept.mails else None
    outcome = Outcome(
        record=replace(record, links=links),
        effects=tuple(Count(name=_counter_of(one)) for one in graded),
        reasons=tuple(_describe(one) for one in graded),
    )
    return SettledLinks(outcome=outcome, clicks=_list_clicks(graded))


def _list_clicks(graded: Sequence[GradedHit]) -> tuple[ProductEvent, ...]:
    return tuple(
        ProductEvent(
            id=f"click:{one.hit.send}:{one.hit.link}:{one.hit.at_ms}",
            at=one.hit.at,
            name=MAIL_CLICKED,
            properties={"mail": one.hit.mail, "send": one.hit.send},
        )
        for one in graded
        if one.grade == "human" and one.hit.link > 0
    )


def _counter_of(one: GradedHit) -> str:
    prefix = counters.OPENED if one.hit.link == PIXEL else counters.LINK_FOLLOWED
    return f"{prefix}{one.grade}" + (f":{one.doubt}" if one.doubt != NOTHING else "")


def _describe(one: GradedHit) -> Reason:
    hit, why = one.hit, reason_of(one.doubt)
    what = f"{hit.mail} was opened" if hit.link == PIXEL else f"A link of {hit.mail} was followed"
    text = f"{what} by {WHO[one.grade]}{f': {why}' if why else ''}."
    return Reason(room="mail", text=text, about=hit.mail)


def _tell(text: str, event: LinkFollowed) -> Reason:
    return Reason(room="mail", text=text, about=event.mail)
