"""Reads the shares of a ``split``."""

import itertools
import re
from collections.abc import Mapping

_SHARE = re.compile(r"(\d{1,3})\s*%?")


def parse_share(share: str) -> int | None:
    """Return the number in ``50%``; None if the text is not a share."""
    match = _SHARE.fullmatch(share.strip())
    return int(match[1]) if match else None


def split_bounds(split: Mapping[str, str]) -> tuple[float, ...]:
    """Return the upper bound of each part, ascending up to 1."""
    # "50%", "25%", "25%" gives 0.5, 0.75, 1.0.  Shares that do not sum up to 100 (reported) are scaled.
    shares = [parse_share(share) or 0 for share in split.values()]
    whole = sum(shares) or 1
    return tuple(bound / whole for bound in itertools.accumulate(shares))
