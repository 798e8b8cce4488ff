"""Finds the mail that the part ``winner`` of the readers gets, or says that it is too early and takes ``else``.

By the goal: who got which mail is drawn again, who reached the goal since the first mail stands in their record, and
:mod:`onboarding.measure.choose_winner` says whether the difference is settled.  Human clicks are known only where links
are counted, and until then it is always too early.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from domain.keyring import Keyring
from domain.record import Subscriber
from onboarding.issues.catalog import Issue
from onboarding.issues.model import WINNER
from onboarding.issues.offers import draw_part
from onboarding.measure.choose_winner import PartResult, choose_winner
from onboarding.measure.rate_difference import Rate
from service.issues.count_readers import SENT, UNKNOWN, name_outcome
from service.issues.read_readers import ReaderScan


async def find_winner(scan: ReaderScan, keys: Keyring, began_at: datetime, now: datetime) -> tuple[str, str]:
    """Return the template, and a sentence that says why it is that one.  Reads every reader once."""
    issue, winner = scan.issue, scan.issue.winner
    if winner is None:
        message = "only an issue with a winner is asked for one"
        raise ValueError(message)
    if not winner.by_goal or issue.goal is None:
        return winner.otherwise, f"Too early: no human clicks are counted, so {winner.otherwise} goes."
    exposed: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    for number in range(scan.store.partitions):
        async for reader in scan.read_partition(number, now):
            # Unknown counts as got: nearly all of those have arrived, and which mail it was has no part in it.
            if reader.line is not None and name_outcome(reader.line) in (SENT, UNKNOWN):
                part = draw_part(issue, keys, reader.record.id)
                exposed[part] += 1
                reached[part] += has_reached(issue, reader.record, began_at)
    return tell_winner(issue, winner.otherwise, exposed, reached)


def tell_winner(
    issue: Issue, otherwise: str, exposed: Mapping[str, int], reached: Mapping[str, int]
) -> tuple[str, str]:
    """Return the template and a sentence, of who got each mail and who of them reached the goal."""
    parts = {
        name: PartResult(
            percent=percent,
            exposed=exposed.get(name, 0),
            rate=Rate(people=exposed.get(name, 0), reached=reached.get(name, 0)),
        )
        for name, percent in list_tried(issue)
    }
    verdict = choose_winner(parts, otherwise=otherwise)
    if verdict.is_early:
        return verdict.winner, f"Too early: {verdict.why}, so {verdict.winner} goes."
    return verdict.winner, f"{verdict.winner} won: {verdict.why}."


def list_tried(issue: Issue) -> list[tuple[str, int]]:
    """Return the mails that are tried, each with its share of those who try, in percent."""
    tried = [(name, percent) for name, percent in issue.parts if name != WINNER]
    # The check for lost people compares with shares of those who were divided, which the winner's part is not yet.
    total = sum(percent for _, percent in tried)
    return [(name, round(percent * 100 / total)) for name, percent in tried]


def has_reached(issue: Issue, record: Subscriber, began_at: datetime) -> bool:
    """Return True if the person did what the issue is for since its first mail."""
    deed = record.behaviour.get(issue.goal.event) if issue.goal else None
    return deed is not None and deed.last >= began_at
