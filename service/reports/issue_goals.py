"""How many readers of an issue did what it is for; of an issue nobody is held out, so nothing stands beside it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from domain import record as records
from domain.keyring import Keyring
from domain.ports import SendLine, Store
from domain.record import Subscriber
from onboarding.issues.catalog import Issue
from onboarding.issues.decide import issue_send_id

_SECOND = 1000


async def count_issue_goals(
    store: Store, keys: Keyring, issues: Sequence[Issue], now: datetime
) -> Mapping[str, tuple[int, int]]:
    """Return by issue its readers whose time for the goal is over, and how many of them reached it.

    Reads every person.  ``now`` is the time of the store's servers, by which mails are noted.
    """
    people: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    wanted = [issue for issue in issues if issue.goal]
    if not wanted:
        return {}
    async for name, raw in store.all_subscribers():
        record = records.decode(raw)
        for issue, has_reached in judge_reader(record, await store.sends_of(name), keys, wanted, now):
            people[issue] += 1
            reached[issue] += has_reached
    return {issue: (count, reached[issue]) for issue, count in people.items()}


def judge_reader(
    record: Subscriber, sends: Sequence[SendLine], keys: Keyring, issues: Sequence[Issue], now: datetime
) -> Iterator[tuple[str, bool]]:
    """Yield each issue that a person got and whose time for the goal is over, and whether they reached it."""
    got = {line.id: line.at_ms // _SECOND for line in sends if line.status == "sent"}
    for issue in issues:
        goal = issue.goal
        moments = [got[name] for at in record.addresses if (name := issue_send_id(keys, issue.name, at)) in got]
        if goal is None or not moments:
            continue
        first, last = moments[0], moments[0] + int(goal.within.total_seconds())
        if last > now.timestamp():  # as in reports of sequences: who still has time is not compared yet
            continue
        deed = record.behaviour.get(goal.event)
        yield issue.name, deed is not None and any(first <= second <= last for second in deed.recent_seconds)
