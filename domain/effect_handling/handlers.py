"""What each effect does: one table of handlers, written against the ports of :mod:`domain.effect_handling.ports`.

An effect is a value; whoever has ports calls :func:`carry_out` with it.  The rules of an effect stand here once, for
the running service, for transcripts, and for simulated sequences alike:

* a set of ports that lacks what an effect needs does not carry it out, and says so;
* what comes of an effect goes back as events, through ``transact``;
* a handler may be repeated after a crash: event ids are derived from the effect, so a repetition counts once.

Two kinds are special in the running service.  Chat messages and mails leave under a claim of the outbox, because a
crash in the middle must not send them twice: ``bot.outbound.sender`` and ``email_out.delivery.sender`` hold that
protocol, with the same gates (:func:`why_withheld`).  Ledger lines, wordings, counts and list entries are written by
the commit of the decision (``service.engine.build_commit``).

Handlers are coroutines, because a store answers later.  Ports in memory answer at once: :func:`run_in_memory` runs a
handler on them without an event loop.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from domain.consent.decisions import mail_refusal
from domain.effect_handling.ports import CommittedEffect, EffectPorts
from domain.effects import (
    CallHook,
    Count,
    DeadLetter,
    DrawVoucher,
    Effect,
    Erase,
    FetchProfile,
    KeepWording,
    LeaveOut,
    LedgerEntry,
    MoveThread,
    SendChat,
    SendMail,
    TakeSeats,
    TeamListEntry,
    UpdateAddress,
)
from domain.events import HookAnswered, MailRefused, MailSent, Profiled, SeatsTaken, VoucherDrawn
from domain.record import Subscriber

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectHandler:
    """One row of the table."""

    run: Callable[[EffectPorts, str, Any], Awaitable[None]]
    """Takes the ports, the subscriber and the effect of this row's type."""
    needs: tuple[str, ...]
    """Fields of :class:`domain.effect_handling.ports.EffectPorts` that it uses."""


async def carry_out(ports: EffectPorts, subscriber: str, effect: Effect) -> bool:
    """Do what an effect asks; return False, with nothing done, if these ports do not cover it."""
    handler = EFFECT_HANDLERS[type(effect)]
    if not _has_ports(ports, handler):
        return False
    await handler.run(ports, subscriber, effect)
    return True


def covered_effects(ports: EffectPorts) -> frozenset[type[Effect]]:
    """Return the effects that these ports carry out."""
    return frozenset(kind for kind, handler in EFFECT_HANDLERS.items() if _has_ports(ports, handler))


def _has_ports(ports: EffectPorts, handler: EffectHandler) -> bool:
    return all(ports.has_port(name) for name in handler.needs)


def run_in_memory(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a coroutine whose ports answer at once; raises ``RuntimeError`` if one of them waits."""
    # A coroutine that never waits runs from its first line to its return in one step, and hands its result over in
    # the exception that ends it.
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: Answer = end.value
        return result
    coroutine.close()
    message = "a port in memory waited for something"
    raise RuntimeError(message)


def why_withheld(
    record: Subscriber, mail: SendMail, now: datetime, gate: Callable[[Subscriber, SendMail, datetime], str]
) -> str:
    """Return why a mail must not go now; empty if it may.  ``gate`` speaks for whatever queued it.

    A mail to the team asks nobody's consent.
    """
    return "" if mail.team else mail_refusal(record, mail, now) or gate(record, mail, now)


# The handlers, in the order of the table.


async def _deliver_chat(ports: EffectPorts, subscriber: str, message: SendChat) -> None:
    await ports.deliver_chat(subscriber, message)


async def _move_thread(ports: EffectPorts, subscriber: str, move: MoveThread) -> None:
    await ports.move_thread(subscriber, move)


async def _deliver_mail(ports: EffectPorts, subscriber: str, mail: SendMail) -> None:
    """Deliver a mail if its gates let it through, and report which of both it was."""
    reason = "" if mail.team else await ports.ask_mail_gate(subscriber, mail)
    if reason:
        await ports.withhold_mail(subscriber, mail, reason)
        refused = MailRefused(id=f"refused:{mail.id}", at=ports.clock(), send_id=mail.id, reason=reason)
        await ports.transact(subscriber, (refused,))
        return
    await ports.deliver_mail(subscriber, mail)
    if mail.nonce:
        # Only the mail that carries a confirmation is evidence of consent; it names itself as a mail server would.
        sent = MailSent(
            id=f"sent:{mail.id}", at=ports.clock(), send_id=mail.id, message_id=f"<{mail.id}>", content_hash=""
        )
        await ports.transact(subscriber, (sent,))


async def _update_address(ports: EffectPorts, subscriber: str, change: UpdateAddress) -> None:
    await ports.update_address(subscriber, change)


async def _draw_voucher(ports: EffectPorts, subscriber: str, effect: DrawVoucher) -> None:
    # Drawing again gives the same voucher, so a repetition after a crash takes no second one.
    code = await ports.draw_voucher(effect.pool, subscriber)
    await ports.transact(subscriber, (VoucherDrawn(id=effect.id, at=ports.clock(), pool=effect.pool, code=code),))


async def _take_seats(ports: EffectPorts, subscriber: str, effect: TakeSeats) -> None:
    # Asking again gets the same answer, so a repetition after a crash tells the person what is counted.
    held, left = await ports.take_seats(subscriber, effect)
    event = SeatsTaken(id=effect.id, at=ports.clock(), thing=effect.thing, wanted=effect.wanted, held=held, left=left)
    await ports.transact(subscriber, (event,))


async def _call_hook(ports: EffectPorts, subscriber: str, effect: CallHook) -> None:
    answer = await ports.call_hook(subscriber, effect)
    # The conversation has gone on by its own time; and nobody waits for a hook that was only told.
    if answer is None or (effect.kind and answer.taken):
        return
    event = HookAnswered(
        id=effect.id,
        at=ports.clock(),
        hook=effect.hook,
        asked_at=effect.at,
        taken=answer.taken,
        fields=answer.fields,
        told=(effect.kind, effect.sequence, effect.step) if effect.kind else ("", "", ""),
    )
    await ports.transact(subscriber, (event,))


async def _fetch_profile(ports: EffectPorts, subscriber: str, effect: FetchProfile) -> None:
    profile = await ports.fetch_profile(subscriber)
    if profile is None:
        return  # the person is greeted without a name
    event = Profiled(
        id=effect.id,
        at=ports.clock(),
        first_name=profile.first_name,
        locale=profile.locale,
        timezone=profile.timezone,
    )
    await ports.transact(subscriber, (event,))


async def _erase_person(ports: EffectPorts, subscriber: str, _effect: Erase) -> None:
    await ports.erase_person(subscriber)


async def _decide_again(ports: EffectPorts, subscriber: str, effect: DeadLetter) -> None:
    # The note of the failure goes only after the events are committed: it is what an operator sees of them.
    await ports.transact(subscriber, effect.events)
    await ports.release_dead_letter(subscriber)


async def _write_committed(ports: EffectPorts, subscriber: str, effect: CommittedEffect) -> None:
    await ports.write_committed(subscriber, effect)


_COMMITTED = EffectHandler(run=_write_committed, needs=("write_committed",))

EFFECT_HANDLERS: Mapping[type[Effect], EffectHandler] = {
    SendChat: EffectHandler(run=_deliver_chat, needs=("deliver_chat",)),
    MoveThread: EffectHandler(run=_move_thread, needs=("move_thread",)),
    SendMail: EffectHandler(run=_deliver_mail, needs=("ask_mail_gate", "deliver_mail", "withhold_mail", "transact")),
    UpdateAddress: EffectHandler(run=_update_address, needs=("update_address",)),
    FetchProfile: EffectHandler(run=_fetch_profile, needs=("fetch_profile", "transact")),
    DrawVoucher: EffectHandler(run=_draw_voucher, needs=("draw_voucher", "transact")),
    TakeSeats: EffectHandler(run=_take_seats, needs=("take_seats", "transact")),
    CallHook: EffectHandler(run=_call_hook, needs=("call_hook", "transact")),
    Erase: EffectHandler(run=_erase_person, needs=("erase_person",)),
    DeadLetter: EffectHandler(run=_decide_again, needs=("transact", "release_dead_letter")),
    LedgerEntry: _COMMITTED,
    KeepWording: _COMMITTED,
    Count: _COMMITTED,
    LeaveOut: _COMMITTED,
    TeamListEntry: _COMMITTED,
}
"""By type: every member of :data:`domain.effects.Effect` has a row."""
