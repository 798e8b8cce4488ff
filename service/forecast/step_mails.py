"""Counts the mails of each step in the last hour and of each day, in small values that all processes share.  Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from domain.house_values import HouseValues

SLOT = timedelta(minutes=10)
SLOTS = 6
"""They make an hour."""
DAYS_KEPT = 3
PEOPLE_KEPT = 1_000
FEWEST_MAILS = 100
"""Fewer an hour are never too many."""
LET_GO_FOR = timedelta(days=1)
"""A step that somebody let go is not halted by itself again for so long."""


class StepMails(Struct, frozen=True, kw_only=True):
    """What all processes sent."""

    slots: dict[int, dict[str, int]] = {}
    """By ten minutes since 1970, then by ``SEQUENCE/STEP``."""
    days: dict[str, dict[str, int]] = {}
    """By day of the workspace, then by ``SEQUENCE/STEP``."""
    people: tuple[tuple[int, int, int], ...] = ()
    """The latest mails: their ten minutes, and numbers made of person and step, and of the mail."""
    twice: tuple[str, ...] = ()
    """Steps that sent one person two mails within the last hour."""

    def count_hour(self, step: str) -> int:
        """Return the mails of a step in the last hour."""
        return sum(slot.get(step, 0) for slot in self.slots.values())


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail that went out."""

    step: str
    """``SEQUENCE/STEP``."""
    person: int
    """A number made of person and step; 0 if one person may get several, one for each order."""
    mail: int
    """A number made of the mail's id: a try whose outcome is unknown is repeated under the same one."""


def make_number(*names: str) -> int:
    """Return a number that is always the same for these names, and tells none of them."""
    return int.from_bytes(blake2b(" ".join(names).encode(), digest_size=7).digest())


def add_mails(before: StepMails, sent: Iterable[SentMail], now: datetime, zone: ZoneInfo) -> StepMails:
    """Return the numbers with these mails, without what is older than an hour, or than three days."""
    slot, today = int(now.timestamp() // SLOT.total_seconds()), now.astimezone(zone).date()
    slots = {number: dict(steps) for number, steps in before.slots.items() if number > slot - SLOTS}
    oldest = (today - timedelta(days=DAYS_KEPT - 1)).isoformat()
    days = {day: dict(steps) for day, steps in before.days.items() if day >= oldest}
    people = [known for known in before.people if known[0] > slot - SLOTS]
    mail_of = {person: mail for _, person, mail in people}
    twice: set[str] = set()
    for mail in sent:
        for counts in (slots.setdefault(slot, {}), days.setdefault(today.isoformat(), {})):
            counts[mail.step] = counts.get(mail.step, 0) + 1
        if mail.person and mail_of.setdefault(mail.person, mail.mail) != mail.mail:
            twice.add(mail.step)
        elif mail.person:
            people.append((slot, mail.person, mail.mail))
    return StepMails(slots=slots, days=days, people=tuple(people[-PEOPLE_KEPT:]), twice=tuple(sorted(twice)))


def sum_day(mails: StepMails, day: date) -> int | None:
    """Return the mails of a day; None if it is too long ago."""
    steps = mails.days.get(day.isoformat())
    return Counter(steps).total() if steps is not None else None


def find_surges(mails: StepMails, sent: Iterable[str], forecast: Mapping[str, float], surge: int) -> dict[str, str]:
    """Return the steps that must not go on, and why, as half a sentence.

    ``forecast`` is of the day: most mails of a day leave in one hour of the morning.  A step that is not in it was not
    known when the forecast was made, and is not judged.
    """
    found = {}
    for step in sent:
        hour = mails.count_hour(step)
        if step in mails.twice:
            found[step] = "it sent one person two mails within an hour"
        elif step in forecast and hour > max(FEWEST_MAILS, surge * forecast[step]):
            found[step] = f"it sent {hour:,} mails within an hour; {forecast[step]:,.0f} were forecast for the day"
    return found


def halt_steps(house: HouseValues, steps: Iterable[str], now: datetime) -> HouseValues:
    """Return the values with steps halted, but for those that somebody let go within a day."""
    let_go = {step: at for step, at in house.let_go.items() if now - at < LET_GO_FOR}
    new = {step: now for step in steps if step not in let_go and step not in house.halted}
    return replace(house, halted=house.halted | new, let_go=let_go) if new else house
