"""Hears the answer to a question that a sequence asked in the chat: a tap, a typed label, its number, a slip in it.

A tap counts whenever the question is open.  What is typed counts only where no flow waits for an answer, so that a
“yes” to a flow is never taken for one to a sequence.
"""

from domain.questions.chat_answers import chose_fact, find_open_question, read_answer_payload
from domain.questions.question_state import question_state
from flows.conversation.state import ConversationTurn
from flows.language.matching import find_near_match, normalize_text


def take_tapped_answer(turn: ConversationTurn, payload: str) -> bool:
    """Take the answer behind a button; False if nobody asked for it, so that its label counts as typed."""
    chosen = read_answer_payload(payload)
    state = question_state(turn.record, *chosen, turn.context.now) if chosen else "unknown"
    if chosen is None or state == "unknown":
        return False
    if state == "open":
        turn.add_fact(chose_fact(*chosen, turn.context.now))
    turn.add_reason("A question of a sequence was answered in the chat.")
    turn.speech.say_reply("answer_noted" if state in ("open", "given") else "answer_closed")
    return True


def take_typed_answer(turn: ConversationTurn, typed: str, *, with_slips: bool = False) -> bool:
    """Take an answer that is typed while no flow waits for one; False if it is none."""
    question = find_open_question(turn.record, turn.context.now) if typed and turn.record.runs else None
    if question is None:
        return False
    labels = {normalize_text(label): number for number, label in enumerate(question.shown_labels)}
    # As the conditions know it, too: somebody may have switched languages since.
    labels |= {normalize_text(label): number for number, label in enumerate(question.labels)}
    number = labels.get(find_near_match(typed, labels) if with_slips else typed)
    if number is None and not with_slips:
        number = _read_place(typed, labels)
    if number is None:
        return False
    turn.add_fact(chose_fact(question.send, number, turn.context.now))
    turn.add_reason("A question of a sequence was answered in the chat.")
    turn.speech.say_reply("answer_noted")
    return True


def _read_place(typed: str, labels: dict[str, int]) -> int | None:
    """Return the answer whose place, from 1, was typed; None if answers hold digits and so mean themselves."""
    if any(character.isdigit() for label in labels for character in label):
        return None
    is_place = typed.isascii() and typed.isdecimal() and 1 <= int(typed[:4]) <= max(labels.values()) + 1
    return int(typed) - 1 if is_place else None
