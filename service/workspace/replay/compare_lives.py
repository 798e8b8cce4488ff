"""Compares the mails that people got with those that the rules of then, and others, make of the same lives.  Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import Struct

from domain.effects import SendMail
from domain.keyring import Keyring
from onboarding.language.catalog import SequenceCatalog
from service.workspace.replay.read_lines import read_lines
from service.workspace.replay.replay_life import KnownPerson, LivedAgain, RulesAt, live_again

SAME_TIME = timedelta(hours=1)
"""Mails that lie no further apart are the same: the service comes to a wake when it can."""
WEEK = timedelta(days=7)
WANTED = 0.995
"""Share of the mails that must be made again, else the comparison says little."""


class StepComparison(Struct, frozen=True, kw_only=True):
    """The mails of one step."""

    step: str
    live: int
    yours: int
    why: tuple[tuple[str, int], ...]
    """Why a mail of one side is none of the other, and how often; the most frequent first."""


class BacktestReport(Struct, frozen=True, kw_only=True):
    """The result of a back-test."""

    sequence: str
    people: int
    days: int
    events: int
    sent: int
    """Mails of sequences that went to these people."""
    made_again: int
    """Of these, those that the rules of then make again, within an hour."""
    never_sent: int
    """Mails that those rules make and that never went."""
    steps: tuple[StepComparison, ...]
    most_in_week: tuple[int, int]
    """Most mails that one person gets within seven days: live, yours."""
    without_difference: int
    unknown: int
    """Values that were typed and are not kept."""
    left_out: int = 0
    """People whose history does not begin where they do, or began before it held what a replay needs."""

    @property
    def is_good(self) -> bool:
        """Whether enough of the mails could be made again."""
        return self.made_again >= WANTED * (self.sent + self.never_sent)


@dataclass(slots=True, kw_only=True)
class LifeComparison:
    """Adds up what is found of one person after the other."""

    sequence: str
    live: RulesAt
    yours: RulesAt
    keys: Keyring
    start: datetime
    end: datetime
    _people: int = 0
    _events: int = 0
    _sent: int = 0
    _made_again: int = 0
    _never_sent: int = 0
    _same: int = 0
    _unknown: int = 0
    _most: tuple[int, int] = (0, 0)
    _counts: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    _why: dict[str, Counter[str]] = field(default_factory=dict)

    def add_person(self, person: KnownPerson) -> None:
        """Live a person's history twice, and count."""
        self._people += any(self.start <= line.at <= self.end for line in person.lines)
        self._events += sum(len(line.did) for line in person.lines if self.start <= line.at <= self.end)
        lines = read_lines(person.lines)
        again = live_again(person, lines, self.live, about=self.sequence, until=self.end)
        other = live_again(person, lines, self.yours, about=self.sequence, until=self.end)
        self._unknown += again.unknown
        self._check_made_again(person, again)
        self._compare(again, other)

    def make_report(self, left_out: int = 0) -> BacktestReport:
        """Return what was found."""
        live, yours = self._counts
        return BacktestReport(
            sequence=self.sequence, people=self._people, days=(self.end.date() - self.start.date()).days + 1,
            events=self._events, sent=self._sent, made_again=self._made_again, never_sent=self._never_sent,
            steps=tuple(
                StepComparison(
                    step=step, live=live[step], yours=yours[step],
                    why=tuple(self._why.get(step, Counter[str]()).most_common(3)),
                )
                for step in dict.fromkeys([*live, *yours])
            ),
            most_in_week=self._most, without_difference=self._same, unknown=self._unknown, left_out=left_out,
        )  # fmt: skip

    def _check_made_again(self, person: KnownPerson, again: LivedAgain) -> None:
        made = {mail.id: mail for mail in again.mails if self._is_asked(mail.queued_at)}
        # All that were decided, since a mail at the edge of the days may be made again on the other side of it.
        sent = _find_sent(person, again.mails, self.live, self.keys)
        in_time = {mail_id for mail_id, (_, at) in sent.items() if self._is_asked(at)}
        every = {mail.id: mail for mail in again.mails}
        self._sent += len(in_time)
        for mail_id in in_time:
            template, at = sent[mail_id]
            mail = every.get(mail_id)
            self._made_again += bool(mail and mail.template == template and abs(mail.queued_at - at) <= SAME_TIME)
        self._never_sent += len(made.keys() - sent.keys())

    def _is_asked(self, at: datetime) -> bool:
        return self.start <= at <= self.end

    def _compare(self, again: LivedAgain, other: LivedAgain) -> None:
        # Other rules change nothing for most people, and then there is nothing to compare mail by mail.
        if again.mails == other.mails:
            self._count_same(again)
        else:
            self._compare_mails(again, other)

    def _count_same(self, life: LivedAgain) -> None:
        mails = {mail.id: mail for mail in life.mails if self._is_asked(mail.queued_at)}.values()
        self._same += 1
        for counts in self._counts:
            counts.update(mail.step for mail in mails if mail.sequence == self.sequence)
        most = _most_in_week(mails)
        self._most = (max(self._most[0], most), max(self._most[1], most))

    def _compare_mails(self, again: LivedAgain, other: LivedAgain) -> None:
        sides = tuple(
            {mail.id: mail for mail in life.mails if self._is_asked(mail.queued_at)} for life in (again, other)
        )
        differing = [
            min(side[mail_id].queued_at for side in sides if mail_id in side)
            for mail_id in sides[0].keys() | sides[1].keys()
            if not _is_same(sides[0].get(mail_id), sides[1].get(mail_id))
        ]
        # What a person would have done after another mail nobody knows.
        until = min(differing, default=None)
        self._same += until is None
        for number, (side, opposite) in enumerate((sides, sides[::-1])):
            kept = [
                mail for mail in side.values() if until is None or _first_time(mail, opposite.get(mail.id)) <= until
            ]
            lives = (other, again)
            for mail in kept:
                if mail.sequence != self.sequence:
                    continue
                self._counts[number][mail.step] += 1
                if not _is_same(mail, opposite.get(mail.id)):
                    self._note_why(mail, opposite.get(mail.id), lives[number], number)
        most = tuple(_most_in_week(side.values()) for side in sides)
        self._most = (max(self._most[0], most[0]), max(self._most[1], most[1]))

    def _note_why(self, mail: SendMail, instead: SendMail | None, opposite: LivedAgain, number: int) -> None:
        why = self._why.setdefault(mail.step, Counter())
        if instead is None:
            said = _last_reason(opposite, mail.queued_at)
            why[f"not in {'live' if number else 'yours'}: {said}"] += 1
        elif number == 0:
            late = instead.queued_at > mail.queued_at
            moved = "later in yours" if late else "earlier in yours"
            other = f"{instead.template} instead" if instead.template != mail.template else moved
            why[other] += 1


def _first_time(mail: SendMail, other: SendMail | None) -> datetime:
    return min(mail.queued_at, other.queued_at) if other else mail.queued_at


def _is_same(one: SendMail | None, other: SendMail | None) -> bool:
    if one is None or other is None:
        return False
    return one.template == other.template and abs(one.queued_at - other.queued_at) <= SAME_TIME


def _last_reason(life: LivedAgain, at: datetime) -> str:
    """Return what the other side last said of the sequence, as half a sentence without its time."""
    said = [reason.text for when, reason in life.reasons if when <= at + SAME_TIME]
    if not said:
        return "it never began"
    return said[-1].rpartition(": ")[2].rstrip(".")


def _most_in_week(mails: Iterable[SendMail]) -> int:
    times = sorted(mail.queued_at for mail in mails if mail.lane == "marketing")
    return max((number + 1 - bisect_left(times, at - WEEK) for number, at in enumerate(times)), default=0)


def _find_sent(
    person: KnownPerson, made: Iterable[SendMail], live: RulesAt, keys: Keyring
) -> Mapping[str, tuple[str, datetime]]:
    """Return the mails of sequences in a history: id → template and time.  ``made`` are those that were made again."""
    sent: dict[str, tuple[str, datetime]] = {}
    known = {mail.id for mail in made}
    latest = max((run.number for run in person.record.runs.values()), default=0)
    for line in person.lines:
        for entry in line.sends:
            mail_id, _, template = entry.partition(" ")
            # An id is a keyed hash: what has one of those that were made is a mail of a sequence, and nearly all have.
            if mail_id in known or mail_id in _ids_of(template, live(line.edition)[0], person.record.id, keys, latest):
                sent.setdefault(mail_id, (template, line.at))
    return sent


def _ids_of(template: str, catalog: SequenceCatalog, subscriber: str, keys: Keyring, latest: int) -> set[str]:
    """Return the ids that a mail of this template has if a sequence sent it; mails of flows have others."""
    return {
        keys.send_id(subscriber, sequence.name, str(number), step)
        for sequence in catalog.sequences.values()
        if any(name == template for name, _ in sequence.templates)
        for step in sequence.steps
        for number in range(1, latest + 1)
    }
