"""Beside which earlier issues a plan stands, and who is counted as having left because of each."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from onboarding.issues.catalog import IssueCatalog
from onboarding.issues.offers import Release
from service.issues.plan import IssuePlanner, pick_same_topic
from service.issues.states import IssueState
from service.workspace.edition import Edition, load_edition
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON

DAY = timedelta(days=1)
LIVE = load_edition(None)[0]
WINTER = LIVE.issues.issues["winter_teas"]
LEFT = [NOON - 20 * DAY, NOON - 19 * DAY, NOON - 16 * DAY, NOON - 2 * DAY]
"""When readers withdrew."""


class LeftStore(MemoryStore):
    """A store whose index knows who withdrew."""

    async def count_readers(self, topic: str, first: int, last: int) -> int:
        """Return how many withdrew in this time, as the index counts them."""
        assert topic == WINTER.topic
        return sum(first <= -int(at.timestamp()) <= last for at in LEFT)


def sent_at(days_ago: float, sent: int) -> IssueState:
    """Return the state of an issue that went out then."""
    at = NOON - days_ago * DAY
    return IssueState(state="done", since=at, began_at=at, result={"sent": sent}, edition="old")


def edition_with(**topics: str) -> Edition:
    """Return an edition with issues of these topics."""
    issues = {name: replace(WINTER, name=name, topic=topic) for name, topic in topics.items()}
    return replace(LIVE, issues=IssueCatalog(issues=MappingProxyType(issues)))


async def test_a_plan_stands_beside_issues_of_its_own_topic() -> None:
    """Also one whose file is gone; whoever left is counted once, as the latest issue's before it."""
    old, live = edition_with(gone=WINTER.topic), edition_with(one=WINTER.topic, two=WINTER.topic, other="invitations")

    async def find_edition(name: str) -> Edition | None:
        return old if name == "old" else None

    states = {
        "one": sent_at(21, 200), "two": sent_at(18, 100), "other": sent_at(20.5, 900), "gone": sent_at(40, 100),
        "draft": IssueState(since=NOON), "lost": sent_at(30, 5),
    }  # fmt: skip
    past = await pick_same_topic(states, WINTER.topic, live, find_edition)
    planner = IssuePlanner(
        store=LeftStore(server_ms=lambda: 1_000_000), keys=KEYS, config=LIVE.config, now=NOON,
        release=Release(issue=WINTER, edition=LIVE.hash, released_at=NOON, moment=None),
    )  # fmt: skip
    plan = await planner.make_plan(past)

    assert [(issue.name, issue.sent, issue.unsubscribed) for issue in plan.past] == [
        ("gone", 100, 0), ("one", 200, 2), ("two", 100, 1),
    ]  # fmt: skip
    assert plan.expected_unsubscribes == 0  # of no readers
