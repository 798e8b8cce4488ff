"""Who is held out of a sequence: walked through it like everybody, but not mailed.  Pure.

What people do who got no mail is what would have happened anyway.  Only against them can be said what a mail changed.
It is drawn once, at the start of a pass, and is the same for all passes of a person through a sequence.
"""

from collections.abc import Sequence

from domain.decision import Context
from domain.sequence_runs import Run
from onboarding.language.catalog import MailSequence, Send

HELD_OUT = "they are held out"
"""Why a mail was not sent, as half a sentence."""
LABEL = "@holdout"
"""Names the draw; no step can have this name, so it is independent of all splits."""
WHOLE_PERCENT = 100


def is_held_out(sequence: MailSequence, subscriber: str, context: Context) -> bool:
    """Return True if a person belongs to the part who are not mailed, as the file says it now."""
    if not sequence.holdout:
        return False
    return WHOLE_PERCENT * context.keys.stable_fraction(subscriber, f"{sequence.name}/{LABEL}") < sequence.holdout


def find_exposure(sequence: MailSequence, run: Run) -> str:
    """Return the first step of a pass at which it mattered whether a person is held out; empty if there was none yet.

    It is the first mail that went, or would have gone.  A mail with ``anyway`` goes to everybody, so it is none; nor is
    one that was dropped, for that is the same in both groups.
    """
    steps: Sequence[str] = run.sent if run.withheld is None else run.withheld
    return next((step for step in steps if _is_compared(sequence, step)), "")


def _is_compared(sequence: MailSequence, step: str) -> bool:
    action = sequence.steps[name].action if (name := sequence.current_name(step)) in sequence.steps else None
    return isinstance(action, Send) and not action.anyway
