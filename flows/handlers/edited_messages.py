"""Edited and unsent messages: an answer that the person changes or takes back.

What counts is which answer the message gave (:attr:`domain.record.Conversation.answered`), as long as that
conversation is open.

* An edited answer is judged again and replaces the old one.  If it does not fit, the old one stays, and the bot says
  so.  A choice, or a yes or no, that led to the open question is taken anew, with the step it leads to.
* A mail was sent to an address, so more hangs on it: editing or unsending it drops the pending confirmation.  The mail
  is then refused at its gate and its code is void; a corrected address gets a new mail.  A proven address stays.
* An answer taken back is deleted.  If only the next question followed from it, it is asked again.
* A yes to a consent that is edited into a no, or taken back, is withdrawn at once.
"""

from domain.consent import confirmation_requests, decisions, double_opt_in
from domain.events import MessageEdit, MessageUnsend
from flows.answers.addresses.read_addresses import find_email
from flows.answers.question import AcceptedAnswer
from flows.answers.user_input import UserInput
from flows.compiled.catalog import DECLINES, NEXT, Step
from flows.compiled.step import RecordChanges
from flows.conversation.proof import has_agreed, has_proven
from flows.conversation.record_changes import apply_changes
from flows.conversation.state import ConversationTurn
from flows.conversation.subflows import find_callers_consent, leave_for_answer
from flows.conversation.variable_names import ADDRESS, ADDRESS_MID, SHOWN
from flows.conversation.walk import follow_trigger, go_on, leave_step, walk_to
from flows.handlers import give_address
from flows.handlers.judge_answer import judge_input, keep_answer
from flows.handlers.taps import agree_to_topic, take_choice
from flows.language.matching import normalize_text
from flows.understanding.agreement import read_typed_consent
from flows.understanding.choosing.choices import read_choice

EDITABLE_KINDS = ("email", "phone", "date", "moment")
"""Kinds of open questions that an edited message may answer even if it gave no answer before."""


def handle_edit(turn: ConversationTurn, event: MessageEdit) -> None:
    """Judge an edited message again."""
    turn.mid = event.mid
    step, user_input = _find_answered_step(turn, event.mid), UserInput(text=event.text, mid=event.mid)
    if step is None and (consent := find_callers_consent(turn, event.mid)):
        # The same answer in other words changes nothing, so the called flow is not left for it.
        if _reads_as_yes(consent, user_input) is has_agreed(turn, consent.topic):
            return
        step = leave_for_answer(turn, consent, event.mid)
    # ``answered`` begins anew in every flow, so the message that gave the address is remembered by itself: a called
    # flow may have asked for it.
    if step is None and _gave_address(turn, event.mid):
        _edit_other_address(turn, find_email(event.text))
    elif step is None:
        _answer_by_edit(turn, user_input)
    elif step.kind == "email":
        _edit_address(turn, step, user_input)
    elif step.kind == "consent":
        _edit_consent(turn, step, user_input)
    elif step.kind in ("choice", "yes_no"):
        _edit_choice(turn, step, user_input)
    elif step.question and step.kind not in ("question", "file"):
        _edit_answer(turn, step, user_input)


def handle_unsend(turn: ConversationTurn, event: MessageUnsend) -> None:
    """Delete the answer that an unsent message gave."""
    turn.mid = event.mid
    step = _find_answered_step(turn, event.mid)
    if step is None and (consent := find_callers_consent(turn, event.mid)):
        step = leave_for_answer(turn, consent, event.mid)
    if step is None:
        if _gave_address(turn, event.mid):
            _edit_other_address(turn, "")
        return
    turn.add_reason("An answer was taken back.")
    # A proven address stays, and with it the answer: taking back a message does not undo the proof.
    if step.kind == "email" and not _drop_address(turn):
        return
    if step.kind == "consent":
        _withdraw_consent(turn, step, how="unsent")
    was_last = _is_last_answer(turn, step)  # asked first: forgetting the answer changes it
    _forget_answer(turn, step)
    if turn.record.paused:
        return
    # Everything that follows rests on address and consent, so these are asked for again from wherever the person is.
    if was_last or step.kind in ("email", "consent"):
        _return_to_step(turn, step)
        walk_to(turn, step.name)
    else:
        turn.speech.say_reply("taken_back")
        turn.speech.repeat_question()


def _find_answered_step(turn: ConversationTurn, mid: str) -> Step | None:
    """Return the step of the open conversation that a message answered."""
    names: list[str] = []
    if mid and turn.flow and turn.step:
        names = [answer.step for answer in turn.answered if answer.mid == mid]
    return turn.flow.steps.get(names[-1]) if names and turn.flow else None


def _is_last_answer(turn: ConversationTurn, step: Step) -> bool:
    """Return True if only the open question followed from this answer."""
    return turn.trail[-1:] == (step.name,) and turn.answered[-1].mid == turn.mid


def _return_to_step(turn: ConversationTurn, step: Step) -> None:
    """Stand at an earlier question again, as if it had not been answered."""
    turn.step = step
    turn.tries = 0
    # Answers given after this one are undone with it: their messages can no longer be edited.
    if step.name in turn.trail:
        undone = set(turn.trail[turn.trail.index(step.name) :])
        turn.trail = turn.trail[: turn.trail.index(step.name)]
        turn.answered = tuple(answer for answer in turn.answered if answer.step not in undone)


def _forget_answer(turn: ConversationTurn, step: Step) -> None:
    turn.answered = tuple(answer for answer in turn.answered if answer.mid != turn.mid)
    if step.answer_field in turn.record.fields:
        turn.change_record(
            fields={name: value for name, value in turn.record.fields.items() if name != step.answer_field}
        )


# -- what was not an answer before ------------------------------------------------------------------------------
def _answer_by_edit(turn: ConversationTurn, user_input: UserInput) -> None:
    """Take an edited message as the answer to the open question, if its first form did not fit."""
    step = turn.step
    # While a human talks nothing is answered; a moved question was not even seen yet.
    if step is None or turn.record.paused or turn.is_unasked:
        return
    if step.kind == "email":
        give_address.answer_with_address(turn, user_input)
    elif step.kind in EDITABLE_KINDS and isinstance(verdict := judge_input(turn, step, user_input), AcceptedAnswer):
        keep_answer(turn, step, verdict.value)
        go_on(turn)


# -- addresses ----------------------------------------------------------------------------------------------------
def _drop_address(turn: ConversationTurn) -> bool:
    """Drop this conversation's address and the confirmation that waits for it; False if it is proven."""
    name = turn.address
    if has_proven(turn, name):
        turn.add_reason("The address was proven before the message was changed, so it stays.")
        return False
    turn.record = double_opt_in.drop_pending(turn.record, {name})
    turn.variables = {key: value for key, value in turn.variables.items() if key not in (ADDRESS, ADDRESS_MID)}
    turn.change_record(addresses={key: held for key, held in turn.record.addresses.items() if key != name})
    turn.add_reason("The address is forgotten, and the confirmation that waited for it is dropped.")
    return True


def _edit_address(turn: ConversationTurn, step: Step, user_input: UserInput) -> None:
    email, held = find_email(user_input.text), turn.record.addresses.get(turn.address)
    if held and email == held.email:
        return
    # Where the conversation still waits for this address, it goes on from the corrected one; later in the flow only
    # the record changes.
    was_awaited = turn.address in turn.record.pending or _is_last_answer(turn, step)
    if not _drop_address(turn):
        return
    if not email:
        _forget_answer(turn, step)  # edited into something that is no address
    if email and not turn.record.paused and was_awaited:
        turn.add_reason("The address was corrected.")
        _return_to_step(turn, step)
        give_address.take_address(turn, email, user_input.mid)
        return
    if email:
        _hold_address(turn, email)
        keep_answer(turn, step, email)
    if not turn.record.paused:
        _say_corrected(turn, step, user_input, corrected=bool(email))


def _say_corrected(turn: ConversationTurn, step: Step, user_input: UserInput, *, corrected: bool) -> None:
    """Say that an address was corrected; where it was taken away, or is in doubt, ask for it again."""
    if corrected:
        turn.speech.say_reply("corrected")
        turn.speech.repeat_question()
    else:
        _return_to_step(turn, step)
        if not give_address.ask_about_addresses(turn, user_input.text):
            walk_to(turn, step.name)


def _hold_address(turn: ConversationTurn, email: str) -> None:
    """Hold a corrected address without moving the conversation."""
    turn.record, name = confirmation_requests.hold_address(turn.record, email, turn.context)
    turn.variables = {**turn.variables, ADDRESS: name, ADDRESS_MID: turn.mid}


def _gave_address(turn: ConversationTurn, mid: str) -> bool:
    return bool(mid) and turn.step is not None and turn.variables.get(ADDRESS_MID) == mid


def _edit_other_address(turn: ConversationTurn, email: str) -> None:
    """Correct or forget an address that another flow asked for: the caller of this one, or one that it called."""
    held, step = turn.record.addresses.get(turn.address), turn.step
    if step is None or (held and held.email == email) or not _drop_address(turn):
        return
    if email:
        _hold_address(turn, email)
    if turn.record.paused:
        return
    if step.kind in ("confirm", "prove"):
        walk_to(turn, step.name)
    else:
        turn.speech.say_reply("corrected" if email else "taken_back")
        turn.speech.repeat_question()


# -- consent ------------------------------------------------------------------------------------------------------
def _withdraw_consent(turn: ConversationTurn, step: Step, *, how: str) -> None:
    if has_agreed(turn, step.topic):
        turn.add_outcome(decisions.withdraw_consent(turn.record, step.topic, turn.context, how=how, mid=turn.mid))
        # A confirmation for this topic alone has nothing left to confirm; one for more topics goes on for the rest.
        alone = {name for name, pending in turn.record.pending.items() if pending.topics == (step.topic,)}
        turn.record = double_opt_in.drop_pending(turn.record, alone)


def _reads_as_yes(step: Step, user_input: UserInput) -> bool | None:
    texts = step.texts.values()
    return read_typed_consent(
        user_input.text, {text.agree_label for text in texts}, {text.decline_label for text in texts}
    )


def _edit_consent(turn: ConversationTurn, step: Step, user_input: UserInput) -> None:
    """Take a yes or no anew: a no counts wherever the conversation is, a yes only while its wording is in sight."""
    verdict = _reads_as_yes(step, user_input)
    had_agreed = has_agreed(turn, step.topic)
    # ``verdict`` is None for a text that is neither yes nor no: a yes edited into that is not agreement any more.
    if verdict is had_agreed:
        return
    was_last = _is_last_answer(turn, step)
    if had_agreed:
        _withdraw_consent(turn, step, how="edited")
        if not turn.record.paused:
            _return_to_step(turn, step)
            leave_step(turn, step, DECLINES)
    elif verdict and was_last and not turn.record.paused:
        _return_to_step(turn, step)
        agree_to_topic(turn, step, str(turn.variables.get(SHOWN, "")), how="edited", mid=user_input.mid)


# -- everything else ----------------------------------------------------------------------------------------------
def _edit_choice(turn: ConversationTurn, step: Step, user_input: UserInput) -> None:
    """Take another choice; if the conversation has gone on since, only the stored answer changes."""
    number = _read_one(normalize_text(user_input.text), step) if step.kind == "choice" else None
    verdict = judge_input(turn, step, user_input) if step.kind == "yes_no" else None
    if number is None and not isinstance(verdict, AcceptedAnswer):
        _say_still_holds(turn)
        return
    # Steps behind the old choice may have sent mails or asked more, and none of that can be unsent: only the stored
    # answer changes then.
    if turn.record.paused or not _is_last_answer(turn, step):
        value = verdict.value if isinstance(verdict, AcceptedAnswer) else _choice_label(step, number)
        _replace_answer(turn, step, value)
        return
    turn.add_reason("The answer was corrected, so the conversation went on from there.")
    # Undone before the new choice is taken, since that overwrites the field that tells which the old one was.
    if number is not None:
        _undo_choice(turn, step)
    _return_to_step(turn, step)
    if number is not None:
        take_choice(turn, step, number)
    elif isinstance(verdict, AcceptedAnswer):
        keep_answer(turn, step, verdict.value)
        follow_trigger(turn, NEXT if verdict.value else step.way_out(DECLINES))


def _read_one(typed: str, step: Step) -> int | None:
    choice = read_choice(typed, step.choice_index)
    return choice if isinstance(choice, int) else None


def _choice_label(step: Step, number: int | None) -> str | None:
    return step.choices[number] if number is not None and number < len(step.choices) else None


def _undo_choice(turn: ConversationTurn, step: Step) -> None:
    """Take back tags and points of the old choice, if the step stores which it was."""
    old_label = turn.record.fields.get(step.answer_field) if step.answer_field else None
    changes = step.choice_changes[step.choices.index(str(old_label))] if old_label in step.choices else None
    if changes:
        points = {name: -count for name, count in changes.points.items()}
        apply_changes(turn, RecordChanges(removed_tags=frozenset(changes.tags), points=points))


def _edit_answer(turn: ConversationTurn, step: Step, user_input: UserInput) -> None:
    verdict = judge_input(turn, step, user_input)
    if isinstance(verdict, AcceptedAnswer):
        _replace_answer(turn, step, verdict.value)
    else:
        _say_still_holds(turn)


def _replace_answer(turn: ConversationTurn, step: Step, value: object) -> None:
    """Replace the old answer by the corrected one, and ask the open question once more."""
    if not step.answer_field or not isinstance(value, str | int | float | bool):
        return
    turn.add_reason("The answer was corrected.")
    keep_answer(turn, step, value)
    if not turn.record.paused:
        turn.speech.say_reply("corrected")
        turn.speech.repeat_question()


def _say_still_holds(turn: ConversationTurn) -> None:
    turn.add_reason("An edited answer did not fit, so the first one stays.")
    if not turn.record.paused:
        turn.speech.say_reply("still_holds")
        turn.speech.repeat_question()
