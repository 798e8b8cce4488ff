"""The one pass: consent, then flows, then onboarding, each seeing the facts of those before.

Pure.  Takes a record, the events of one subscriber in order, and what may be known besides; returns the whole
decision.  Timers that came due are decided last, with no event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

import flows.step
import onboarding.decide
from flows.book import FlowBook
from onboarding.book import SequenceBook
from subscribers import confirmation, consent
from subscribers.decision import Context, Decision, Outcome, Reason
from subscribers.effects import Count, Effect, Parked, SendMail
from subscribers.events import CREATING, Event
from subscribers.record import Identity, Subscriber

AGAIN = ":again"
"""Ends the id of an event that is decided again after its deciding raised."""
LIFE_BITS = 20
"""Versions of a record begin at its second of birth, times two to this: none before an erasure is one after it."""
LATE = timedelta(hours=1)
"""Where a wake that would not be later than now is moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The compiled rules of one workspace edition."""

    edition: str
    """Content hash of the workspace."""
    flows: FlowBook
    sequences: SequenceBook


def create(subscriber: str, identity: Identity, now: datetime) -> Subscriber:
    """Return the record of somebody met for the first time."""
    return Subscriber(id=subscriber, identity=identity, created_at=now, last_event_at=now)


def meet(subscriber: str, identity: Identity, now: datetime) -> Subscriber:
    """Return the record of somebody who was never saved, or was erased: no version of theirs was there before."""
    return replace(create(subscriber, identity, now), version=int(now.timestamp()) << LIFE_BITS)


def begins(events: Sequence[Event]) -> bool:
    """Tell whether these events may create a record."""
    return any(isinstance(event, CREATING) for event in events)


def decide(record: Subscriber, events: Sequence[Event], context: Context, rules: Rules) -> Decision:
    """Decide what the events, and the timers due by now, mean for this subscriber."""
    outcome = Outcome(record=record)
    for event in events:
        outcome = outcome.then(_one(outcome.record, event, context, rules))
    chat, mail = _wakes(outcome.record, rules)
    if _is_due(chat, context.now) or _is_due(mail, context.now):
        outcome = outcome.then(_timers(outcome.record, context, rules))
        chat, mail = _wakes(outcome.record, rules)
    decided = replace(
        outcome.record, version=record.version + 1, last_event_at=max(record.last_event_at, context.now)
    )
    wake_chat, late_chat = _wake(chat, context.now)
    wake_mail, late_mail = _wake(mail, context.now)
    alarms = tuple(
        Reason(room="service", text=f"a wake for {kind} was not later than now and is moved by an hour")
        for kind, late in (("chat", late_chat), ("mail", late_mail))
        if late
    )
    effects = _pinned(outcome.effects, rules.edition)
    return Decision(
        record=decided,
        effects=(*effects, *(Count(name="late_wake") for _ in alarms)),
        wake_chat=wake_chat,
        wake_mail=wake_mail,
        reasons=outcome.reasons + alarms,
    )


def parking(record: Subscriber, events: tuple[Event, ...], now: datetime) -> Decision:
    """Return the decision that keeps events whose deciding raised; all else stays, and is tried again later."""
    again = tuple(replace(event, id=event.id + AGAIN) for event in events)
    parked = Parked(id=f"{record.id}:{record.version}:parked", events=again)
    return Decision(
        record=replace(record, version=record.version + 1),
        effects=(parked, Count(name="parked")) if again else (),
        wake_chat=now + LATE,
        wake_mail=now + LATE,
        reasons=(Reason(room="service", text="deciding failed; what happened is kept and will be decided again"),),
    )


def _one(record: Subscriber, event: Event | None, context: Context, rules: Rules) -> Outcome:
    first = Outcome(record=record) if event is None else consent.apply(record, event, context)
    return _rest(first, event, context, rules)


def _rest(first: Outcome, event: Event | None, context: Context, rules: Rules) -> Outcome:
    talked = first.then(flows.step.step(rules.flows, first.record, event, first.facts, context))
    return talked.then(onboarding.decide.decide(rules.sequences, talked.record, event, talked.facts, context))


def _timers(record: Subscriber, context: Context, rules: Rules) -> Outcome:
    expiry = confirmation.wake_at(record)
    if expiry is not None and expiry <= context.now:
        return _rest(confirmation.expire(record, context), None, context, rules)
    return _one(record, None, context, rules)


def _wakes(record: Subscriber, rules: Rules) -> tuple[datetime | None, datetime | None]:
    """Return when chat and mail want to be woken; asked once a pass, since every message goes through here."""
    talk, expiry = flows.step.wake_at(rules.flows, record), confirmation.wake_at(record)
    chat = min(talk, expiry) if talk and expiry else talk or expiry
    return chat, onboarding.decide.wake_at(rules.sequences, record)


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _wake(at: datetime | None, now: datetime) -> tuple[datetime | None, bool]:
    return (now + LATE, True) if _is_due(at, now) else (at, False)


def _pinned(effects: tuple[Effect, ...], edition: str) -> tuple[Effect, ...]:
    return tuple([
        replace(effect, edition=edition) if isinstance(effect, SendMail) and not effect.edition else effect
        for effect in effects
    ])
