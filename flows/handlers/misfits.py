"""Answers that do not fit: asks again, and takes the way out after the last try."""

from typing import get_args

from domain.consent import typed_codes
from flows.answers.addresses.result import Problem
from flows.answers.question import RejectedAnswer
from flows.answers.user_input import UserInput
from flows.compiled.catalog import GIVES_UP, Step
from flows.conversation.state import ConversationTurn
from flows.conversation.walk import leave_step
from flows.handlers.answer_question import build_note
from flows.handlers.judge_answer import half_answer, judge_input, keep_half_answer
from flows.language.default_replies import SECOND
from language.lists import format_alternatives

OWN_REPLIES = frozenset(
    {"again_which", "again_hours", "again_soon", *(f"again_email_{problem}" for problem in get_args(Problem))}
)
"""Replies that name what an answer can mean, or what is wrong with it; a flow's own text cannot replace them."""

OFFERS_PERSON_FROM = 2
"""At the second answer that does not fit, a person is offered."""


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
    else:
        _ask_again(turn, misfit, is_further=is_further)


def _ask_again(turn: ConversationTurn, misfit: RejectedAnswer, *, is_further: bool) -> None:
    """Say what is needed: in other words at the second try, and with a person beside it."""
    speech, fits = turn.speech, describe_fit(turn, misfit)
    speech.offers_person = turn.tries >= OFFERS_PERSON_FROM and not is_further
    if turn.texts.again and not is_further and misfit.reply not in OWN_REPLIES:
        text, pack = speech.fill_text(turn.texts.again, {"fits": fits}), turn.catalog.language_packs[turn.language]
        # Many flows name the word themselves.
        if speech.offers_person and pack.constants["person"] not in text:
            text = f"{text} {speech.fill_text(pack.replies['or_person'])}"
        speech.say_plain(text)
    else:
        speech.say_reply(_vary_reply(turn, misfit.reply, fits) if speech.offers_person else misfit.reply, fits=fits)


def _vary_reply(turn: ConversationTurn, reply: str, fits: str) -> str:
    """Return the other way of saying a reply, at every second try; the reply itself if there is no other way."""
    second = turn.catalog.language_packs[turn.language].replies.get(f"{reply}{SECOND}")
    is_sayable = second is not None and (fits != "" or "fits" not in second.variables)
    return f"{reply}{SECOND}" if is_sayable and turn.tries % 2 == 0 else reply


def _find_misfit(turn: ConversationTurn, step: Step, user_input: UserInput) -> RejectedAnswer:
    """Return why an input did not fit, and what would."""
    if step.kind in ("question", "choice", "consent", "many"):
        return RejectedAnswer(reply=f"again_{step.kind}")
    verdict = judge_input(turn, step, user_input)
    return verdict if isinstance(verdict, RejectedAnswer) else RejectedAnswer(reply=f"again_{step.kind}")


def describe_fit(turn: ConversationTurn, misfit: RejectedAnswer) -> str:
    """Return what would fit, in the person's language; empty if nothing can be named."""
    if misfit.reply == "again_choice":
        return format_alternatives([reply.label for reply in turn.texts.quick_replies], turn.language)
    if not misfit.fits_reply:
        return misfit.first
    form = turn.catalog.language_packs[turn.language].replies[misfit.fits_reply]
    return form.render({"first": misfit.first, "second": misfit.second, "hours": misfit.hours})
