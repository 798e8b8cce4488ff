"""Reads from a record and its history where people stood in a sequence, how long, and when their mails went.  Pure.

Of a sequence with one pass at a time the latest of each person is read, of one with a pass for each order all that are
kept, as in the reports.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.record import Subscriber
from onboarding.engine.passes import list_passes, name_pass
from onboarding.language.catalog import MailSequence, Send
from service.engine.build_commit import HistoryLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Somebody at one step for a while."""

    step: str
    since: datetime
    until: datetime
    """When they went on or left; the present if they are there still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPass:
    """One pass of one person."""

    sequence: str
    started_at: datetime
    stays: tuple[Stay, ...]
    mails: tuple[tuple[datetime, str], ...]
    """When each was decided, and its ``SEQUENCE/STEP``."""


def read_pass(sequence: MailSequence, record: Subscriber, lines: Sequence[HistoryLine], now: datetime) -> PastPass:
    """Return the pass of a person through a sequence that is in front."""
    run = record.runs[sequence.name]
    abouts = {name_pass(sequence, run.key)}
    if list_passes(record, sequence) == [sequence.name]:
        abouts.add(sequence.name)  # an older Doorstep told of every pass under the name of the sequence
    trail = [(run.started_at, sequence.first)]
    mails: list[tuple[datetime, str]] = []
    for line in lines:
        if line.at < run.started_at:
            continue
        templates = {sent.partition(" ")[2] for sent in line.sends}
        for reason in line.reasons:
            if reason.room != "onboarding" or reason.about not in abouts:
                continue
            step = sequence.current_name(reason.step)
            if step in sequence.steps:
                trail.append((line.at, step))
                if any(
                    reason.text.startswith(f"{name} goes out") for name in templates & _templates_of(sequence, step)
                ):
                    mails.append((line.at, f"{sequence.name}/{step}"))
    # A step that was reached without a sentence is known of who stands there.
    if run.status == "running":
        trail.append((run.entered_at, sequence.current_name(run.step)))
    end = now if run.status == "running" else run.ended_at or now
    return PastPass(
        sequence=sequence.name, started_at=run.started_at, stays=tuple(_find_stays(trail, end)), mails=tuple(mails)
    )


def _templates_of(sequence: MailSequence, step: str) -> set[str]:
    action = sequence.steps[step].action
    return set(action.templates) if isinstance(action, Send) else set()


def _find_stays(trail: list[tuple[datetime, str]], end: datetime) -> Iterator[Stay]:
    since, step = trail[0]
    for at, later in trail[1:]:
        if later != step:
            yield Stay(step=step, since=since, until=max(since, at))
            since, step = at, later
    yield Stay(step=step, since=since, until=max(since, end))
