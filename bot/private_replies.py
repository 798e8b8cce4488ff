"""Private replies to comments, once they were delivered: the person behind the comment is known from then on."""

from dataclasses import dataclass

from bot.event_ids import make_event_id
from domain.events import PrivateReplyDelivered
from domain.keyring import Keyring
from domain.ports import Clock, ErasureStore, Transact
from domain.private_replies import placeholder_psid, read_reply_id, reply_id_prefix
from domain.record import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateReplies:
    """Tells who was reached, and erases what stood for the comment.

    Both the platform's answer and its echo tell; whoever is second changes nothing.  A crash before the erasure sends
    again, and the platform refuses a second reply.
    """

    store: ErasureStore
    transact: Transact
    keys: Keyring
    clock: Clock

    async def note_delivery(self, page: str, psid: str, reply_id: str) -> bool:
        """The reply of this id has reached this person; False if it is none of ours.

        Raises :class:`domain.ports.StoreAwayError`.
        """
        invitation = read_reply_id(reply_id_prefix(self.keys, page), reply_id)
        if invitation is None:
            return False
        event = PrivateReplyDelivered(
            id=make_event_id("invited", page, invitation.comment),
            at=self.clock(),
            flow=invitation.flow,
            post=invitation.post,
            comment=invitation.comment,
            language=invitation.language,
        )
        await self.transact(self.keys.subscriber_id(page, psid), [event], Identity(page=page, psid=psid))
        await self.store.erase(self.keys.subscriber_id(page, placeholder_psid(invitation.comment)))
        return True
