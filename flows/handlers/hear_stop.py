"""Hears a request to stop before anything else is made of a message: an answer, a word that begins a flow, a question.

A request ends all mails at once.  What may be one is asked about with one tap (or a yes), and the open question stays.
"""

from domain.effects import Button
from flows.answers.user_input import UserInput
from flows.compiled.step import command_payload
from flows.conversation.state import ConversationTurn
from flows.handlers.keywords import keep_mails, stop_everything
from flows.understanding.agreement import read_yes_no
from flows.understanding.stop_requests import hear_stop, is_refusal

_ANSWERED_FREELY = ("text", "consent")
"""Kinds of questions whose answer may speak of stopping; who gets no mails is not asked about them there."""
_DECLINED = ("consent", "yes_no")
_LIVE = ("agreed", "confirmed")
_ASKED = command_payload("stop")
"""In :attr:`domain.record.Subscriber.invited`: a yes to the bot's question stops all mails."""


def hear_stop_request(turn: ConversationTurn, user_input: UserInput, typed: str) -> bool:
    """Act on a request to stop; False if a message is none, and then nothing has happened."""
    was_asked = turn.record.invited == _ASKED
    if was_asked:
        turn.change_record(invited="")
    if user_input.payload:
        return False
    if was_asked and (verdict := read_yes_no(typed)) is not None:
        (stop_everything if verdict else keep_mails)(turn, "typed", user_input.mid)
        return True
    # “End the Leaf” on a button of the open question is that button, and nothing more.
    if turn.step is not None and typed in turn.step.labels and typed not in turn.catalog.command_words:
        return False
    request = hear_stop(user_input.text, turn.catalog.stop_words)
    # “Don't send me mails” declines what was just offered to somebody who gets none.
    if request == "stop" and turn.step is not None and turn.step.kind in _DECLINED and not _gets_mails(turn):
        request = "" if is_refusal(typed, turn.catalog.stop_words) else request
    if request == "stop":
        stop_everything(turn, "typed", user_input.mid)
    elif request == "ask" and _is_worth_asking(turn):
        _ask_to_stop(turn)
    else:
        return False
    return True


def _is_worth_asking(turn: ConversationTurn) -> bool:
    # A human reads what is written during a handover.
    if turn.record.paused:
        return False
    return _gets_mails(turn) or turn.step is None or turn.step.kind not in _ANSWERED_FREELY


def _gets_mails(turn: ConversationTurn) -> bool:
    record = turn.record
    return bool(record.relays) or any(consent.status in _LIVE for consent in record.consents.values())


def _ask_to_stop(turn: ConversationTurn) -> None:
    turn.add_reason("The person may want to stop all mails, so they were asked.")
    turn.change_record(invited=_ASKED)
    replies = turn.catalog.language_packs[turn.language].replies
    turn.speech.say_reply("ask_stop")
    turn.speech.own_quick_replies = tuple(
        Button(label=replies[f"label_{word}"].source[:20], payload=command_payload(command))
        for word, command in (("stop", "stop"), ("keep", "keep_mails"))
    )
