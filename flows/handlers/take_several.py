"""Takes several choices, one after another or several at once (``ask: many``).

What is taken is hidden and said back; *Done* goes on, and what is denied is given back and offered again.  Tags, fields
and points of the choices count when it goes on, so nobody is marked by a choice of a question they never finished.
"""

from flows.answers.several_choices import read_choices
from flows.answers.user_input import UserInput
from flows.compiled.catalog import NEXT, Step
from flows.conversation.record_changes import apply_changes
from flows.conversation.state import ConversationTurn
from flows.conversation.taken_choices import join_labels, note_taken, taken_numbers
from flows.conversation.walk import follow_trigger
from language.lists import format_list, join_list


def take_typed(turn: ConversationTurn, step: Step, user_input: UserInput) -> bool:
    """Take what a typed answer names; False if it names nothing."""
    read = read_choices(user_input.text, step.labels, len(step.choices))
    before = taken_numbers(turn, step)
    given_back = tuple(number for number in read.taken_back if number in before)
    # “Sorry, I meant the pots” takes the place of the only one that was taken.
    if not given_back and read.is_instead and len(before) == 1:
        given_back = before
    if given_back:
        note_taken(turn, step, (number for number in before if number not in given_back))
        turn.add_reason(f"Given back: {', '.join(step.choices[number] for number in given_back)}.")
    if read.numbers:
        take_numbers(turn, step, read.numbers, is_done=read.is_done)
    elif read.is_done or read.is_none:
        finish_taking(turn, step)
    elif given_back:
        turn.tries = 0
        turn.speech.say_reply("many_less", taken=_say_labels(turn, given_back))
    return bool(read.numbers or read.is_done or read.is_none or given_back)


def take_numbers(turn: ConversationTurn, step: Step, numbers: tuple[int, ...], *, is_done: bool = False) -> None:
    """Take choices by their numbers; go on if no more can be taken, or ``is_done``."""
    before = taken_numbers(turn, step)
    taken = (*before, *(number for number in numbers if number not in before))
    most = (step.question.most if step.question else 0) or len(step.choices)
    if len(taken) > most:
        turn.add_reason(f"More than {most} choices were named.")
        turn.speech.say_reply("many_most", count=most)
        return
    note_taken(turn, step, taken)
    turn.tries = 0
    turn.add_reason(f"Taken: {', '.join(step.choices[number] for number in numbers)}.")
    if len(taken) == most or is_done:
        finish_taking(turn, step)
        return
    replies = [turn.texts.choice_replies[number].messages for number in numbers]
    if any(replies):
        for messages in replies:
            turn.speech.say_messages(messages)
        return
    turn.speech.say_reply("many_more", taken=_say_labels(turn, numbers))


def _say_labels(turn: ConversationTurn, numbers: tuple[int, ...]) -> str:
    return format_list(join_list(turn.texts.choice_labels[number] for number in numbers), turn.language)


def finish_taking(turn: ConversationTurn, step: Step, *, skips: bool = False) -> None:
    """Keep what was taken and go on; if it is too little, say how many it takes."""
    taken = () if skips else taken_numbers(turn, step)
    least = step.question.least if step.question else 1
    # Where the question can be left out, “none” leaves it out.
    if len(taken) < least and not (step.can_skip and not taken):
        turn.speech.say_reply("many_least", count=least)
        return
    if step.answer_field:
        turn.change_record(fields={**turn.record.fields, step.answer_field: join_labels(step, taken)})
    for number in taken:
        changes = step.choice_changes[number]
        if changes is not None:
            apply_changes(turn, changes)
    turn.add_reason("Nothing was taken." if not taken else f"{len(taken)} were taken.")
    follow_trigger(turn, NEXT)
