"""Delivered private replies to comments: from then on the person behind the comment is known."""

from dataclasses import dataclass

from bot.event_ids import make_event_id
from domain.events import PrivateReplyDelivered
from domain.keyring import Keyring
from domain.ports import Clock, ErasureStore, Transact
from domain.private_replies import placeholder_psid, read_reply_id, reply_id_prefix
from domain.record import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateReplies:
    """Begins the record of the person who was reached, and erases the record that stood for the comment."""

    store: ErasureStore
    transact: Transact
    keys: Keyring
    clock: Clock

    async def note_delivery(self, page: str, psid: str, reply_id: str) -> bool:
        """Note that the reply of this id has reached this person; return False if it is no private reply.

        Raises :class:`domain.ports.StoreAwayError`.
        """
        # Both the platform's answer and the echo call this.  The event id is made of the comment, so the second call
        # changes nothing.
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
        # Last: after a crash before this line the reply is sent again, and the platform refuses a second one (10900).
        await self.store.erase(self.keys.subscriber_id(page, placeholder_psid(invitation.comment)))
        return True
