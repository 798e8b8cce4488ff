"""The winner of an issue by human clicks: among whose clicks are counted, and only if the difference is settled."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.link_evidence.hits import LinkRecord
from domain.links.measured import note_counting
from domain.ports import SendLine
from domain.record import Identity, Subscriber
from onboarding.issues.catalog import Issue, IssueWinner
from onboarding.issues.offers import draw_part
from service.issues.choose_winner import find_winner
from service.issues.read_readers import Reader
from tests.support.people import KEYS, NOON, confirmed_subscriber

ISSUE = Issue(
    name="winter", topic="friday_leaf", file="issues/winter.yaml", to=None, moment=None, late=timedelta(days=1),
    parts=(("a", 40), ("b", 40), ("winner", 20)),
    winner=IssueWinner(by_goal=False, after=timedelta(hours=4), otherwise="b"),
)  # fmt: skip
MIA = confirmed_subscriber()
COUNTED = note_counting("0123456789abcdef", {"clicks"}, NOON)


@dataclass(frozen=True, kw_only=True)
class _OnePartition:
    partitions: int = 1


@dataclass(frozen=True, kw_only=True)
class _Scan:
    """Readers who are there already."""

    readers: tuple[Reader, ...]
    issue: Issue = ISSUE
    store: _OnePartition = _OnePartition()

    async def read_partition(self, _number: int, _now: datetime) -> AsyncIterator[Reader]:
        for reader in self.readers:
            yield reader


def make_readers(share_of_clicks: dict[str, float], note: str, number: int = 1200) -> Iterable[Reader]:
    """Yield readers who got their part; of each, this share has clicked."""
    for count in range(number):
        name = KEYS.subscriber_id("1", str(count))
        record: Subscriber = replace(MIA, id=name, identity=Identity(page="1", psid=str(count)))
        part = draw_part(ISSUE, KEYS, name)
        if part == "winner":
            yield Reader(record=record, line=None)
            continue
        line = SendLine(id=f"send {count}", subscriber=name, status="sent", at_ms=0, note=note)
        if KEYS.stable_fraction(name, "clicks") < share_of_clicks[part]:
            record = replace(record, links=LinkRecord(clicked={line.id: 1}))
        yield Reader(record=record, line=line)


@pytest.mark.parametrize(
    ("clicks", "note", "template", "words"),
    [
        ({"a": 0.3, "b": 0.1}, COUNTED, "a", "a won: "),
        ({"a": 0.11, "b": 0.1}, COUNTED, "b", "Too early: "),
        ({"a": 0.3, "b": 0.1}, "0123456789abcdef", "b", "Too early: nobody's clicks are counted, so b goes."),
        ({"a": 0.3, "b": 0.1}, note_counting("", {"opens"}, NOON), "b", "Too early: nobody's clicks"),
    ],
)
async def test_the_mail_that_people_act_on_wins(clicks: dict[str, float], note: str, template: str, words: str) -> None:
    """A clear difference wins; a small one, or one that nobody has seen, leaves it to “else”."""
    scan = _Scan(readers=tuple(make_readers(clicks, note)))
    found, why = await find_winner(scan, KEYS, NOON, NOON)  # type: ignore[arg-type]  # only what it asks of a scan
    assert (found, why[: len(words)]) == (template, words)
