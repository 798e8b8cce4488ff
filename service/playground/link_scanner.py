"""Visiting every link as the scanners of mail providers do, and looking whether anything is different."""

import asyncio
import re
from collections.abc import Iterable
from html import unescape
from html.parser import HTMLParser

import aiohttp

from service.stand_ins.smtp_server import Received

AGENTS = (
    "Mozilla/5.0 (compatible; link protection scanner)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
)
"""One that says what it is, and one that passes for a person's browser."""

METHODS = ("GET", "HEAD", "OPTIONS")
AT_ONCE = 8

_WEB = re.compile(r"https?://[^\s<>\"')\]]+")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attributes if name in ("href", "src", "action") and value]


def links(received: Iterable[Received]) -> list[str]:
    """Return every web link of these mails once: of HTML, text and List-Unsubscribe."""
    found: dict[str, None] = {}
    for one in received:
        parser = _Links()
        parser.feed(one.html)
        header = " ".join(value for name, value in one.headers if name.lower() == "list-unsubscribe")
        for link in (*parser.found, *_WEB.findall(one.text), *_WEB.findall(header)):
            if link.startswith(("http://", "https://")):
                found[unescape(link)] = None
    return list(found)


async def visit(session: aiohttp.ClientSession, own: list[str]) -> int:
    """Fetch each link by every method as every agent, following redirects nowhere; return the number of visits."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def fetch(link: str, method: str, agent: str) -> None:
        async with (
            gate,
            session.request(method, link, headers={"User-Agent": agent}, allow_redirects=False) as response,
        ):
            await response.read()

    visits = [fetch(link, method, agent) for link in own for method in METHODS for agent in AGENTS]
    await asyncio.gather(*visits)
    return len(visits)
