"""Hints to other processes are gathered, and the collector is calmed."""

import gc

import pytest

from domain.ports import StoreAwayError, StoreError
from service.runtime.serve import freeze_long_lived
from service.runtime.work_sharing.notify_workers import WorkerNotifier


class Ears:
    """Hears hints."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        self.heard: list[set[int]] = []

    async def publish_hint(self, *partitions: int) -> None:
        """Hear of partitions."""
        self.heard.append(set(partitions))


async def test_many_commits_of_a_moment_are_told_once() -> None:
    """What was posted within some milliseconds is one message, and what comes later another."""
    ears = Ears()
    hinter = WorkerNotifier(partition_of={"mia": 1, "bob": 2}.__getitem__, hint=ears.publish_hint)

    for name in ("mia", "bob", "mia"):
        hinter(name)
    await hinter.settle()
    hinter("bob")
    await hinter.settle()

    assert ears.heard == [{1, 2}, {2}]


@pytest.mark.parametrize("error", [StoreAwayError("away"), StoreError("NOPERM")])
async def test_a_hint_that_cannot_be_sent_stops_nothing(error: StoreError) -> None:
    """Whoever hears nothing looks by itself: a clean stop stays clean."""

    async def refused(*_: int) -> None:
        raise error

    hinter = WorkerNotifier(partition_of=len, hint=refused)
    hinter("mia")
    await hinter.settle()


async def test_settling_with_nothing_to_tell_tells_nothing() -> None:
    """A clean stop without news sends no message."""
    ears = Ears()

    await WorkerNotifier(partition_of=len, hint=ears.publish_hint).settle()

    assert ears.heard == []


def test_the_collector_sets_aside_what_stays() -> None:
    """What is there at the start is not looked over again."""
    try:
        freeze_long_lived()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
