"""Serves an application as the service does: compressed bodies arrive as they were sent."""

from aiohttp import web
from aiohttp.test_utils import TestServer


async def serve_app(app: web.Application) -> TestServer:
    """Return a server that listens on 127.0.0.1; its client closes it."""
    server = TestServer(app)
    await server.start_server(auto_decompress=False)
    return server
