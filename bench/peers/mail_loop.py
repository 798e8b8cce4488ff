"""A newsletter program without an account of single mails: render, build, send, over ten kept connections.

Written by us as the shape of such programs (listmonk's pool of SMTP connections, a worker to each): a template with a
few variables, the standard library's message and client, threads.  It keeps no ledger, asks no consent, signs nothing,
and a crash loses its place; so it is the floor of the work, not a competitor's product.
"""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from time import perf_counter

from jinja2 import Environment

CONNECTIONS = 10
SECONDS = 3.0


def push_by_loop(port: int, built: bytes) -> float:
    """Send mails as large as ``built``; return mails a second over all connections."""
    # Cut where a variable is put in: rendering is the peer's work, too.
    half = len(built) // 2
    text = built[:half].decode("utf-8", "replace") + "{{ name }} {{ link }}" + built[half:].decode("utf-8", "replace")
    template = Environment(autoescape=True).from_string(text.replace("{%", "").replace("{#", ""))
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        start = perf_counter()
        sent = sum(pool.map(lambda worker: _push(port, template.render, worker, start + SECONDS), range(CONNECTIONS)))
        return sent / (perf_counter() - start)


def _push(port: int, render: object, worker: int, until: float) -> int:
    assert callable(render)  # noqa: S101  a bound method of the template
    sent = 0
    with smtplib.SMTP("127.0.0.1", port) as client:
        while perf_counter() < until:
            address = f"reader{worker}.{sent}@example.com"
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "pip@amsel.example", address, "Winter teas"
            message["List-Unsubscribe"] = f"<https://amsel.example/u/{worker}.{sent}>"
            body = render(name=address, link=f"https://amsel.example/r/{worker}.{sent}")
            message.set_content("Winter teas are here.")
            message.add_alternative(body, subtype="html")
            client.send_message(message)
            sent += 1
    return sent
