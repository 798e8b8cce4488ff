"""The sending half of the composition: the worker of this process, and a sender for each kind of its lanes."""

import asyncio
import os
import socket
from contextlib import AsyncExitStack
from datetime import datetime
from urllib.parse import urlsplit

import structlog

import onboarding.engine.decide
from bot.outbound.handover_gate import HandoverGate
from bot.outbound.sender import ChatSender
from bot.private_replies import PrivateReplies
from domain.consent.address_registry import Admission
from domain.decision import Context
from domain.effects import SendMail
from domain.ports import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL, StoreError, chat_lane
from domain.record import Subscriber
from email_out.delivery.sender import MailSender
from email_out.transports.open_transport import open_transport
from onboarding.engine.hold_back import find_queued_hold
from service.engine.address_registry import AddressRegistry
from service.engine.clock import fresh_entropy
from service.engine.transact import Transactor
from service.hooks.call_hook import HookCaller
from service.issues.gate import hold_issue, refuse_issue
from service.runtime.base_parts import BaseParts
from service.runtime.internal_sender import InternalSender
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
        may_send=leases.owns_claims,
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

    # Asked right before a mail is sent: since it was queued, the person may have left the sequence or reached its goal.
    def sequence_refusal(record: Subscriber, mail: SendMail, now: datetime) -> str:
        if mail.issue:
            return refuse_issue(parts, record, mail, now)
        return onboarding.engine.decide.refusal_reason(parts.editions.sequences_for(record), record, mail, now)

    def is_paused(mail: SendMail) -> bool:
        is_halted = f"{mail.sequence}/{mail.step}" in parts.house.current.halted
        return is_halted or addresses.is_paused(mail) or parts.issues.is_paused(mail)

    async def admit(mail: SendMail, record: Subscriber) -> Admission:
        if mail.issue and (held := hold_issue(parts, parts.clock.now, record, mail)):
            return Admission(answer="later", reason=held)
        house = parts.house.current_values()
        if house.silent and mail.sequence:
            config, now = parts.editions.current_config(), parts.clock.now()
            context = Context(now=now, entropy=fresh_entropy(), keys=parts.keys, config=config, house=house)
            if held := find_queued_hold(parts.editions.sequences_for(record), record, mail, context):
                return Admission(answer="later", reason=held)
        admission = await addresses.admit(mail, record)
        # Last: who may not have the mail must not take a place of the day's share.
        if admission.answer == "yes" and (held := await parts.pace.take_place(record, mail)):
            return Admission(answer="later", reason=held)
        return admission

    return MailSender(
        store=parts.store,
        transact=transact,
        keys=parts.keys,
        clock=parts.clock.now,
        mails_of_edition=parts.editions.mail_templates,
        sequence_refusal=sequence_refusal,
        admit=admit,
        mailboxes=addresses,
        transports=transports,
        is_paused=is_paused,
        edition_of=parts.issues.edition_of,
        find_hold=parts.pace.find_hold,
        note_result=lambda _record, mail, result: parts.pace.note_result(mail, result),
        note_sent=parts.brake.note_sent,
        may_send=leases.owns_claims,
        public_url=settings.public_url,
        lease_ms=settings.lease_seconds * 1000,
    )
