"""Private replies to comments, once they were delivered: the person behind the comment is known from then on."""

from dataclasses import dataclass

from bot.event_ids import event_id
from domain.events import Invited
from domain.keyring import Keyring
from domain.ports import Clock, Store, Transact
from domain.private_replies import page_mark, read, stand_in
from domain.record import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitations:
    """Tells who was reached, and erases what stood for the comment.

    Both the platform's answer and its echo tell; whoever is second changes nothing.  A crash before the erasure sends
    again, and the platform refuses a second reply.
    """

    store: Store
    transact: Transact
    keys: Keyring
    clock: Clock

    async def reached(self, page: str, psid: str, reply: str) -> bool:
        """The reply of this id has reached this person; False if it is none of ours.

        Raises :class:`domain.ports.StoreAwayError`.
        """
        told = read(page_mark(self.keys, page), reply)
        if told is None:
            return False
        event = Invited(
            id=event_id("invited", page, told.comment),
            at=self.clock(),
            flow=told.flow,
            post=told.post,
            comment=told.comment,
            language=told.language,
        )
        await self.transact(self.keys.subscriber_id(page, psid), [event], Identity(page=page, psid=psid))
        await self.store.erase(self.keys.subscriber_id(page, stand_in(told.comment)))
        return True
