"""Answers that do not fit: asks again, and takes the way out after the last try."""

from typing import get_args

from domain.consent import typed_codes
from flows.answers.addresses.result import Problem
from flows.answers.question import RejectedAnswer
from flows.answers.user_input import UserInput
from flows.compiled.catalog import GIVES_UP, Step
from flows.conversation.state import ConversationTurn
from flows.conversation.walk import leave_step
from flows.handlers.answer_question import build_note, half_answer, judge_input, keep_half_answer

OWN_REPLIES = frozenset({"again_which", *(f"again_email_{problem}" for problem in get_args(Problem))})
"""Replies that name what an answer can mean, or what is wrong with it; a flow's own text cannot replace them."""


def reject_answer(turn: ConversationTurn, step: Step, user_input: UserInput) -> None:
    """Ask again for an answer that did not fit; after the last try, take the way out."""
    # Wrong codes are counted by ``double_opt_in``, over all conversations; other words cost no try here.
    if step.kind in ("confirm", "prove"):
        shape, _ = typed_codes.judge_code(user_input.text, pending=True)
        turn.speech.say_reply("code_has_six" if shape == "nearly" else "not_a_code")
        return
    misfit = _find_misfit(turn, step, user_input)
    if step.kind == "question" and user_input.text:
        turn.add_effects(build_note(turn, user_input.text))
    # “Friday” to a question for day and time is half an answer: it costs no try, unless it is the same half again.
    is_further = bool(misfit.partial_answer) and misfit.partial_answer != half_answer(turn, step)
    keep_half_answer(turn, step, misfit.partial_answer)
    turn.tries += not is_further
    if turn.tries >= step.tries:
        turn.add_reason(f"{step.tries} answers did not fit.")
        if not step.has_else and GIVES_UP not in step.own_ways_out:
            turn.speech.say_reply("gave_up")
        leave_step(turn, step, GIVES_UP)
    elif turn.texts.again and not is_further and misfit.reply not in OWN_REPLIES:
        turn.speech.say_texts(turn.texts.again, extra={"fits": describe_fit(turn, misfit)})
    else:
        turn.speech.say_reply(misfit.reply, fits=describe_fit(turn, misfit))


def _find_misfit(turn: ConversationTurn, step: Step, user_input: UserInput) -> RejectedAnswer:
    """Return why an input did not fit, and what would."""
    if step.kind in ("question", "choice", "consent", "many"):
        return RejectedAnswer(reply=f"again_{step.kind}")
    verdict = judge_input(turn, step, user_input)
    return verdict if isinstance(verdict, RejectedAnswer) else RejectedAnswer(reply=f"again_{step.kind}")


def describe_fit(turn: ConversationTurn, misfit: RejectedAnswer) -> str:
    """Return what would fit, in the person's language."""
    if not misfit.fits_reply:
        return misfit.first
    form = turn.catalog.language_packs[turn.language].replies[misfit.fits_reply]
    return form.render({"first": misfit.first, "second": misfit.second})
