"""Decides events in one pass: consent, then flows, then onboarding; each sees the facts of those before it.

Pure.  Takes a record, the events of one subscriber in order, and a context; returns the whole decision.  Timers that
are due are decided last, without an event.
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
from domain.event_groups import CREATING
from domain.event_types.issues import IssueCame
from domain.events import AnyEvent, FieldsTold, HookAnswered, ProductEvent
from domain.link_evidence.grade_hits import next_grading
from domain.links.take_hits import settle_links
from domain.record import Identity, Subscriber
from flows.compiled.catalog import FlowCatalog
from onboarding.engine.behaviour import note_engagement
from onboarding.engine.start_and_exit import needs_look
from onboarding.issues.decide import decide_issue
from onboarding.language.catalog import SequenceCatalog

DECIDED_AGAIN = ":again"
"""Suffix of the id of an event that is decided again after its deciding raised."""
VERSION_BITS = 20
"""A new record's first version is ``created_at (s) << VERSION_BITS``, so versions are never reused after an erasure."""
MOVED_BY = timedelta(hours=1)
"""By how much a wake that would not be later than now is moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The compiled rules of one workspace edition."""

    edition: str
    """Content hash of the workspace."""
    flows: FlowCatalog
    sequences: SequenceCatalog


def create_record(subscriber: str, identity: Identity, now: datetime) -> Subscriber:
    """Return the record of a new subscriber."""
    return Subscriber(id=subscriber, identity=identity, created_at=now, last_event_at=now)


def create_unsaved_record(subscriber: str, identity: Identity, now: datetime) -> Subscriber:
    """Return the record of a subscriber who has none in the store: a new one, or one who was erased."""
    # The second of its creation times 2**20.  An erased record had fewer than a million commits a second, so a cached
    # copy of it can never have a version of the new one.
    return replace(create_record(subscriber, identity, now), version=int(now.timestamp()) << VERSION_BITS)


def may_create_record(events: Sequence[AnyEvent]) -> bool:
    """Return True if one of these events may create a record."""
    return any(isinstance(event, CREATING) for event in events)


def decide_events(record: Subscriber, events: Sequence[AnyEvent], context: Context, rules: Rules) -> Decision:
    """Return the decision on these events, and on the timers that are due by now."""
    settled = settle_links(record, context) if record.links else None
    # What persons followed is older than what came now.
    happened = (*settled.clicks, *events) if settled else events
    outcome = Outcome(record=note_engagement(settled.outcome.record if settled else record, happened, context.now))
    if settled:
        outcome = settled.outcome.followed_by(outcome)
    for event in happened:
        outcome = outcome.followed_by(
            _decide_event(decisions.apply_event(outcome.record, event, context), event, context, rules)
        )
    chat, mail = _wake_times(outcome.record, rules)
    now = context.now
    # Timers come after the events: an answer that arrives in the same moment as its reminder cancels the reminder.
    timed = _is_due(chat, now) or _is_due(mail, now)
    # Who says nothing is looked at for a start or a wait that became live, so that time can begin or end it.
    timed = timed or (not events and needs_look(rules.sequences, record))
    if timed:
        outcome = outcome.followed_by(_decide_timers(outcome.record, context, rules))
        chat, mail = _wake_times(outcome.record, rules)
    decided = replace(outcome.record, version=record.version + 1, last_event_at=max(record.last_event_at, now))
    decision = Decision(
        record=decided, effects=_pin_edition(outcome.effects, rules.edition), wake_chat=chat, wake_mail=mail,
        reasons=outcome.reasons, redacted_inputs=outcome.redacted_inputs,
        clicks=settled.clicks if settled else (),
    )  # fmt: skip
    decision = _move_late_wakes(decision, now) if timed else decision
    return decision if decided.trying_until is None else _without_counts(decision)


def make_dead_letter(record: Subscriber, events: tuple[AnyEvent, ...], now: datetime) -> Decision:
    """Return the decision that keeps events whose deciding raised, in the outbox, to be decided again later."""
    # The new ids end in ":again": the old ones are committed with this decision, and would count as repetitions.
    again = tuple(replace(event, id=event.id + DECIDED_AGAIN) for event in events)
    parked = DeadLetter(id=f"{record.id}:{record.version}:parked", events=again)
    return Decision(
        record=replace(record, version=record.version + 1),
        effects=(parked, Count(name=counters.DEAD_LETTER)) if again else (),
        wake_chat=now + MOVED_BY,
        wake_mail=now + MOVED_BY,
        reasons=(Reason(room="service", text="deciding failed; what happened is kept and will be decided again"),),
    )


def _decide_event(consent: Outcome, event: AnyEvent | None, context: Context, rules: Rules) -> Outcome:
    """Return consent's outcome, followed by those of flows and onboarding; ``event`` is None for timers."""
    if isinstance(event, IssueCame):
        return consent.followed_by(decide_issue(consent.record, event, context))
    with_flows = consent.followed_by(
        flows.decide.decide_flows(rules.flows, consent.record, event, consent.facts, context)
    )
    is_known = event is None or with_flows.record.consents or with_flows.record.starts
    is_watched = rules.sequences.begun_by_time and is_known
    concerns = with_flows.facts or with_flows.record.runs or is_watched
    if not (concerns or isinstance(event, ProductEvent | FieldsTold | HookAnswered)):
        return with_flows  # no sequence starts, runs, or waits for this event
    return with_flows.followed_by(
        onboarding.engine.decide.decide(rules.sequences, with_flows.record, event, with_flows.facts, context)
    )


def _decide_timers(record: Subscriber, context: Context, rules: Rules) -> Outcome:
    over = _is_due(confirmation_ends.next_expiry(record), context.now)
    first = confirmation_ends.expire_pending(record, context) if over else Outcome(record=record)
    return _decide_event(first, None, context, rules)


def _wake_times(record: Subscriber, rules: Rules) -> tuple[datetime | None, datetime | None]:
    """Return when chat and mail are next due; None for neither."""
    conversation = flows.decide.wake_at(rules.flows, record)
    expiry = confirmation_ends.next_expiry(record) if record.pending else None
    chat = min(conversation, expiry) if conversation and expiry else conversation or expiry
    mail = onboarding.engine.decide.wake_at(rules.sequences, record) if record.runs or record.looks_at else None
    grading = next_grading(record.links) if record.links else None
    return chat, min(mail, grading) if mail and grading else mail or grading


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _move_late_wakes(decision: Decision, now: datetime) -> Decision:
    """Return the decision with wakes moved that would not be later than now."""
    # Such a wake would be due again at once, for ever.  Moved by an hour it does no harm, and the counter shows it.
    chat, mail = decision.wake_chat, decision.wake_mail
    late = [kind for kind, at in (("chat", chat), ("mail", mail)) if _is_due(at, now)]
    if not late:
        return decision
    reasons = [
        Reason(room="service", text=f"a wake for {kind} was not later than now and is moved by an hour")
        for kind in late
    ]
    return replace(
        decision,
        effects=(*decision.effects, *[Count(name=counters.LATE_WAKE) for _ in late]),
        wake_chat=now + MOVED_BY if "chat" in late else chat,
        wake_mail=now + MOVED_BY if "mail" in late else mail,
        reasons=(*decision.reasons, *reasons),
    )


def _without_counts(decision: Decision) -> Decision:
    """Return the decision for somebody who tried a draft once, and so is one of the team: nothing is counted."""
    kept = tuple(effect for effect in decision.effects if not isinstance(effect, Count | TeamListEntry))
    return replace(decision, effects=kept)


def _pin_edition(effects: tuple[Effect, ...], edition: str) -> tuple[Effect, ...]:
    """Return the effects, with the edition to render by in every mail."""
    if SendMail not in map(type, effects):  # nearly always
        return effects
    return tuple(
        [
            replace(effect, edition=edition) if isinstance(effect, SendMail) and not effect.edition else effect
            for effect in effects
        ]
    )


def new_record(
    subscriber: str, identity: Identity | None, events: Sequence[AnyEvent], now: datetime
) -> Subscriber | None:
    """Return a new record if these events may create one."""
    return (
        create_unsaved_record(subscriber, identity, now) if identity is not None and may_create_record(events) else None
    )
