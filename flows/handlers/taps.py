"""Taps on quick replies and buttons: of the present step, of an earlier one, of another day.

A payload names flow, step and action (:func:`flows.compiled.step.tap_payload`).  A tap counts if this conversation
offered it.  An older tap never skips what was asked since: consent counts if the wording it stood under still holds,
everything else begins the flow again.  A choice also carries a hash of its label: if the flow has changed and the
number means something else now, the label counts as if it were typed.
"""

from datetime import timedelta

from msgspec.structs import replace

from domain.consent import decisions
from flows.answers.user_input import UserInput
from flows.compiled.catalog import DECLINES, GET_STARTED, NEXT, Flow, Step, button_trigger, choice_trigger
from flows.compiled.step import DONE, SKIP
from flows.conversation.proof import has_agreed, has_confirmed
from flows.conversation.record_changes import apply_changes
from flows.conversation.state import ConversationTurn
from flows.conversation.subflows import find_caller, flow_to_begin_again, leave_to_caller
from flows.conversation.variable_names import ROW, SHOWN
from flows.conversation.variables import keep_columns, note_chosen_place, note_place, note_seats
from flows.conversation.walk import begin_flow, follow_trigger, leave_step, walk_to
from flows.handlers import give_address, typed_cards
from flows.handlers.take_several import finish_taking, take_numbers

SAY = "say."
"""Begins an action that stands for typing what follows: ``say.yes``."""
DOUBLE_TAP = timedelta(seconds=10)
"""A second tap on the previous question within this time is a double tap."""
MOST_DIGITS = 2
"""Digits of a number in a payload: thirteen choices at most, and three buttons on each of ten cards."""


def is_get_started(payload: str) -> bool:
    """Return True if a payload is that of the get-started button."""
    return payload.replace("_", " ").replace("-", " ").casefold().strip() == GET_STARTED


def handle_tap(turn: ConversationTurn, user_input: UserInput) -> bool:
    """Act on a tap; False if it means nothing here, or stands for typing an answer (:func:`input_of_tap`)."""
    # "tap|welcome|ask|1.3fa9c2"; a payload that somebody made up may lack parts.
    _, flow_name, step_name, action = (*user_input.payload.split("|", 3), "", "", "")[:4]
    old, present = turn.moved_from, turn.step
    # ``migrate`` has renamed or moved the step that the tap was offered at: translate it to the present step.
    if old and present and (step_name, flow_name) == (old.name, turn.flow.name if turn.flow else ""):
        step_name, action = present.name, _translate_action(old, present, action) if old.kind == present.kind else ""
    # The version that the person stands in comes before the present one, as long as it has the step.
    flow = turn.catalog.flows.get(flow_name)
    if turn.flow and turn.flow.name == flow_name and (step_name in turn.flow.steps or flow is None):
        flow = turn.flow
    step = flow.steps.get(step_name) if flow else None
    if flow is None or step is None or not _is_offered(step, action):
        return False
    if turn.step is not step:
        _handle_old_tap(turn, flow, step, action, user_input)
    elif action.startswith(SAY):
        return False
    else:
        act_on_tap(turn, step, action, user_input)
    return True


def input_of_tap(turn: ConversationTurn, user_input: UserInput) -> UserInput:
    """Return the typed answer that a tap on the present question stands for; else the input as it is."""
    _, flow, step, action = (*user_input.payload.split("|", 3), "", "", "")[:4]
    if not action.startswith(SAY) or turn.step is None or turn.flow is None:
        return user_input
    if (flow, step) != (turn.flow.name, turn.step.name) or not _is_offered(turn.step, action):
        return user_input
    return replace(user_input, text=action.removeprefix(SAY), payload="")


def _translate_action(old: Step, present: Step, action: str) -> str:
    """Return what an action of an older step means on the step it became; empty if only its label can tell."""
    kind, _, rest = action.partition(".")
    if kind == "button":
        return _translate_button(old, present, rest)
    number = _parse_number(kind)
    if number is None or number >= len(old.choices):
        return action
    # The same label, wherever it stands now.  With as many choices as before, the one in its place: it was reworded.
    label = old.choices[number]
    if label not in present.choices and len(old.choices) != len(present.choices):
        return ""
    place = present.choices.index(label) if label in present.choices else number
    return f"{place}.{present.label_hashes[place]}"


def _translate_button(old: Step, present: Step, rest: str) -> str:
    """Return the same for a button: the one with its label, else the one in its place if as many remain."""
    number, dot, row = rest.partition(".")
    place = _parse_number(number)
    if place is None:
        return ""
    # ``labels`` numbers buttons behind the choices; a button counts from 0 in its payload.
    labels = {label for label, at in old.labels.items() if at == len(old.choices) + place}
    numbers = {
        present.labels[label] - len(present.choices) for label in labels & present.labels.keys()
    } & present.button_numbers
    if not numbers and len(old.button_numbers) == len(present.button_numbers):
        numbers = {place}
    return f"button.{numbers.pop()}{dot}{row}" if len(numbers) == 1 else ""


def _parse_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def _is_offered(step: Step, action: str) -> bool:
    """Return True if a step offers this action, and it still means the same."""
    kind, _, rest = action.partition(".")
    match kind:
        case "agree" | "decline":
            return step.kind == "consent" and (kind == "agree") == bool(rest)
        case "skip":
            return step.can_skip
        case "done":
            return step.kind == "many"
        case "say":
            return step.kind in ("yes_no", "rating")
        case "address":
            return step.kind in give_address.KINDS
        case "button":
            return _parse_number(rest.partition(".")[0]) in step.button_numbers
    # "1.3fa9c2": the second choice, if its label still has this hash.
    number = _parse_number(kind)
    return number is not None and number < len(step.choices) and rest in ("", step.label_hashes[number])


def _handle_old_tap(turn: ConversationTurn, flow: Flow, step: Step, action: str, user_input: UserInput) -> None:
    caller = find_caller(turn, flow)
    asked = turn.trail if turn.flow is flow else caller.trail if caller else ()
    # Impatient people tap twice: the second tap arrives when the next question is already open.
    if step.name in asked and turn.context.now - turn.entered_at < DOUBLE_TAP:
        turn.add_reason("A tap on the question before was taken as a double tap.")
        return
    if action.startswith("agree.") and step.name in asked and has_agreed(turn, step.topic):
        turn.add_reason("The person agreed again; the open question was repeated.")
        turn.speech.repeat_question()
        return
    turn.add_reason("A button of an earlier question was tapped.")
    # A consent is taken from any day, since its wording is checked on taking it.
    if step.name in asked or (step.kind == "consent" and not has_confirmed(turn, step.topic)):
        _return_to_step(turn, flow, step)
        act_on_tap(turn, step, action, user_input)
    elif step.kind == "consent":
        turn.speech.say_already_in(step.topic)
    else:
        turn.speech.say_reply("old_button")
        again = flow_to_begin_again(turn, turn.catalog.flows.get(flow.name, flow))
        begin_flow(turn, again or flow, "The flow began again.")


def _return_to_step(turn: ConversationTurn, flow: Flow, step: Step) -> None:
    """Stand at an earlier question again, without asking it."""
    caller = find_caller(turn, flow)
    if turn.flow is not flow and not (caller and leave_to_caller(turn, caller)):
        turn.variables, turn.trail, turn.stack, turn.answered = {}, (), (), ()
    turn.flow, turn.flow_hash, turn.step = flow, flow.hash, step
    # What was asked after it leaves the trail; “back” goes to the question before it.
    if step.name in turn.trail:
        turn.trail = turn.trail[: turn.trail.index(step.name)]
    turn.tries, turn.entered_at = 0, turn.context.now
    turn.nudge_at = turn.timeout_at = None


def act_on_tap(turn: ConversationTurn, step: Step, action: str, user_input: UserInput) -> None:
    """Carry out an action on the present step."""
    kind, _, rest = action.partition(".")
    match kind:
        case "decline":
            decline_topic(turn, step, how="tap", mid=user_input.mid)
        case "agree":
            agree_to_topic(turn, step, rest, how="tap", mid=user_input.mid)
        case "skip":
            take_choice(turn, step, SKIP)
        case "done":
            take_choice(turn, step, DONE)
        case "say":
            # Only old taps come here (“yes” to an earlier question): that question is asked again.
            walk_to(turn, step.name)
        case "address":
            give_address.take_tapped(turn, rest, user_input.mid)
        case "button":
            number, _, row = rest.partition(".")
            press_button(turn, step, int(number), row)
        case _:
            take_choice(turn, step, int(kind))


def take_choice(turn: ConversationTurn, step: Step, number: int) -> None:
    """Take a choice by its number in ``labels``: store it, say its answer, and move on or stay."""
    if step.kind == "many":
        _take_of_many(turn, step, number)
        return
    if number == SKIP:
        turn.add_reason("The question was skipped.")
        follow_trigger(turn, NEXT)
        return
    if number >= len(step.choices):
        _press_typed(turn, step, number - len(step.choices))
        return
    reply = turn.texts.choice_replies[number]
    if step.answer_field:
        turn.change_record(fields={**turn.record.fields, step.answer_field: step.choices[number]})
    changes = step.choice_changes[number]
    if changes is not None:
        apply_changes(turn, changes)
        if changes.fields:
            turn.variables = note_chosen_place(turn.variables, turn.catalog.tables, changes.fields)
    turn.add_reason(f"“{step.choices[number]}” was chosen.")
    if reply.messages:
        turn.speech.say_messages(reply.messages)
    if reply.moves_on:
        follow_trigger(turn, choice_trigger(number))


def _take_of_many(turn: ConversationTurn, step: Step, number: int) -> None:
    if number in (SKIP, DONE):
        finish_taking(turn, step, skips=number == SKIP)
    elif number < len(step.choices):
        take_numbers(turn, step, (number,))
    else:
        _press_typed(turn, step, number - len(step.choices))


def _press_typed(turn: ConversationTurn, step: Step, number: int) -> None:
    """Take a button whose label was typed; if several cards carry it, ask which is meant."""
    carrying = typed_cards.rows_with_button(turn, number)
    if len(carrying) > 1:
        turn.add_reason("Several cards carry this button.")
        turn.speech.say_reply("again_choice")
        return
    press_button(turn, step, number, carrying[0] if carrying else "")


def press_button(turn: ConversationTurn, step: Step, number: int, row: str = "") -> None:
    """Take a button that leads to a step; ``row`` is the id of the row whose card it stands on."""
    if row:
        turn.variables = {**turn.variables, ROW: row}
        _keep_row(turn, step, row)
    turn.add_reason("A button was tapped.")
    follow_trigger(turn, button_trigger(number))


def _keep_row(turn: ConversationTurn, step: Step, row: str) -> None:
    """Store the columns of a tapped card that are named like a declared field; ``save`` stores the id of its row."""
    shown = [saying.cards for saying in turn.texts.messages if saying.cards]
    found = ((cards.table, cells) for cards in shown for cells in cards.rows if cells["id"] == row)
    name, columns = next(found, ("", {}))
    if table := turn.catalog.tables.get(name):
        turn.variables = {**turn.variables, **note_place(table), **note_seats(table, row)}
    if columns:
        turn.change_record(fields=keep_columns(turn.record, turn.context.config, columns, step.answer_field))


def agree_to_topic(turn: ConversationTurn, step: Step, wording: str, *, how: str, mid: str) -> None:
    """Record an agreement to the wording that was shown; if that has changed since, show the new one instead."""
    config = turn.context.config
    languages = (turn.language, *config.languages)
    # The ledger notes the language of the text that was shown, which may not be the one spoken by now.
    agreed_languages = (code for code in languages if config.consent_wording(step.topic, code)[0] == wording)
    language = next(agreed_languages, "")
    if not language or not wording:
        turn.add_reason("The wording has changed since it was shown, so it was shown again.")
        walk_to(turn, step.name)
        return
    turn.add_outcome(
        decisions.agree_to_topic(turn.record, step.topic, turn.context, language=language, how=how, mid=mid)
    )
    turn.add_reason(f"The person agreed to {step.topic}.")
    follow_trigger(turn, NEXT)


def decline_topic(turn: ConversationTurn, step: Step, *, how: str, mid: str) -> None:
    """Record that the person declined; a no counts for whatever wording was shown."""
    shown = str(turn.variables.get(SHOWN, ""))
    config = turn.context.config
    shown_languages = (code for code in config.languages if config.consent_wording(step.topic, code)[0] == shown)
    language = next(shown_languages, turn.language)
    if step.topic in config.topics:
        turn.add_outcome(
            decisions.decline_topic(turn.record, step.topic, turn.context, language=language, how=how, mid=mid)
        )
    turn.add_reason(f"The person declined {step.topic}.")
    leave_step(turn, step, DECLINES)
