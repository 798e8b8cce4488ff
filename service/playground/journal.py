"""What the playground must remember beside the store: who is played, what was said, sent and received.

It is kept in the store as one value, so that a restarted demo goes on where it stopped.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.ports import Store
from service.playground.player import FIRST, Player
from service.playground.thread import Said
from service.stand_ins.graph_api import GraphStandIn, Sent
from service.stand_ins.smtp_server import Inbox, Received

NAME = "playground"
MOST = 1000
"""Messages and mails remembered; the oldest go first."""


class KeptMail(Struct, frozen=True, kw_only=True):
    """A mail as received."""

    number: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    smtputf8: bool
    raw: bytes


class Journal(Struct, frozen=True, kw_only=True):
    """One value that holds it all."""

    players: tuple[Player, ...] = (FIRST,)
    said: tuple[Said, ...] = ()
    sent: tuple[Sent, ...] = ()
    mails: tuple[KeptMail, ...] = ()


async def fetch(store: Store, graph: GraphStandIn, inbox: Inbox) -> Journal:
    """Read what was remembered, and give messages and mails back to the stand-ins."""
    raw = await store.meta(NAME)
    journal = msgspec.msgpack.decode(raw, type=Journal) if raw else Journal()
    graph.sent[:0] = journal.sent
    inbox.received.extendleft(Received(**msgspec.structs.asdict(one)) for one in reversed(journal.mails))
    return journal


async def keep(
    store: Store, graph: GraphStandIn, inbox: Inbox, *, players: Iterable[Player], said: Iterable[Said]
) -> None:
    """Remember everything as it is now."""
    mails = tuple(
        KeptMail(
            number=one.number,
            received_at=one.received_at,
            sender=one.sender,
            recipients=one.recipients,
            smtputf8=one.smtputf8,
            raw=one.raw,
        )
        for one in inbox.received
    )
    journal = Journal(
        players=tuple(players), said=tuple(said)[-MOST:], sent=tuple(graph.sent[-MOST:]), mails=mails[-MOST:]
    )
    await store.set_meta(NAME, msgspec.msgpack.encode(journal))
