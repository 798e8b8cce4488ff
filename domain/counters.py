"""Every counter of the day's numbers: its name, what it counts, and who reads it.

A counter is written in the commit that it counts, so it is exact.  It lies in the store under its name for as long as
reports reach back: a name never changes.  A counter that nobody reads costs each commit for nothing, so a test holds
that every ``Count`` is declared here, and that every reader named here reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

CounterReader = Literal["daily report", "diagram", "circuit breaker", "alarm", "lane brake"]

AGREED = "agreed:"
DECLINED = "declined:"
CONFIRMED = "confirmed:"
WITHDRAWN = "withdrawn:"
STOP_REASON = "stop_reason:"
CONFIRMED_BY = "confirmed_by_"
CONFIRMATION_REQUESTED = "confirmation_requested"
WRONG_CODE = "wrong_code"
NOT_ME = "not_me"
HARD_BOUNCE = "hard_bounce"
RETURNED = "returned:"
RETURNED_BLOCK = "returned:block"
RETURNED_POLICY = "returned:policy"
READER_BOUNCED = "reader_bounced"
READER_COMPLAINED = "reader_complained"
STARTED = "started:"
GOAL = "goal:"
FINISHED = "finished:"
LEFT = "left:"
FLOW = "flow:"
DEAD_LETTER = "parked"
LATE_WAKE = "late_wake"
LINK_FOLLOWED = "link_followed:"
OPENED = "opened:"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterDeclaration:
    """One counter, or all counters whose names begin alike."""

    name: str
    """The whole name; if it ends with ``:`` or ``_``, what the names begin with."""
    meaning: str
    """What one more of it means, in words for a report."""
    readers: tuple[CounterReader, ...]
    remedy: str = ""
    """Of an alarm: where to look; empty for the usual place."""

    @property
    def is_prefix(self) -> bool:
        """Whether more follows in the name: a topic, a sequence, a way."""
        return self.name[-1] in ":_"

    def covers(self, counter: str) -> bool:
        """Return True if a counter's name is declared by this."""
        return counter.startswith(self.name) if self.is_prefix else counter == self.name


COUNTERS = (
    CounterDeclaration(name=AGREED, meaning="agreed", readers=("daily report",)),
    CounterDeclaration(name=DECLINED, meaning="declined", readers=("daily report",)),
    CounterDeclaration(name=CONFIRMATION_REQUESTED, meaning="confirmation mails asked for", readers=("daily report",)),
    CounterDeclaration(name=CONFIRMED, meaning="confirmed", readers=("daily report",)),
    CounterDeclaration(name=CONFIRMED_BY, meaning="confirmed by", readers=("daily report",)),
    CounterDeclaration(name=WITHDRAWN, meaning="withdrawn", readers=("daily report",)),
    CounterDeclaration(name=STOP_REASON, meaning="why they stopped", readers=("daily report",)),
    CounterDeclaration(name=NOT_ME, meaning="“this was not me”", readers=("daily report",)),
    CounterDeclaration(name=HARD_BOUNCE, meaning="mailboxes that do not exist", readers=("daily report",)),
    CounterDeclaration(name=RETURNED, meaning="mails that came back", readers=("daily report",)),
    CounterDeclaration(
        name=RETURNED_BLOCK,
        meaning="mails came back because receivers block us",
        readers=("alarm",),
        remedy="Look with: doorstep mail doctor, and at your reputation with the receivers of doorstep report mail.",
    ),
    CounterDeclaration(
        name=RETURNED_POLICY,
        meaning="mails came back because of our set-up (SPF, DKIM, DMARC)",
        readers=("alarm",),
        remedy="Look with: doorstep mail doctor.",
    ),
    CounterDeclaration(name=READER_BOUNCED, meaning="dead mailboxes of confirmed readers", readers=("lane brake",)),
    CounterDeclaration(name=READER_COMPLAINED, meaning="complaints of confirmed readers", readers=("lane brake",)),
    CounterDeclaration(name=WRONG_CODE, meaning="wrong codes", readers=("daily report", "circuit breaker")),
    CounterDeclaration(name=STARTED, meaning="sequence begun", readers=("daily report",)),
    CounterDeclaration(name=GOAL, meaning="sequence reached its goal", readers=("daily report",)),
    CounterDeclaration(name=FINISHED, meaning="sequence came to its end", readers=("daily report",)),
    CounterDeclaration(name=LEFT, meaning="sequence left", readers=("daily report",)),
    CounterDeclaration(name=LINK_FOLLOWED, meaning="links of mails followed, by", readers=("daily report",)),
    CounterDeclaration(name=OPENED, meaning="mails opened, by", readers=("daily report",)),
    CounterDeclaration(name=FLOW, meaning="step of a flow entered, or an answer given there", readers=("diagram",)),
    CounterDeclaration(name=DEAD_LETTER, meaning="dead letters: events that could not be decided", readers=("alarm",)),
    CounterDeclaration(name=LATE_WAKE, meaning="wakes that were not in the future", readers=("alarm",)),
)
"""In the order in which reports show them."""


def counters_for(reader: CounterReader) -> Iterator[CounterDeclaration]:
    """Yield the counters that a reader reads, in their order."""
    return (counter for counter in COUNTERS if reader in counter.readers)
