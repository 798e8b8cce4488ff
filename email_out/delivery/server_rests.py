"""Mail servers to which there is no connection: their lanes rest, so that the mails that wait are not tried in vain.

A mail that is tried without a server counts a failure, and waits for longer each time.  While a lane rests, nothing
more of it is claimed; a few are tried after a second, then after two, and so on to a quarter of a minute.
"""

from collections.abc import Callable
from time import monotonic

from email_out.transports.base import Delivered, DeliveryResult, OutcomeUnknown, RetryLater

FIRST_REST, LONGEST_REST = 1.0, 15.0
"""Seconds; doubled as long as there is no connection."""


class ServerRests:
    """The lanes of a process that rest."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        """No lane rests; ``now`` is in seconds, and never goes back."""
        self._now = now
        self._rests: dict[str, tuple[float, float]] = {}
        """By lane: until when, and for how long."""

    def note_result(self, lane: str, result: DeliveryResult) -> None:
        """Take in how a send ended."""
        if not (isinstance(result, RetryLater) and result.no_connection):
            # Only an answer shows that the server is there; a refusal may have been our own.
            if isinstance(result, Delivered | OutcomeUnknown):
                self._rests.pop(lane, None)
            return
        until, seconds = self._rests.get(lane, (0.0, 0.0))
        if until > self._now():  # of the many that are tried at once only the first makes the rest longer
            return
        seconds = min(seconds * 2, LONGEST_REST) or FIRST_REST
        self._rests[lane] = (self._now() + seconds, seconds)

    def list_resting(self) -> frozenset[str]:
        """Return the lanes of which nothing is to be claimed now."""
        if not self._rests:  # asked in every round of the worker
            return frozenset()
        now = self._now()
        return frozenset(lane for lane, (until, _) in self._rests.items() if until > now)
