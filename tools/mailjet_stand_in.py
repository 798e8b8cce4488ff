"""The stand-in for Mailjet in a process of its own: ``python -m tools.mailjet_stand_in PORT [EVENTS_URL]``.

It takes ``mailjet://key:secret@127.0.0.1:PORT``, every sender, and list 4711, keeps all mails, and shows at its address
what it has; events go to the URL, with its login.
"""

import asyncio
import sys

from service.demo.play_mailjet import play_mailjet
from service.engine.clock import system_now

LIST = 4711


async def serve_stand_in(port: int, events_url: str) -> None:
    """Serve until cancelled."""
    async with play_mailjet(system_now, port=port, events_url=events_url) as (stand_in, url):
        stand_in.account.add_list(LIST)
        print(f"Mailjet, played at {url}; Ctrl-C stops it.", flush=True)  # noqa: T201  the command's answer
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(serve_stand_in(int(sys.argv[1]), "".join(sys.argv[2:3])))
    except KeyboardInterrupt:
        sys.exit(0)
