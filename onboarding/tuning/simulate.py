"""Simulates a sequence in virtual time: what one person would get, when, and why.

Pure and deterministic: the same catalog, keys, start and events always give the same timeline.  The real deciding
runs here, and time jumps from one due moment to the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from msgspec.structs import replace

from domain.consent import decisions
from domain.decision import Context, Fact, Outcome, Reason
from domain.effect_handling.handlers import carry_out, run_in_memory
from domain.effect_handling.ports import EffectPorts
from domain.effects import Effect, SendMail
from domain.events import AnyEvent
from domain.keyring import Keyring
from domain.record import Address, Consent, Identity, Profile, Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.engine.behaviour import note_engagement
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceCatalog

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
    ending: Ending | None = None
    """Set on the last moment only, in which nothing happens."""


def confirmed_person(
    config: WorkspaceConfig, keys: Keyring, topic: str, start: datetime, *, psid: str = "simulated", timezone: str = ""
) -> Subscriber:
    """Return a subscriber who confirmed this topic at ``start`` and did nothing else."""
    address = keys.address_hash(f"{psid}@example.com")
    wording, _ = config.consent_wording(topic, config.default_language)
    consent = Consent(
        status="confirmed", wording=wording, language=config.default_language, asked_at=start, address=address,
        confirmed_at=start,
    )  # fmt: skip
    return Subscriber(
        id=keys.subscriber_id("simulation", psid),
        identity=Identity(page="simulation", psid=psid),
        created_at=start,
        last_event_at=start,
        profile=Profile(timezone=timezone),
        addresses={address: Address(email=f"{psid}@example.com", status="proven", proven_by="code", proven_at=start)},
        consents={topic: consent},
    )


def confirm_topics(record: Subscriber, topics: Sequence[str], config: WorkspaceConfig) -> Subscriber:
    """Return the person of a simulation with these topics confirmed as well, in the same moment."""
    consent = next(iter(record.consents.values()))
    more = {
        topic: replace(consent, wording=config.consent_wording(topic, config.default_language)[0])
        for topic in topics
        if topic not in record.consents
    }
    return replace(record, consents={**record.consents, **more}) if more else record


def simulate(
    catalog: SequenceCatalog,
    record: Subscriber,
    topic: str,
    timed_events: Sequence[tuple[timedelta, AnyEvent]],
    context: Context,
) -> Iterator[SimulatedMoment]:
    """Yield what is decided, beginning with the confirmations of the person at ``context.now``, and why it ends.

    ``topic`` is confirmed first.  Each of ``timed_events`` arrives at its delay from there.  Its own ``at`` may be
    earlier: then it is reported late.
    """
    # The person is confirmed already (confirmed_person), so only the fact of it is still to be decided.
    start = last = context.now
    topics = (topic, *(other for other in record.consents if other != topic))
    facts = tuple(Fact(name="confirmed", at=start, topic=one, address=record.consents[one].address) for one in topics)
    outcome = decide(catalog, record, None, facts, context)
    yield _make_moment(outcome, start)
    for delay, event in sorted(timed_events, key=lambda timed: timed[0]):
        at = start + delay
        for woken_at, outcome in _wake_until(catalog, outcome.record, context, until=at):  # noqa: B020  the last outcome goes on
            yield _make_moment(outcome, woken_at)
        outcome = _take_event(catalog, outcome.record, event, replace(context, now=at))
        yield _make_moment(outcome, at)
        last = at
    for at, outcome in _wake_until(  # noqa: B020  as above
        catalog, outcome.record, context, until=start + LONGEST, most=MOST_SIMULATED
    ):
        yield _make_moment(outcome, at)
        last = at
    due = wake_at(catalog, outcome.record)
    end = Ending.NOTHING_LEFT if due is None else Ending.TOO_LATE if due > start + LONGEST else Ending.TOO_OFTEN
    yield SimulatedMoment(at=last, mails=(), reasons=(), ending=end)


def next_mail(catalog: SequenceCatalog, record: Subscriber, sequence: str, context: Context) -> SendMail | None:
    """Return the next mail of this sequence if nothing happens, ``queued_at`` its time; None if none follows."""
    for at, outcome in _wake_until(catalog, record, context, until=context.now + LONGEST):
        for effect in _sent_mails(outcome, at):
            if effect.sequence == sequence:
                return effect
    return None


def _take_event(catalog: SequenceCatalog, record: Subscriber, event: AnyEvent, context: Context) -> Outcome:
    # In the order of the live decider: consent first, since its facts start and end sequences.
    consent_outcome = decisions.apply_event(note_engagement(record, (event,), context.now), event, context)
    return consent_outcome.followed_by(decide(catalog, consent_outcome.record, event, consent_outcome.facts, context))


def _wake_until(
    catalog: SequenceCatalog, record: Subscriber, context: Context, *, until: datetime, most: int = MOST_MOMENTS
) -> Iterator[tuple[datetime, Outcome]]:
    """Yield each wake of the record up to a time, as the worker would run it."""
    for _ in range(most):
        at = wake_at(catalog, record)
        if at is None or at > until:
            return
        # A wake that is overdue runs now: time never goes back.
        outcome = decide(catalog, record, None, (), replace(context, now=max(at, context.now)))
        record = outcome.record
        yield max(at, context.now), outcome


def _make_moment(outcome: Outcome, at: datetime) -> SimulatedMoment:
    return SimulatedMoment(at=at, mails=tuple(_sent_mails(outcome, at)), reasons=outcome.reasons)


SIMULATED_EFFECTS: frozenset[type[Effect]] = frozenset({SendMail})
"""What a simulation carries out; of everything else only the reasons are shown."""


def simulation_ports(mails: list[SendMail], at: datetime) -> EffectPorts:
    """Return ports that collect every mail: the person gets what was decided, and nothing comes back as an event."""

    async def ask_mail_gate(_subscriber: str, _mail: SendMail) -> str:
        return ""  # the mail was decided on this very record, a moment ago

    async def deliver_mail(_subscriber: str, mail: SendMail) -> None:
        mails.append(mail)

    async def ignore(*_: object) -> None:
        pass

    return EffectPorts(
        clock=lambda: at,
        transact=ignore,
        ask_mail_gate=ask_mail_gate,
        deliver_mail=deliver_mail,
        withhold_mail=ignore,
    )


def _sent_mails(outcome: Outcome, at: datetime) -> list[SendMail]:
    """Return the mails that a decision sends."""
    mails: list[SendMail] = []
    ports = simulation_ports(mails, at)
    for effect in outcome.effects:
        run_in_memory(carry_out(ports, outcome.record.id, effect))
    return mails
