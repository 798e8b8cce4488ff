"""Compares the mails that come next by another edition with those of the live one, for all who wait in sequences.

Every person is walked through both, by the real deciding: until an hour from now, and to the next mail of each sequence
that differs.  Of many, some are drawn by lot, and the numbers are scaled up.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from domain.decision import Context
from domain.effects import SendMail
from domain.keyring import Keyring
from domain.ports import Store
from domain.record import Subscriber
from language.conditions.sequence_tests import sequence_of
from language.durations import format_duration
from onboarding.engine.start_and_exit import needs_look
from onboarding.tuning.simulate import mails_ahead, next_mail
from service.engine.clock import fresh_entropy
from service.engine.house.stored_values import load_house
from service.forecast.read_people import MOST_PEOPLE, draw_people
from service.workspace.edition import Edition
from service.workspace.publishing.diff import MailsSoon, Plan, StepAhead

SOON = timedelta(hours=1)
FEWEST_ASKED = 20
"""Mails within an hour that nobody is asked about, however many times the usual they are."""
SAME_TIME = timedelta(hours=1)
"""Next mails that lie no further apart come as before."""
MOST_KINDS = 3
"""Kinds of what comes otherwise that are told of a step; the others are told together."""
DAY = timedelta(days=1)


class _Side(NamedTuple):
    """One of the two editions, with what its deciding is handed."""

    edition: Edition
    context: Context


async def tell_mails_ahead(
    plan: Plan, store: Store, editions: tuple[Edition, Edition], keys: Keyring, now: datetime
) -> Plan:
    """Return the plan with what leaves within the hour, and what comes of those who wait in sequences that differ.

    ``editions`` are the live one and the other, which the plan is of.
    """
    house, entropy = await load_house(store), fresh_entropy()
    sides = tuple(
        _Side(edition, Context(now=now, entropy=entropy, keys=keys, config=edition.config, house=house))
        for edition in editions
    )
    before, after = sides
    waiting, _ = await draw_people(store, before.edition.rules.sequences, before.context, MOST_PEOPLE)
    soon, differing = [0, 0], {change.name for change in plan.changes if change.kind == "sequence"}
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    async for some in waiting.read_people(store):
        for record in some:
            for number, side in enumerate(sides):
                soon[number] += sum(1 for _ in _list_soon(side, record))
            for name in _list_passes(record, before, after, differing):
                found[name, record.runs[name].step][_compare_next(name, record, before, after)] += 1
            await asyncio.sleep(0)
    changes = tuple(
        replace(change, ahead=tuple(_sum_steps(found, change.name, waiting.scale)))
        if change.kind == "sequence"
        else change
        for change in plan.changes
    )
    live_mails, your_mails = (round(number * waiting.scale) for number in soon)
    return replace(plan, changes=changes, soon=MailsSoon(yours=your_mails, live=live_mails))


def is_surge(soon: MailsSoon | None, surge: int) -> bool:
    """Return True if so many more mails would leave within the hour than by the live version that somebody is asked."""
    return soon is not None and soon.yours >= FEWEST_ASKED and soon.yours > surge * soon.live


def _list_soon(side: _Side, record: Subscriber) -> Iterator[SendMail]:
    catalog, context = side.edition.rules.sequences, side.context
    mails = mails_ahead(catalog, record, context, context.now + SOON, look_first=needs_look(catalog, record))
    return (mail for mail in mails if mail.sequence and not mail.team)


def _list_passes(record: Subscriber, before: _Side, after: _Side, differing: set[str]) -> Iterator[str]:
    """Yield the running passes that can be compared; of a sequence with a pass for each order none can."""
    for name, run in record.runs.items():
        known = name in before.edition.rules.sequences.sequences and name in after.edition.rules.sequences.sequences
        if run.status == "running" and known and sequence_of(name) in differing:
            yield name


def _compare_next(name: str, record: Subscriber, before: _Side, after: _Side) -> str:
    """Return what a person gets otherwise, as the end of a sentence; empty if nothing."""
    live, yours = (next_mail(side.edition.rules.sequences, record, name, side.context) for side in (before, after))
    if live is None or yours is None:
        return f"get {yours.template}, and none by the live version" if yours else "get no more mail" if live else ""
    later = yours.queued_at - live.queued_at
    other = yours.template != live.template
    if abs(later) <= SAME_TIME:
        return f"get {yours.template} instead of {live.template}" if other else ""
    length = format_duration(timedelta(days=round(abs(later) / DAY)) or SAME_TIME * round(abs(later) / SAME_TIME))
    when = f"{length} {'later' if later > timedelta() else 'earlier'}"
    return f"get {yours.template} {when}{f', instead of {live.template}' if other else ''}"


def _sum_steps(found: dict[tuple[str, str], Counter[str]], sequence: str, scale: float) -> Iterator[StepAhead]:
    for (name, step), counts in sorted(found.items()):
        if name != sequence or not (told := [(what, number) for what, number in counts.most_common() if what]):
            continue
        kinds = [(what, round(number * scale)) for what, number in told[:MOST_KINDS]]
        if rest := sum(number for _, number in told[MOST_KINDS:]):
            kinds.append(("get others", round(rest * scale)))
        yield StepAhead(step=step, as_before=round(counts[""] * scale), otherwise=tuple(kinds))
