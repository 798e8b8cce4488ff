"""What was typed or sent, judged by the question that is open."""

from flows.book import ELSE, NEXT, Step
from flows.emails import find_email
from flows.taps import agree, choose, decline
from flows.turn import ADDRESS, ADDRESS_MID, SHOWN, Turn
from flows.words import agreed, near, normal
from flows.words import choose as choose_by_words
from subscribers import confirmation, consent

MOST_ANSWER = 1_000
"""Characters of a free answer that are kept."""


def answer(turn: Turn, step: Step, text: str, mid: str) -> bool:
    """Judge a text by the open question.  Returns False if it does not fit, and then nothing has happened."""
    match step.kind:
        case "choice":
            return _choice(turn, step, text)
        case "consent":
            return _consent(turn, step, text, mid)
        case "email":
            return give_address(turn, text, mid)
        case "confirm":
            return _confirm(turn, step, text, mid)
        case "text":
            return _text(turn, step, text)
        case _:
            return False


def unfit(turn: Turn, step: Step) -> None:
    """An answer did not fit: ask again, and after the last try take the way out.

    Where a code is waited for, only wrong codes are counted (:mod:`subscribers.confirmation` does).
    """
    if step.kind == "confirm":
        turn.reply("not_a_code")
        return
    turn.tries += 1
    if turn.tries >= step.tries:
        turn.because(f"{step.tries} answers did not fit.")
        if not step.has_else:
            turn.reply("gave_up")
        turn.follow(ELSE)
    elif turn.spoken.again:
        turn.say(turn.spoken.again)
    else:
        turn.reply(f"again_{step.kind}")


def _choice(turn: Turn, step: Step, text: str) -> bool:
    number = choose_by_words(normal(text), step.labels, len(step.choices))
    if number is None:
        return False
    choose(turn, step, number)
    return True


def _consent(turn: Turn, step: Step, text: str, mid: str) -> bool:
    spoken = step.spoken.values()
    verdict = agreed(normal(text), {one.agree for one in spoken}, {one.decline for one in spoken})
    if verdict:
        agree(turn, step, str(turn.variables.get(SHOWN, "")), how="typed", mid=mid)
    elif verdict is False:
        decline(turn, step, how="typed", mid=mid)
    return verdict is not None


def _text(turn: Turn, step: Step, text: str) -> bool:
    kept = " ".join(text.split())[:MOST_ANSWER]
    if not kept:
        return False
    if step.save:
        turn.change(fields={**turn.record.fields, step.save: kept})
    turn.because("An answer was given.")
    turn.follow(NEXT)
    return True


def give_address(turn: Turn, text: str, mid: str) -> bool:
    """Take the address in a text as the answer to ``ask: email``; False if it holds none."""
    email = find_email(text)
    if not email:
        return False
    record, name = consent.hold_address(turn.record, email, turn.context)
    turn.record = record
    turn.variables = {**turn.variables, ADDRESS: name, ADDRESS_MID: mid}
    turn.because("An address was given.")
    turn.follow(NEXT)
    return True


def _confirm(turn: Turn, step: Step, text: str, mid: str) -> bool:
    if "@" in text and change_address(turn, text, mid):
        return True
    code = confirmation.read_code(text)
    if code:
        try_code(turn, step, code, mid)
        return True
    typed = normal(text)
    number = choose_by_words(typed, step.labels, len(step.choices))
    if number is not None:
        choose(turn, step, number)
    elif turn.book.commands.get(typed) == "new_code" or _asks_new_code(turn, typed):
        new_code(turn, step)
    else:
        return False
    return True


def _asks_new_code(turn: Turn, typed: str) -> bool:
    return bool(near(typed, [word for word, command in turn.book.commands.items() if command == "new_code"]))


def new_code(turn: Turn, step: Step) -> None:
    """Ask for a fresh code; what is said is the same whatever is known of the address."""
    if turn.address in turn.record.addresses:
        turn.take(consent.request(turn.record, turn.address, (step.topic,), turn.context))
    if turn.is_in(step.topic):
        turn.follow(NEXT)
    else:
        turn.because("A new code was asked for.")
        turn.reply("new_code")


def try_code(turn: Turn, step: Step, code: str, mid: str) -> None:
    """Try a code where one is waited for."""
    verdict, outcome = confirmation.type_code(turn.record, code, turn.context, mid=mid)
    turn.take(outcome)
    if verdict == "confirmed" or (verdict == "none" and turn.is_in(step.topic)):
        turn.follow(NEXT)
    elif verdict == "wrong":
        if turn.spoken.again:
            turn.say(turn.spoken.again)
        else:
            turn.reply("again_code")
    else:
        turn.because("No code fits any more.")
        turn.follow(ELSE)


def change_address(turn: Turn, text: str, mid: str) -> bool:
    """Take another address while a code is waited for; False if the text holds none, or the flow asks for none."""
    email, asking = find_email(text), turn.flow.first("email") if turn.flow else None
    if not email or asking is None:
        return False
    turn.because("Another address was given.")
    turn.trail = tuple(name for name in turn.trail if name != asking.name)
    turn.step = asking
    return give_address(turn, email, mid)


def heard_confirmed(turn: Turn, topic: str) -> None:
    """A consent was confirmed outside the open question: by the button, or by a code typed elsewhere."""
    flow = turn.flow
    if flow is None and turn.record.conversation is None:
        flow = next((one for one in turn.book.flows.values() if one.confirming(topic)), None)
    step = flow.confirming(topic) if flow else None
    if flow is None or step is None:
        turn.reply("confirmed")
        turn.repeat()
        return
    if turn.flow is not flow:
        turn.flow, turn.flow_hash, turn.variables, turn.trail = flow, flow.hash, {}, ()
    turn.step = step
    turn.because(f"{topic} is confirmed.")
    turn.follow(NEXT)
