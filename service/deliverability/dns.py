"""Asks DNS, by the resolver that this machine is configured with and no other."""

from dataclasses import dataclass, field
from typing import Literal

import dns.asyncresolver
import dns.exception
import dns.rdata
import dns.resolver
import dns.reversename
from dns.rdtypes.ANY.TXT import TXT

RecordType = Literal["A", "AAAA", "MX", "TXT", "PTR"]
_TIMEOUT = 5.0
"""Seconds for a question with all its tries."""
_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsAnswer:
    """What DNS says of a name."""

    values: tuple[str, ...] = ()
    known: bool = True
    """False if nobody answered: then nothing is known, not even that there is nothing."""


@dataclass(slots=True, kw_only=True)
class Resolver:
    """Asks each question once."""

    servers: tuple[tuple[str, int], ...] = ()
    """Address and port; empty: those of ``/etc/resolv.conf``."""
    _asked: dict[tuple[str, RecordType], DnsAnswer] = field(default_factory=dict)

    async def find(self, name: str, kind: RecordType) -> DnsAnswer:
        """Return the records of a name; ``MX`` as ``10 mail.example.com``, names without the last dot."""
        # SPF asks for the same names from several places.
        if (name, kind) not in self._asked:
            self._asked[name, kind] = await self._ask(name, kind)
        return self._asked[name, kind]

    async def find_texts(self, name: str) -> DnsAnswer:
        """Return the TXT records of a name, each in one piece."""
        return await self.find(name, "TXT")

    async def find_host_names(self, address: str) -> DnsAnswer:
        """Return the names of an IP address (PTR)."""
        try:
            name = dns.reversename.from_address(address).to_text()
        except dns.exception.SyntaxError:
            return DnsAnswer()
        return await self.find(name, "PTR")

    async def _ask(self, name: str, kind: RecordType) -> DnsAnswer:
        try:
            answer = await self._resolver().resolve(name, kind, lifetime=_TIMEOUT, search=False)
        except _NOTHING:
            return DnsAnswer()
        except (dns.exception.DNSException, OSError):
            # No server, no way to it, no answer in time, or a name that cannot be: all leave us as we were.
            return DnsAnswer(known=False)
        return DnsAnswer(values=tuple(_write_record(record) for record in answer))

    def _resolver(self) -> dns.asyncresolver.Resolver:
        # Made for each question: a laptop may have changed its network.
        resolver = dns.asyncresolver.Resolver(configure=not self.servers)
        if self.servers:
            # In this order: setting the servers takes the port over.
            resolver.port = self.servers[0][1]
            resolver.nameservers = [address for address, _ in self.servers]
        return resolver


def _write_record(record: dns.rdata.Rdata) -> str:
    if isinstance(record, TXT):
        # A long text stands in several strings, which belong together without a space (RFC 7208 §3.3).
        return b"".join(record.strings).decode("utf-8", "replace")
    written = record.to_text()
    # “0 .” is a null MX (RFC 7505): there the dot is the whole name.
    return written if written.endswith(" .") else written.removesuffix(".")
