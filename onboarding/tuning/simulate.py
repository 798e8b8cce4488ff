"""Simulates a sequence in virtual time: what one person would get, when, and why.

Pure and deterministic: the same catalog, keys, start and events always give the same timeline.  The real deciding
runs here, and time jumps from one due moment to the next.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from msgspec.structs import replace

from domain.consent import decisions
from domain.decision import Context, Fact, Outcome, Reason
from domain.effects import SendChat, SendMail
from domain.events import AnyEvent
from domain.keyring import Keyring
from domain.record import Address, Consent, Identity, Profile, Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.engine.behaviour import note_engagement
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.planned_answers import PlannedAnswer, Upcoming
from onboarding.tuning.simulated_effects import carry_out_effects

LONGEST = timedelta(days=400)
MOST_MOMENTS = 500
"""Wakes of one forecast at most; a sequence that goes round for ever is cut off here."""
MOST_SIMULATED = 10_000
"""Wakes of one simulation at most: 400 days of a loop that wakes every hour."""


class Ending(Enum):
    """Why a simulation ends."""

    NOTHING_LEFT = "Nothing more can happen."
    TOO_LATE = f"It goes on; {LONGEST.days} days were walked through."
    TOO_OFTEN = f"It goes on; {MOST_SIMULATED:,} moments were walked through."


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedMoment:
    """One moment of a simulation: the mails that go out and the reasons given."""

    at: datetime
    mails: tuple[SendMail, ...]
    reasons: tuple[Reason, ...]
    chats: tuple[SendChat, ...] = ()
    said: str = ""
    """An answer that is given in this moment, as ``STEP: ANSWER``; empty if none is."""
    ending: Ending | None = None
    """Set on the last moment only, in which nothing happens."""
    record: Subscriber | None = None
    """The person at the end; set with ``ending``."""


def confirmed_person(
    config: WorkspaceConfig, keys: Keyring, topic: str, start: datetime, *, psid: str = "simulated", timezone: str = ""
) -> Subscriber:
    """Return a subscriber who confirmed this topic at ``start`` and did nothing else; of a contract nobody is asked."""
    address = keys.address_hash(f"{psid}@example.com")
    person = Subscriber(
        id=keys.subscriber_id("simulation", psid),
        identity=Identity(page="simulation", psid=psid),
        created_at=start,
        last_event_at=start,
        profile=Profile(timezone=timezone),
        addresses={address: Address(email=f"{psid}@example.com", status="proven", proven_by="code", proven_at=start)},
    )
    return confirm_topics(person, (topic,), config)


def confirm_topics(record: Subscriber, topics: Iterable[str], config: WorkspaceConfig) -> Subscriber:
    """Return the person of a simulation with these topics confirmed as well, in the moment they came."""
    at, language = record.created_at, config.default_language
    more = {
        topic: Consent(
            status="confirmed", wording=config.consent_wording(topic, language)[0], language=language, asked_at=at,
            address=next(iter(record.addresses)), confirmed_at=at,
        )
        for topic in topics
        if topic not in record.consents and topic not in config.contract_topics
    }  # fmt: skip
    return replace(record, consents={**record.consents, **more}) if more else record


def simulate(
    catalog: SequenceCatalog,
    record: Subscriber,
    topic: str,
    timed_events: Sequence[tuple[timedelta, AnyEvent]],
    context: Context,
    *,
    answers: Sequence[PlannedAnswer] = (),
    longest: timedelta = LONGEST,
) -> Iterator[SimulatedMoment]:
    """Yield what is decided, beginning with the confirmations of the person at ``context.now``, and why it ends.

    ``topic`` is confirmed first.  Each of ``timed_events`` arrives at its delay from there.  Its own ``at`` may be
    earlier: then it is reported late.  ``answers`` are given to what is asked on the way.
    Nobody is woken later than ``longest`` after the start.
    """
    # The person is confirmed already (confirmed_person), so only the fact of it is still to be decided.
    start = last = context.now
    # The sequence's own first, then those that other sequences of the workspace, or its single mails, need.
    facts = tuple(
        Fact(name="confirmed", at=start, topic=name, address=consent.address)
        for name, consent in sorted(record.consents.items(), key=lambda item: item[0] != topic)
    )
    outcome = _take_answers(catalog, decide(catalog, record, None, facts, context), context)
    yield _make_moment(outcome, start)
    # Answers by step are planned while it runs: nobody knows before when something is asked.
    upcoming, wakes = Upcoming(answers=answers), 0
    for delay, event in timed_events:
        upcoming.add(start + delay, event)
    while True:
        coming = upcoming.next_at(outcome.record)
        due, said = wake_at(catalog, outcome.record), ""
        # What is due in the moment in which something happens comes first, as the worker would have it.
        if due is not None and due <= (coming or start + longest) and wakes < MOST_SIMULATED:
            last, wakes = max(due, last), wakes + 1
            woken = replace(context, now=last)
            outcome = _take_answers(catalog, decide(catalog, outcome.record, None, (), woken), woken)
        elif coming is not None:
            last, event, said = upcoming.take()
            outcome = _take_event(catalog, outcome.record, event, replace(context, now=last))
        else:
            break
        yield _make_moment(outcome, last, said=said)
    end = Ending.NOTHING_LEFT if due is None else Ending.TOO_LATE if due > start + longest else Ending.TOO_OFTEN
    yield SimulatedMoment(at=last, mails=(), reasons=(), ending=end, record=outcome.record)


def mails_ahead(
    catalog: SequenceCatalog, record: Subscriber, context: Context, until: datetime, *, look_first: bool = False
) -> Iterator[SendMail]:
    """Yield the mails of a person up to a moment if nothing happens, ``queued_at`` their time.

    ``look_first``: they are looked at once before, as people are after an edition with new starts became live.
    """
    if look_first:
        outcome = _take_answers(catalog, decide(catalog, record, None, (), context), context)
        record = outcome.record
        yield from carry_out_effects(outcome, context.now).mails
    for at, outcome in _wake_until(catalog, record, context, until=until):
        yield from carry_out_effects(outcome, at).mails


def next_mail(catalog: SequenceCatalog, record: Subscriber, sequence: str, context: Context) -> SendMail | None:
    """Return the next mail of the pass in front if nothing happens, ``queued_at`` its time; None if none follows."""
    run = record.runs.get(sequence)
    for at, outcome in _wake_until(catalog, record, context, until=context.now + LONGEST):
        for effect in carry_out_effects(outcome, at).mails:
            # A mail of another order, or of the pass after this one, is not the next of this.
            if effect.sequence == sequence and (run is None or effect.run == run.number):
                return effect
    return None


def _take_event(catalog: SequenceCatalog, record: Subscriber, event: AnyEvent, context: Context) -> Outcome:
    # In the order of the live decider: consent first, since its facts start and end sequences.
    consent_outcome = decisions.apply_event(note_engagement(record, (event,), context.now), event, context)
    decided = decide(catalog, consent_outcome.record, event, consent_outcome.facts, context)
    return _take_answers(catalog, consent_outcome.followed_by(decided), context)


def _take_answers(catalog: SequenceCatalog, outcome: Outcome, context: Context) -> Outcome:
    """Return the outcome with what follows from the events that its effects bring back: codes that were drawn."""
    answers = carry_out_effects(outcome, context.now).answers
    for answer in answers:
        outcome = outcome.followed_by(_take_event(catalog, outcome.record, answer, context))
    return outcome


def _wake_until(
    catalog: SequenceCatalog, record: Subscriber, context: Context, *, until: datetime, most: int = MOST_MOMENTS
) -> Iterator[tuple[datetime, Outcome]]:
    """Yield each wake of the record up to a time, as the worker would run it."""
    for _ in range(most):
        at = wake_at(catalog, record)
        if at is None or at > until:
            return
        # A wake that is overdue runs now: time never goes back.
        woken = replace(context, now=max(at, context.now))
        outcome = _take_answers(catalog, decide(catalog, record, None, (), woken), woken)
        record = outcome.record
        yield woken.now, outcome


def _make_moment(outcome: Outcome, at: datetime, *, said: str = "") -> SimulatedMoment:
    came = carry_out_effects(outcome, at)
    return SimulatedMoment(at=at, mails=tuple(came.mails), reasons=outcome.reasons, chats=tuple(came.chats), said=said)
