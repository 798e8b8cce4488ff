"""Where people come from: what stands in the ``ref`` of an m.me link or ad.

A ref is a link that a flow declares, or the name of a flow, and behind ``=`` the source that reports count it under:
``spring``, ``spring=poster``.  Messenger allows letters, digits, ``-``, ``_`` and ``=`` (facts: docs/messenger.md).
"""

import re

LONGEST_REF = 250
"""Characters of a ref that the platform keeps."""
FORBIDDEN = re.compile(r"[^A-Za-z0-9_-]")
"""What a link's or source's name must not hold."""
MOST_SOURCE = 40
"""Characters of a source that are counted; anybody can write anything behind a link."""
TRY = "try-"
"""Begins the ref that plays an unpublished flow."""


def written(link: str, source: str) -> str:
    """Return the ref of a link with its source."""
    return f"{link}={source}" if source else link


def read(ref: str) -> tuple[str, str]:
    """Return (link, source) of a ref; the source is cleaned and cut, and empty where there is none."""
    link, _, source = ref.partition("=")
    return link.casefold(), FORBIDDEN.sub("", source.casefold())[:MOST_SOURCE]
