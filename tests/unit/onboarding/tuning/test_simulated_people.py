"""People of a simulation: whoever is asked for is found, and gets what was asked for."""

from onboarding.tuning.simulate import Ending, simulate
from onboarding.tuning.simulated_people import find_person, list_arms, list_splits
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.sequence_people import compile_clean, sent_mails, sequence_text

SPLITS = """  a: {send: {welcome: 99%, come_back: 1%}}
  rest: {wait: 1 day}
  b: {send: {evaluate_order: 50%, evaluate_invite: 50%}}
"""


def test_every_part_of_every_split_can_be_seen() -> None:
    """Four combinations, each lived through by somebody who gets it; a part of 1 % is found too."""
    catalog = compile_clean(sequence_text(SPLITS))
    sequence = catalog.sequences["s"]
    seen = []

    for arms in list_arms(sequence, {}):
        person = find_person(sequence, arms, config=SHIPPED_CONFIG, keys=KEYS, start=NOON)
        assert person is not None
        moments = list(simulate(catalog, person, TOPIC, [], deciding_context()))
        assert tuple(template for _, template in sent_mails(moments)) == tuple(arms.values())
        assert moments[-1].ending is Ending.NOTHING_LEFT
        seen.append(tuple(arms.values()))

    assert list_splits(sequence) == {"a": ("welcome", "come_back"), "b": ("evaluate_order", "evaluate_invite")}
    assert len(set(seen)) == 4
    assert [dict(arms) for arms in list_arms(sequence, {"a": "come_back", "b": "evaluate_order"})] == [
        {"a": "come_back", "b": "evaluate_order"}
    ]


def test_a_loop_without_end_says_that_it_goes_on() -> None:
    """A daily loop is walked through for 400 days; an hourly one, too."""
    for wait in ("1 day", "1 hour"):
        steps = f"  look: {{wait: {wait}}}\n  again: {{if: never cup.noted, go: look, else: end}}\n"
        catalog = compile_clean(sequence_text(steps))
        person = find_person(catalog.sequences["s"], {}, config=SHIPPED_CONFIG, keys=KEYS, start=NOON)
        assert person is not None

        moments = list(simulate(catalog, person, TOPIC, [], deciding_context()))

        assert moments[-1].ending is Ending.TOO_LATE
        assert (moments[-1].at - NOON).days >= 399
