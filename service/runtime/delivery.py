"""The sending half of the composition: the worker of this process, and a sender for each kind of its lanes."""

import asyncio
import os
import socket
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import structlog

from bot.outbound.handover_gate import HandoverGate
from bot.outbound.sender import ChatSender
from bot.private_replies import PrivateReplies
from domain.ports import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL, StoreError, chat_lane
from email_out.delivery.sender import MailSender
from email_out.transports.open_transport import open_transport
from service.engine.address_registry import AddressRegistry
from service.engine.clock import fresh_entropy
from service.engine.lane_slots import widen_slots
from service.engine.transact import Transactor
from service.hooks.call_hook import HookCaller
from service.runtime.base_parts import BaseParts
from service.runtime.internal_sender import InternalSender
from service.runtime.sending.mail_gates import MailGates
from service.runtime.sending.note_holds import HoldNotes
from service.runtime.work_sharing.partition_leases import PartitionLeases
from service.runtime.worker import Worker

log = structlog.get_logger("doorstep")

MAIL_CONNECTIONS = 8
"""Connections to the mail server that are kept, for each lane; mailbox providers object to more."""


def build_worker(parts: BaseParts, transact: Transactor, addresses: AddressRegistry, stack: AsyncExitStack) -> Worker:
    """Return a running worker; ``stack`` stops it, and closes its mail connections after that."""
    leases = PartitionLeases(
        # With a random part: in containers the process id is often 1, and two workers of one name would share leases.
        name=f"{socket.gethostname()}:{os.getpid()}:{fresh_entropy().hex()[:8]}",
        store=parts.store,
    )
    chat = _build_chat_sender(parts, transact, leases)
    mail = _build_mail_sender(parts, transact, addresses, leases, stack)
    lease_ms = parts.settings.lease_seconds * 1000
    internal = InternalSender(
        store=parts.store,
        archive=parts.archive,
        stops=parts.stops,
        providers=parts.provider_erasures,
        transact=transact,
        addresses=addresses,
        clients=parts.clients,
        hooks=HookCaller(keys=parts.keys, clock=parts.clock.now, config=parts.editions.current_config),
        clock=parts.clock.now,
        lease_ms=lease_ms,
    )
    lanes = (*(chat_lane(page) for page in parts.clients), INTERNAL, LATER, HOOKS, TRANSACTIONAL, MARKETING)
    worker = Worker(
        leases=leases,
        store=parts.store,
        transact=transact,
        clock=parts.clock.now,
        lease_ms=lease_ms,
        lanes=lanes,
        senders={
            "chat": chat,
            TRANSACTIONAL: mail,
            MARKETING: mail,
            INTERNAL: internal,
            LATER: internal,
            HOOKS: internal,
        },
        paused_lanes=parts.watch.hold_lanes(lambda ms: chat.paused_lanes(ms) | mail.rests.list_resting(), lanes),
        on_stop=mail.envelopes.give_up,
        share_rate=chat.share_rate,
        # A batch is gathered from mails that are under way at once.
        slots=widen_slots({lane: transport.can.batch for lane, transport in mail.transports.items()}),
    )
    parts.supervisor.run_vital("worker", worker.run())
    parts.supervisor.run_vital("pauses of Pages", _refresh_pauses(chat))
    stack.push_async_callback(worker.stop)  # pushed after the mail connections, which it needs to finish deliveries
    return worker


def _build_chat_sender(parts: BaseParts, transact: Transactor, leases: PartitionLeases) -> ChatSender:
    return ChatSender(
        store=parts.store,
        clients=parts.clients,
        transact=transact,
        clock=parts.clock.now,
        entropy=fresh_entropy,
        lease_ms=parts.settings.lease_seconds * 1000,
        watch_claims=leases.watch_claims,
        secure_claims=leases.secure,
        texts_a_second=parts.settings.messenger_texts_a_second,
        personas=lambda: parts.editions.current_config().personas,
        # The transactor's own cache: a record that this process just committed need not be read again to send.
        gate=HandoverGate(store=parts.store, cache=transact.cache),
        private_replies=PrivateReplies(store=parts.store, transact=transact, keys=parts.keys, clock=parts.clock.now),
    )


async def _refresh_pauses(chat: ChatSender) -> None:
    """Read every second which Pages other processes have paused."""
    while True:
        try:
            await chat.refresh_pauses()
        except StoreError as error:
            log.warning("store_away", error=type(error).__name__)
        await asyncio.sleep(1)


def _build_mail_sender(
    parts: BaseParts, transact: Transactor, addresses: AddressRegistry, leases: PartitionLeases, stack: AsyncExitStack
) -> MailSender:
    settings = parts.settings
    hello = urlsplit(settings.public_url).hostname or "localhost"
    # A transport for each lane, so that a slow marketing server never delays confirmation mails.
    transports = {
        lane: open_transport(
            settings.mail_url_for(name), connections=MAIL_CONNECTIONS, hello=hello, signing_keys=settings.dkim_keys
        )
        for lane, name in ((TRANSACTIONAL, "transactional"), (MARKETING, "marketing"))
    }
    for transport in transports.values():
        stack.push_async_callback(transport.close)

    gates = MailGates(parts=parts, addresses=addresses)
    return MailSender(
        store=parts.store,
        transact=transact,
        keys=parts.keys,
        clock=parts.clock.now,
        mails_of_edition=parts.editions.mail_templates,
        sequence_refusal=gates.find_refusal,
        admit=gates.admit,
        mailboxes=addresses,
        transports=transports,
        is_paused=gates.is_paused,
        edition_of=parts.issues.edition_of,
        find_hold=gates.find_hold,
        note_result=gates.note_result,
        note_hold=HoldNotes(transact=transact, clock=parts.clock.now).note_hold,
        note_sent=parts.brake.note_sent,
        watch_claims=leases.watch_claims,
        public_url=settings.public_url,
        lease_ms=settings.lease_seconds * 1000,
    )
