"""What was tapped: quick replies and buttons of this step, of an earlier one, of another day.

A payload names flow, step and choice.  A tap counts where it was offered in this conversation; an older one never
skips what was asked in between: consent counts when the wording it stood under still holds, everything else begins
the flow again.  A choice also carries a mark of its label: where the flow has changed meanwhile and the number means
something else, the label counts, as if it were typed.
"""

from datetime import timedelta

from msgspec.structs import replace

from domain.consent import decisions
from flows.compiled.catalog import ELSE, GET_STARTED, NEXT, Flow, Step, chosen, pressed
from flows.compiled.step import SKIP
from flows.conversation.record_changes import mark
from flows.conversation.walk import ROW, SHOWN, Turn
from flows.handlers import typed_cards
from flows.handlers.user_input import Heard

SAY = "say."
"""Begins the part of a payload that stands for typing what follows."""
DOUBLE = timedelta(seconds=10)
"""A second tap on the question before within this time is a double tap."""
MOST_DIGITS = 2
"""Digits of a number in a payload; there are thirteen choices at most, and three buttons on each of ten cards."""


def is_get_started(payload: str) -> bool:
    """Tell whether a payload is that of the get-started button."""
    return payload.replace("_", " ").replace("-", " ").casefold().strip() == GET_STARTED


def tap(turn: Turn, heard: Heard) -> bool:
    """Act on what was tapped; False if the payload means nothing here, or stands for an answer (:func:`said_by`)."""
    _, flow_name, step_name, what = (*heard.payload.split("|", 3), "", "", "")[:4]
    old, now = turn.moved_from, turn.step
    if old and now and (step_name, flow_name) == (old.name, turn.flow.name if turn.flow else ""):
        step_name, what = now.name, _today(old, now, what) if old.kind == now.kind else ""
    flow = turn.book.flows.get(flow_name)
    if turn.flow and turn.flow.name == flow_name and (step_name in turn.flow.steps or flow is None):
        flow = turn.flow
    step = flow.steps.get(step_name) if flow else None
    if flow is None or step is None or not _offered(step, what):
        return False
    if turn.step is not step:
        _old_tap(turn, flow, step, what, heard)
    elif what.startswith(SAY):
        return False
    else:
        act(turn, step, what, heard)
    return True


def said_by(turn: Turn, heard: Heard) -> Heard:
    """Return what a tap on the present question says, where it stands for typing an answer; else what was heard."""
    _, flow, step, what = (*heard.payload.split("|", 3), "", "", "")[:4]
    if not what.startswith(SAY) or turn.step is None or turn.flow is None:
        return heard
    if (flow, step) != (turn.flow.name, turn.step.name) or not _offered(turn.step, what):
        return heard
    return replace(heard, text=what.removeprefix(SAY), payload="")


def _today(old: Step, now: Step, what: str) -> str:
    """Return what a tap on a step of an older version means on the step it became; empty: its label has to tell."""
    kind, _, rest = what.partition(".")
    if kind == "button":
        return _button_today(old, now, rest)
    number = _number(kind)
    if number is None or number >= len(old.choices):
        return what
    label = old.choices[number]
    if label not in now.choices and len(old.choices) != len(now.choices):
        return ""
    there = now.choices.index(label) if label in now.choices else number
    return f"{there}.{now.choice_marks[there]}"


def _button_today(old: Step, now: Step, rest: str) -> str:
    """Return the same of a button: the one with its label; else, of as many, the one in its place."""
    number, dot, row = rest.partition(".")
    place = _number(number)
    if place is None:
        return ""
    labels = {label for label, at in old.labels.items() if at == len(old.choices) + place}
    there = {now.labels[label] - len(now.choices) for label in labels & now.labels.keys()} & now.presses
    if not there and len(old.presses) == len(now.presses):
        there = {place}
    return f"button.{there.pop()}{dot}{row}" if len(there) == 1 else ""


def _number(said: str) -> int | None:
    return int(said) if said.isdecimal() and len(said) <= MOST_DIGITS else None


def _offered(step: Step, what: str) -> bool:
    """Tell whether a step offers this, and still means the same by it."""
    kind, _, rest = what.partition(".")
    match kind:
        case "agree" | "decline":
            return step.kind == "consent" and (kind == "agree") == bool(rest)
        case "skip":
            return step.skips
        case "say":
            return step.kind in ("yes_no", "rating")
        case "button":
            return _number(rest.partition(".")[0]) in step.presses
    number = _number(kind)
    return number is not None and number < len(step.choices) and rest in ("", step.choice_marks[number])


def _old_tap(turn: Turn, flow: Flow, step: Step, what: str, heard: Heard) -> None:
    same = turn.flow is flow
    if same and step.name in turn.trail and turn.context.now - turn.entered_at < DOUBLE:
        turn.because("A tap on the question before was taken as a double tap.")
        return
    if same and what.startswith("agree.") and step.name in turn.trail and _agreed(turn, step):
        turn.because("The person agreed again; the open question was repeated.")
        turn.repeat()
        return
    turn.because("A button of an earlier question was tapped.")
    if (same and step.name in turn.trail) or (step.kind == "consent" and not turn.is_in(step.topic)):
        _return_to(turn, flow, step)
        act(turn, step, what, heard)
    elif step.kind == "consent":
        turn.reply("already_in", topic=turn.book.voices[turn.language].topics.get(step.topic, ""))
    else:
        turn.reply("old_button")
        turn.begin(turn.book.flows.get(flow.name, flow), "The flow began again.")


def _agreed(turn: Turn, step: Step) -> bool:
    known = turn.record.consents.get(step.topic)
    return known is not None and known.status in ("agreed", "confirmed")


def _return_to(turn: Turn, flow: Flow, step: Step) -> None:
    """Stand at an earlier question again, without asking it."""
    if turn.flow is not flow:
        turn.variables, turn.trail, turn.stack, turn.answered = {}, (), (), ()
    turn.flow, turn.flow_hash, turn.step = flow, flow.hash, step
    if step.name in turn.trail:
        turn.trail = turn.trail[: turn.trail.index(step.name)]
    turn.tries, turn.entered_at = 0, turn.context.now
    turn.nudge_at = turn.timeout_at = None


def act(turn: Turn, step: Step, what: str, heard: Heard) -> None:
    """Do what a tap on the present step says."""
    kind, _, rest = what.partition(".")
    match kind:
        case "decline":
            decline(turn, step, how="tap", mid=heard.mid)
        case "agree":
            agree(turn, step, rest, how="tap", mid=heard.mid)
        case "skip":
            choose(turn, step, SKIP)
        case "say":
            turn.run(step.name)
        case "button":
            number, _, row = rest.partition(".")
            press(turn, step, int(number), row)
        case _:
            choose(turn, step, int(kind))


def choose(turn: Turn, step: Step, number: int) -> None:
    """Take a choice by its number in ``labels``: note it, say its answer, and go or stay."""
    if number == SKIP:
        turn.because("The question was skipped.")
        turn.follow(NEXT)
        return
    if number >= len(step.choices):
        _press_typed(turn, step, number - len(step.choices))
        return
    answer = turn.spoken.answers[number]
    if step.save:
        turn.change(fields={**turn.record.fields, step.save: step.choices[number]})
    marks = step.takes[number]
    if marks is not None:
        mark(turn, marks)
    turn.because(f"“{step.choices[number]}” was chosen.")
    turn.say_all(answer.says)
    if answer.goes:
        turn.follow(chosen(number))


def _press_typed(turn: Turn, step: Step, number: int) -> None:
    """Take a button whose label was typed; where several cards carry it, ask which is meant."""
    carrying = typed_cards.rows(turn, number)
    if len(carrying) > 1:
        turn.because("Several cards carry this button.")
        turn.reply("again_choice")
        return
    press(turn, step, number, carrying[0] if carrying else "")


def press(turn: Turn, step: Step, number: int, row: str = "") -> None:
    """Take a button that leads to a step; ``row`` is the id of the row whose card it stands on."""
    if row:
        turn.variables = {**turn.variables, ROW: row}
        _keep_row(turn, step, row)
    turn.because("A button was tapped.")
    turn.follow(pressed(number))


def _keep_row(turn: Turn, step: Step, row: str) -> None:
    """Keep the columns of a tapped card that are named like a declared field; ``save`` keeps the id of its row."""
    shown = (saying.cards.rows for saying in turn.spoken.says if saying.cards)
    columns = next((one for rows in shown for one in rows if one["id"] == row), {})
    declared = turn.context.config.fields
    kept = {name: cell for name, cell in columns.items() if name in declared and not isinstance(cell, tuple)}
    if step.save and columns:
        kept[step.save] = row
    if kept:
        turn.change(fields={**turn.record.fields, **kept})


def agree(turn: Turn, step: Step, wording: str, *, how: str, mid: str) -> None:
    """Record an agreement to the wording that was shown; if that has changed since, show the new one instead."""
    config = turn.context.config
    spoken = (turn.language, *config.languages)
    language = next((one for one in spoken if config.wording(step.topic, one)[0] == wording), "")
    if not language or not wording:
        turn.because("The wording has changed since it was shown, so it was shown again.")
        turn.run(step.name)
        return
    turn.take(decisions.agree(turn.record, step.topic, turn.context, language=language, how=how, mid=mid))
    turn.because(f"The person agreed to {step.topic}.")
    turn.follow(NEXT)


def decline(turn: Turn, step: Step, *, how: str, mid: str) -> None:
    """Record a no."""
    shown = str(turn.variables.get(SHOWN, ""))
    config = turn.context.config
    language = next((one for one in config.languages if config.wording(step.topic, one)[0] == shown), turn.language)
    if step.topic in config.topics:
        turn.take(decisions.decline(turn.record, step.topic, turn.context, language=language, how=how, mid=mid))
    turn.because(f"The person declined {step.topic}.")
    turn.follow(ELSE)
