"""What the brake of the marketing lane counts, in one small value that all processes share, and when it stops.  Pure.

| it stops when | because |
|---|---|
| 0.3 % of the last 1,000 mails were reported as spam | Gmail and Yahoo refuse senders from there on |
| 5 % of the last 1,000 went to mailboxes that do not exist | the list is old, or somebody else's |
| one provider said “not now” or 5.7 to half of its last mails | going on makes it worse |
| one person got the same mail twice | something runs in a circle |
| twice as many mails went today as plans and forecast said | something sends that nobody meant |

Complaints and dead mailboxes are counted by the commits that hear of them, and only of proven addresses: a code that
goes to a mistyped address says nothing about the lane.  After somebody let the lane go, counting begins anew.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

LAST = 1_000
"""Mails that are judged."""
EACH = 50
"""Mails between two marks: so exactly is known what was heard while the last ones went."""
FEWEST = 100
MOST_COMPLAINTS, FEWEST_COMPLAINTS = 0.003, 3
"""Source: https://support.google.com/a/answer/14229414 (never reach 0.3 %)."""
MOST_BOUNCES, FEWEST_BOUNCES = 0.05, 10
LAST_ANSWERS, FEWEST_ANSWERS, ANSWERS_EACH = 200, 50, 10
MOST_TROUBLE = 0.5
KNOWN_MAILS = 1_000
"""Latest mails among which one is looked for that comes again."""
MOST_VOLUME = 2
FEWEST_VOLUME = 200
"""Fewer mails a day are never too many."""
LET_GO_FOR = timedelta(days=1)
"""How long the volume is not judged after somebody let the lane go."""
DAYS_KEPT = 3


class Mark(Struct, frozen=True, array_like=True):
    """How many mails were tried, and what was heard, at one moment."""

    tried: int = 0
    bounced: int = 0
    complained: int = 0


class Answers(Struct, frozen=True, array_like=True):
    """Some answers of a provider, one after the other."""

    all: int = 0
    troubled: int = 0
    """Of those: not now, or security and policy (5.7)."""


class TriedMail(Struct, frozen=True, array_like=True):
    """One marketing mail that a server has answered."""

    provider: str
    """Empty if it is not one of those who are judged."""
    number: int
    """Made of what must not come twice; 0 if it did not go."""
    troubled: bool
    """True if the answer was “not now”, or 5.7."""
    ended: bool
    """True unless it is tried again."""
    planned: bool
    """True if plans and forecasts speak of mails like this one, and nobody asked for it."""


class LaneNumbers(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all processes counted."""

    now: Mark = Mark()
    marks: tuple[Mark, ...] = ()
    """The oldest first; the first is where counting began, or lies before the last 1,000 mails."""
    counted: dict[str, tuple[int, int]] = {}
    """By day: what the counters of dead mailboxes and complaints said when they were read last."""
    answers: dict[str, tuple[Answers, ...]] = {}
    """By provider, the oldest first."""
    latest: tuple[int, ...] = ()
    """Numbers of the latest mails."""
    twice: bool = False
    days: dict[str, int] = {}
    """By day of the workspace: mails of issues and sequences that went."""
    stopped: str = ""
    """Why the brake stopped the lane; empty if it did not, or once it was let go."""
    let_go_at: datetime | None = None


def add_tried(before: LaneNumbers, mails: Iterable[TriedMail], today: date) -> LaneNumbers:
    """Return the numbers with these mails."""
    tried, latest, twice, day = before.now.tried, list(before.latest), before.twice, today.isoformat()
    known, answers = set(latest), dict(before.answers)
    days = dict(sorted(before.days.items())[-DAYS_KEPT:])
    for mail in mails:
        tried += mail.ended
        if mail.provider:
            answers[mail.provider] = _add_answer(answers.get(mail.provider, ()), troubled=mail.troubled)
        if mail.number:
            twice = twice or mail.number in known
            known.add(mail.number)
            latest.append(mail.number)
            days[day] = days.get(day, 0) + mail.planned
    now = replace(before.now, tried=tried)
    return replace(
        before, now=now, marks=_set_marks(before.marks, now), answers=answers, latest=tuple(latest[-KNOWN_MAILS:]),
        twice=twice, days=days,
    )  # fmt: skip


def _add_answer(blocks: tuple[Answers, ...], *, troubled: bool) -> tuple[Answers, ...]:
    last = blocks[-1] if blocks else Answers()
    if last.all >= ANSWERS_EACH:
        blocks, last = (*blocks, last), Answers()
    added = Answers(last.all + 1, last.troubled + troubled)
    return (*blocks[:-1], added)[-(LAST_ANSWERS // ANSWERS_EACH) :]


def _set_marks(marks: tuple[Mark, ...], now: Mark) -> tuple[Mark, ...]:
    marks = marks or (Mark(0, now.bounced, now.complained),)
    if now.tried - marks[-1].tried >= EACH:
        marks = (*marks, now)
    # The newest of those that lie before the last thousand stays, and all after it.
    before = sum(mark.tried <= now.tried - LAST for mark in marks)
    return marks[max(0, before - 1) :]


def add_heard(before: LaneNumbers, counted: Mapping[str, tuple[int, int]]) -> LaneNumbers:
    """Return the numbers with what the counters of the latest days say: dead mailboxes and complaints, by day."""
    if not before.counted:  # what was heard before counting began belongs to other mails
        return replace(before, counted=dict(counted))
    known = {day: before.counted.get(day, (0, 0)) for day in counted}
    now = replace(
        before.now,
        bounced=before.now.bounced + sum(max(0, counted[day][0] - known[day][0]) for day in counted),
        complained=before.now.complained + sum(max(0, counted[day][1] - known[day][1]) for day in counted),
    )
    return replace(before, now=now, counted=dict(counted))


def let_go(before: LaneNumbers, now: datetime) -> LaneNumbers:
    """Return the numbers after somebody has looked and let the lane go: counting begins anew."""
    return replace(before, marks=(before.now,), answers={}, latest=(), twice=False, stopped="", let_go_at=now)


def find_reason(numbers: LaneNumbers, expected: float | None, today: date, now: datetime) -> str:
    """Return why the lane must stop, as half a sentence; empty if it may go on.

    ``expected`` are the mails that plans and the forecast say for today; None if there is no forecast yet.
    """
    if numbers.twice:
        return "one person got the same mail twice"
    return _judge_returns(numbers) or _judge_providers(numbers) or _judge_volume(numbers, expected, today, now)


def _judge_returns(numbers: LaneNumbers) -> str:
    first = numbers.marks[0] if numbers.marks else Mark()
    tried = min(numbers.now.tried - first.tried, LAST)
    complained, bounced = numbers.now.complained - first.complained, numbers.now.bounced - first.bounced
    if tried < FEWEST:
        return ""
    if complained >= max(FEWEST_COMPLAINTS, MOST_COMPLAINTS * tried):
        return f"{complained:,} of the last {tried:,} mails were reported as spam"
    if bounced >= max(FEWEST_BOUNCES, MOST_BOUNCES * tried):
        return f"{bounced:,} of the last {tried:,} mails went to mailboxes that do not exist"
    return ""


def _judge_providers(numbers: LaneNumbers) -> str:
    for provider, blocks in numbers.answers.items():
        answers, troubled = sum(block.all for block in blocks), sum(block.troubled for block in blocks)
        if answers >= FEWEST_ANSWERS and troubled >= MOST_TROUBLE * answers:
            return f"{provider} put off or refused {troubled:,} of the last {answers:,} mails (4xx, 5.7)"
    return ""


def _judge_volume(numbers: LaneNumbers, expected: float | None, today: date, now: datetime) -> str:
    went = numbers.days.get(today.isoformat(), 0)
    is_free = numbers.let_go_at is not None and now < numbers.let_go_at + LET_GO_FOR
    if expected is None or is_free or went <= max(FEWEST_VOLUME, MOST_VOLUME * expected):
        return ""
    return f"{went:,} mails went today; {expected:,.0f} were planned and forecast"
