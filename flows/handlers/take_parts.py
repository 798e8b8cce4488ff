"""Takes the answers to several questions from one sentence (``ask: several``).

What was understood is kept and said back; the flow then goes on through its questions, and passes those that are
answered.  What was not understood is asked by its own step, so nothing here costs a try.
"""

from flows.answers.dates.asked_days import asks_of_something
from flows.answers.parts_of_sentence import TIMED_KINDS, PartAnswer, PartQuestion, read_parts
from flows.answers.question import AcceptedAnswer
from flows.answers.user_input import UserInput
from flows.compiled.catalog import NEXT, Step, choice_trigger
from flows.conversation.record_changes import apply_changes
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import GIVEN
from flows.conversation.variables import localize_choice
from flows.conversation.walk import follow_trigger
from flows.handlers.judge_answer import judge_input, keep_answer, keep_half_answer
from language.template_filters import format_field
from language.zones import zone_of_person


def take_sentence(turn: ConversationTurn, step: Step, user_input: UserInput) -> bool:
    """Take what a sentence says to the questions of a step; False if nothing was typed."""
    if not user_input.text.strip() or step.question is None or turn.flow is None:
        return False
    # “4 of us; will the bike be ready on Friday?” tells no day, whatever part of it is read.
    asks = asks_of_something(user_input.text, turn.language)
    named = (turn.flow.steps[name] for name in step.question.parts if name in turn.flow.steps)
    steps = [one for one in named if not (asks and one.kind in TIMED_KINDS)]
    answers = read_parts(user_input.text, [_part_question(turn, one, user_input) for one in steps])
    given = [f"{answer.name}={_keep_part(turn, answer)}" for answer in answers if _is_whole(answer)]
    for answer in answers:
        if not _is_whole(answer) and answer.verdict is not None:
            keep_half_answer(turn, turn.flow.steps[answer.name], getattr(answer.verdict, "partial_answer", ""))
    turn.variables = {**turn.variables, GIVEN: ";".join(given)}
    turn.add_reason(f"{len(given)} of {len(steps)} questions were answered by one sentence.")
    heard = [_said_back(turn, turn.flow.steps[answer.name]) for answer in answers if _is_whole(answer)]
    if heard:
        turn.speech.say_reply("heard", heard="; ".join(filter(None, heard)))
    follow_trigger(turn, NEXT)
    return True


def _part_question(turn: ConversationTurn, step: Step, user_input: UserInput) -> PartQuestion:
    return PartQuestion(
        name=step.name,
        kind=step.kind,
        judge=lambda text: judge_input(turn, step, UserInput(text=text, mid=user_input.mid)),
        labels=step.labels,
        choice_count=len(step.choices),
    )


def _is_whole(answer: PartAnswer) -> bool:
    return answer.choice is not None or isinstance(answer.verdict, AcceptedAnswer)


def _keep_part(turn: ConversationTurn, answer: PartAnswer) -> str:
    """Keep one answer; return the trigger by which its step is passed."""
    step = turn.flow.steps[answer.name] if turn.flow else None
    if step is None:
        return NEXT
    if answer.choice is None:
        if isinstance(answer.verdict, AcceptedAnswer):
            keep_answer(turn, step, answer.verdict.value)
        return NEXT
    if step.answer_field:
        keep_answer(turn, step, step.choices[answer.choice])
    changes = step.choice_changes[answer.choice]
    if changes is not None:
        apply_changes(turn, changes)
    return choice_trigger(answer.choice)


def _said_back(turn: ConversationTurn, step: Step) -> str:
    """Return what was kept for a step, as the person reads it; empty if the step keeps nothing."""
    value = turn.record.fields.get(step.answer_field) if step.answer_field else None
    declared = turn.context.config.fields.get(step.answer_field)
    if value in (None, "") or declared is None:
        return ""
    pack = turn.catalog.language_packs[turn.language]
    label = turn.context.config.pick_text(declared.label, turn.language)
    said = localize_choice(value, declared.type, pack.kept_labels.get(step.answer_field, {}))
    config = turn.context.config
    zones = zone_of_person(turn.record, config.timezone, turn.context.now).key, config.timezone
    shown = format_field(said, declared.type, turn.language, zones)
    return f"{label}: {shown}" if label else str(shown)
