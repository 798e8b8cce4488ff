"""The playground's own memory: who is played, and what was said, sent and received.

It is kept in the store as one meta value, so that a restarted demo goes on where it stopped.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.ports import MetaStore
from service.playground.player import FIRST_PLAYER, Player
from service.playground.thread import ChatEntry
from service.stand_ins.graph_api import DeliveredMessage, GraphStandIn
from service.stand_ins.smtp_server import Inbox, ReceivedMail

META_KEY = "playground"
MOST_KEPT = 1000
"""Limit of messages and of mails; the newest are kept."""


class KeptMail(Struct, frozen=True, kw_only=True):
    """A mail as received."""

    number: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    smtputf8: bool
    raw: bytes


class Journal(Struct, frozen=True, kw_only=True):
    """The value that is kept.  Its field names are stored, so they never change."""

    players: tuple[Player, ...] = (FIRST_PLAYER,)
    said: tuple[ChatEntry, ...] = ()
    sent: tuple[DeliveredMessage, ...] = ()
    mails: tuple[KeptMail, ...] = ()


async def read_journal(store: MetaStore, graph: GraphStandIn, inbox: Inbox) -> Journal:
    """Return what was remembered, and give messages and mails back to the stand-ins."""
    raw = await store.load_meta(META_KEY)
    journal = msgspec.msgpack.decode(raw, type=Journal) if raw else Journal()
    graph.sent[:0] = journal.sent  # in front: something may have been sent already since the start
    # ``extendleft`` turns the order around, hence ``reversed``.
    inbox.received.extendleft(ReceivedMail(**msgspec.structs.asdict(mail)) for mail in reversed(journal.mails))
    return journal


async def save_journal(
    store: MetaStore, graph: GraphStandIn, inbox: Inbox, *, players: Iterable[Player], entries: Iterable[ChatEntry]
) -> None:
    """Save everything as it is now."""
    # Raw mails are kept: head, preview and attachments are read from them again.
    mails = tuple(
        KeptMail(
            number=mail.number,
            received_at=mail.received_at,
            sender=mail.sender,
            recipients=mail.recipients,
            smtputf8=mail.smtputf8,
            raw=mail.raw,
        )
        for mail in inbox.received
    )
    journal = Journal(
        players=tuple(players),
        said=tuple(entries)[-MOST_KEPT:],
        sent=tuple(graph.sent[-MOST_KEPT:]),
        mails=mails[-MOST_KEPT:],
    )
    await store.save_meta(META_KEY, msgspec.msgpack.encode(journal))
