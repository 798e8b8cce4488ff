"""The yardsticks: aiohttp handlers that verify who calls, parse the body, keep nothing and answer 200.

Started as ``python -m bench.bare PORT``, in a process of its own.
"""

import base64
import hashlib
import hmac
import json
import sys

import uvloop
from aiohttp import web

from bench.traffic import APP_SECRET

KEY = APP_SECRET.encode()
FEEDBACK_LOGIN = "mailjet:bench-events-password"


async def answer_webhook(request: web.Request) -> web.Response:
    """Verify the signature and parse the body; do nothing with it."""
    body = await request.read()
    signature = "sha256=" + hmac.digest(KEY, body, hashlib.sha256).hex()
    if not hmac.compare_digest(signature, request.headers["X-Hub-Signature-256"]):
        return web.Response(status=403)
    parsed = json.loads(body)
    return web.Response(text="ok" if parsed["entry"] else "empty")


async def answer_feedback(request: web.Request) -> web.Response:
    """Check the login and parse the events; do nothing with them."""
    body = await request.read()
    login = base64.b64decode(request.headers["Authorization"].removeprefix("Basic "))
    if not hmac.compare_digest(login, FEEDBACK_LOGIN.encode()):
        return web.Response(status=401)
    return web.Response(text="ok" if json.loads(body) else "empty")


def build_app() -> web.Application:
    """Return the application."""
    application = web.Application()
    application.router.add_post("/messenger/webhook", answer_webhook)
    application.router.add_post("/feedback/mailjet", answer_feedback)
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
