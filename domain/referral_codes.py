"""The ``ref`` of an m.me link or ad, by which a person's marketing source is known.

A ref is a link that a flow declares, or the name of a flow; behind ``=`` stands the source that reports count it under:
``spring``, ``spring=poster``.  Messenger allows letters, digits, ``-``, ``_`` and ``=`` (facts: docs/messenger.md).
"""

import re

LONGEST_REF = 250
"""Characters of a ref that the platform keeps."""
FORBIDDEN = re.compile(r"[^A-Za-z0-9_-]")
"""A character that the name of a link or source must not hold."""
LONGEST_SOURCE = 40
"""Characters of a source that reports count.  Anybody can write anything behind a link, so the length is cut."""
DRAFT_PREFIX = "try-"
"""How the ref of a link to a draft begins."""


def write_ref(link: str, source: str) -> str:
    """Return the ref of a link with its source."""
    return f"{link}={source}" if source else link


def read_ref(ref: str) -> tuple[str, str]:
    """Return (link, source) of a ref; the source is cleaned and cut, and empty if the ref has none."""
    link, _, source = ref.partition("=")  # "Spring=Poster" → "spring", "poster"
    return link.casefold(), FORBIDDEN.sub("", source.casefold())[:LONGEST_SOURCE]
