"""Names what became of the mail of an issue to one reader.  Pure."""

from domain.ports import SendLine
from onboarding.issues.judge import UNSUBSCRIBED

SENT, UNKNOWN, UNDER_WAY, WAITING = "sent", "unknown", "under way", "waiting"
LEFT_OUT, FAILED = "left out: ", "failed: "
STOPPED = "the issue was stopped"
"""Why a mail that stood in the outbox did not go."""
_UNSUBSCRIBED_LATE = "no confirmed consent"


def is_under_way(line: SendLine) -> bool:
    """Return True if the mail is decided and did not come to its end."""
    return line.status in ("queued", "attempting")


def name_outcome(line: SendLine) -> str:
    """Return what a line of the send ledger says, in the words by which people are counted."""
    match line.status:
        case "sent":
            return SENT
        case "unknown":
            return UNKNOWN
        case "refused":
            # Between the decision and the gate somebody left: it is one reason, whoever found it.
            note = UNSUBSCRIBED if line.note.startswith(_UNSUBSCRIBED_LATE) else line.note
            return f"{LEFT_OUT}{note}"
        case "failed":
            return f"{FAILED}{line.note}"
        case "queued" | "attempting":
            return UNDER_WAY
