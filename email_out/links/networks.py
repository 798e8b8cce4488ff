"""Networks from which no reader follows a link, but gateways do: a table with sources, looked at 28 November 2026.

Only what a vendor publishes itself.  Mimecast is missing: no page of its own with networks could be looked at, and of
those that its SPF record named in 2021 it gave some back in 2022 and 2023 (mimecastsupport.zendesk.com, article
34000659090707), so others may sit there today.  Its programs are known by their names
(:mod:`email_out.links.agents`) and by their haste.
"""

import ipaddress
from collections.abc import Mapping

_SPF_MICROSOFT = "spf.protection.outlook.com: Exchange Online Protection"
_SPF_PROOFPOINT = "Proofpoint Essentials, addresses to allow (help.proofpoint.com)"

GATEWAYS: Mapping[str, str] = {
    "40.92.0.0/15": _SPF_MICROSOFT,
    "40.107.0.0/16": _SPF_MICROSOFT,
    "52.100.0.0/14": _SPF_MICROSOFT,
    "104.47.0.0/17": _SPF_MICROSOFT,
    "2a01:111:f400::/48": _SPF_MICROSOFT,
    "2a01:111:f403::/49": _SPF_MICROSOFT,
    "67.231.144.0/20": _SPF_PROOFPOINT,
    "148.163.128.0/19": _SPF_PROOFPOINT,
    # As its guide writes the range: 209.222.80.0 with netmask 255.255.248.0.
    "209.222.80.0/21": "Barracuda (campus.barracuda.com/product/emailgatewaydefense/doc/96023004/ip-analysis-inbound/)",
}
"""Network → whose it is."""

APPLE = ("17.0.0.0/8",)
"""Apple's own addresses (ARIN): its servers load pictures; readers of Apple's mail come from elsewhere."""

_gateways = tuple(ipaddress.ip_network(network) for network in GATEWAYS)
_apple = tuple(ipaddress.ip_network(network) for network in APPLE)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def find_client(peer: str, forwarded: str) -> Address | None:
    """Return the address that a request came from; None if it cannot be told.

    ``forwarded`` is X-Forwarded-For.  Its last entry was written by whoever connected to us, so it is believed when
    that is a proxy of ours: an address of this machine or of a private network (RFC 1918, RFC 4193).
    """
    address = _read_address(peer)
    # Anybody can send this header; only what our own proxy added is more than a claim.
    if address is None or not (address.is_private or address.is_loopback):
        return address
    last = forwarded.rpartition(",")[2].strip()
    return _read_address(last) if last else address


def is_gateway(address: Address | None) -> bool:
    """Return True if a mail gateway sits there."""
    return address is not None and any(address in network for network in _gateways)


def is_apple(address: Address | None) -> bool:
    """Return True if it is Apple's."""
    return address is not None and any(address in network for network in _apple)


def _read_address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket of both families tells IPv4 as ::ffff:192.0.2.1.
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address
