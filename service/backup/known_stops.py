"""Says from when to when it is known what people stopped, and of which time after a backup nothing is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from store.stop_file import StopFile

_PRECISION = timedelta(seconds=30)
"""A service leaves its mark every few seconds."""


class StopsTold(Struct, frozen=True, kw_only=True):
    """What the folders of stops know of the time between a backup and now."""

    since: datetime | None
    until: datetime | None
    """Every stop from the one to the other is known; None if none is."""
    sentence: str


def tell_known(files: Sequence[StopFile], made_at: datetime, now: datetime) -> StopsTold:
    """Return what is known of the time from a backup until now, by all these folders together."""
    known = [one for file in files if (one := file.read_known())]
    # Each machine writes its own: what all of them know is known.
    since = max((one.since for one in known), default=None)
    until = min((one.until for one in known), default=None)
    if since is None or until is None or until <= made_at or since > until:
        sentence = f"Nothing is known of withdrawals and erasures from {_tell(made_at)} until {_tell(now)}."
        return StopsTold(since=None, until=None, sentence=sentence)
    gaps = []
    if since > made_at:
        gaps.append(f"from {_tell(made_at)} until {_tell(since)}")
    if now - until > _PRECISION:
        gaps.append(f"after {_tell(until)}, should the service have run then")
    missing = f"; nothing is known {', and '.join(gaps)}" if gaps else ""
    sentence = f"All from {_tell(max(since, made_at))} until {_tell(until)} are known{missing}."
    return StopsTold(since=since, until=until, sentence=sentence)


def _tell(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
