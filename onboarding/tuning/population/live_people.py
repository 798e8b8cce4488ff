"""Lets a population live in virtual time, with the real rules, and counts what comes of it.  Pure.

People are independent of each other, so parts of them can live in several processes, and their counts are added.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.decision import Context, Reason
from domain.effects import SendMail
from domain.events import AnyEvent, ProductEvent
from domain.keyring import Keyring
from domain.record import Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from language.conditions.sequence_tests import sequence_of
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.planned_answers import PlannedAnswer
from onboarding.tuning.population.behaviours import (
    Draw,
    PopulationPart,
    choose_behaviour,
    list_answers,
    list_deeds,
    make_draw,
)
from onboarding.tuning.simulate import confirm_topics, confirmed_person, simulate
from onboarding.tuning.simulated_people import HELD, HOLDOUT, MAILED, list_mail_topics
from onboarding.tuning.watched_sequences import TakenWay, watch_sequences

WAKING, WAKING_HOURS = time(7), 15
"""People begin by day, where they are: from this time on, within so many hours."""
WEEK = timedelta(days=7)
_SKIPPED, _MINUTE = " is not sent: ", 60


@dataclass(slots=True, kw_only=True)
class PopulationTally:
    """What came of people, in sums: their size depends on steps and days, not on the people."""

    people: int = 0
    behaviours: Counter[str] = field(default_factory=Counter)
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By day (where the workspace is) and ``SEQUENCE/STEP``."""
    minutes: Counter[int] = field(default_factory=Counter)
    """Mails by minute since 1970."""
    parts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """People by step and the template they got."""
    reached: Counter[str] = field(default_factory=Counter)
    """People by ``SEQUENCE/STEP``."""
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Mails that were not sent, by ``SEQUENCE/STEP`` and reason."""
    endings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Passes by sequence and how they stand at the end."""
    mails_each: Counter[int] = field(default_factory=Counter)
    """People by how many mails they got."""
    most_in_week: Counter[int] = field(default_factory=Counter)
    """People by the most mails that they got within seven days."""
    chats: int = 0

    def add(self, other: "PopulationTally") -> None:
        """Add the sums of other people."""
        self.people += other.people
        self.chats += other.chats
        for one in fields(self):
            if isinstance(mine := getattr(self, one.name), Counter):
                mine.update(getattr(other, one.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationPlan:
    """Who begins when, and does what."""

    catalog: SequenceCatalog
    """The sequence, and those that are walked with it."""
    sequence: str
    config: WorkspaceConfig
    keys: Keyring
    start: datetime
    days: int
    """Days that are walked through, from the start."""
    over: int
    """People begin within so many days, spread evenly."""
    seed: int
    behaviours: Sequence[PopulationPart] = ()
    zones: Sequence[tuple[str, float]] = ()
    """(IANA name, percent); whoever is in none is where the workspace is."""
    events: Sequence[tuple[timedelta, str, Mapping[str, Value]]] = ()
    """What everybody does: after which time, which event, with which properties."""
    answers: tuple[PlannedAnswer, ...] = ()
    """What everybody answers when they are asked."""
    prepare: Callable[[Subscriber], Subscriber] = lambda record: record
    """Puts on a person what is known of everybody at the start."""

    def live(self, numbers: Iterable[int]) -> PopulationTally:
        """Let the people with these numbers live, and count what came of them."""
        # Watched, since steps without a sentence (a condition, a wait that is over at once) are reached too.
        catalog, taken = watch_sequences(self.catalog)
        tally = PopulationTally()
        for number in numbers:
            taken.clear()
            _PersonLife(
                plan=self, catalog=catalog, taken=taken, tally=tally, psid=f"person-{self.seed}-{number}"
            ).live()
        return tally


@dataclass(slots=True, kw_only=True)
class _PersonLife:
    """One person."""

    plan: PopulationPlan
    catalog: SequenceCatalog
    taken: list[TakenWay]
    tally: PopulationTally
    psid: str
    sent: list[datetime] = field(default_factory=list)

    def live(self) -> None:
        plan, tally = self.plan, self.tally
        draw = make_draw(plan.keys, self.psid)
        behaviour, zone = choose_behaviour(plan.behaviours, draw), _choose_zone(plan, draw)
        start = _choose_start(plan, zone or plan.config.timezone, draw)
        longest = plan.start + timedelta(days=plan.days) - start
        topic = plan.catalog.sequences[plan.sequence].topic
        person = confirmed_person(plan.config, plan.keys, topic, start, psid=self.psid, timezone=zone)
        # Whoever begins agreed to all of it: who agreed to less is another question than what the sequence does.
        topics = [name for one in plan.catalog.sequences.values() for name in (one.topic, *list_mail_topics(one))]
        person = confirm_topics(person, topics, plan.config)
        # No entropy: codes and secrets of people who do not exist need none, and the run can be repeated.
        context = Context(now=start, entropy=bytes(16), keys=plan.keys, config=plan.config)
        deeds: list[tuple[timedelta, AnyEvent]] = [
            (delay, ProductEvent(id=f"all-{number}", at=start + delay, name=name, properties=dict(said)))
            for number, (delay, name, said) in enumerate(plan.events)
            if delay < longest
        ]
        moments = simulate(
            self.catalog, plan.prepare(person), topic, [*deeds, *list_deeds(behaviour, draw, start, longest)], context,
            answers=(*plan.answers, *list_answers(behaviour, draw)), longest=longest,
        )  # fmt: skip
        for moment in moments:
            # An answer can be planned for later than the last day.
            mails = moment.mails if moment.at <= start + longest else ()
            for mail in mails:
                self._count_mail(mail, moment.at)
            for reason in moment.reasons:
                self._count_reason(reason)
            tally.chats += len(moment.chats)
            if moment.record:
                self._count_end(moment.record)
        tally.people += 1
        tally.behaviours[behaviour.name] += 1

    def _count_mail(self, mail: SendMail, at: datetime) -> None:
        step = f"{mail.sequence}/{mail.step}"
        self.sent.append(at)
        # By the day of the workspace, since its team and its provider see the load.
        self.tally.mails[at.astimezone(ZoneInfo(self.plan.config.timezone)).date().isoformat(), step] += 1
        self.tally.minutes[int(at.timestamp()) // _MINUTE] += 1
        self.tally.parts[step, mail.template] += 1

    def _count_reason(self, reason: Reason) -> None:
        template, found, because = reason.text.removesuffix(".").partition(_SKIPPED)
        if found and " " not in template:
            self.tally.skipped[f"{sequence_of(reason.about)}/{reason.step}", because] += 1

    def _count_end(self, record: Subscriber) -> None:
        tally = self.tally
        # A set: a step to which a loop leads back is reached once.
        steps = {f"{sequence}/{step}" for sequence, step, _ in self.taken}
        for name, run in record.runs.items():
            tally.endings[sequence_of(name), run.status] += 1
            steps.add(f"{sequence_of(name)}/{run.step}")
            if self.catalog.sequences[sequence_of(name)].holdout:
                arm = HELD if run.withheld is not None else MAILED
                tally.parts[f"{sequence_of(name)}/{HOLDOUT}", arm] += 1
        tally.reached.update(steps)
        tally.mails_each[len(self.sent)] += 1
        # The window that begins with each mail: one of them is the fullest.
        # Nobody gets so many that comparing each with each would cost more than the mails did.
        fullest = max((sum(at <= other < at + WEEK for other in self.sent) for at in self.sent), default=0)
        tally.most_in_week[fullest] += 1


def _choose_zone(plan: PopulationPlan, draw: Draw) -> str:
    place = draw("zone") * 100 if plan.zones else 0.0
    for name, percent in plan.zones:
        if place < percent:
            return name
        place -= percent
    return ""


def _choose_start(plan: PopulationPlan, zone: str, draw: Draw) -> datetime:
    """Return when a person begins: by day, where they are, and not before the start."""
    place = draw("start") * plan.over
    home = ZoneInfo(zone)
    day = plan.start.astimezone(home).date() + timedelta(days=int(place))
    at = datetime.combine(day, WAKING, tzinfo=home) + timedelta(hours=WAKING_HOURS) * (place % 1)
    # Whose hour of the first day is over already begin at that hour after the last one: nobody piles up at the start.
    return (at if at >= plan.start else at + timedelta(days=plan.over)).astimezone(UTC)
