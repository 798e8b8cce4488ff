"""Populations: declared shares of behaviours, the same people for the same seed, and sums that fit each other."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
import typer
from msgspec.structs import replace

from domain.events import FieldsTold, ProductEvent, Unsubscribed
from onboarding.tuning.population.behaviours import (
    Draw,
    Habit,
    OneDeed,
    PopulationPart,
    choose_behaviour,
    list_deeds,
    make_draw,
)
from onboarding.tuning.population.live_people import PopulationPlan, PopulationTally
from onboarding.tuning.simulate import confirmed_person
from service.cli.behaviour_words import parse_behaviours, parse_zones
from service.workspace.edition import load_edition
from tests.support.paths import ROOT
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC
from tests.support.sequence_people import CATALOG, DAY, NAME, compile_clean, sequence_text

WHO = ("40%: cup.noted 3 a week for 30 days, box.ordered after 9 to 40 days", "10%: stops after 2 to 20 days")
PEOPLE = 300


def parsed(*who: str) -> list[PopulationPart]:
    """Return the parts of a population."""
    return parse_behaviours(who, SHIPPED_CONFIG, CATALOG.sequences)


def make_plan(who: Sequence[str] = WHO, *, seed: int = 1, sequence: str = "", zones: str = "") -> PopulationPlan:
    """Return the plan of a population of the shipped sequence, or of another one."""
    catalog = compile_clean(sequence) if sequence else CATALOG
    return PopulationPlan(
        catalog=catalog, sequence=next(iter(catalog.sequences)), config=SHIPPED_CONFIG, keys=KEYS, start=NOON, days=60,
        over=28, seed=seed, behaviours=parsed(*who), zones=parse_zones(zones),
    )  # fmt: skip


@pytest.fixture(name="tally", scope="module")
def _tally() -> PopulationTally:
    """Let a population live once."""
    return make_plan().live(range(PEOPLE))


def test_the_same_seed_gives_the_same_people_in_whatever_parts_they_live(tally: PopulationTally) -> None:
    """Two halves, in any order, add up to the whole; another seed gives other people."""
    plan, halves = make_plan(), PopulationTally()
    for part in (range(PEOPLE // 2, PEOPLE), range(PEOPLE // 2)):
        halves.add(plan.live(part))

    assert halves == tally
    assert make_plan(seed=2).live(range(PEOPLE)).minutes != tally.minutes


def test_the_sums_fit_each_other(tally: PopulationTally) -> None:
    """Each mail is in a day, a minute and a person; each person is in one part and stands somewhere at the end."""
    mails = tally.mails.total()
    assert mails == tally.minutes.total() == tally.parts.total()
    assert mails == sum(number * people for number, people in tally.mails_each.items())
    assert tally.people == PEOPLE == tally.behaviours.total() == tally.endings.total() == tally.mails_each.total()
    assert tally.reached[f"{NAME}/welcome"] == PEOPLE
    steps = Counter[str]()
    for (_, step), number in tally.mails.items():
        steps[step] += number
    assert all(number <= tally.reached[step] for step, number in steps.items())
    assert max(tally.most_in_week) <= 3


def test_the_parts_have_their_shares_and_come_within_their_days(tally: PopulationTally) -> None:
    """To some people more or less; the first and the last welcome lie within the days."""
    shares = {name: people / PEOPLE for name, people in tally.behaviours.items()}
    assert shares == pytest.approx(
        {"everybody else": 0.5, WHO[0].partition(": ")[2]: 0.4, WHO[1].partition(": ")[2]: 0.1}, abs=0.08
    )
    welcomes = [date.fromisoformat(day) for day, step in tally.mails if step.endswith("welcome")]
    assert (min(welcomes), max(welcomes)) == (NOON.date(), NOON.date() + 27 * DAY + DAY)
    assert tally.endings[NAME, "left"] > 0


def test_who_is_held_out_is_counted() -> None:
    """People are shared out as live."""
    text = sequence_text("  a: {send: welcome}\n").replace("steps:", "holdout: 20%\nsteps:")
    tally = make_plan((), sequence=text).live(range(PEOPLE))
    held = tally.parts["s/holdout", "held"]
    assert held + tally.parts["s/holdout", "mailed"] == PEOPLE
    assert held == pytest.approx(PEOPLE * 0.2, abs=25)
    assert tally.mails.total() == PEOPLE - held


def test_nobody_piles_up_at_the_start_and_night_is_quiet(tally: PopulationTally) -> None:
    """The busiest minute has a few mails; the hours of a population are those in which people are awake."""
    assert max(tally.minutes.values()) <= 6


def test_a_habit_comes_at_random_times_as_often_as_it_says() -> None:
    """Three a week for ten weeks, in the mean of a hundred people; never twice in the same moment."""
    behaviour = PopulationPart(name="b", percent=100, does=(Habit(event="cup.noted", every=timedelta(weeks=1) / 3),))
    lives = [list(list_deeds(behaviour, make_draw(KEYS, f"p{n}"), NOON, 70 * DAY)) for n in range(100)]

    assert sum(map(len, lives)) / 100 == pytest.approx(30, abs=2)
    assert all(earlier < later for life in lives for (earlier, _), (later, _) in pairwise(life))


def test_what_is_done_once_is_done_between_its_times() -> None:
    """An event with its property, a field that the product tells, and leaving."""
    (part,) = parsed("100%: cup.noted tea=Assam after 2 to 3 days, field mood is calm after 1 day, stops after 5 days")
    deeds = dict(list_deeds(part, make_draw(KEYS, "p"), NOON, 60 * DAY))
    (at, cup), (told_at, told), (stopped_at, stop) = deeds.items()

    assert 2 * DAY <= at <= 3 * DAY
    assert isinstance(cup, ProductEvent)
    assert cup.properties == {"tea": "Assam"}
    assert isinstance(told, FieldsTold)
    assert (told_at, told.fields, stopped_at, type(stop)) == (DAY, {"mood": "calm"}, 5 * DAY, Unsubscribed)
    assert list(list_deeds(part, make_draw(KEYS, "p"), NOON, DAY)) == []


def fixed(place: float) -> Draw:
    """Return a chance that is none."""
    return lambda _: place


def test_people_are_shared_out_once() -> None:
    """Somebody beyond all parts is in none."""
    parts = [PopulationPart(name="a", percent=30), PopulationPart(name="b", percent=20)]
    assert [choose_behaviour(parts, fixed(place)).name for place in (0.0, 0.299, 0.3, 0.499, 0.5)] == [
        "a", "a", "b", "b", "everybody else",
    ]  # fmt: skip


def test_words_are_read() -> None:
    """A habit with its beginning and length; a first number has the unit of the second; once a day."""
    (part,) = parsed("12.5%: cup.noted 2 a day from 3 days for 2 weeks, box.ordered after 9 to 20 days, box.ordered")
    assert part.percent == 12.5
    assert part.does == (
        Habit(event="cup.noted", every=timedelta(hours=12), start=3 * DAY, length=14 * DAY),
        OneDeed(event="box.ordered", earliest=9 * DAY, latest=20 * DAY),
        OneDeed(event="box.ordered", earliest=timedelta(0), latest=timedelta(0)),
    )
    assert parse_zones("Europe/Berlin 60%, America/New_York 40%") == [("Europe/Berlin", 60), ("America/New_York", 40)]


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("cup.noted", "is not understood"),
        ("40%: cup.notd 3 a week", "cup.noted"),
        ("40%: cup.noted 0 a week", "never"),
        ("40%: cup.noted after dawn", "not a length of time"),
        ("40%: field moood is calm", "mood"),
        ("101%: stops", "At most 100%"),
        ("40%: answers nothing=Yes", "no step that asks"),
        ("40%: cup.noted colour=red after 2 days", "keeps no “colour”"),
    ],
)
def test_words_that_are_not_understood_are_told(who: str, told: str) -> None:
    """With the nearest word, or how it is written."""
    with pytest.raises(typer.BadParameter, match=told):
        parsed(who)


def test_zones_that_are_none_are_told() -> None:
    """A city misspelt, no share, more than all."""
    for zones, told in (("Europe/Brelin 10%", "Berlin"), ("Europe/Berlin", "Write"), ("UTC 60%, UTC 50%", "100%")):
        with pytest.raises(typer.BadParameter, match=told):
            parse_zones(zones)


def test_what_is_known_of_everybody_is_put_on_each() -> None:
    """A tag that a condition asks for."""
    text = sequence_text("  i: {if: tag is reader, else: end}\n  a: {send: welcome}\n")
    plan = make_plan((), sequence=text)
    tagged = PopulationPlan(
        catalog=plan.catalog, sequence="s", config=plan.config, keys=KEYS, start=NOON, days=60, over=28, seed=1,
        prepare=lambda record: replace(record, tags=("reader",)),
    )  # fmt: skip
    assert (plan.live(range(5)).mails.total(), tagged.live(range(5)).mails.total()) == (0, 5)
    assert confirmed_person(SHIPPED_CONFIG, KEYS, TOPIC, NOON).tags == ()


def test_a_mail_of_another_topic_goes_too() -> None:
    """People agreed to all that the sequence sends: a review behind an order needs a consent of its own."""
    edition, _ = load_edition(ROOT / "tests" / "good" / "programmes")
    sequence = edition.rules.sequences.sequences["after_order"]
    plan = PopulationPlan(
        catalog=dataclasses.replace(edition.rules.sequences, sequences={"after_order": sequence}),
        sequence="after_order", config=edition.config, keys=KEYS, start=NOON, days=60, over=1, seed=1,
        events=((timedelta(0), "order.placed", {"order": "1"}), (2 * DAY, "order.delivered", {"order": "1"})),
    )  # fmt: skip
    assert plan.live(range(3)).parts["after_order/review", "review"] == 3
