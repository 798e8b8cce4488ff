"""A sequence walked in virtual time: what one person would get, when, and why.

Pure and deterministic: the same book, keys, start and happenings always give the same timeline.  It is the real
deciding that runs, with time moved from one due moment to the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.consent import decisions
from domain.decision import Context, Fact, Outcome, Reason
from domain.effects import SendMail
from domain.events import AnyEvent
from domain.keyring import Keyring
from domain.record import Address, Consent, Identity, Profile, Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceBook

LONGEST = timedelta(days=400)
MOST_MOMENTS = 500
"""Wakes of one simulation or forecast; a sequence that goes round for ever ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something decided at a time."""

    at: datetime
    mails: tuple[SendMail, ...]
    reasons: tuple[Reason, ...]


def confirmed_person(
    config: WorkspaceConfig, keys: Keyring, topic: str, start: datetime, *, psid: str = "simulated", timezone: str = ""
) -> Subscriber:
    """Return somebody who has confirmed this topic at ``start`` and done nothing else."""
    address = keys.address_hash(f"{psid}@example.com")
    wording, _ = config.wording(topic, config.language)
    agreed = Consent(
        status="confirmed", wording=wording, language=config.language, asked_at=start, address=address,
        confirmed_at=start,
    )  # fmt: skip
    return Subscriber(
        id=keys.subscriber_id("simulation", psid),
        identity=Identity(page="simulation", psid=psid),
        created_at=start,
        last_event_at=start,
        profile=Profile(timezone=timezone),
        addresses={address: Address(email=f"{psid}@example.com", status="proven", proven_by="code", proven_at=start)},
        consents={topic: agreed},
    )


def simulate(
    book: SequenceBook,
    record: Subscriber,
    topic: str,
    happenings: Sequence[tuple[timedelta, AnyEvent]],
    context: Context,
) -> Iterator[Moment]:
    """Yield what is decided from the confirmation of ``topic`` at ``context.now`` on.

    ``happenings`` come at their delay from there, whatever their own ``at`` says (late ones tell an earlier one).
    """
    start = context.now
    fact = Fact(name="confirmed", at=start, topic=topic, address=record.consents[topic].address)
    outcome = decide(book, record, None, (fact,), context)
    yield _moment(outcome, start)
    for delay, event in sorted(happenings, key=lambda one: one[0]):
        at = start + delay
        for woken_at, outcome in _wakes(book, outcome.record, context, until=at):  # noqa: B020  the last outcome goes on
            yield _moment(outcome, woken_at)
        outcome = _happen(book, outcome.record, event, replace(context, now=at))
        yield _moment(outcome, at)
    for at, woken in _wakes(book, outcome.record, context, until=start + LONGEST):
        yield _moment(woken, at)


def next_mail(book: SequenceBook, record: Subscriber, sequence: str, context: Context) -> SendMail | None:
    """Return the next mail of this sequence if nothing happens; ``queued_at`` is when.  None: there is none."""
    for _, outcome in _wakes(book, record, context, until=context.now + LONGEST):
        for effect in outcome.effects:
            if isinstance(effect, SendMail) and effect.sequence == sequence:
                return effect
    return None


def _happen(book: SequenceBook, record: Subscriber, event: AnyEvent, context: Context) -> Outcome:
    consented = decisions.apply(record, event, context)
    return consented.then(decide(book, consented.record, event, consented.facts, context))


def _wakes(
    book: SequenceBook, record: Subscriber, context: Context, *, until: datetime
) -> Iterator[tuple[datetime, Outcome]]:
    for _ in range(MOST_MOMENTS):
        at = wake_at(book, record)
        if at is None or at > until:
            return
        outcome = decide(book, record, None, (), replace(context, now=max(at, context.now)))
        record = outcome.record
        yield max(at, context.now), outcome


def _moment(outcome: Outcome, at: datetime) -> Moment:
    mails = tuple(effect for effect in outcome.effects if isinstance(effect, SendMail))
    return Moment(at=at, mails=mails, reasons=outcome.reasons)
