"""What happens on entering a step: a table by kind.

Record changes are applied first, so that texts can use them.  Each function returns the name of the step that follows
at once, or :data:`WAITS` if the step waits.
"""

from bisect import bisect_right
from collections.abc import Callable

from domain.consent import confirmation_requests
from flows.compiled.catalog import ELSE, NEXT, NO_ROWS, case_trigger, part_trigger
from flows.compiled.step import Step
from flows.conversation import handover, mails, my_data, scheduled_messages, shell_answers, subflows
from flows.conversation.proof import asked_topic, asked_topics, has_agreed, has_confirmed, is_settled
from flows.conversation.record_changes import apply_changes
from flows.conversation.state import ConversationTurn
from flows.conversation.taken_choices import note_taken, take_given
from flows.conversation.variable_names import RESULT
from flows.conversation.variables import keep_columns, note_found
from flows.language.model import END, StepKind

WAITS = ""
"""Returned if the step waits for an answer, a time, a voucher or seats."""


def enter_step(turn: ConversationTurn, step: Step) -> str:
    """Do what a step does; return the step that follows at once, or :data:`WAITS`."""
    given = take_given(turn, step.name)
    if given:
        turn.add_reason("This was answered before, together with other questions.")
        return next_step(turn, step, given)
    # First of all: ids of mails and effects hold the time of entering.
    turn.start_waiting(step)
    if step.result:
        turn.variables = {**turn.variables, RESULT: step.result}
    if step.changes is not None:
        apply_changes(turn, step.changes)
    if step.my_data == "delete":
        return my_data.erase_data(turn)
    # The topic may have been removed from doorstep.yaml after the flow was compiled for an older edition.
    if step.topic and step.topic not in turn.context.config.topics:
        turn.add_reason(f"{step.topic} is no longer declared, so it was not asked for.")
        return next_step(turn, step, ELSE)
    # These kinds decide themselves whether anything is said; all others say their texts before they act.
    arrival = _ARRIVALS.get(step.kind)
    if arrival:
        return arrival(turn, step)
    if not turn.speech.say_step():
        turn.parting_reply = turn.parting_reply or "nothing_fits"
        return next_step(turn, step, step.way_out(NO_ROWS))
    if step.my_data == "show":
        my_data.show_data(turn)
    return _AFTERWARDS[step.kind](turn, step)


def next_step(turn: ConversationTurn, step: Step, trigger: str) -> str:
    """Return the step to which a trigger leads from here."""
    return turn.flow.next_step(step.name, trigger) if turn.flow else END


def _go_on(turn: ConversationTurn, step: Step) -> str:
    return next_step(turn, step, NEXT)


def _wait_for_answer(turn: ConversationTurn, step: Step) -> str:
    del turn, step
    return WAITS


def _begin_taking(turn: ConversationTurn, step: Step) -> str:
    note_taken(turn, step, ())
    return WAITS


def _ask_consent(turn: ConversationTurn, step: Step) -> str:
    if has_confirmed(turn, step.topic):
        turn.add_reason(f"{step.topic} is confirmed already, so it was not asked again.")
        turn.speech.say_already_in(step.topic)
        return END
    turn.speech.say_step()
    turn.speech.show_wording(step)
    return WAITS


def _ask_confirmation(turn: ConversationTurn, step: Step) -> str:
    """Ask for the confirmation of a consent; where the consent or the address is missing, ask for that first."""
    topic = asked_topic(turn, step)
    if topic and not has_agreed(turn, topic):
        if step.kind == "prove":
            # The consent is asked for where the topic is named: by the caller.
            subflows.leave_for_consent(turn, topic)
        return _go_to_missing(turn, step, turn.flow.first_step("consent", topic) if turn.flow else None)
    return _request_proof(turn, step)


def _request_proof(turn: ConversationTurn, step: Step) -> str:
    """Mail a code that proves the address; without a topic it proves only that it is theirs."""
    address = turn.address
    if address not in turn.record.addresses:
        return _go_to_missing(turn, step, turn.flow.first_step("email") if turn.flow else None)
    # Asked before the request below, which itself makes a request that is pending.
    lately = turn.last_code_request() == "lately"
    outcome = confirmation_requests.request_proof(turn.record, address, asked_topics(turn, step), turn.context)
    turn.add_outcome(outcome)
    # An address that was proven before confirms the topic at once: the facts of the outcome tell.
    proven = any(fact.name in ("confirmed", "proven") for fact in outcome.facts)
    if proven or is_settled(turn, step):
        turn.add_reason("The address was proven before, so no code was asked for.")
        return next_step(turn, step, NEXT)
    _point_to_code(turn, lately=lately)
    return WAITS


def _point_to_code(turn: ConversationTurn, *, lately: bool) -> None:
    """Say where the code is; if none may go to this address, or not yet, say that."""
    pending = turn.record.pending.get(turn.address)
    if turn.record.addresses[turn.address].status in confirmation_requests.REFUSED:
        turn.speech.say_reply("no_code")
    elif lately:
        # In the same words whether a mail went or was refused, so that nobody can find out what others did.
        turn.speech.say_reply("code_is_there")
    elif pending is None or pending.nonce:
        turn.speech.say_step()
    else:
        # Without a nonce, the limit on this person's own requests let no mail go, so there is no code to look for.
        turn.speech.say_reply("new_code")


def _go_to_missing(turn: ConversationTurn, step: Step, asking_step: Step | None) -> str:
    """Go to the step that asks for the missing part; without such a step, take the way out."""
    if asking_step is None:
        return next_step(turn, step, ELSE)
    turn.add_reason(f"Something was missing, so the conversation went to {asking_step.name}.")
    return asking_step.name


def _decide_if(turn: ConversationTurn, step: Step) -> str:
    holds = step.condition is not None and turn.is_true(step.condition)
    turn.add_reason("The condition is true." if holds else "The condition is not true.")
    return next_step(turn, step, NEXT if holds else ELSE)


def _decide_switch(turn: ConversationTurn, step: Step) -> str:
    for number, (case, condition) in enumerate(step.cases):
        if turn.is_true(condition):
            turn.add_reason(f"The case “{case}” is true.")
            return next_step(turn, step, case_trigger(number))
    turn.add_reason("No case is true.")
    return next_step(turn, step, ELSE)


def _find_row(turn: ConversationTurn, step: Step) -> str:
    lookup = step.lookup
    table = turn.catalog.tables.get(lookup.table) if lookup else None
    row = lookup.find_row(table.rows_in(turn.language), turn.speech.row_scope()) if lookup and table else None
    if lookup is None or table is None or row is None:
        turn.add_reason(f"No row of {lookup.table if lookup else 'the table'} fits.")
        return next_step(turn, step, step.way_out(NO_ROWS))
    turn.variables = note_found(turn.variables, table, row)
    turn.change_record(fields=keep_columns(turn.record, turn.context.config, row, step.answer_field))
    turn.add_reason(f"The row {row['id']} of {lookup.table} was found.")
    return next_step(turn, step, NEXT)


def _choose_part(turn: ConversationTurn, step: Step) -> str:
    """Choose the part of this person: by chance, but always the same one in the same flow and step."""
    label = f"flow/{turn.flow.name if turn.flow else ''}/{step.name}"
    # A keyed hash of the person and the step, as a number in [0, 1): parts are independent between splits.
    share = turn.context.keys.stable_fraction(turn.record.id, label)
    # Bounds may end a hair below 1 (1/3 + 1/3 + 1/3), so the last part takes what is left.
    number = min(bisect_right(step.split_bounds, share), len(step.split_bounds) - 1)
    target = next_step(turn, step, part_trigger(number))
    turn.add_reason(f"The split leads this person to {target}.")
    return target


def _call_flow(turn: ConversationTurn, step: Step) -> str:
    return subflows.call_flow(turn, step) or next_step(turn, step, ELSE)


def _draw_voucher(turn: ConversationTurn, step: Step) -> str:
    return next_step(turn, step, NEXT) if shell_answers.draw_voucher(turn, step) else WAITS


def _call_hook(turn: ConversationTurn, step: Step) -> str:
    shell_answers.call_hook(turn, step)
    return WAITS


def _take_seats(turn: ConversationTurn, step: Step) -> str:
    return WAITS if shell_answers.take_seats(turn, step) else next_step(turn, step, ELSE)


def _send_mail(turn: ConversationTurn, step: Step) -> str:
    return next_step(turn, step, NEXT if mails.send_step_mail(turn, step) else ELSE)


def _schedule_message(turn: ConversationTurn, step: Step) -> str:
    scheduled_messages.schedule_message(turn, step)
    return next_step(turn, step, NEXT)


def _hand_over(turn: ConversationTurn, step: Step) -> str:
    handover.begin_handover(turn, step, next_step(turn, step, NEXT))
    return WAITS


_ARRIVALS: dict[StepKind, Callable[[ConversationTurn, Step], str]] = {
    "consent": _ask_consent,
    "confirm": _ask_confirmation,
    "prove": _ask_confirmation,
    "relay": _schedule_message,
}
"""Kinds that decide themselves what is said."""

_AFTERWARDS: dict[StepKind, Callable[[ConversationTurn, Step], str]] = {
    "say": _go_on,
    "choice": _wait_for_answer,
    "email": _wait_for_answer,
    "text": _wait_for_answer,
    "phone": _wait_for_answer,
    "number": _wait_for_answer,
    "date": _wait_for_answer,
    "time": _wait_for_answer,
    "moment": _wait_for_answer,
    "yes_no": _wait_for_answer,
    "rating": _wait_for_answer,
    "file": _wait_for_answer,
    "question": _wait_for_answer,
    "many": _begin_taking,
    "several": _wait_for_answer,
    "wait": _wait_for_answer,
    "if": _decide_if,
    "switch": _decide_switch,
    "find": _find_row,
    "split": _choose_part,
    "call": _call_flow,
    "code": _draw_voucher,
    "take": _take_seats,
    "hook": _call_hook,
    "mail": _send_mail,
    "hand_over": _hand_over,
}
"""What the other kinds do after their texts."""
