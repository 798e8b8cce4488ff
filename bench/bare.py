"""The yardstick: an aiohttp handler that verifies the signature, parses the body and answers 200.

Started as ``python -m bench.bare PORT``, in a process of its own.
"""

import hashlib
import hmac
import json
import sys

import uvloop
from aiohttp import web

from bench.traffic import APP_SECRET

KEY = APP_SECRET.encode()


async def answer_webhook(request: web.Request) -> web.Response:
    """Verify the signature and parse the body; do nothing with it."""
    body = await request.read()
    signature = "sha256=" + hmac.digest(KEY, body, hashlib.sha256).hex()
    if not hmac.compare_digest(signature, request.headers["X-Hub-Signature-256"]):
        return web.Response(status=403)
    parsed = json.loads(body)
    return web.Response(text="ok" if parsed["entry"] else "empty")


def build_app() -> web.Application:
    """Return the application."""
    application = web.Application()
    application.router.add_post("/messenger/webhook", answer_webhook)
    return application


if __name__ == "__main__":
    web.run_app(
        build_app(),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        print=None,
        access_log=None,
        loop=uvloop.new_event_loop(),
    )
