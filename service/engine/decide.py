"""The one pass: consent, then flows, then onboarding, each seeing the facts of those before.

Pure.  Takes a record, the events of one subscriber in order, and what may be known besides; returns the whole
decision.  Timers that came due are decided last, with no event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

import flows.decide
import onboarding.engine.decide
from domain.consent import decisions, double_opt_in
from domain.decision import Context, Decision, Outcome, Reason
from domain.effects import Count, Effect, Parked, SendMail
from domain.events import CREATING, AnyEvent, ProductEvent
from domain.record import Identity, Subscriber
from flows.compiled.catalog import FlowBook
from onboarding.language.catalog import SequenceBook

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


def begins(events: Sequence[AnyEvent]) -> bool:
    """Tell whether these events may create a record."""
    return any(isinstance(event, CREATING) for event in events)


def decide(record: Subscriber, events: Sequence[AnyEvent], context: Context, rules: Rules) -> Decision:
    """Decide what the events, and the timers due by now, mean for this subscriber."""
    outcome = Outcome(record=record)
    for event in events:
        outcome = outcome.then(_rest(decisions.apply(outcome.record, event, context), event, context, rules))
    chat, mail = _wakes(outcome.record, rules)
    now = context.now
    timed = (chat is not None and chat <= now) or (mail is not None and mail <= now)
    if timed:
        outcome = outcome.then(_timers(outcome.record, context, rules))
        chat, mail = _wakes(outcome.record, rules)
    decided = replace(outcome.record, version=record.version + 1, last_event_at=max(record.last_event_at, now))
    decision = Decision(
        record=decided, effects=_pinned(outcome.effects, rules.edition), wake_chat=chat, wake_mail=mail,
        reasons=outcome.reasons,
    )  # fmt: skip
    return _not_late(decision, now) if timed else decision


def parking(record: Subscriber, events: tuple[AnyEvent, ...], now: datetime) -> Decision:
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


def _rest(first: Outcome, event: AnyEvent | None, context: Context, rules: Rules) -> Outcome:
    """Let flows and onboarding decide behind what consent decided of this event, or of a moment that has come."""
    talked = first.then(flows.decide.step(rules.flows, first.record, event, first.facts, context))
    if not (talked.facts or talked.record.runs or isinstance(event, ProductEvent)):
        return talked  # no sequence begins, runs, or hears of anything
    return talked.then(onboarding.engine.decide.decide(rules.sequences, talked.record, event, talked.facts, context))


def _timers(record: Subscriber, context: Context, rules: Rules) -> Outcome:
    over = _is_due(double_opt_in.wake_at(record), context.now)
    first = double_opt_in.expire(record, context) if over else Outcome(record=record)
    return _rest(first, None, context, rules)


def _wakes(record: Subscriber, rules: Rules) -> tuple[datetime | None, datetime | None]:
    """Return when chat and mail want to be woken; asked once a pass, since every message goes through here."""
    talk = flows.decide.wake_at(rules.flows, record)
    expiry = double_opt_in.wake_at(record) if record.pending else None
    chat = min(talk, expiry) if talk and expiry else talk or expiry
    return chat, onboarding.engine.decide.wake_at(rules.sequences, record) if record.runs else None


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _not_late(decision: Decision, now: datetime) -> Decision:
    """Move wakes that would not be later than now, and tell of it."""
    chat, mail = decision.wake_chat, decision.wake_mail
    late = [kind for kind, at in (("chat", chat), ("mail", mail)) if _is_due(at, now)]
    if not late:
        return decision
    alarms = [
        Reason(room="service", text=f"a wake for {kind} was not later than now and is moved by an hour")
        for kind in late
    ]
    return replace(
        decision,
        effects=(*decision.effects, *[Count(name="late_wake") for _ in late]),
        wake_chat=now + LATE if "chat" in late else chat,
        wake_mail=now + LATE if "mail" in late else mail,
        reasons=(*decision.reasons, *alarms),
    )


def _pinned(effects: tuple[Effect, ...], edition: str) -> tuple[Effect, ...]:
    """Note in every mail the edition it is to be rendered with."""
    if SendMail not in map(type, effects):
        return effects
    return tuple(
        [
            replace(effect, edition=edition) if isinstance(effect, SendMail) and not effect.edition else effect
            for effect in effects
        ]
    )
