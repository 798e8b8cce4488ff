"""Tells the team what is wrong with the installation: once when it begins, not at every look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.messenger.webhook_watchdog import TellTeam

REMEDY = "Look: doorstep mail status, and the page /readyz of the service."


@dataclass(slots=True, kw_only=True)
class StoreAlarms:
    """The mails to the team about the store and about mail that waits."""

    list_alarms: Callable[[], Sequence[str]]
    tell_team: TellTeam
    is_leader: Callable[[], bool] = lambda: True
    """Return True if this process is the one that tells the team."""
    _told: frozenset[str] = frozenset()

    async def tell_new(self) -> None:
        """Mail what is new since the last look; what could not be mailed is tried again at the next one."""
        alarms = frozenset(self.list_alarms())
        new = sorted(alarms - self._told)
        if new and self.is_leader() and not await self.tell_team("\n".join([*new, REMEDY])):
            return
        self._told = alarms
