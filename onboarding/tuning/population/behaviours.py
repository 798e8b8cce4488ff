"""What the people of a population do: declared shares of them, and at which times each does what.  Pure.

Chance is a keyed hash of the person, the seed and what is drawn: the same seed gives the same people in every process,
and one person more changes nobody else.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.events import AnyEvent, FieldsTold, ProductEvent, Unsubscribed
from domain.keyring import Keyring
from domain.record import Value
from onboarding.tuning.planned_answers import PlannedAnswer

MOST_TIMES = 1_000
"""Occurrences of one habit of one person at most."""

Draw = Callable[[str], float]
"""Returns a number in [0, 1) for what is drawn; always the same for one person and seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """An event that people do again and again, at random times."""

    event: str
    every: timedelta
    """Mean distance of two."""
    start: timedelta = timedelta(0)
    """Counted from the person's first moment, as all times here."""
    length: timedelta | None = None
    """None if they never stop."""
    properties: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneDeed:
    """Something that people do once, at a random time between two."""

    earliest: timedelta
    latest: timedelta
    event: str = ""
    """A product event; empty if it is something else."""
    properties: Mapping[str, Value] = field(default_factory=dict)
    fields: Mapping[str, Value] = field(default_factory=dict)
    """Fields that the product tells."""
    answers: tuple[str, str] | None = None
    """(step, label) of a question that is answered; the times count from when it is asked."""
    stops: bool = False
    """True if they unsubscribe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationPart:
    """A part of the people, and what they do."""

    name: str
    """As written."""
    percent: float
    does: tuple[Habit | OneDeed, ...] = ()


IDLE = "everybody else"
"""Name of those who are in no declared part: they do nothing."""


def make_draw(keys: Keyring, person: str) -> Draw:
    """Return the chance of one person; ``person`` has the seed in its name."""
    return lambda label: keys.stable_fraction(person, label)


def choose_behaviour(behaviours: Sequence[PopulationPart], draw: Draw) -> PopulationPart:
    """Return to which part a person belongs."""
    # The parts lie one behind the other on a line of 100; who falls behind the last one is in none.
    place = draw("behaviour") * 100
    for behaviour in behaviours:
        if place < behaviour.percent:
            return behaviour
        place -= behaviour.percent
    return PopulationPart(name=IDLE, percent=0)


def list_deeds(
    behaviour: PopulationPart, draw: Draw, start: datetime, longest: timedelta
) -> Iterator[tuple[timedelta, AnyEvent]]:
    """Yield what a person does in the time that is walked through, each with its time after the start."""
    for number, does in enumerate(behaviour.does):
        if isinstance(does, Habit):
            yield from _list_times(number, does, draw, start, longest)
        elif does.answers is None:
            delay = _draw_delay(number, does, draw)
            # What lies behind the last day is not done: it would only lengthen the walk.
            if delay < longest:
                yield delay, _make_event(does, f"{number}", start + delay)


def list_answers(behaviour: PopulationPart, draw: Draw) -> tuple[PlannedAnswer, ...]:
    """Return what a person answers when they are asked."""
    # Apart from the deeds: nobody knows before when something is asked.
    return tuple(
        PlannedAnswer(step=does.answers[0], label=does.answers[1], delay=_draw_delay(number, does, draw))
        for number, does in enumerate(behaviour.does)
        if isinstance(does, OneDeed) and does.answers
    )


def _list_times(
    number: int, habit: Habit, draw: Draw, start: datetime, longest: timedelta
) -> Iterator[tuple[timedelta, AnyEvent]]:
    end = min(longest, habit.start + habit.length) if habit.length else longest
    delay = habit.start
    for time in range(MOST_TIMES):
        # Distances of a Poisson process: exponential, so nobody comes by the clock.
        delay += habit.every * -math.log(1 - draw(f"{number}/{time}"))
        if delay >= end:
            return
        at = start + delay
        yield delay, ProductEvent(id=f"{number}-{time}", at=at, name=habit.event, properties=dict(habit.properties))


def _draw_delay(number: int, deed: OneDeed, draw: Draw) -> timedelta:
    return deed.earliest + (deed.latest - deed.earliest) * draw(f"{number}")


def _make_event(deed: OneDeed, name: str, at: datetime) -> AnyEvent:
    if deed.stops:
        return Unsubscribed(id=name, at=at, via="one-click")
    if deed.fields:
        return FieldsTold(id=name, at=at, fields=dict(deed.fields))
    return ProductEvent(id=name, at=at, name=deed.event, properties=dict(deed.properties))
