"""Why a mail of a sequence must not go any more; asked right before it is handed over.  Pure."""

from datetime import datetime, timedelta

from domain.effects import SendMail
from domain.record import Subscriber
from onboarding.engine.goals import is_goal_reached
from onboarding.engine.passes import find_pass, put_in_front
from onboarding.engine.start_and_exit import find_exit, has_basis
from onboarding.engine.starts.by_time import find_lost_date
from onboarding.engine.step_rules import find_lost_basis
from onboarding.language.catalog import SequenceCatalog

STALE = timedelta(days=7)
"""A mail that could not be sent for this long has missed its moment."""


def refusal_reason(catalog: SequenceCatalog, record: Subscriber, mail: SendMail, now: datetime) -> str:
    """Return why a mail of a sequence or flow must not go now; empty if it may.  Asked right before it is sent.

    A person asked for the mail of a flow, so it has no run; but it can have missed its moment.
    """
    if not mail.sequence:
        return _missed_moment(mail, record, now) if mail.flow else ""
    # Hours may lie between deciding and sending (quiet hours, retries): everything that decided is asked again.
    sequence, name = catalog.sequences.get(mail.sequence), find_pass(record, mail.sequence, mail.run)
    record = put_in_front(record, name) if name else record
    run = record.runs.get(mail.sequence)
    step = sequence.steps.get(sequence.current_name(mail.step)) if sequence else None
    if sequence is None or step is None:
        return f"{mail.sequence} no longer has the step {mail.step}"
    if run is None or run.number != mail.run:
        return f"{mail.sequence} is in another pass by now"
    if run.status == "left" or not has_basis(record, sequence):
        return f"the person left {mail.sequence}"
    if run.status == "goal" or is_goal_reached(sequence.goal, record, run, now):
        return f"the goal of {mail.sequence} was reached"
    if leaving := find_lost_date(sequence, record) or find_exit(sequence, record, run, now):
        return leaving
    if lost := find_lost_basis(sequence, step, record, run, now):
        return lost.sentence
    return _missed_moment(mail, record, now)


def _missed_moment(mail: SendMail, record: Subscriber, now: datetime) -> str:
    if mail.calendar and mail.calendar.starts <= now:
        return "its appointment has begun"
    # The time of a break does not count: the mail waited for its end.
    until = record.mails_paused_until
    since = until if until and mail.queued_at < until <= now else mail.queued_at
    return f"it could not be sent for {STALE.days} days" if now - since > STALE else ""
