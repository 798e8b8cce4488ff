"""Name resolution for hooks: a name is resolved once, and connected to only if all its addresses are public.

Without that, whoever writes ``doorstep.yaml`` or answers for a name could have the service post to what only it can
reach: a database, a router, the metadata of its cloud.  The connection goes to the very addresses that were judged, so
a name that points elsewhere a moment later (DNS rebinding) gains nothing.
"""

import asyncio
import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 addresses that a gateway translates (RFC 6052)."""


class PrivateAddressError(Exception):
    """The host of a hook lies in a private network.  Set ``allow_private`` of that hook if it is meant to."""


class GuardedResolver(AbstractResolver):
    """Resolves names by the system, and refuses those that lead into a private network."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host; raises :class:`PrivateAddressError` if one of them is not public."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        addresses = list(dict.fromkeys((str(sockaddr[0]), kind) for kind, _, _, _, sockaddr in found))
        for address, _ in addresses:
            refuse_private(address)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for address, kind in addresses
        ]

    async def close(self) -> None:
        """Nothing is kept."""


def refuse_private(host: str) -> None:
    """Raise :class:`PrivateAddressError` if a host is an IP address that is not public; a name is left to resolving."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return
    if not _is_public(address):
        message = "the hook lies in a private network"
        raise PrivateAddressError(message)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        # An IPv4 address in the clothes of IPv6 is judged as what it leads to.
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast
