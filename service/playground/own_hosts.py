"""Keeps pages of other sites out of the playground, which may edit the workspace and move the clock."""

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REFUSAL = "The playground answers at localhost, or at an address of this machine, only."


def refuse_foreign_hosts(handler: Handler) -> Handler:
    """Return a handler that answers only to this machine's names: an address, or localhost.

    A page elsewhere can make a name of its own lead to this machine (DNS rebinding) and would then count as the same
    site as the playground.  Its name gives it away: the browser sends it as ``Host``.
    """

    async def answer_own_host(request: web.Request) -> web.StreamResponse:
        if not _is_own_host(urlsplit(f"//{request.host}").hostname or ""):
            raise web.HTTPMisdirectedRequest(text=REFUSAL)
        return await handler(request)

    return answer_own_host


def _is_own_host(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
