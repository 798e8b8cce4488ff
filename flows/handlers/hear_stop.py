"""Hears a request to stop before anything else is made of a message: an answer, a word that begins a flow, a question.

A request ends all mails at once.  What may be one is asked about with one tap (or a yes), and the open question stays.
A question of theirs or a kind word in between does not take the bot's question back: a yes after it still stops.
"""

import re
from datetime import timedelta

from domain.effects import Button
from flows.answers.user_input import UserInput
from flows.compiled.step import Step, command_payload
from flows.conversation.state import ConversationTurn
from flows.handlers.keywords import keep_mails, pause_mails, stop_everything
from flows.understanding.agreement import read_yes_no
from flows.understanding.declines import is_decline, refuses_to_give
from flows.understanding.questions import is_question
from flows.understanding.requests.pause_requests import read_pause
from flows.understanding.small_talk import read_small_talk
from flows.understanding.stopping.mail_wishes import holds_only_wishes, strip_wishes
from flows.understanding.stopping.stop_requests import StopRequest, hear_stop, is_refusal, takes_back

_ANSWERED_FREELY = ("text", "consent")
"""Kinds of questions whose answer may speak of stopping; who gets no mails is not asked about them there."""
_DECLINED = ("consent", "yes_no")
_MEANT_ELSEWHERE = (*_ANSWERED_FREELY, "yes_no", "many", "several", "question", "number", "rating")
"""Kinds of questions that “es reicht” or “I'm out” may answer."""
_LIVE = ("agreed", "confirmed")
_LONGEST_ASKED = timedelta(days=1)
"""After this time a yes means something else."""
_DIGITS = re.compile(r"\d\D?\d\D?\d")
_ASKED = command_payload("stop")
"""Records written before 28 November 2026 hold it in ``invited`` in place of the time of the question."""


def hear_stop_request(turn: ConversationTurn, user_input: UserInput, typed: str) -> bool:
    """Act on a request to stop; False if a message is none, and then nothing has happened."""
    was_asked = _forget_question(turn)
    if user_input.payload:
        return False
    if was_asked and (verdict := read_yes_no(typed)) is not None:
        (stop_everything if verdict else keep_mails)(turn, "typed", user_input.mid)
        return True
    # “End the Leaf” on a button of the open question is that button, and nothing more.
    if turn.step is not None and typed in turn.step.labels and typed not in turn.catalog.command_words:
        return False
    if length := _read_pause(turn, user_input, typed, was_asked=was_asked):
        pause_mails(turn, length, "typed", user_input.mid)
        return True
    request = _read_request(turn, user_input.text, typed)
    if request == "stop":
        stop_everything(turn, "typed", user_input.mid)
    elif request and _is_worth_asking(turn, is_weary=request == "weary"):
        ask_to_stop(turn)
    else:
        if was_asked and (is_question(user_input.text) or read_small_talk(typed) or not typed):
            _keep_asking(turn)
        return False
    return True


def _read_request(turn: ConversationTurn, text: str, typed: str) -> StopRequest:
    """Read a request to stop, as it is meant at the open question and by who has not confirmed yet."""
    words = turn.catalog.stop_words
    request = hear_stop(_strip_conditions(turn, text), words)
    # “Don't send me mails” declines what was just offered to somebody who gets none.
    if request == "stop" and turn.step is not None and turn.step.kind in _DECLINED and not _gets_mails(turn):
        return "" if is_refusal(typed, words) else request
    # Who gives an address takes nothing back with it; beside one a request is only asked about.
    if request != "ask" or "@" in text or not _is_unconfirmed(turn):
        return request
    if holds_only_wishes(text):
        return ""
    return "stop" if takes_back(text, words) else request


def _strip_conditions(turn: ConversationTurn, text: str) -> str:
    """Return a text without the wishes beside the address or the code that it gives: “mia@example.com, no spam”."""
    if " " not in text or not ("@" in text or (_is_address_asked(turn) and _DIGITS.search(text))):
        return text
    return strip_wishes(text)


def _read_pause(turn: ConversationTurn, user_input: UserInput, typed: str, *, was_asked: bool) -> timedelta | None:
    """Return how long mails shall pause; None where nobody asks for that, or where it may be the answer."""
    length = read_pause(typed, was_asked=was_asked)
    if length is None or turn.record.paused or not _gets_mails(turn):
        return None
    is_free = turn.step is None or not _is_meant_elsewhere(turn, turn.step)
    if not was_asked and (not is_free or is_question(user_input.text)):
        return None
    return length


def _forget_question(turn: ConversationTurn) -> bool:
    """Take back the question whether to stop; False if none is open."""
    record = turn.record
    if record.invited == _ASKED:
        turn.change_record(invited="")
        return True
    asked_at = record.stop_asked_at
    if asked_at is None:
        return False
    turn.change_record(stop_asked_at=None)
    return turn.context.now - asked_at <= _LONGEST_ASKED


def _keep_asking(turn: ConversationTurn) -> None:
    """Leave the question open over what lies in between, and offer its two answers again."""
    turn.change_record(stop_asked_at=turn.context.now)
    turn.add_reason("The question whether to stop all mails stays open.")
    turn.speech.own_quick_replies = _answers(turn)


def _is_worth_asking(turn: ConversationTurn, *, is_weary: bool) -> bool:
    # A human reads what is written during a handover.  “I won't give you my mail” declines the open question.
    if turn.record.paused or (turn.step is not None and refuses_to_give(turn.typed, turn.step.kind)):
        return False
    if is_weary:
        return _gets_mails(turn) and (turn.step is None or not _is_meant_elsewhere(turn, turn.step))
    return _gets_mails(turn) or turn.step is None or turn.step.kind not in _ANSWERED_FREELY


def _is_meant_elsewhere(turn: ConversationTurn, step: Step) -> bool:
    return step.kind in _MEANT_ELSEWHERE or is_decline(turn.typed)


def _gets_mails(turn: ConversationTurn) -> bool:
    record = turn.record
    return bool(record.relays) or any(consent.status in _LIVE for consent in record.consents.values())


def _is_address_asked(turn: ConversationTurn) -> bool:
    return turn.step is not None and turn.step.kind in ("email", "confirm", "prove")


def _is_unconfirmed(turn: ConversationTurn) -> bool:
    """Tell whether a consent waits for its address or its code, and none was ever confirmed."""
    return _is_address_asked(turn) and all(consent.status != "confirmed" for consent in turn.record.consents.values())


def ask_to_stop(turn: ConversationTurn) -> None:
    """Ask whether all mails shall stop, with one tap."""
    turn.add_reason("The person may want to stop all mails, so they were asked.")
    turn.change_record(stop_asked_at=turn.context.now)
    turn.speech.say_reply("ask_stop")
    turn.speech.own_quick_replies = _answers(turn)


def _answers(turn: ConversationTurn) -> tuple[Button, ...]:
    replies = turn.catalog.language_packs[turn.language].replies
    return tuple(
        Button(label=replies[f"label_{word}"].source[:20], payload=command_payload(command))
        for word, command in (("stop", "stop"), ("keep", "keep_mails"), ("pause", "pause_mails"))
        # Who gets no mails has none to pause.
        if word != "pause" or _gets_mails(turn)
    )
