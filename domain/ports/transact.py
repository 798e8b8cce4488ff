"""The port through which events are decided and committed."""

from collections.abc import Awaitable, Sequence
from typing import Protocol

from msgspec import Struct

from domain.events import AnyEvent
from domain.ports.outbox import Claim
from domain.record import Identity, Subscriber


class Transacted(Struct, frozen=True, kw_only=True, gc=False):
    """What :data:`Transact` did."""

    record: Subscriber | None
    """The record after the commit; None if the events could not create one."""
    # The platform delivers webhooks again; an event that is not fresh was answered before.
    fresh: frozenset[str]
    """Ids of the events that were new; the others had been committed before."""


class Transact(Protocol):
    """Decide and commit the events of one subscriber; returns after the commit.

    Raises :class:`domain.ports.StoreAwayError` when nothing could be committed: the caller answers 503.
    """

    def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Awaitable[Transacted]:
        """Events of one call keep their order.  ``identity`` lets creating events make a record."""


class TransactHeld(Protocol):
    """The same for what is told of an item that is claimed, such as that it was refused."""

    def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], *, held: Claim | None = None
    ) -> Awaitable[Transacted]:
        """Nothing is committed once the claim is another's, and no event is fresh then."""
