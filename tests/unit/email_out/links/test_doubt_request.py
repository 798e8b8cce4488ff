"""What one request tells: by method, headers, network, agent and speed, in this order."""

import ipaddress
from collections.abc import Mapping
from datetime import timedelta

import pytest

from domain.link_evidence.doubts import (
    AGENT,
    EARLY,
    HIDDEN_LINK,
    IMAGE_PROXY,
    METHOD,
    NETWORK,
    NO_AGENT,
    NOT_YET_ACCEPTED,
    NOTHING,
    PREFETCH,
    PRIVACY_PROXY,
    SOON,
)
from domain.link_evidence.hits import HIDDEN, PIXEL
from email_out.links.agents import PROGRAMS
from email_out.links.doubt_request import LinkRequest, doubt_request
from email_out.links.networks import GATEWAYS, find_client

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1"
)
READER = {"User-Agent": FIREFOX}
MINUTE = timedelta(minutes=1)


def doubt(
    headers: Mapping[str, str] = READER, peer: str = "192.0.2.7", *, method: str = "GET", link: int = 1,
    waited: timedelta | None = MINUTE,
) -> str:  # fmt: skip
    """Return what speaks against a person behind a request."""
    request = LinkRequest(method=method, headers=headers, peer=peer, link=link, since_acceptance=waited)
    return doubt_request(request)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (doubt(), NOTHING),
        (doubt({"User-Agent": IPHONE}, "2001:db8::7"), NOTHING),
        (doubt(method="HEAD"), METHOD),
        (doubt(link=HIDDEN), HIDDEN_LINK),
        (doubt({**READER, "Sec-Purpose": "prefetch;prerender"}), PREFETCH),
        (doubt({**READER, "X-Moz": "prefetch"}), PREFETCH),
        (doubt({"User-Agent": "Mozilla/5.0 (compatible; BarracudaCentral)"}), AGENT),
        (doubt({"User-Agent": "python-requests/2.32"}), AGENT),
        (doubt({"User-Agent": "Mozilla/5.0"}), AGENT),
        (doubt({"User-Agent": "  "}), NO_AGENT),
        (doubt({}), NO_AGENT),
        (doubt(READER, "40.94.1.2"), NOTHING),
        (doubt(READER, "40.92.1.2"), NETWORK),
        (doubt(READER, "::ffff:104.47.3.4"), NETWORK),
        (doubt(waited=timedelta(seconds=4.9)), SOON),
        (doubt(waited=timedelta(seconds=29)), EARLY),
        (doubt(waited=timedelta(seconds=30)), NOTHING),
        (doubt(waited=None), NOT_YET_ACCEPTED),
        (doubt({"User-Agent": "Mozilla/5.0"}, link=PIXEL), PRIVACY_PROXY),
        (doubt(READER, "17.58.1.1", link=PIXEL), PRIVACY_PROXY),
        (doubt(READER, "17.58.1.1"), NOTHING),
        (doubt({"User-Agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"}, link=PIXEL), IMAGE_PROXY),
        (doubt({"User-Agent": "YahooMailProxy; https://help.yahoo.com/"}, link=PIXEL), IMAGE_PROXY),
        (doubt(link=PIXEL), NOTHING),
    ],
)
def test_a_request_is_doubted_by_the_first_row_that_fits(found: str, expected: str) -> None:
    """A browser after a minute is a person; every other row has its word."""
    assert found == expected


def test_a_proxy_of_ours_is_believed_and_no_other() -> None:
    """The last entry of X-Forwarded-For, and only from this machine or a private network."""
    told = "203.0.113.9, 198.51.100.4"
    assert str(find_client("127.0.0.1", told)) == "198.51.100.4"
    assert str(find_client("10.0.0.3", told)) == "198.51.100.4"
    assert str(find_client("fd00::3", "2001:db8::1")) == "2001:db8::1"
    assert str(find_client("8.8.8.8", "40.92.1.2")) == "8.8.8.8"
    assert str(find_client("127.0.0.1", "")) == "127.0.0.1"
    assert find_client("127.0.0.1", "unknown") is None
    assert find_client("", "40.92.1.2") is None


def test_the_tables_are_well_formed() -> None:
    """Every network is one, every name is in lower case and is no reader's browser, and each row has its source."""
    assert all(ipaddress.ip_network(network).prefixlen and source for network, source in GATEWAYS.items())
    assert all(name == name.lower() and source for name, source in PROGRAMS.items())
    outlook = "Mozilla/5.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)"
    for agent in (FIREFOX, IPHONE, outlook, "Mozilla/5.0 (Linux; Android 15) Thunderbird/10.0"):
        assert doubt({"User-Agent": agent}) == NOTHING
