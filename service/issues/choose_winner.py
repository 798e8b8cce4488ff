"""Finds the mail that the part ``winner`` of the readers gets, or says that it is too early and takes ``else``.

Who got which mail is drawn again, who reached the goal since the first mail, or followed a link of this one, stands in
their record, and :mod:`onboarding.measure.choose_winner` says whether the difference is settled.  Clicks are compared
among those whose clicks are counted: of the others nobody knows a no, and chance gave both mails as many of them.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from domain.keyring import Keyring
from domain.links.read_clicks import is_clicked, is_counted
from domain.record import Subscriber
from onboarding.issues.catalog import Issue
from onboarding.issues.model import WINNER
from onboarding.issues.offers import draw_part
from onboarding.measure.choose_winner import PartResult, choose_winner
from onboarding.measure.rate_difference import Rate
from service.issues.count_readers import SENT, UNKNOWN, name_outcome
from service.issues.read_readers import Reader, ReaderScan


async def find_winner(scan: ReaderScan, keys: Keyring, began_at: datetime, now: datetime) -> tuple[str, str]:
    """Return the template, and a sentence that says why it is that one.  Reads every reader once."""
    issue, winner = scan.issue, scan.issue.winner
    if winner is None:
        message = "only an issue with a winner is asked for one"
        raise ValueError(message)
    exposed: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    for number in range(scan.store.partitions):
        async for reader in scan.read_partition(number, now):
            if (has_won := _judge_reader(issue, reader, began_at)) is not None:
                part = draw_part(issue, keys, reader.record.id)
                exposed[part] += 1
                reached[part] += has_won
    if not exposed and not winner.by_goal:
        return winner.otherwise, f"Too early: nobody's clicks are counted, so {winner.otherwise} goes."
    return tell_winner(issue, winner.otherwise, exposed, reached)


def _judge_reader(issue: Issue, reader: Reader, began_at: datetime) -> bool | None:
    """Return whether a reader did what the winner goes by; None if they are not compared."""
    line = reader.line
    if line is None:
        return None
    if issue.winner and not issue.winner.by_goal:
        return is_clicked(reader.record, line.id) if is_counted(line) else None
    # Unknown counts as got: nearly all of those have arrived, and which mail it was has no part in it.
    return has_reached(issue, reader.record, began_at) if name_outcome(line) in (SENT, UNKNOWN) else None


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
