"""Private replies: a comment is answered in chat, and a flow begins when the person writes back."""

from datetime import timedelta

from domain import private_replies
from domain.effects import Erase, SendChat
from domain.events import Commented, PrivateReplyDelivered
from domain.private_replies import PrivateReply
from flows.conversation.state import ConversationTurn
from flows.language.comments import find_trigger

GOOD_FOR = timedelta(days=7)
"""How long after it was written a comment may be answered privately (Messenger Platform, “Private replies”)."""
COMMENT_SOURCE = "COMMENT"
"""Source of an entry by a comment."""


def answer_comment(turn: ConversationTurn, event: Commented) -> None:
    """Answer a comment privately; if no flow answers it, leave no record behind."""
    record, catalog = turn.record, turn.catalog
    match = find_trigger(catalog.comments, event.post, event.text, catalog.default_language)
    # The record was created for this comment alone, so it is erased again.
    if match is None:
        turn.add_effects(Erase(id=f"{record.id}.unanswered"))
        turn.add_reason("No flow answers this comment.")
        return
    reply, language = match
    pack = catalog.language_packs[language or catalog.default_language]
    mark = private_replies.reply_id_prefix(turn.context.keys, record.identity.page)
    # Who wrote the comment is unknown until they answer, so the invitation travels in the id of the message itself.
    invitation = PrivateReply(flow=reply.flow, language=language, post=event.post, comment=event.comment)
    turn.add_effects(
        SendChat(
            id=private_replies.write_reply_id(mark, invitation),
            to="",
            comment=event.comment,
            good_until=event.at + GOOD_FOR,
            text=reply.replies[language or catalog.default_language].render(pack.constants),
        )
    )
    turn.add_reason("A comment is answered privately.")


def keep_invitation(turn: ConversationTurn, event: PrivateReplyDelivered) -> None:
    """Remember the flow that a private reply invited to; the messaging window opens only when the person answers."""
    entry = turn.record.entry
    turn.change_record(invited=event.flow, entry=entry if any(entry) else (event.post, COMMENT_SOURCE, ""))
    if event.language in turn.catalog.language_packs and not turn.record.language:
        turn.change_record(language=event.language)
    turn.add_reason("A private reply to a comment has reached the person.")
