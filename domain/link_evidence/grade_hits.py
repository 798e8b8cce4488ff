"""Grades followed links: by a person, by a program, or unknown.  Pure.

Theory.  A gateway that looks into a mail follows all its links within seconds, and each single request may look like a
browser's.  So no request is graded when it comes.  It waits in the record for :data:`SETTLE`, and then is judged with
its neighbours of the same mail:

* a window of :data:`WINDOW` in which every visible link was followed is a program's, and so is all in it;
* so is what lies that close to a request for the hidden link;
* anything else has the grade of its own doubt, and is a person's if there is none.

A mail with a single link has no such window; there only the other evidence speaks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.link_evidence.doubts import BURST, HIDDEN_LINK, Grade, grade_of
from domain.link_evidence.hits import HIDDEN, PIXEL, REMEMBERED_CLICKS, Hit, LinkRecord

WINDOW = timedelta(seconds=5)
"""So close are the requests of a program that tries every link."""
SETTLE = timedelta(seconds=11)
"""How long a followed link waits: for its neighbours on both sides, and for a slow commit of theirs."""
FEWEST_LINKS = 2
"""Links of a mail that can be told to have been followed together."""

_WINDOW_MS = int(WINDOW.total_seconds() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedHit:
    """A followed link with its grade."""

    hit: Hit
    grade: Grade
    doubt: str
    """Why: a word of :mod:`domain.link_evidence.doubts`; empty for a person."""


def next_grading(links: LinkRecord) -> datetime | None:
    """Return when the first of what waits can be graded; None if nothing waits."""
    return min(hit.at for hit in links.pending) + SETTLE if links.pending else None


def grade_due(links: LinkRecord, now: datetime) -> tuple[LinkRecord, tuple[GradedHit, ...]]:
    """Return what is kept after grading everything that is due by now, and the grades in the order of the requests."""
    now_ms = int(now.timestamp() * 1000)
    settle_ms = int(SETTLE.total_seconds() * 1000)
    due = {hit.send for hit in links.pending if hit.at_ms + settle_ms <= now_ms}
    if not due:
        return links, ()
    graded: list[GradedHit] = []
    for send in sorted(due):
        hits = sorted((hit for hit in links.pending if hit.send == send), key=lambda hit: hit.at_ms)
        graded += _grade_mail(hits, now_ms - settle_ms)
    # By identity: two requests may be equal in everything that is kept of them.
    done = {id(one.hit) for one in graded}
    kept = tuple(hit for hit in links.pending if id(hit) not in done)
    return replace(links, pending=kept, clicked=_note_clicks(links.clicked, graded)), tuple(graded)


def _grade_mail(hits: Sequence[Hit], due_ms: int) -> list[GradedHit]:
    """Grade what is due of one mail; a program's requests are settled together, also those that are not due yet."""
    machine = dict.fromkeys(_find_bursts(hits), BURST)
    for hit in hits:
        if hit.link == HIDDEN:
            near = (at for at, other in enumerate(hits) if abs(other.at_ms - hit.at_ms) <= _WINDOW_MS)
            machine |= dict.fromkeys(near, HIDDEN_LINK)
    taken = (
        (hit, machine.get(position, hit.doubt))
        for position, hit in enumerate(hits)
        if hit.at_ms <= due_ms or position in machine
    )
    return [GradedHit(hit=hit, grade=grade_of(doubt), doubt=doubt) for hit, doubt in taken]


def _find_bursts(hits: Sequence[Hit]) -> set[int]:
    """Return the places of requests that lie in a window in which every visible link was followed."""
    found: set[int] = set()
    for first, begin in enumerate(hits):
        window = [
            place for place in range(first, len(hits)) if hits[place].at_ms - begin.at_ms <= _WINDOW_MS
        ]  # sorted by time, so this is a run of neighbours
        followed = {hits[place].link for place in window} - {HIDDEN, PIXEL}
        if begin.links >= FEWEST_LINKS and len(followed) >= begin.links:
            # The picture is left out: a reader's program loads it in the same second as a click may come.
            found |= {place for place in window if hits[place].link != PIXEL}
    return found


def _note_clicks(clicked: dict[str, int], graded: Sequence[GradedHit]) -> dict[str, int]:
    """Return the mails with a human click, with those that are new; the oldest are forgotten beyond the bound."""
    kept = dict(clicked)
    for one in graded:
        if one.grade == "human" and one.hit.link > HIDDEN:
            second = max(one.hit.at_ms // 1000, kept.pop(one.hit.send, 0))
            kept[one.hit.send] = second  # taken out before, so that it stands last
    return dict(list(kept.items())[-REMEMBERED_CLICKS:])
