"""Grading of followed links: what a person did, what a program did, and what nobody knows."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.link_evidence.doubts import (
    AGENT,
    BURST,
    DOUBTS,
    EARLY,
    FLOOD,
    HIDDEN_LINK,
    METHOD,
    NOTHING,
    grade_of,
    reason_of,
)
from domain.link_evidence.grade_hits import SETTLE, WINDOW, GradedHit, grade_due, next_grading
from domain.link_evidence.hits import HIDDEN, PIXEL, REMEMBERED_CLICKS, Hit, LinkRecord
from tests.support.people import NOON

START = int(NOON.timestamp() * 1000)


def hit(link: int, after_s: float, doubt: str = NOTHING, *, links: int = 3, send: str = "one") -> Hit:
    """Return a link that was followed so many seconds after noon."""
    return Hit(
        send=send, mail="welcome", link=link, links=links, at_ms=START + int(after_s * 1000), doubt=doubt
    )  # fmt: skip


def grades(*hits: Hit, after: timedelta = timedelta(minutes=5)) -> list[tuple[int, str, str]]:
    """Return link, grade and reason of each, as it is some time after noon."""
    _, graded = grade_due(LinkRecord(pending=hits), NOON + after)
    return [(one.hit.link, one.grade, one.doubt) for one in graded]


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ([hit(2, 0)], [(2, "human", "")]),
        ([hit(1, 0), hit(2, 1), hit(3, 4.9)], [(1, "machine", BURST), (2, "machine", BURST), (3, "machine", BURST)]),
        ([hit(1, 0), hit(2, 2.6), hit(3, 5.2)], [(1, "human", ""), (2, "human", ""), (3, "human", "")]),
        ([hit(1, 0), hit(2, 1)], [(1, "human", ""), (2, "human", "")]),
        ([hit(1, 0), hit(1, 0.2), hit(1, 0.4)], [(1, "human", "")] * 3),
        ([hit(1, 0, links=1)], [(1, "human", "")]),
        ([hit(HIDDEN, 0), hit(2, 3)], [(HIDDEN, "machine", HIDDEN_LINK), (2, "machine", HIDDEN_LINK)]),
        ([hit(2, 0), hit(HIDDEN, 60)], [(2, "human", ""), (HIDDEN, "machine", HIDDEN_LINK)]),
        ([hit(1, 0, EARLY)], [(1, "unknown", EARLY)]),
        ([hit(1, 0, AGENT), hit(1, 60)], [(1, "machine", AGENT), (1, "human", "")]),
        (
            [hit(1, 0, METHOD), hit(2, 0, METHOD), hit(3, 0)],
            [(1, "machine", BURST)] + [(n, "machine", BURST) for n in (2, 3)],
        ),
        ([hit(PIXEL, 0), hit(1, 1)], [(PIXEL, "human", ""), (1, "human", "")]),
        ([hit(1, 0), hit(2, 1, send="two"), hit(3, 2)], [(1, "human", ""), (3, "human", ""), (2, "human", "")]),
    ],
)
def test_neighbours_tell_a_program_from_a_person(hits: list[Hit], expected: list[tuple[int, str, str]]) -> None:
    """Every link at once, or the hidden one, is a program; one link, or two of three, is a person."""
    assert grades(*hits) == expected


def test_nothing_is_graded_before_its_neighbours_can_be_known() -> None:
    """The first waits its time; those of one program are settled together, whatever time is left of theirs."""
    scanned = LinkRecord(pending=(hit(1, 0), hit(2, 4), hit(3, 4.5), hit(2, 30)))
    assert grade_due(scanned, NOON + SETTLE - timedelta(milliseconds=1)) == (scanned, ())
    assert next_grading(scanned) == NOON + SETTLE
    kept, graded = grade_due(scanned, NOON + SETTLE)
    assert [one.grade for one in graded] == ["machine"] * 3
    assert kept == LinkRecord(pending=(hit(2, 30),))
    assert next_grading(LinkRecord()) is None


def test_a_click_is_remembered_by_its_mail_and_the_oldest_are_forgotten() -> None:
    """A program's leaves no trace; the last click of a person counts, and twenty mails are kept."""
    kept, _ = grade_due(
        LinkRecord(pending=(hit(1, 0), hit(1, 90), hit(2, 50, AGENT, send="two"))), NOON + timedelta(hours=1)
    )
    assert kept == LinkRecord(clicked={"one": START // 1000 + 90})
    for number in range(REMEMBERED_CLICKS):
        kept, _ = grade_due(
            LinkRecord(pending=(hit(1, 100 + number, send=f"m{number}"),), clicked=kept.clicked),
            NOON + timedelta(hours=2),
        )
    assert list(kept.clicked) == [f"m{number}" for number in range(REMEMBERED_CLICKS)]


hits_of_mails = st.lists(
    st.builds(
        hit,
        link=st.integers(PIXEL, 4),
        after_s=st.floats(0, 60),
        doubt=st.sampled_from((NOTHING, NOTHING, *DOUBTS)),
        links=st.just(3),
        send=st.sampled_from("ab"),
    ),
    max_size=12,
)


@given(hits_of_mails, st.lists(st.floats(0, 90), max_size=5))
def test_each_is_graded_once_whenever_the_looks_come(hits: list[Hit], looks: list[float]) -> None:
    """Nothing is lost and nothing counted twice; only what nobody and nothing doubts is a person's."""
    links, seen = LinkRecord(pending=tuple(hits)), list[GradedHit]()
    for second in (*sorted(looks), 120):
        links, graded = grade_due(links, NOON + timedelta(seconds=second))
        seen += graded
    assert links.pending == ()
    assert sorted(map(repr, (one.hit for one in seen))) == sorted(map(repr, hits))
    assert all(one.hit.doubt == NOTHING and one.hit.link != HIDDEN for one in seen if one.grade == "human")
    people = {one.hit.send for one in seen if one.grade == "human" and one.hit.link > HIDDEN}
    assert set(links.clicked) == people


@given(st.permutations((1, 2, 3, 4)), st.floats(0, 4.9), st.floats(0, 20))
def test_whoever_takes_every_link_in_five_seconds_is_no_person(order: list[int], span: float, look: float) -> None:
    """In any order, at any speed within the window, and however early somebody looks."""
    hits = tuple(hit(link, span * place / 3, links=4) for place, link in enumerate(order))
    first, early = grade_due(LinkRecord(pending=hits), NOON + timedelta(seconds=look))
    _, late = grade_due(first, NOON + timedelta(minutes=1))
    assert {one.grade for one in (*early, *late)} == {"machine"}
    assert timedelta(seconds=span) < WINDOW


def test_a_word_of_a_newer_version_proves_nobody() -> None:
    """What this version does not know is unknown; every word of the table has its reason and its source."""
    assert (grade_of("quantum"), reason_of("quantum"), grade_of(NOTHING), reason_of(NOTHING)) == (
        "unknown",
        "",
        "human",
        "",
    )
    assert all(doubt.why and doubt.source and doubt.grade != "human" for doubt in DOUBTS.values())
    assert grade_of(FLOOD) == "machine"
