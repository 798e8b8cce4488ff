"""When a mail of a sequence may leave: there is room for it, and it is a time at which people get mail.  Pure.

Asked in this order: the caps of ``limits``, which no mail goes around; then the quiet hours, the ``hours`` of the
sequence and the ``at`` of the step, until one moment fits all of them.  Only the mail of the moment of confirmation
goes at once, even at night: the person has just pressed the button and expects it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.decision import Context
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.mail_times.mail_caps import read_caps_of
from language.mail_times.workdays import next_opening
from language.opening_hours import OpeningHours
from language.zones import zone_of_person
from onboarding.engine.mail_hours.mail_room import describe_cap, find_full_cap
from onboarding.engine.mail_hours.quiet_hours import SPREAD, allowed_from
from onboarding.engine.mail_hours.usual_hour import find_usual_hour, hour_for_mail
from onboarding.language.catalog import MailSequence, Send
from onboarding.language.parts.send_hours import SendHours, hour_of_day

MOST_HELD = timedelta(days=8)
"""A mail that finds no room for this long has missed its moment: a week, and what a night adds."""
MOST_LATE = timedelta(days=7)
"""A mail with ``at`` that finds no such time for this long is dropped."""
MOST_ROUNDS = 30
"""Days that are looked at for a moment that fits hours and quiet hours."""


Gates = tuple[tuple[str, OpeningHours], ...]
"""What lets a mail through beside the quiet hours, each with half a sentence that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTime:
    """When a mail may leave, and what it waits for."""

    at: datetime
    """Never before now."""
    put_off_by: str = ""
    """What it waits for, as half a sentence; empty if it may leave now."""
    missed: str = ""
    """Why it is not sent at all, as half a sentence; empty if it may leave at its time."""


def find_send_time(sequence: MailSequence, run: Run, record: Subscriber, context: Context) -> SendTime:
    """Return when the mail of the step at which a run stands may leave."""
    now = context.now
    action = sequence.steps[run.step].action
    moment = action.at if isinstance(action, Send) else None
    room = _find_room(run, record, context)
    if room.missed or (not moment and _is_welcome(sequence, run, now) and room.at == now):
        return room
    room = _await_break(room, record)
    zone = zone_of_person(record, context.config.timezone, now)
    gates = tuple(_open_gates(sequence.hours, moment, record, context))
    at = _find_opening(gates, room.at, zone, context)
    if at is None or (moment and at - _held_since(run, record, at) > MOST_LATE):
        return SendTime(at=now, missed="its hours and the quiet hours leave no time for it within a week")
    if at > room.at and not (moment and moment.opening):
        at = _spread_out(at, gates, (zone, f"{sequence.name}/{run.step}/{run.number}/morning"), record, context)
    by_hours = _describe_gates(gates) or "after the quiet hours"
    return SendTime(at=at, put_off_by=room.put_off_by or (by_hours if at > now else ""))


def _find_room(run: Run, record: Subscriber, context: Context) -> SendTime:
    now, asked_for = context.now, _is_asked_for(run)
    if not record.mailed:
        return SendTime(at=now)
    alone = record.mailed[-1] < run.started_at.replace(microsecond=0)
    caps = read_caps_of(record, context.config.limits)
    full = find_full_cap(record.mailed, caps, now, free_of_spacing=asked_for and alone)
    if full is None:
        return SendTime(at=now)
    if full[0] - _held_since(run, record, now) > MOST_HELD:
        return SendTime(at=now, missed=f"there was no room for it within {MOST_HELD.days} days ({full[1].text})")
    return SendTime(at=full[0], put_off_by=describe_cap(full[1]))


def _await_break(room: SendTime, record: Subscriber) -> SendTime:
    """Return when there is room, and the person's break from mails is over."""
    until = record.mails_paused_until
    if until is None or until <= room.at:
        return room
    return SendTime(at=until, put_off_by="when the pause that the person asked for is over")


def _held_since(run: Run, record: Subscriber, at: datetime) -> datetime:
    """Return since when a mail waits for room; the time of a break does not count."""
    until = record.mails_paused_until
    return max(run.entered_at, until) if until and until <= at else run.entered_at


def _is_asked_for(run: Run) -> bool:
    """Return True for the first mail of a pass, if it is wanted in the moment of the start."""
    return not run.sent and run.entered_at == run.started_at


def _is_welcome(sequence: MailSequence, run: Run, now: datetime) -> bool:
    """Return True for the mail of the moment of confirmation."""
    return now == run.started_at and _is_asked_for(run) and sequence.start.confirmed


def _open_gates(
    hours: SendHours | None, moment: SendHours | None, record: Subscriber, context: Context
) -> Iterator[tuple[str, OpeningHours]]:
    """Yield what each of the two lets through, and how to say it; nobody's usual hour lets everything through."""
    for word, written in (("within", hours), ("at", moment)):
        if written and written.opening:
            yield f"{word} {written.text}", written.opening
    # The time of the mail is more than the habit of the sequence; a usual hour is sought within the hours there are.
    asks_usual = moment or hours
    if asks_usual and not asks_usual.opening and (usual := find_usual_hour(record)) is not None:
        hour = hour_for_mail(usual, context.config.limits, hours.opening if hours else None)
        yield "in the hour before their usual one", hour_of_day(hour)


def _spread_out(
    at: datetime, gates: Gates, place: tuple[ZoneInfo, str], record: Subscriber, context: Context
) -> datetime:
    """Return a moment a little after an opening, so that not all mails leave at once."""
    # The label fixes the person's place in the spread: evaluating the step again gives the same time.
    zone, label = place
    later = at + timedelta(seconds=int(context.keys.stable_fraction(record.id, label) * SPREAD.total_seconds()))
    return later if _find_opening(gates, later, zone, context) == later else at


def _describe_gates(gates: Gates) -> str:
    return " and ".join(text for text, _ in gates)


def _find_opening(gates: Gates, start: datetime, zone: ZoneInfo, context: Context) -> datetime | None:
    """Return the first moment from ``start`` on that no gate and no quiet hour is against; None if none is near."""
    at = start
    for _ in range(MOST_ROUNDS):
        before = at
        at = allowed_from(at, zone, context.config.limits, 0.0)
        for _, opening in gates:
            found = next_opening(opening, at, zone)
            if found is None:
                return None
            at = found
        if at == before:
            return at
    return None
