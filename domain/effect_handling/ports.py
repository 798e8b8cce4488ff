"""The ports that effect handlers act on; the handlers are :mod:`domain.effect_handling.handlers`.

Each port is one function.  Whoever carries effects out hands in those it has: the service binds them to its store and
to the platform, transcripts to people in memory, a simulated sequence to a list of mails.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Never

from domain.effects import (
    CallHook,
    Count,
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
from domain.events import AnyEvent
from domain.ports import Clock, HookAnswer, SeatsAnswer, SeatStore
from domain.record import Profile

CommittedEffect = LedgerEntry | KeepWording | Count | LeaveOut | TeamListEntry
"""Effects that live are written by the commit of the decision itself."""


async def take_seats(store: SeatStore, holder: str, effect: TakeSeats) -> SeatsAnswer:
    """Ask a store for the seats of an effect."""
    return await store.take_seats(
        effect.thing, holder, wanted=effect.wanted, capacity=effect.capacity, request=effect.id, at=effect.at
    )


class PortMissingError(Exception):
    """A handler used a port that was not handed in.  Add the port to the ``needs`` of its row in the table."""


async def _missing_port(*_: object) -> Never:
    """Stand in for a port that was not handed in."""
    message = "a handler used a port that is missing here"
    raise PortMissingError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectPorts:
    """One set of ports.  Those that are left out are missing: effects that need them are not carried out."""

    clock: Clock
    """Business time; the ``at`` of the events that handlers report."""
    transact: Callable[[str, Sequence[AnyEvent]], Awaitable[object]] = _missing_port
    """Decides the events that report what came of an effect: subscriber, events."""
    deliver_chat: Callable[[str, SendChat], Awaitable[None]] = _missing_port
    """Subscriber, message."""
    move_thread: Callable[[str, MoveThread], Awaitable[None]] = _missing_port
    """Passes the conversation to the Page inbox, or takes it back."""
    ask_mail_gate: Callable[[str, SendMail], Awaitable[str]] = _missing_port
    """Returns why a mail to the person must not go now; empty if it may."""
    deliver_mail: Callable[[str, SendMail], Awaitable[None]] = _missing_port
    withhold_mail: Callable[[str, SendMail, str], Awaitable[None]] = _missing_port
    """Notes why a mail does not go: subscriber, mail, reason."""
    update_address: Callable[[str, UpdateAddress], Awaitable[None]] = _missing_port
    """Takes in what happened to an address, and reports it to the subscribers who lose it by that."""
    draw_voucher: Callable[[str, str], Awaitable[str]] = _missing_port
    """Pool and holder → voucher code, always the same for a holder; empty if the pool is empty."""
    take_seats: Callable[[str, TakeSeats], Awaitable[SeatsAnswer]] = _missing_port
    """Holder and what is wanted → what the holder has, and what is left; the same for the same effect."""
    call_hook: Callable[[str, CallHook], Awaitable[HookAnswer | None]] = _missing_port
    """Subscriber and what is asked → the answer; None if it is too late for one.  Raises to be asked again later."""
    fetch_profile: Callable[[str], Awaitable[Profile | None]] = _missing_port
    """Returns None if there is nothing to be had; raises to be asked again later."""
    erase_person: Callable[[str], Awaitable[object]] = _missing_port
    release_dead_letter: Callable[[str], Awaitable[None]] = _missing_port
    """Forgets that deciding the events of this subscriber raised."""
    write_committed: Callable[[str, CommittedEffect], Awaitable[None]] = _missing_port
    """Keeps a line of the ledger, a wording, a count or an entry of a list."""

    def has_port(self, name: str) -> bool:
        """Return True if this port was handed in."""
        return getattr(self, name) is not _missing_port  # a port is a function, so None would need a check at each call
