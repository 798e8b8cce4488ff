"""Tells who keeps a mailbox: by its domain, else by the mail servers that DNS names for it.

Nobody waits for DNS while sending: whoever asks gets what is known now, and a question goes on beside it.  One that is
not answered counts as “other” for a while; when several are not, DNS is left alone for some minutes.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from domain.consent.mail_providers import OTHER, domain_of, is_asked_of_dns, name_by_servers, name_provider

if TYPE_CHECKING:
    from service.deliverability.dns import DnsAnswer

FindServers: TypeAlias = "Callable[[str], Awaitable[DnsAnswer]]"
"""Domain → its MX records."""

MOST_DOMAINS = 10_000
"""Domains that a process remembers; the one that was asked for longest ago is forgotten first."""
MOST_QUESTIONS = 50
"""Questions to DNS at a time."""
KNOWN_SECONDS = 86_400.0
UNKNOWN_SECONDS = 3_600.0
"""How long an answer holds, and how long a domain counts as “other” because none came."""
FAILURES = 5
"""Questions without an answer, one after the other, after which DNS is left alone."""
REST_SECONDS = 600.0


async def find_mail_servers(domain: str) -> "DnsAnswer":
    """Ask the configured resolver for the MX records of a domain."""
    from service.deliverability.dns import Resolver  # noqa: PLC0415  2 MB that a process without mail never needs

    # A resolver of its own for each question: one that is kept would remember every domain for ever.
    return await Resolver().find(domain, "MX")


@dataclass(slots=True, kw_only=True)
class ProviderBook:
    """What one process knows of domains."""

    find_servers: FindServers = find_mail_servers
    seconds: Callable[[], float] = time.monotonic
    unanswered: int = 0
    """Questions to which no answer came, so that their domains count as “other”; none is asked while DNS rests."""
    _known: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)
    """By domain: provider, and until when that holds; the latest asked last."""
    _asked: dict[str, asyncio.Task[str]] = field(default_factory=dict)
    _failures: int = 0
    _rests_until: float = 0.0

    def name_now(self, email: str) -> str:
        """Return who keeps a mailbox, as far as that is known now; empty if DNS is being asked."""
        domain = domain_of(email)
        if not is_asked_of_dns(domain):
            return name_provider(email)
        known = self._known.get(domain)
        if known and self.seconds() < known[1]:
            self._known.move_to_end(domain)
            return known[0]
        # Who has more questions under way, or no DNS, goes by the domain alone.
        if self.seconds() < self._rests_until:
            return OTHER
        if domain not in self._asked and len(self._asked) < MOST_QUESTIONS:
            self._asked[domain] = asyncio.create_task(self._ask(domain))
        return ""

    async def find(self, email: str) -> str:
        """Return who keeps a mailbox; waits for DNS."""
        while not (provider := self.name_now(email)):
            task = self._asked.get(domain_of(email)) or next(iter(self._asked.values()))
            await asyncio.wait({task})
        return provider

    async def find_all(self, domains: Iterable[str], within: float) -> dict[str, str]:
        """Return the provider of each domain; what is not answered within so many seconds counts as “other”."""
        wanted = list(dict.fromkeys(domains))
        tasks = {domain: asyncio.create_task(self.find(f"@{domain}")) for domain in wanted}
        if tasks:
            _, late = await asyncio.wait(tasks.values(), timeout=within)
            for task in late:
                task.cancel()
            self.unanswered += len(late)
        return {domain: task.result() if _is_answered(task) else OTHER for domain, task in tasks.items()}

    async def _ask(self, domain: str) -> str:
        try:
            answer = await self.find_servers(domain)
        finally:
            self._asked.pop(domain, None)
        self.unanswered += not answer.known
        self._failures = 0 if answer.known else self._failures + 1
        if self._failures >= FAILURES:
            self._failures, self._rests_until = 0, self.seconds() + REST_SECONDS
        provider = name_by_servers(answer.values)
        self._known[domain] = (provider, self.seconds() + (KNOWN_SECONDS if answer.known else UNKNOWN_SECONDS))
        self._known.move_to_end(domain)
        while len(self._known) > MOST_DOMAINS:
            self._known.popitem(last=False)
        return provider


def _is_answered(task: asyncio.Task[str]) -> bool:
    return task.done() and not task.cancelled()
