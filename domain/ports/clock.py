"""Time and chance, handed in by the caller.

Two clocks exist and are never mixed:

* **business time**: when something is due for a person.  It is handed in, and the playground can move it.
* **server time**: leases, back-off, rates and the day on which an event was seen.  It is the store server's own
  ``TIME``, in milliseconds, so that all processes agree on it.
"""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Business time: returns now, aware, UTC."""

Entropy = Callable[[], bytes]
"""Returns 16 fresh random bytes."""
