"""What is measured of the mails to one person: only what the wording announced that they agreed to.  Pure.

The consent keeps what its wording announced on the day of the yes, so a wording that announces more later changes
nothing for those who agreed before.  What doorstep.yaml says now can only take away.  Clicks belong to the topic of the
mail.  Openings have a consent of their own, which covers every marketing mail while it is confirmed.
"""

from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig

CLICKS, OPENS = "clicks", "opens"
MEASURED = "clicks counted"
"""In the send ledger's note of a mail that went with counted links."""


def list_measures(record: Subscriber, topic: str, config: WorkspaceConfig) -> frozenset[str]:
    """Return what may be measured of a mail of this topic: ``clicks``, ``opens``, both or nothing."""
    if not config.measuring_topics:  # nearly every workspace
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


def note_measured(note: str) -> str:
    """Return the send ledger's note of a mail with counted links."""
    return f"{note} {MEASURED}".strip()


def split_note(note: str) -> tuple[str, bool]:
    """Return the note without the mark of counted links, and whether it was there."""
    return note.removesuffix(MEASURED).rstrip(), note.endswith(MEASURED)
