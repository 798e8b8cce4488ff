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
from domain import counters
from domain.consent import confirmation_ends, decisions
from domain.decision import Context, Decision, Outcome, Reason
from domain.effects import Count, DeadLetter, Effect, SendMail, TeamListEntry
from domain.events import CREATING, AnyEvent, ProductEvent
from domain.record import Identity, Subscriber
from flows.compiled.catalog import FlowCatalog
from onboarding.language.catalog import SequenceCatalog

DECIDED_AGAIN = ":again"
"""Ends the id of an event that is decided again after its deciding raised."""
VERSION_BITS = 20
"""Versions of a record begin at its second of birth, times two to this: none before an erasure is one after it."""
MOVED_BY = timedelta(hours=1)
"""Where a wake that would not be later than now is moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The compiled rules of one workspace edition."""

    edition: str
    """Content hash of the workspace."""
    flows: FlowCatalog
    sequences: SequenceCatalog


def create_record(subscriber: str, identity: Identity, now: datetime) -> Subscriber:
    """Return the record of somebody met for the first time."""
    return Subscriber(id=subscriber, identity=identity, created_at=now, last_event_at=now)


def create_unsaved_record(subscriber: str, identity: Identity, now: datetime) -> Subscriber:
    """Return the record of somebody who was never saved, or was erased: no version of theirs was there before."""
    return replace(create_record(subscriber, identity, now), version=int(now.timestamp()) << VERSION_BITS)


def may_create_record(events: Sequence[AnyEvent]) -> bool:
    """Tell whether these events may create a record."""
    return any(isinstance(event, CREATING) for event in events)


def decide_events(record: Subscriber, events: Sequence[AnyEvent], context: Context, rules: Rules) -> Decision:
    """Decide what the events, and the timers due by now, mean for this subscriber."""
    outcome = Outcome(record=record)
    for event in events:
        outcome = outcome.followed_by(
            _decide_event(decisions.apply_event(outcome.record, event, context), event, context, rules)
        )
    chat, mail = _wake_times(outcome.record, rules)
    now = context.now
    timed = (chat is not None and chat <= now) or (mail is not None and mail <= now)
    if timed:
        outcome = outcome.followed_by(_decide_timers(outcome.record, context, rules))
        chat, mail = _wake_times(outcome.record, rules)
    decided = replace(outcome.record, version=record.version + 1, last_event_at=max(record.last_event_at, now))
    decision = Decision(
        record=decided, effects=_pin_edition(outcome.effects, rules.edition), wake_chat=chat, wake_mail=mail,
        reasons=outcome.reasons, redacted_inputs=outcome.redacted_inputs,
    )  # fmt: skip
    decision = _move_late_wakes(decision, now) if timed else decision
    return decision if decided.trying_until is None else _without_counts(decision)


def keep_for_later(record: Subscriber, events: tuple[AnyEvent, ...], now: datetime) -> Decision:
    """Return the decision that keeps events whose deciding raised; all else stays, and is tried again later."""
    again = tuple(replace(event, id=event.id + DECIDED_AGAIN) for event in events)
    parked = DeadLetter(id=f"{record.id}:{record.version}:parked", events=again)
    return Decision(
        record=replace(record, version=record.version + 1),
        effects=(parked, Count(name=counters.DEAD_LETTER)) if again else (),
        wake_chat=now + MOVED_BY,
        wake_mail=now + MOVED_BY,
        reasons=(Reason(room="service", text="deciding failed; what happened is kept and will be decided again"),),
    )


def _decide_event(first: Outcome, event: AnyEvent | None, context: Context, rules: Rules) -> Outcome:
    """Let flows and onboarding decide behind what consent decided of this event, or of a moment that has come."""
    talked = first.followed_by(flows.decide.decide_flows(rules.flows, first.record, event, first.facts, context))
    if not (talked.facts or talked.record.runs or isinstance(event, ProductEvent)):
        return talked  # no sequence begins, runs, or hears of anything
    return talked.followed_by(
        onboarding.engine.decide.decide(rules.sequences, talked.record, event, talked.facts, context)
    )


def _decide_timers(record: Subscriber, context: Context, rules: Rules) -> Outcome:
    over = _is_due(confirmation_ends.next_expiry(record), context.now)
    first = confirmation_ends.expire_pending(record, context) if over else Outcome(record=record)
    return _decide_event(first, None, context, rules)


def _wake_times(record: Subscriber, rules: Rules) -> tuple[datetime | None, datetime | None]:
    """Return when chat and mail want to be woken; asked once a pass, since every message goes through here."""
    talk = flows.decide.wake_at(rules.flows, record)
    expiry = confirmation_ends.next_expiry(record) if record.pending else None
    chat = min(talk, expiry) if talk and expiry else talk or expiry
    return chat, onboarding.engine.decide.wake_at(rules.sequences, record) if record.runs else None


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _move_late_wakes(decision: Decision, now: datetime) -> Decision:
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
        effects=(*decision.effects, *[Count(name=counters.LATE_WAKE) for _ in late]),
        wake_chat=now + MOVED_BY if "chat" in late else chat,
        wake_mail=now + MOVED_BY if "mail" in late else mail,
        reasons=(*decision.reasons, *alarms),
    )


def _without_counts(decision: Decision) -> Decision:
    """Return the decision for somebody of the team, who tried a draft once: nothing they do is counted."""
    kept = tuple(effect for effect in decision.effects if not isinstance(effect, Count | TeamListEntry))
    return replace(decision, effects=kept)


def _pin_edition(effects: tuple[Effect, ...], edition: str) -> tuple[Effect, ...]:
    """Note in every mail the edition it is to be rendered with."""
    if SendMail not in map(type, effects):
        return effects
    return tuple(
        [
            replace(effect, edition=edition) if isinstance(effect, SendMail) and not effect.edition else effect
            for effect in effects
        ]
    )
