"""Asks public blocklists for our domains and our machine, by the configured resolver."""

import ipaddress
from collections.abc import AsyncIterator, Sequence

from service.deliverability.dns import Resolver
from service.messenger.doctor import Diagnosis, failed_check, passed_check

DOMAIN_LISTS = (("dbl.spamhaus.org", "https://www.spamhaus.org/blocklists/domain-blocklist/"),)
MACHINE_LISTS = (
    ("zen.spamhaus.org", "https://www.spamhaus.org/blocklists/zen-blocklist/"),
    ("bl.spamcop.net", "https://www.spamcop.net/bl.shtml"),
)
"""Zones, and where to ask to be taken off."""
_NO_ANSWER = "127.255.255."
"""Spamhaus: the question came by a resolver that it does not answer (https://www.spamhaus.org/faqs/dnsbl-usage/)."""


async def ask_blocklists(domains: Sequence[str], machine: str, resolver: Resolver) -> AsyncIterator[Diagnosis]:
    """Yield what the lists say of our domains, and of the public IPv4 addresses of the machine's name."""
    for domain in dict.fromkeys(domains):
        for zone, page in DOMAIN_LISTS:
            yield await _ask_list(f"{domain} at {zone}", f"{domain}.{zone}", page, resolver)
    for address in (await resolver.find(machine, "A")).values if machine else ():
        # A name inside the network says nothing of the machine that the world sees.
        if ipaddress.ip_address(address).is_global:
            backwards = ".".join(reversed(address.split(".")))
            for zone, page in MACHINE_LISTS:
                yield await _ask_list(f"{address} at {zone}", f"{backwards}.{zone}", page, resolver)


async def _ask_list(what: str, name: str, page: str, resolver: Resolver) -> Diagnosis:
    answer = await resolver.find(name, "A")
    if not answer.known or any(value.startswith(_NO_ANSWER) for value in answer.values):
        return Diagnosis(what=what, good=True, says="It did not answer, so this was not looked at.", remedy=page)
    if answer.values:
        return failed_check(what, "It is listed.", f"Find out why, mend it, and ask to be taken off: {page}")
    return passed_check(what, "Not listed.")
