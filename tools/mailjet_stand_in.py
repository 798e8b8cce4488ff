"""The stand-in for Mailjet in a process of its own: ``python -m tools.mailjet_stand_in PORT [EVENTS_URL]``.

It takes ``mailjet://key:secret@127.0.0.1:PORT``, every sender, and list 4711; events go to the URL, with its login,
once a second.
"""

import asyncio
import sys

from aiohttp import web

from service.engine.clock import system_now
from service.stand_ins.mailjet.api import MailjetStandIn
from service.stand_ins.mailjet.send_rules import ANY_SENDER

EVENT_KINDS = ("sent", "bounce", "blocked", "spam", "unsub")
LIST = 4711


async def serve_stand_in(port: int, events_url: str) -> None:
    """Serve until cancelled."""
    stand_in = MailjetStandIn(accounts={"key": "secret"}, clock=system_now, senders=(ANY_SENDER,))
    stand_in.account.add_list(LIST)
    for kind in EVENT_KINDS if events_url else ():
        stand_in.postman.set_address(kind, events_url)
    runner = web.AppRunner(stand_in.build_application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    while True:
        await asyncio.sleep(1)
        await stand_in.send_events()


if __name__ == "__main__":
    asyncio.run(serve_stand_in(int(sys.argv[1]), "".join(sys.argv[2:3])))
