"""A comment is answered privately, and what begins when the person answers."""

from datetime import timedelta

from domain import private_replies
from domain.effects import Erase, SendChat
from domain.events import Commented, Invited
from domain.private_replies import Invitation
from flows.conversation.walk import Turn
from flows.language.comments import find

GOOD_FOR = timedelta(days=7)
"""How long after it was written a comment may be answered privately (Messenger Platform, “Private replies”)."""
COMMENT = "COMMENT"
"""Source of an entry by a comment."""


def commented(turn: Turn, event: Commented) -> None:
    """Answer a comment privately; one that no flow answers (any more) leaves no record behind."""
    record, book = turn.record, turn.book
    found = find(book.comments, event.post, event.text, book.language)
    if found is None:
        turn.want(Erase(id=f"{record.id}.unanswered"))
        turn.because("No flow answers this comment.")
        return
    way, language = found
    voice = book.voices[language or book.language]
    mark = private_replies.page_mark(turn.context.keys, record.identity.page)
    invitation = Invitation(flow=way.flow, language=language, post=event.post, comment=event.comment)
    turn.want(
        SendChat(
            id=private_replies.written(mark, invitation),
            to="",
            comment=event.comment,
            good_until=event.at + GOOD_FOR,
            text=way.say[language or book.language].render(voice.constants),
        )
    )
    turn.because("A comment is answered privately.")


def invited(turn: Turn, event: Invited) -> None:
    """Remember what a person who commented was invited to; the window opens only when they answer."""
    entry = turn.record.entry
    turn.change(invited=event.flow, entry=entry if any(entry) else (event.post, COMMENT, ""))
    if event.language in turn.book.voices and not turn.record.language:
        turn.change(language=event.language)
    turn.because("A private reply to a comment has reached the person.")
