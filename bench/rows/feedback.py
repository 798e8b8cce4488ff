"""Events about mails that Mailjet posts, compared with a handler that reads the same bodies and does nothing.

What comes back of a newsletter whose readers have all confirmed: nearly all of it is “sent”, a few in a hundred bounce,
are blocked, complain or unsubscribe.  Each event comes three times, in bodies of random length, since Mailjet repeats
what it takes for lost.  The second figure has all kinds alike, as on the worst day: most events then end a consent.
"""

import base64
import sys
from collections.abc import Iterator, Mapping, Sequence
from random import Random  # noqa: TID251  the same events in each run, so it is seeded
from time import perf_counter

import msgspec

from bench import load, processes
from bench.bare import FEEDBACK_LOGIN
from bench.processor_time import ProcessorTime
from bench.seed import PeopleSeed, prove_addresses, time_from_ms, write_people
from bench.service import open_store_for_seeding, run_doorstep, scratch_data_folder
from bench.table import Figures, NotMeasuredError
from domain.decision import Decision
from domain.effects import SendMail
from service.engine.clock import system_ms
from service.feedback.mailjet_door import PATH
from service.workspace.edition import load_edition

READERS = 10_000
EVENTS = 100_000
WORST_DAY = 10_000
TIMES = 3
"""How often each event comes."""
LARGEST = 100
"""Events of the longest body."""
CONNECTIONS = 8
MIX = {"sent": 9_740, "open": 60, "click": 20, "bounce": 100, "blocked": 50, "unsub": 25, "spam": 5}
"""Kinds of ten thousand events; opens and clicks are switched off in what we send, and come where somebody forgot."""
DAYS = (("feedback", MIX, EVENTS), ("feedback of a worst day", dict.fromkeys(MIX, 1), WORST_DAY))
ERRORS: Mapping[str, Sequence[Mapping[str, object]]] = {
    "bounce": (
        {"error": "user unknown", "hard_bounce": True},
        {"error": "quota exceeded", "hard_bounce": False},
        {"error": "greylisted", "hard_bounce": False},
    ),
    "blocked": ({"error": "preblocked"}, {"error": "duplicate in campaign"}),
}


async def measure(figures: Figures) -> None:
    """Measure events a second of the bare handler and of ours."""
    edition, _ = load_edition(None)
    at_ms = system_ms()
    seed = PeopleSeed(edition=edition, now=time_from_ms(at_ms))
    people = [seed.welcomed_person(number) for number in range(READERS)]
    dice = Random(12)  # noqa: S311  nothing secret
    for name, mix, number in DAYS:
        bodies = _write_bodies(list(_write_events(people, mix, number, at_ms)), dice)
        port = processes.free_port()
        async with processes.run_server([sys.executable, "-m", "bench.bare", str(port)], port) as pid:
            await _post_bodies(figures, f"bare {name}", port, pid, bodies)
        async with scratch_data_folder() as data:
            async with open_store_for_seeding(data) as store:
                await prove_addresses(store, people)
                await write_people(store, people)
            # No worker: it would send the mails that are seeded to be reported about.
            async with run_doorstep("web", data, MAILJET_EVENTS=FEEDBACK_LOGIN) as service:
                await _post_bodies(figures, name, service.port, service.pid, bodies)


def _write_events(people: Sequence[Decision], mix: Mapping[str, int], number: int, at_ms: int) -> Iterator[bytes]:
    kinds = [kind for kind, share in mix.items() for _ in range(share)]
    Random(7).shuffle(kinds)  # noqa: S311  nothing secret
    for place in range(number):
        # Shifted, so that a reader gets another kind of event in each round.
        person, kind = people[(place + 97 * (place // len(kinds))) % len(people)], kinds[place % len(kinds)]
        number_there = 19_421_777_835_146_490 + place
        mail = next(effect for effect in person.effects if isinstance(effect, SendMail))
        errors = ERRORS.get(kind, ({},))
        event = {
            "event": kind, "time": at_ms // 1000, "MessageID": number_there,
            "Message_GUID": f"1ab23cd4-e567-8901-2345-{place:012}",
            "email": person.record.addresses[mail.address].email,
            "mj_campaign_id": 7_276, "mj_contact_id": 320_000 + place % len(people), "customcampaign": "issue/bench",
            "mj_message_id": str(number_there),
            "smtp_reply": "sent (250 2.0.0 OK 4242 xyz.12 - gsmtp)",
            "CustomID": mail.id, "Payload": "", **errors[place % len(errors)],
        }  # fmt: skip
        yield msgspec.json.encode(event)


def _write_bodies(events: Sequence[bytes], dice: Random) -> list[bytes]:
    """Return the events as requests of random length, each event :data:`TIMES` times."""
    login = base64.b64encode(FEEDBACK_LOGIN.encode()).decode()
    requests = []
    for _ in range(TIMES):
        at = 0
        while at < len(events):
            size = dice.randint(1, LARGEST)
            body = b"[" + b",".join(events[at : at + size]) + b"]"
            at += size
            head = (
                f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {login}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            requests.append(head.encode() + body)
    return requests


async def _post_bodies(figures: Figures, name: str, port: int, pid: int, bodies: Sequence[bytes]) -> None:
    events = sum(body.count(b'"event":') for body in bodies)
    lanes = [bodies[place::CONNECTIONS] for place in range(CONNECTIONS)]
    spent, start = ProcessorTime(service=pid).begin(), perf_counter()
    result = await load.send_at_full_rate(port, lanes, seconds=600, warm_up=0)
    figures[f"{name}, events"] = events / (perf_counter() - start)
    spent.note(figures, name, events)
    if result.failed or result.answered != len(bodies):
        message = f"{name}: {result.failed} of {len(bodies)} bodies were not answered 200"
        raise NotMeasuredError(message)
