"""What speaks against a person behind one request: the first row of the table that fits.  Pure.

Address and agent of the request come in and do not come out: the word that is returned is all that is kept of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from domain.link_evidence.doubts import (
    EARLY,
    HIDDEN_LINK,
    METHOD,
    NETWORK,
    NOT_YET_ACCEPTED,
    NOTHING,
    PREFETCH,
    PRIVACY_PROXY,
    SOON,
)
from domain.link_evidence.hits import HIDDEN, PIXEL
from email_out.links.agents import doubt_agent
from email_out.links.networks import find_client, is_apple, is_gateway

AT_ONCE = timedelta(seconds=5)
"""Nobody reads a mail so soon after its acceptance: it has not reached a mailbox yet, or just."""
QUICKLY = timedelta(seconds=30)
"""A fast reader, or a slow gateway."""
_AHEAD = ("prefetch", "prerender", "preview")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """One request for a link or for the picture."""

    method: str
    headers: Mapping[str, str]
    peer: str
    """Address at the other end of the connection; empty if unknown."""
    link: int
    """Place of the link in its mail."""
    since_acceptance: timedelta | None
    """None if the mail is not known to have been accepted."""


def doubt_request(request: LinkRequest) -> str:
    """Return what speaks against a person, as a word of :mod:`domain.link_evidence.doubts`; empty if nothing does."""
    return next((word for look in _LOOKS if (word := look(request))), NOTHING)


def _doubt_headers(request: LinkRequest) -> str:
    ahead = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return PREFETCH if any(word in ahead.lower() for word in _AHEAD) else NOTHING


def _doubt_network(request: LinkRequest) -> str:
    client = find_client(request.peer, request.headers.get("X-Forwarded-For", ""))
    if request.link == PIXEL and is_apple(client):
        return PRIVACY_PROXY
    return NETWORK if is_gateway(client) else NOTHING


def _doubt_speed(request: LinkRequest) -> str:
    waited = request.since_acceptance
    if waited is None:
        return NOT_YET_ACCEPTED
    return SOON if waited < AT_ONCE else EARLY if waited < QUICKLY else NOTHING


_LOOKS: tuple[Callable[[LinkRequest], str], ...] = (
    lambda request: NOTHING if request.method == "GET" else METHOD,
    lambda request: HIDDEN_LINK if request.link == HIDDEN else NOTHING,
    _doubt_headers,
    # What proves a program comes before what only leaves it open.
    _doubt_network,
    lambda request: doubt_agent(request.headers.get("User-Agent", ""), is_picture=request.link == PIXEL),
    _doubt_speed,
)
"""In this order; the first that says something decides."""
