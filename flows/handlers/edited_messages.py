"""Second thoughts: a message that gave an answer is edited, or taken back.

What counts is which answer the message gave (:attr:`domain.record.Conversation.answered`), as long as that
conversation is open.

* An edited answer is judged again and takes the old one's place; what fits no more leaves the old one standing, and
  that is said.  A choice, or a yes or no, that led to the question now open is taken anew, with where it leads.
* An address is more than an answer, a mail went to it: editing or unsending it drops the confirmation that waits, so
  the mail is refused at its gate and its code is void; to a corrected address a new mail goes.  An address that was
  proven meanwhile stays.
* An answer taken back is deleted.  If nothing but the next question followed from it, it is asked again.
* A yes to a consent that is edited into a no, or taken back, is withdrawn at once.
"""

from domain.consent import decisions, double_opt_in
from domain.events import MessageEdit, MessageUnsend
from flows.answers.emails import find_email
from flows.answers.question import Fit
from flows.compiled.catalog import ELSE, NEXT, Step
from flows.compiled.step import Marks
from flows.conversation.record_changes import mark
from flows.conversation.walk import ADDRESS, ADDRESS_MID, SHOWN, Turn
from flows.handlers.answer_question import give_address, judge, keep
from flows.handlers.taps import agree, choose
from flows.handlers.user_input import Heard
from flows.language.matching import agreed, normal
from flows.language.matching import choose as choose_by_words

OPEN = ("email", "phone", "date", "moment")
"""Kinds of open questions that an edited message may answer though it gave no answer before."""
KEPT = ("agreed", "confirmed")


def edited(turn: Turn, event: MessageEdit) -> None:
    """Judge an edited message again."""
    step, heard = _answered(turn, event.mid), Heard(text=event.text, mid=event.mid)
    turn.mid = event.mid
    if step is None and _gave_address(turn, event.mid):
        _address_of_another_flow(turn, find_email(event.text))
    elif step is None:
        _unanswered(turn, heard)
    elif step.kind == "email":
        _edited_address(turn, step, heard)
    elif step.kind == "consent":
        _edited_consent(turn, step, heard)
    elif step.kind in ("choice", "yes_no"):
        _edited_choice(turn, step, heard)
    elif step.asked and step.kind not in ("question", "file"):
        _edited_answer(turn, step, heard)


def unsent(turn: Turn, event: MessageUnsend) -> None:
    """Delete the answer that a message gave, which was taken back."""
    step = _answered(turn, event.mid)
    turn.mid = event.mid
    if step is None:
        if _gave_address(turn, event.mid):
            _address_of_another_flow(turn, "")
        return
    turn.because("An answer was taken back.")
    if step.kind == "email" and not _drop_address(turn):
        return
    if step.kind == "consent":
        _withdraw(turn, step, how="unsent")
    last = _is_last(turn, step)
    _forget(turn, step)
    if turn.record.paused:
        return
    if last or step.kind in ("email", "consent"):
        _stand_at(turn, step)
        turn.run(step.name)
    else:
        turn.reply("taken_back")
        turn.repeat()


def _answered(turn: Turn, mid: str) -> Step | None:
    """Return the step of the open conversation that a message answered."""
    names = [one.step for one in turn.answered if one.mid == mid] if mid and turn.flow and turn.step else []
    return turn.flow.steps.get(names[-1]) if names and turn.flow else None


def _is_last(turn: Turn, step: Step) -> bool:
    """Tell whether nothing but the open question followed from this answer."""
    return turn.trail[-1:] == (step.name,) and turn.answered[-1].mid == turn.mid


def _stand_at(turn: Turn, step: Step) -> None:
    """Stand at an earlier question again, as if it had not been answered."""
    turn.step = step
    turn.tries = 0
    if step.name in turn.trail:
        gone = set(turn.trail[turn.trail.index(step.name) :])
        turn.trail = turn.trail[: turn.trail.index(step.name)]
        turn.answered = tuple(one for one in turn.answered if one.step not in gone)


def _forget(turn: Turn, step: Step) -> None:
    turn.answered = tuple(one for one in turn.answered if one.mid != turn.mid)
    if step.save in turn.record.fields:
        turn.change(fields={name: value for name, value in turn.record.fields.items() if name != step.save})


# -- what was not an answer before ------------------------------------------------------------------------------
def _unanswered(turn: Turn, heard: Heard) -> None:
    """An edited message may answer the open question: its first form did not fit."""
    now = turn.step
    if now is None or turn.record.paused or turn.unasked:
        return
    if now.kind == "email":
        give_address(turn, heard.text, heard.mid)
    elif now.kind in OPEN and isinstance(verdict := judge(turn, now, heard), Fit):
        keep(turn, now, verdict.value)
        turn.go_on()


# -- addresses ----------------------------------------------------------------------------------------------------
def _drop_address(turn: Turn) -> bool:
    """Drop this conversation's address and the confirmation that waits for it; False if it is proven."""
    name = turn.address
    if turn.is_proven(name):
        turn.because("The address was proven before the message was changed, so it stays.")
        return False
    turn.record = double_opt_in.drop(turn.record, {name})
    turn.variables = {key: value for key, value in turn.variables.items() if key not in (ADDRESS, ADDRESS_MID)}
    turn.change(addresses={key: held for key, held in turn.record.addresses.items() if key != name})
    turn.because("The address is forgotten, and the confirmation that waited for it is dropped.")
    return True


def _edited_address(turn: Turn, step: Step, heard: Heard) -> None:
    email, known = find_email(heard.text), turn.record.addresses.get(turn.address)
    if known and email == known.email:
        return
    waited = turn.address in turn.record.pending or _is_last(turn, step)
    if not _drop_address(turn):
        return
    if not email:
        _forget(turn, step)
    if email and not turn.record.paused and waited:
        turn.because("The address was corrected.")
        _stand_at(turn, step)
        give_address(turn, email, heard.mid)
        return
    if email:
        _hold(turn, email)
        keep(turn, step, email)
    if not turn.record.paused:
        _say_corrected(turn, step, corrected=bool(email))


def _say_corrected(turn: Turn, step: Step, *, corrected: bool) -> None:
    """Say that an address was corrected; where it was taken away, ask for it again."""
    if corrected:
        turn.reply("corrected")
        turn.repeat()
    else:
        _stand_at(turn, step)
        turn.run(step.name)


def _hold(turn: Turn, email: str) -> None:
    """Have a corrected address without going anywhere."""
    turn.record, name = decisions.hold_address(turn.record, email, turn.context)
    turn.variables = {**turn.variables, ADDRESS: name, ADDRESS_MID: turn.mid}


def _gave_address(turn: Turn, mid: str) -> bool:
    return bool(mid) and turn.step is not None and turn.variables.get(ADDRESS_MID) == mid


def _address_of_another_flow(turn: Turn, email: str) -> None:
    """Correct or forget the address that was asked for by a flow which called this one, or was called by it."""
    known, now = turn.record.addresses.get(turn.address), turn.step
    if now is None or (known and known.email == email) or not _drop_address(turn):
        return
    if email:
        _hold(turn, email)
    if turn.record.paused:
        return
    if now.kind in ("confirm", "prove"):
        turn.run(now.name)
    else:
        turn.reply("corrected" if email else "taken_back")
        turn.repeat()


# -- consent ------------------------------------------------------------------------------------------------------
def _withdraw(turn: Turn, step: Step, *, how: str) -> None:
    known = turn.record.consents.get(step.topic)
    if known and known.status in KEPT:
        turn.take(decisions.withdraw(turn.record, step.topic, turn.context, how=how, mid=turn.mid))
        turn.record = double_opt_in.drop(
            turn.record, {name for name, one in turn.record.pending.items() if one.topics == (step.topic,)}
        )


def _edited_consent(turn: Turn, step: Step, heard: Heard) -> None:
    """A no takes a yes back wherever the conversation is; a yes counts only where the wording is still in sight."""
    spoken = step.spoken.values()
    verdict = agreed(normal(heard.text), {one.agree for one in spoken}, {one.decline for one in spoken})
    known = turn.record.consents.get(step.topic)
    was = known is not None and known.status in KEPT
    if verdict is was:
        return
    last = _is_last(turn, step)
    if was:
        _withdraw(turn, step, how="edited")
        if not turn.record.paused:
            _stand_at(turn, step)
            turn.follow(ELSE)
    elif verdict and last and not turn.record.paused:
        _stand_at(turn, step)
        agree(turn, step, str(turn.variables.get(SHOWN, "")), how="edited", mid=heard.mid)


# -- everything else ----------------------------------------------------------------------------------------------
def _edited_choice(turn: Turn, step: Step, heard: Heard) -> None:
    """Take another choice; where the conversation has gone on, only what is kept of it changes."""
    number = choose_by_words(normal(heard.text), step.labels, len(step.choices)) if step.kind == "choice" else None
    verdict = judge(turn, step, heard) if step.kind == "yes_no" else None
    if number is None and not isinstance(verdict, Fit):
        _still_holds(turn)
        return
    if turn.record.paused or not _is_last(turn, step):
        value = verdict.value if isinstance(verdict, Fit) else _label(step, number)
        _replace(turn, step, value)
        return
    turn.because("The answer was corrected, so the conversation went on from there.")
    if number is not None:
        _undo(turn, step)
    _stand_at(turn, step)
    if number is not None:
        choose(turn, step, number)
    elif isinstance(verdict, Fit):
        keep(turn, step, verdict.value)
        turn.follow(NEXT if verdict.value else ELSE)


def _label(step: Step, number: int | None) -> str | None:
    return step.choices[number] if number is not None and number < len(step.choices) else None


def _undo(turn: Turn, step: Step) -> None:
    """Take back tags and points of the choice that was taken, as far as the step keeps which it was."""
    old = turn.record.fields.get(step.save) if step.save else None
    marks = step.takes[step.choices.index(str(old))] if old in step.choices else None
    if marks:
        points = {name: -count for name, count in marks.scores.items()}
        mark(turn, Marks(untags=frozenset(marks.tags), scores=points))


def _edited_answer(turn: Turn, step: Step, heard: Heard) -> None:
    verdict = judge(turn, step, heard)
    if isinstance(verdict, Fit):
        _replace(turn, step, verdict.value)
    else:
        _still_holds(turn)


def _replace(turn: Turn, step: Step, value: object) -> None:
    """Put a corrected answer in the place of the old one, and ask the open question once more."""
    if not step.save or not isinstance(value, str | int | float | bool):
        return
    turn.because("The answer was corrected.")
    keep(turn, step, value)
    if not turn.record.paused:
        turn.reply("corrected")
        turn.repeat()


def _still_holds(turn: Turn) -> None:
    turn.because("An edited answer did not fit, so the first one stays.")
    if not turn.record.paused:
        turn.reply("still_holds")
        turn.repeat()
