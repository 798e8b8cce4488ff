"""A part of a split that was chosen: who gets it, who keeps what they have, and what is compared."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.decision import Context
from domain.house_values import ChosenPart, HouseValues
from domain.record import Subscriber
from onboarding.engine.comparisons.winners import ComparedPasses, favour_part, find_chosen_part, find_compared
from onboarding.engine.start_and_exit import begin_run
from onboarding.engine.step_rules import choose_template
from onboarding.language.catalog import Send
from onboarding.language.parts.winners import Winner
from tests.support.people import NOON, deciding_context
from tests.support.sequence_people import DAY, compile_clean, compile_texts, confirmed_newcomer, sequence_text

GOAL = "goal: {event: box.ordered, within: 7 days}"
HALVES = {"evaluate_order": 50, "evaluate_invite": 50}
SPLIT = "  a:\n    send: {evaluate_order: 50%, evaluate_invite: 50%}\n"
CATALOG = compile_clean(sequence_text(f"{SPLIT}    winner: goal\n", goal=GOAL))
CHOSEN = ChosenPart(part="evaluate_invite", at=NOON, parts=HALVES)
TAKEN_BACK = replace(CHOSEN, until=NOON + 3 * DAY)


def send_of(words: str = "    winner: goal\n", goal: str = GOAL, *, told: Sequence[str] = ()) -> Send:
    """Return what the step sends; ``told`` are the codes of what is found beside it."""
    catalog, findings = compile_texts(sequence_text(f"{SPLIT}{words}", goal=goal))
    assert [finding.code for finding in findings] == list(told)
    action = catalog.sequences["s"].steps["a"].action
    assert isinstance(action, Send)
    return action


def standing_person(number: int, begins: datetime) -> Subscriber:
    """Return somebody whose pass began then."""
    record = confirmed_newcomer(f"{number}")
    run = begin_run(CATALOG.sequences["s"], record, ("", ""), at=begins, context=deciding_context(after=begins - NOON))
    return replace(record, runs={"s": run})


def context_with(*choices: ChosenPart) -> Context:
    """Return what deciding knows, long after all of it."""
    return replace(deciding_context(after=30 * DAY), house=HouseValues(chosen={"s/a": choices}))


def parts_of(begins: datetime, *choices: ChosenPart, send: Send | None = None) -> list[str]:
    """Return the parts of 300 people who began then."""
    sequence, send = CATALOG.sequences["s"], send or send_of()
    people = [standing_person(number, begins) for number in range(300)]
    return [choose_template(sequence, "a", send, person, context_with(*choices))[0] for person in people]


def test_newcomers_get_what_won_and_the_others_keep_their_part() -> None:
    """The moment of the start of a pass decides, not that of the mail."""
    before, after = parts_of(NOON - DAY, CHOSEN), parts_of(NOON, CHOSEN)

    assert before == parts_of(NOON - DAY)
    assert 130 < Counter(before)["evaluate_order"] < 170
    assert 5 < Counter(after)["evaluate_order"] < 30


def test_what_was_taken_back_holds_for_those_who_began_meanwhile() -> None:
    """They keep their part; who begins later is divided as written."""
    assert parts_of(NOON + DAY, TAKEN_BACK) == parts_of(NOON + DAY, CHOSEN)
    assert parts_of(NOON + 3 * DAY, TAKEN_BACK) == parts_of(NOON)


def test_another_split_or_no_winner_in_the_file_ends_it() -> None:
    """What was chosen was chosen of these parts and shares."""
    other = replace(CHOSEN, parts={"evaluate_order": 40, "evaluate_invite": 60})

    assert parts_of(NOON, other) == parts_of(NOON)
    assert parts_of(NOON, CHOSEN, send=send_of("")) == parts_of(NOON)
    assert find_chosen_part(send_of(), "s/a", HouseValues(chosen={"s/a": (other,)})) is None


def test_only_passes_are_compared_that_the_file_divided() -> None:
    """Those before the choice; after it is taken back, those that begin from then on."""
    cases = ((), (CHOSEN,), (TAKEN_BACK,), (TAKEN_BACK, replace(CHOSEN, at=NOON + 9 * DAY)))
    compared = [find_compared(send_of(), "s/a", HouseValues(chosen={"s/a": choices})) for choices in cases]

    assert compared == [
        ComparedPasses(),
        ComparedPasses(before=NOON),
        ComparedPasses(since=NOON + 3 * DAY),
        ComparedPasses(since=NOON + 3 * DAY, before=NOON + 9 * DAY),
    ]
    assert [compared[1].holds(NOON - timedelta(seconds=1)), compared[1].holds(NOON)] == [True, False]


@given(st.lists(st.integers(0, 100), min_size=2, max_size=12), st.data())
def test_the_winner_gets_nearly_all_and_nobody_is_lost(weights: list[int], data: st.DataObject) -> None:
    """The shares add up to what they were; each part that had people keeps 1 % at least, and 0 % stays 0 %."""
    split = tuple((f"p{number}", weight) for number, weight in enumerate(weights))
    winner = data.draw(st.sampled_from([name for name, _ in split]))
    total = sum(weights)
    favoured = dict(favour_part(split, winner))

    assert sum(favoured.values()) == total
    others = [favoured[name] for name, weight in split if weight and name != winner]
    assert all(others)
    assert sum(others) == (max(5, len(others)) if others else 0)
    assert all(not favoured[name] for name, weight in split if not weight and name != winner)


def test_the_words_are_read() -> None:
    """``goal`` alone, an event of its own, times, and what holds if nothing is settled."""
    week, fortnight = timedelta(days=7), timedelta(days=14)
    own = "    winner: {by: cup.noted, within: 3 days, after: 30 days, else: evaluate_order}\n"

    assert send_of().winner == Winner(event="box.ordered", within=week, after=3 * week)
    assert send_of("    winner: goal box.ordered\n").winner == send_of().winner
    assert send_of(own).winner == Winner(
        event="cup.noted", within=timedelta(days=3), after=timedelta(days=30), otherwise="evaluate_order"
    )
    assert send_of("    winner: cup.noted\n", "").winner == Winner(
        event="cup.noted", within=fortnight, after=2 * fortnight
    )
    # The shipped topics promise not to count clicks.
    told = ["uncounted-clicks"]
    clicks = send_of("    winner: {by: human clicks, within: 3 days}\n", told=told).winner
    assert clicks == send_of("    winner: {by: mail.clicked, within: 3 days}\n", told=told).winner
    assert clicks
    assert clicks.event == "mail.clicked"
    assert CATALOG.named_events == {"", "box.ordered"}


def test_what_no_winner_can_be_found_by_is_told() -> None:
    """Each with its code; the broken workspaces hold the whole sentences."""
    told = {}
    for words in ("{by: clicks}", "{else: welcome}", "{after: 7 days, else: evaluate_order}", "{after: soon}"):
        _, findings = compile_texts(sequence_text(f"{SPLIT}    winner: {words}\n", goal=GOAL))
        told[words] = [finding.code for finding in findings]
    _, without_goal = compile_texts(sequence_text(f"{SPLIT}    winner: goal\n"))
    _, no_split = compile_texts(sequence_text("  a: {send: welcome, winner: goal}\n", goal=GOAL))

    assert list(told.values()) == [["unknown-event"], ["unknown-part"], ["too-soon"], ["unclear-time"]]
    assert [[finding.code for finding in found] for found in (without_goal, no_split)] == [["no-goal"], ["misplaced"]]
