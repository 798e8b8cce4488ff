"""Judges an input by the question of a step, and keeps the answer, or the half of it that was said."""

from msgspec.structs import replace

from domain.record import Value
from flows.answers.asked_units import names_other_unit
from flows.answers.counted_people import find_head_count
from flows.answers.head_counts import asks_for_people, names_measure, names_other_count
from flows.answers.question import AcceptedAnswer, AnswerContext, RejectedAnswer
from flows.answers.regional_numbers import write_standard
from flows.answers.user_input import UserInput
from flows.compiled.catalog import Step
from flows.conversation.places import find_clock
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import HALF


def judge_input(turn: ConversationTurn, step: Step, user_input: UserInput) -> AcceptedAnswer | RejectedAnswer:
    """Judge an input by a step's question, whether it is the open one or not."""
    if step.question is None:
        return RejectedAnswer(reply=f"again_{step.kind}")
    zone, opening = find_clock(turn, step.question)
    scene = AnswerContext(
        now=turn.context.now,
        zone=zone,
        language=turn.language,
        opening=opening,
        partial_answer=half_answer(turn, step),
        asked=question_text(turn, step) if step.kind in ("yes_no", "text") else "",
    )
    if step.kind == "number":
        user_input = _narrow_number(user_input, question_text(turn, step), turn.language)
    return step.question.judge(user_input, scene)


def _narrow_number(user_input: UserInput, asked: str, language: str) -> UserInput:
    """Return an input with what answers a question for a number; without a text if it counts something else."""
    # “Zwoa” and “fümf” are written out before anything is looked for around them.
    text = write_standard(user_input.text.casefold()) if language.startswith("de") else user_input.text
    if asks_for_people(asked):
        text = find_head_count(text, language)
        # “Two hours” and “one more” are no guests: the question is judged as unanswered.
        is_other = names_measure(text) or names_other_count(text)
    else:
        is_other = names_other_unit(text, asked)
    return replace(user_input, text="" if is_other else text)


def question_text(turn: ConversationTurn, step: Step) -> str:
    """Return what a step asks, as it is written."""
    said = (message.text.source for message in step.texts[turn.language].question if message.text)
    return " ".join(said)


def keep_answer(turn: ConversationTurn, step: Step, value: Value) -> None:
    """Store an answer in the field that the step names."""
    keep_half_answer(turn, step, "")
    if step.answer_field:
        turn.change_record(fields={**turn.record.fields, step.answer_field: value})


def half_answer(turn: ConversationTurn, step: Step) -> str:
    """Return what earlier answers to this question have told; empty if nothing."""
    name, _, half = str(turn.variables.get(HALF, "")).partition(" ")
    return half if name == step.name else ""


def keep_half_answer(turn: ConversationTurn, step: Step, half: str) -> None:
    """Remember what an answer has told in part; an empty ``half`` forgets it."""
    if half:
        turn.variables = {**turn.variables, HALF: f"{step.name} {half}"}
    elif HALF in turn.variables:
        turn.variables = {name: value for name, value in turn.variables.items() if name != HALF}
