"""What is measured of the mails to one person: only what the wording announced that they agreed to.  Pure.

The consent keeps what its wording announced on the day of the yes, so a wording that announces more later changes
nothing for those who agreed before.  What doorstep.yaml says now can only take away.  Clicks belong to the topic of the
mail.  Openings have a consent of their own, which covers every marketing mail while it is confirmed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig

CLICKS, OPENS = "clicks", "opens"
_NOTE = re.compile(r"(?:^| )(?P<what>clicks|opens|clicks and opens) counted from (?P<at>[-0-9T:]+Z)$")
"""Ends the send ledger's note of a mail in which something is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What is counted of a mail that was sent."""

    measures: frozenset[str]
    since: datetime
    """When the mail was accepted, in business time, aware."""


def list_measures(record: Subscriber, topic: str, config: WorkspaceConfig) -> frozenset[str]:
    """Return what may be measured of a mail of this topic: ``clicks``, ``opens``, both or nothing."""
    if not config.is_measuring:  # nearly every workspace
        return frozenset()
    found = {CLICKS} if _announced(record, topic, CLICKS, config) else set[str]()
    if any(_announced(record, name, OPENS, config) for name in config.measuring_topics):
        found.add(OPENS)
    return frozenset(found)


def _announced(record: Subscriber, topic: str, measure: str, config: WorkspaceConfig) -> bool:
    consent, declared = record.consents.get(topic), config.topics.get(topic)
    if consent is None or declared is None or consent.status != "confirmed":
        return False
    return measure in consent.measures and measure in declared.measures


def note_counting(note: str, counted: Iterable[str], accepted_at: datetime) -> str:
    """Return the send ledger's note of a mail of which something is counted; as it was if nothing is.

    The ledger's own time is the server's; a click comes with business time, so the acceptance is noted in that.
    """
    what = " and ".join(sorted(counted))
    return f"{note} {what} counted from {accepted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".strip() if what else note


def split_note(note: str) -> tuple[str, Counting | None]:
    """Return the note of a mail that was sent without what stands of counting, and what is counted; None if nothing."""
    found = _NOTE.search(note)
    if found is None:
        return note, None
    try:
        since = datetime.fromisoformat(found["at"])
    except ValueError:  # not of this version
        return note, None
    return note[: found.start()], Counting(measures=frozenset(found["what"].split(" and ")), since=since)
