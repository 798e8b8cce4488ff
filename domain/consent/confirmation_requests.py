"""Asking for proof of an address: the confirmation mail, and when none is sent.

* A new request makes a new nonce, so that only the code of the newest mail fits; asking again too soon makes none.
* A request for another address drops the unconfirmed one, so that a mistyped mailbox cannot confirm later.
* A request over a limit looks the same in the chat as one that is mailed, so that nobody can probe addresses.
* No mail goes to an address that this subscriber knows to be refused: its owner disowned it, or it does not exist.
* A proven mailbox whose proof is doubted (:func:`ask_mailbox_again`) proves itself anew before it proves more.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain import counters
from domain.consent import double_opt_in, ledger
from domain.decision import Context, Outcome, Reason
from domain.effects import Count, SendMail, UpdateAddress
from domain.record import Address, Pending, Subscriber

CONFIRMATION = "confirmation"
"""Name of the mail template that carries code and link for topics."""
PROOF = "proof"
"""Name of the template that carries code and link if no topic is asked for; it only says what they prove."""

REFUSED = ("disowned", "bounced")
"""Statuses of an address to which no mail goes any more, however often it is given."""
DAY = timedelta(days=1)
MOST_UNPROVEN = 5
"""Addresses without a proof that are remembered of a person; the oldest are forgotten first."""


def consent_reason(text: str, about: str = "") -> Reason:
    """Return a reason of this package."""
    return Reason(room="consent", text=text, about=about)


def hold_address(record: Subscriber, email: str, context: Context) -> tuple[Subscriber, str]:
    """Add a normalised address that the person gave; return the record and the keyed hash of the address."""
    name = context.keys.address_hash(email)
    # An address that moved is given anew: what was known of it is over.
    if name in record.addresses and record.addresses[name].status != "moved":
        return record, name
    return replace(record, addresses={**_remembered_addresses(record), name: Address(email=email)}), name


def _remembered_addresses(record: Subscriber) -> Mapping[str, Address]:
    """Return the addresses that stay when one more is given: the oldest that were never proven are forgotten."""
    if len(record.addresses) < MOST_UNPROVEN:
        return record.addresses
    unproven = [name for name, held in record.addresses.items() if held.status == "unproven"]  # oldest first
    forgotten = set(unproven[: max(0, len(unproven) - MOST_UNPROVEN + 1)])
    return {name: held for name, held in record.addresses.items() if name not in forgotten}


def request_proof(record: Subscriber, address: str, topics: tuple[str, ...], context: Context) -> Outcome:
    """Ask for proof of an address, for these topics or for none.  A mail goes unless it is not needed or not allowed.

    An address that this subscriber has proven by a code confirms further topics at once.  A button proves the mailbox
    but not who is in this chat, so its owner is asked for each topic.
    """
    held, pending = record.addresses[address], record.pending.get(address)
    doubted = double_opt_in.is_doubted(pending, context.now)
    if held.status in REFUSED:
        record = double_opt_in.drop_pending(record, record.pending.keys() - {address})
        return _open_void(record, address, topics, context, f"no confirmation mail: the address is {held.status}")
    if (
        held.status == "proven"
        and not doubted
        and (held.proven_by == "code" or (held.proven_by and _has_confirmed_all(record, address, topics)))
    ):
        return double_opt_in.confirm_address(record, address, topics, context, by=held.proven_by, mid="")
    if record.pending:
        record = double_opt_in.drop_pending(record, record.pending.keys() - {address})
    recent = tuple([at for at in record.requests if context.now - at < DAY])
    # One confirmation per subscriber: only the newest address may still be confirmed.
    refusal = _limit_reached(pending, recent, context)
    if refusal:
        if pending:
            # The mail that is on its way then confirms the new topics too.
            joined = _join_topics(pending, topics)
            record = replace(record, pending={address: replace(pending, topics=joined)})
            return Outcome(record=record, reasons=(consent_reason(refusal, CONFIRMATION),))
        return _open_void(record, address, topics, context, refusal)
    nonce = context.keys.make_nonce(context.entropy, record.id, address, str(len(record.requests)))
    if doubted:
        # What is doubted stays so, or whoever typed the address could end the doubt by asking for one more code.
        topics = _join_topics(pending, topics)
    record = _open_confirmation(record, address, topics, context, nonce=nonce, doubted=doubted)
    return _send_confirmation(replace(record, requests=(*recent, context.now)), address, topics, context)


def ask_mailbox_again(record: Subscriber, address: str, context: Context) -> Outcome:
    """Ask a proven mailbox for its proof anew, since somebody with an old link says “this was not me”.

    Whoever holds a link need not be the person, so nothing else changes: the consents hold, and the mails go on.  The
    new mail goes to the mailbox alone, and its own “this was not me” blocks the address.
    """
    if double_opt_in.is_doubted(record.pending.get(address), context.now):
        return Outcome(record=record, reasons=(consent_reason("the mailbox is being asked already", CONFIRMATION),))
    # Without the topics of a request that is still open: it was this request that the press disowned.
    topics = tuple(
        sorted(
            topic
            for topic, consent in record.consents.items()
            if consent.status == "confirmed" and consent.address == address
        )
    )
    return _open_and_send(record, address, topics, context, how="not-me", doubted=True)


def ask_mailbox(record: Subscriber, address: str, topics: tuple[str, ...], context: Context, *, how: str) -> Outcome:
    """Ask a proven mailbox to confirm topics that were agreed to by a link; counts as no request of the person."""
    pending = record.pending.get(address)
    live = pending if pending and pending.nonce and context.now < pending.expires_at else None
    joined = _join_topics(live, topics)
    pause = timedelta(minutes=context.config.limits.mail_every_minutes)
    if live and context.now - live.requested_at < pause:
        # The mail that is on its way then confirms the new topics too: its page shows them all.
        asked = replace(record, pending={**record.pending, address: replace(live, topics=joined)})
        return Outcome(record=asked, reasons=(consent_reason("the mail on its way confirms this too", CONFIRMATION),))
    doubted = double_opt_in.is_doubted(live, context.now)
    return _open_and_send(record, address, joined, context, how=how, doubted=doubted)


def _open_and_send(
    record: Subscriber, address: str, topics: tuple[str, ...], context: Context, *, how: str, doubted: bool
) -> Outcome:
    nonce = context.keys.make_nonce(context.entropy, record.id, address, how)
    record = _open_confirmation(record, address, topics, context, nonce=nonce, doubted=doubted)
    return _send_confirmation(record, address, topics, context, how=how)


def _join_topics(pending: Pending | None, topics: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*pending.topics, *topics})) if pending else topics


def _has_confirmed_all(record: Subscriber, address: str, topics: tuple[str, ...]) -> bool:
    """Return True if the owner of this mailbox was asked for each of these topics and has confirmed it."""
    consents = (record.consents.get(topic) for topic in topics)
    return all(
        consent is not None and consent.status == "confirmed" and consent.address == address for consent in consents
    )


def _limit_reached(pending: Pending | None, recent: tuple[datetime, ...], context: Context) -> str:
    """Return why no confirmation mail may go now, for the history; empty if one may."""
    limits = context.config.limits
    if pending and context.now - pending.requested_at < timedelta(minutes=limits.mail_every_minutes):
        return f"no new confirmation mail: the last was asked for less than {limits.mail_every_minutes} minutes ago"
    if len(recent) >= limits.requests_a_day:
        return f"no new confirmation mail: {limits.requests_a_day} were asked for within a day"
    return ""


def _open_void(record: Subscriber, address: str, topics: tuple[str, ...], context: Context, reason: str) -> Outcome:
    """Open a void confirmation: the chat asks for a code, and no mail goes."""
    record = _open_confirmation(record, address, topics, context, nonce=double_opt_in.VOID)
    return Outcome(record=record, reasons=(consent_reason(reason, CONFIRMATION),))


def _open_confirmation(
    record: Subscriber, address: str, topics: tuple[str, ...], context: Context, *, nonce: str, doubted: bool = False
) -> Subscriber:
    pending = Pending(
        topics=topics,
        nonce=double_opt_in.DOUBTED + nonce if doubted else nonce,
        requested_at=context.now,
        expires_at=context.now + timedelta(hours=context.config.limits.code_hours),
    )
    held = record.addresses[address]
    address_now = held if held.status in ("proven", *REFUSED) else replace(held, status="pending")
    return replace(
        record,
        pending={**record.pending, address: pending},
        addresses={**record.addresses, address: address_now},
    )


def _send_confirmation(
    record: Subscriber, address: str, topics: tuple[str, ...], context: Context, *, how: str = ""
) -> Outcome:
    pending = record.pending[address]
    language = record.language or context.config.default_language
    mail = SendMail(
        id=context.keys.send_id(record.id, address, pending.nonce),
        template=CONFIRMATION if topics else PROOF,
        address=address,
        lane="transactional",
        language=language,
        queued_at=context.now,
        topic=topics[0] if topics else "",
        nonce=pending.nonce,
    )
    update = UpdateAddress(id=f"{mail.id}:held", address=address, change="held", at=context.now)
    changed, entry = ledger.append_entry(
        record, context.now, act="requested", topic=",".join(topics), address=address, language=language, how=how
    )
    return Outcome(
        record=changed,
        effects=(entry, update, mail, Count(name=counters.CONFIRMATION_REQUESTED)),
        reasons=(consent_reason("a confirmation mail goes to the address given", CONFIRMATION),),
    )
