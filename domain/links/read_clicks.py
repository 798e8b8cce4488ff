"""What is known of the clicks on one mail: whether they are counted, and whether a person followed a link.  Pure."""

from domain.links.measured import CLICKS, split_note
from domain.ports import SendLine
from domain.record import Subscriber


def is_counted(line: SendLine) -> bool:
    """Return True if clicks on this mail are counted, so that none is a no."""
    if line.status != "sent":
        return False
    counting = split_note(line.note)[1]
    return counting is not None and CLICKS in counting.measures


def is_clicked(record: Subscriber, send: str) -> bool:
    """Return True if this person followed a link of the mail; known of their latest twenty mails with a click."""
    return record.links is not None and send in record.links.clicked
