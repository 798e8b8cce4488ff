"""Visits links as the scanners of mail providers do."""

import asyncio
import re
from collections.abc import Iterable
from html import unescape
from html.parser import HTMLParser

import aiohttp

from service.stand_ins.smtp_server import ReceivedMail

USER_AGENTS = (
    "Mozilla/5.0 (compatible; link protection scanner)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
)
"""A scanner that names itself, and one that poses as a browser."""

METHODS = ("GET", "HEAD", "OPTIONS")  # the methods that must not change anything (RFC 9110, section 9.2.1)
AT_ONCE = 8
"""Visits at a time."""

_WEB = re.compile(r"https?://[^\s<>\"')\]]+")


class _LinkParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        # Images and forms too: a scanner fetches whatever looks like an address.
        self.found += [value for name, value in attributes if name in ("href", "src", "action") and value]


def list_links(received: Iterable[ReceivedMail]) -> list[str]:
    """Return each web link of these mails once: from HTML, text and List-Unsubscribe."""
    links_once: dict[str, None] = {}
    for mail in received:
        parser = _LinkParser()
        parser.feed(mail.html_part)
        header = " ".join(value for name, value in mail.all_headers if name.lower() == "list-unsubscribe")
        for link in (*parser.found, *_WEB.findall(mail.text_part), *_WEB.findall(header)):
            # Not mailto: and no fragments; HTML writes "&amp;" where the link has "&".
            if link.startswith(("http://", "https://")):
                links_once[unescape(link)] = None
    return list(links_once)


async def visit_links(session: aiohttp.ClientSession, own: list[str]) -> int:
    """Fetch each link by every method as every agent, without following redirects; return the number of visits."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def fetch_link(link: str, method: str, agent: str) -> None:
        async with (
            gate,
            session.request(method, link, headers={"User-Agent": agent}, allow_redirects=False) as response,
        ):
            await response.read()

    visits = [fetch_link(link, method, agent) for link in own for method in METHODS for agent in USER_AGENTS]
    await asyncio.gather(*visits)
    return len(visits)
