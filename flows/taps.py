"""What was tapped: quick replies of this step, of an earlier one, of another day.

A payload names flow, step and choice.  A tap counts where it was offered in this conversation; an older one never
skips what was asked in between: consent counts when the wording it stood under still holds, everything else begins
the flow again.
"""

from datetime import timedelta

from flows.book import ELSE, GET_STARTED, NEXT, Flow, Step, chosen
from flows.turn import SHOWN, Turn
from subscribers import consent

DOUBLE = timedelta(seconds=10)
"""A second tap on the question before within this time is a double tap."""


def is_get_started(payload: str) -> bool:
    """Tell whether a payload is that of the get-started button."""
    return payload.replace("_", " ").replace("-", " ").casefold().strip() == GET_STARTED


def tap(turn: Turn, payload: str, mid: str) -> bool:
    """Act on a quick reply of ours; False if the payload means nothing here."""
    _, flow_name, step_name, what = (*payload.split("|", 3), "", "", "")[:4]
    flow = turn.book.flows.get(flow_name)
    step = flow.steps.get(step_name) if flow else None
    if flow is None or step is None or not _offered(step, what):
        return False
    if turn.step is step:
        act(turn, step, what, mid)
    else:
        _old_tap(turn, flow, step, what, mid)
    return True


def _offered(step: Step, what: str) -> bool:
    if step.kind == "consent":
        return what == "decline" or what.startswith("agree.")
    return what.isdecimal() and len(what) <= 2 and int(what) < len(step.choices)  # noqa: PLR2004  at most 13 choices


def _old_tap(turn: Turn, flow: Flow, step: Step, what: str, mid: str) -> None:
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
        act(turn, step, what, mid)
    elif step.kind == "consent":
        turn.reply("already_in", topic=turn.book.voices[turn.language].topics.get(step.topic, ""))
    else:
        turn.reply("old_button")
        turn.begin(flow, "The flow began again.")


def _agreed(turn: Turn, step: Step) -> bool:
    known = turn.record.consents.get(step.topic)
    return known is not None and known.status in ("agreed", "confirmed")


def _return_to(turn: Turn, flow: Flow, step: Step) -> None:
    """Stand at an earlier question again, without asking it."""
    if turn.flow is not flow:
        turn.variables, turn.trail = {}, ()
    turn.flow, turn.flow_hash, turn.step = flow, flow.hash, step
    if step.name in turn.trail:
        turn.trail = turn.trail[: turn.trail.index(step.name)]
    turn.tries, turn.nudge_at, turn.entered_at = 0, None, turn.context.now


def act(turn: Turn, step: Step, what: str, mid: str) -> None:
    """Do what a choice of the present step says."""
    if what == "decline":
        decline(turn, step, how="tap", mid=mid)
    elif what.startswith("agree."):
        agree(turn, step, what.removeprefix("agree."), how="tap", mid=mid)
    else:
        choose(turn, step, int(what))


def choose(turn: Turn, step: Step, number: int) -> None:
    """Take a choice: keep it, say its answer, and go or stay."""
    answer = turn.spoken.answers[number]
    if step.save:
        turn.change(fields={**turn.record.fields, step.save: step.choices[number]})
    turn.because(f"“{step.choices[number]}” was chosen.")
    turn.say(*answer.says)
    if answer.goes:
        turn.follow(chosen(number))


def agree(turn: Turn, step: Step, wording: str, *, how: str, mid: str) -> None:
    """Record an agreement to the wording that was shown; if that has changed since, show the new one instead."""
    house = turn.context.house
    language = next((one for one in house.languages if house.wording(step.topic, one)[0] == wording), "")
    if not language:
        turn.because("The wording has changed since it was shown, so it was shown again.")
        turn.run(step.name)
        return
    shown = turn.language if house.wording(step.topic, turn.language)[0] == wording else language
    turn.take(consent.agree(turn.record, step.topic, turn.context, language=shown, how=how, mid=mid))
    turn.because(f"The person agreed to {step.topic}.")
    turn.follow(NEXT)


def decline(turn: Turn, step: Step, *, how: str, mid: str) -> None:
    """Record a no."""
    shown = str(turn.variables.get(SHOWN, ""))
    house = turn.context.house
    language = next((one for one in house.languages if house.wording(step.topic, one)[0] == shown), turn.language)
    turn.take(consent.decline(turn.record, step.topic, turn.context, language=language, how=how, mid=mid))
    turn.because(f"The person declined {step.topic}.")
    turn.follow(ELSE)
