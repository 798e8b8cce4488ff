"""How a pending confirmation ends without being confirmed: it expires, is disowned, or its mail is refused.

A “this was not me” link lives as long as its confirmation.  Mails get forwarded, so against a proven address the link
blocks nothing: the mailbox is asked again, and blocks the address with the link of that new mail.
"""

from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from domain import counters
from domain.consent import ledger
from domain.consent.confirmation_requests import REFUSED, ask_mailbox_again
from domain.consent.double_opt_in import VOID, confirmation_reason, drop_pending, is_doubted
from domain.decision import Context, Fact, Outcome
from domain.effects import Count, UpdateAddress
from domain.event_types.team import AddressUnblocked
from domain.events import MailRefused, MailSent, NotMe
from domain.keyring import Keyring
from domain.record import Consent, Subscriber


def next_expiry(record: Subscriber) -> datetime | None:
    """Return when the earliest pending confirmation expires; None if none is pending."""
    return min((pending.expires_at for pending in record.pending.values()), default=None)


def expire_pending(record: Subscriber, context: Context) -> Outcome:
    """End the confirmations that have expired."""
    expired = {name for name, pending in record.pending.items() if pending.expires_at <= context.now}
    outcome = Outcome(record=drop_pending(record, expired))
    # Sorted, so that deciding the same twice writes the same ledger lines in the same order.
    for name in sorted(expired):
        changed, entry = ledger.append_entry(outcome.record, context.now, act="expired", address=name)
        fact = Fact(name="expired", at=context.now, address=name)
        expiry = Outcome(
            record=changed, effects=(entry,), facts=(fact,), reasons=(confirmation_reason("a confirmation expired"),)
        )
        outcome = outcome.followed_by(expiry)
    return outcome


NotMeState = Literal["unknown", "open", "asks", "cold", "done"]
"""What a “this was not me” link does: nothing for an unknown address; block the address; ask its mailbox again; nothing
after its confirmation; nothing, since the address is blocked already."""


def not_me_state(record: Subscriber, address: str, send: str, now: datetime, keys: Keyring) -> NotMeState:
    """Return what the “this was not me” link of a confirmation mail does now.

    ``send`` is the id of that mail; empty for a link from before links held it, which is the open confirmation's.
    """
    held, pending = record.addresses.get(address), record.pending.get(address)
    if held is None:
        return "unknown"
    if held.status == "disowned":
        return "done"
    is_live = pending is not None and now < pending.expires_at
    is_open = is_live and send in ("", newest_send(record, address, keys))
    if held.status == "proven":
        return "open" if send and is_open and is_doubted(pending, now) else "asks"
    return "open" if is_open else "cold"


def newest_send(record: Subscriber, address: str, keys: Keyring) -> str:
    """Return the id of the mail that carries the open confirmation; empty if no mail does."""
    pending = record.pending.get(address)
    return keys.send_id(record.id, address, pending.nonce) if pending and pending.nonce != VOID else ""


def take_not_me(record: Subscriber, event: NotMe, context: Context) -> Outcome:
    """Take in “this was not me”: block the address, or ask its mailbox again if it is proven."""
    held = record.addresses.get(event.address)
    if event.blocked and held is not None and held.proven_at is not None and held.status == "proven":
        return _settle_crossing(record, event, held.proven_at, context)
    state = not_me_state(record, event.address, event.send, context.now, context.keys)
    if state == "asks":
        return ask_mailbox_again(record, event.address, context)
    # Without a mail it is the registry that speaks: nobody has proven the address, and its mailbox has disowned it.
    if state == "open" or (state == "cold" and not event.send):
        return _disown_address(record, event.address, context)
    return Outcome(record=record, reasons=(confirmation_reason("a “not me” link was pressed that is not open"),))


def _settle_crossing(record: Subscriber, event: NotMe, proven_at: datetime, context: Context) -> Outcome:
    """Settle a “not me” that the registry took for final while the proof of this person was on its way to it."""
    if event.at < proven_at:
        return _disown_address(record, event.address, context)
    why = "the proof came before the “not me” that crossed it; the registry will ask the mailbox"
    return Outcome(record=record, reasons=(confirmation_reason(why),))


def _disown_address(record: Subscriber, address: str, context: Context) -> Outcome:
    """Drop the confirmation, end every consent for the address, and suppress it."""
    # The owner of the mailbox speaks, not this subscriber, so everything that rests on the mailbox ends at once.
    record = drop_pending(record, {address})
    consents, ended = _end_consents(record, address, context.now)
    addresses = {**record.addresses, address: replace(record.addresses[address], status="disowned")}
    changed, entry = ledger.append_entry(
        replace(record, consents=consents, addresses=addresses),
        context.now,
        act="disowned",
        topic=",".join(ended),
        address=address,
        how="page",
    )
    update = UpdateAddress(id=f"{entry.number}:{record.id}:not_me", address=address, change="not_me", at=context.now)
    return Outcome(
        record=changed,
        effects=(entry, update, Count(name=counters.NOT_ME)),
        facts=tuple(Fact(name="withdrawn", at=context.now, topic=topic, address=address) for topic in ended),
        reasons=(confirmation_reason("the owner of the address said it was not them"),),
    )


def unblock_address(record: Subscriber, event: AddressUnblocked, context: Context) -> Outcome:
    """Take in that an operator lifted a suppression: the address may be proven again; no consent comes back by it."""
    held = record.addresses.get(event.address)
    if held is None:
        return Outcome(record=record)
    status = "unproven" if held.status in REFUSED else held.status
    addresses = {**record.addresses, event.address: replace(held, status=status)}
    changed, entry = ledger.append_entry(
        # The void confirmation that stood for a code goes, so that the next request sends one.
        replace(drop_pending(record, {event.address}), addresses=addresses),
        context.now,
        act="unblocked",
        address=event.address,
        how=event.by,
    )
    return Outcome(record=changed, effects=(entry,), reasons=(confirmation_reason("an operator lifted a suppression"),))


def note_mail_sent(record: Subscriber, event: MailSent, context: Context) -> Outcome:
    """Write the evidence of a sent confirmation mail to the ledger: its Message-ID and the hash of its content."""
    address = _address_of_send(record, event.send_id, context.keys)
    changed, entry = ledger.append_entry(
        record,
        context.now,
        act="mailed",
        address=address,
        message_id=event.message_id,
        content_hash=event.content_hash,
    )
    return Outcome(record=changed, effects=(entry,))


def note_mail_refused(record: Subscriber, event: MailRefused, context: Context) -> Outcome:
    """Take in that a mail was refused: void its confirmation, and mark an address that does not exist as bounced."""
    why = confirmation_reason(f"a mail was not sent: {event.reason}")
    address = _address_of_send(record, event.send_id, context.keys)
    if address and is_doubted(record.pending.get(address), context.now):
        # The chat waits for nothing here: the address is proven, and stays so.
        record = drop_pending(record, {address})
    elif address and address in record.pending:
        # Void, not dropped: the chat goes on waiting for a code, and so does not tell that the address is refused.
        void = replace(record.pending[address], nonce=VOID)
        record = replace(record, pending={**record.pending, address: void})
    if not event.hard_bounce or event.address not in record.addresses:
        return Outcome(record=record, reasons=(why,))
    return _mark_bounced(record, event.address, context).with_more(reasons=(why,))


def _end_consents(record: Subscriber, address: str, now: datetime) -> tuple[dict[str, Consent], tuple[str, ...]]:
    """Return the consents, those for this address withdrawn, and the topics that this ended."""
    ended = tuple(
        topic
        for topic, consent in record.consents.items()
        if consent.address == address and consent.status != "withdrawn"
    )
    consents = {
        topic: replace(consent, status="withdrawn", withdrawn_at=now) if topic in ended else consent
        for topic, consent in record.consents.items()
    }
    return consents, ended


def _mark_bounced(record: Subscriber, address: str, context: Context) -> Outcome:
    record = drop_pending(record, {address})
    addresses = {**record.addresses, address: replace(record.addresses[address], status="bounced")}
    consents, ended = _end_consents(record, address, context.now)
    changed, entry = ledger.append_entry(
        replace(record, addresses=addresses, consents=consents),
        context.now,
        act="bounced",
        topic=",".join(ended),
        address=address,
    )
    update = UpdateAddress(
        id=f"{entry.number}:{record.id}:bounce", address=address, change="hard_bounce", at=context.now
    )
    return Outcome(
        record=changed,
        effects=(entry, update, Count(name=counters.HARD_BOUNCE)),
        facts=tuple(Fact(name="withdrawn", at=context.now, topic=topic, address=address) for topic in ended),
    )


def _address_of_send(record: Subscriber, send_id: str, keys: Keyring) -> str:
    """Return the keyed hash of the address that a confirmation mail went to; empty if the mail carried none."""
    # A mail's id is derived from its nonce, so the nonces that are kept tell which address it went to.  Those of proven
    # addresses count too: a person may confirm before the mail server's answer is taken in.
    nonces = [(name, pending.nonce) for name, pending in record.pending.items()]
    nonces += [(name, held.nonce) for name, held in record.addresses.items() if held.nonce]
    return next((name for name, nonce in nonces if keys.send_id(record.id, name, nonce) == send_id), "")
