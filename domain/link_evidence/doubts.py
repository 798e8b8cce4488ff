"""What speaks against a person behind a followed link: a table of words, grades and reasons.  Pure.

The word is decided where the request arrives, and the request's address and agent end there; only the word is kept.
``machine`` and ``unknown`` count as nothing: no sequence, winner or “engaged” listens to them.
"""

from dataclasses import dataclass
from typing import Literal

Grade = Literal["human", "machine", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One kind of evidence."""

    word: str
    """As it lies in records and counters."""
    grade: Grade
    why: str
    """Half a sentence for the timeline and for reports."""
    source: str
    """Where it is known from."""


NOTHING = ""
METHOD = "method"
HIDDEN_LINK = "hidden"
SOON = "soon"
BURST = "burst"
AGENT = "agent"
PREFETCH = "prefetch"
NO_AGENT = "no-agent"
NETWORK = "network"
PRIVACY_PROXY = "mpp"
IMAGE_PROXY = "proxy"
NOT_YET_ACCEPTED = "not-accepted"
EARLY = "early"
FLOOD = "flood"

DOUBTS: dict[str, Doubt] = {
    doubt.word: doubt
    for doubt in (
        Doubt(word=METHOD, grade="machine", why="it was no GET", source="browsers follow a link with GET (RFC 9110)"),
        Doubt(
            word=HIDDEN_LINK, grade="machine", why="a link that no person sees was followed with it",
            source="own; as in facts on scanners: every link of the HTML is fetched",
        ),
        Doubt(
            word=BURST, grade="machine", why="every link of the mail was followed within 5 seconds",
            source="listmonk #1025: half of all opens within two minutes, by gateways that try each link",
        ),
        Doubt(
            word=SOON, grade="machine", why="it was followed within 5 seconds of its acceptance",
            source="mail gateways open links before they deliver the mail (mail-tracker #228)",
        ),
        Doubt(
            word=EARLY, grade="unknown", why="it was followed within 30 seconds of its acceptance",
            source="own: a reader can be that fast, and so can a slow gateway",
        ),
        Doubt(word=AGENT, grade="machine", why="a program said its name", source="email_out/links/agents.py"),
        Doubt(
            word=PREFETCH, grade="machine", why="it was loaded ahead of a reader",
            source="Sec-Purpose: prefetch (W3C Fetch), Purpose and X-Moz in older browsers",
        ),
        Doubt(
            word=NO_AGENT, grade="unknown", why="it said nothing of itself",
            source="every browser sends User-Agent (RFC 9110 §10.1.5 asks for it)",
        ),
        Doubt(word=NETWORK, grade="machine", why="it came from a mail gateway", source="email_out/links/networks.py"),
        Doubt(
            word=PRIVACY_PROXY, grade="machine", why="Apple loads every picture, read or not",
            source="Apple Mail Privacy Protection; its agent is “Mozilla/5.0” and no more",
        ),
        Doubt(
            word=IMAGE_PROXY, grade="unknown", why="a mail provider's picture cache asked for it",
            source="GoogleImageProxy, YahooMailProxy: loaded for the reader, or ahead of them",
        ),
        Doubt(
            word=NOT_YET_ACCEPTED, grade="unknown", why="the mail is not known to have been accepted",
            source="own: without its acceptance nobody knows how soon it was",
        ),
        Doubt(word=FLOOD, grade="machine", why="it was followed more often than a person can", source="own"),
    )
}  # fmt: skip
"""By word."""


def grade_of(word: str) -> Grade:
    """Return the grade that this word leads to; a word that only a newer Doorstep knows proves no person."""
    if word == NOTHING:
        return "human"
    return DOUBTS[word].grade if word in DOUBTS else "unknown"


def reason_of(word: str) -> str:
    """Return the reason as half a sentence; empty if nothing spoke against a person."""
    return DOUBTS[word].why if word in DOUBTS else ""
