"""Inputs out of all shape end a reader with its own words, never with an exception or not at all."""

import pytest

from tests.fuzz.targets import TARGETS, FuzzTarget, make_input, try_input

SHORT = {"flows": 6, "sequences": 6, "YAML": 40, "dates": 60}
INPUTS = 150


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_input_raises_or_hangs(target: FuzzTarget) -> None:
    """The first inputs of ``make fuzz``."""
    findings = [try_input(target, number) for number in range(SHORT.get(target.name, INPUTS))]

    assert [finding for finding in findings if finding] == []


def test_an_input_is_the_same_by_its_number() -> None:
    """A finding can be tried again alone."""
    assert [make_input(TARGETS[0], 5)] * 2 == [make_input(TARGETS[0], 5) for _ in range(2)]
