"""What was typed or sent, judged by the question that is open."""

from domain import unanswered_questions
from domain.consent import decisions, double_opt_in
from domain.effects import Note
from domain.record import Value
from flows.answers.emails import find_email
from flows.answers.question import Fit, Given, Scene, Unfit
from flows.compiled.catalog import ELSE, NEXT, Step
from flows.conversation.walk import ADDRESS, ADDRESS_MID, SHOWN, Turn
from flows.handlers import typed_cards
from flows.handlers.taps import agree, choose, decline, press
from flows.handlers.user_input import Heard
from flows.language.matching import agreed, near
from flows.language.matching import choose as choose_by_words
from language.durations import zone_of

HALF = "half"
"""Conversation variable: step, and what an answer to it has told so far (:attr:`flows.answers.question.Unfit.half`)."""
FREE = ("text", "email")
"""Kinds whose answers are never taken for a label that they resemble."""
WHICH = "again_which"
"""The reply that names what an answer can mean; no text of a flow can say that instead."""
MOST_QUESTION = 1_000
"""Characters of a question that are kept."""


def answer(turn: Turn, step: Step, heard: Heard, typed: str) -> bool:
    """Judge what was sent by the open question.  False if it does not fit, and then nothing has happened.

    ``typed`` is its text, normalised.
    """
    match step.kind:
        case "choice":
            return _label(turn, step, typed)
        case "consent":
            return _consent(turn, step, typed, heard.mid)
        case "email":
            return give_address(turn, heard.text, heard.mid)
        case "confirm" | "prove":
            return _confirm(turn, step, heard, typed)
        case "question":
            return _question(turn, step, heard.text) or _label(turn, step, typed)
        case _:
            return _judged(turn, step, heard, typed)


def unfit(turn: Turn, step: Step, heard: Heard) -> None:
    """An answer did not fit: ask again, and after the last try take the way out.

    Where a code is waited for, only wrong codes are counted (``double_opt_in`` does); half an answer that
    brings the conversation on is no try.
    """
    if step.kind in ("confirm", "prove"):
        turn.reply("not_a_code")
        return
    missed = _missed(turn, step, heard)
    if step.kind == "question" and heard.text:
        turn.want(unanswered(turn, heard.text))
    further = bool(missed.half) and missed.half != _half(turn, step)
    _keep_half(turn, step, missed.half)
    turn.tries += not further
    if turn.tries >= step.tries:
        turn.because(f"{step.tries} answers did not fit.")
        if not step.has_else:
            turn.reply("gave_up")
        turn.follow(ELSE)
    elif turn.spoken.again and not further and missed.reply != WHICH:
        turn.say(turn.spoken.again, extra={"fits": fits(turn, missed)})
    else:
        turn.reply(missed.reply, fits=fits(turn, missed))


def _missed(turn: Turn, step: Step, heard: Heard) -> Unfit:
    """Return why something did not fit, and what would."""
    if step.kind in ("question", "choice", "consent"):
        return Unfit(reply=f"again_{step.kind}")
    verdict = judge(turn, step, heard)
    return verdict if isinstance(verdict, Unfit) else Unfit(reply=f"again_{step.kind}")


def fits(turn: Turn, missed: Unfit) -> str:
    """Say what would fit, in the person's language."""
    if not missed.form:
        return missed.first
    return turn.book.voices[turn.language].replies[missed.form].render({"first": missed.first, "second": missed.second})


def unanswered(turn: Turn, text: str) -> Note:
    """Return the note that this was not understood, for the team's list."""
    return unanswered_questions.unanswered(
        at=turn.context.now,
        flow=turn.flow.name if turn.flow else "",
        step=turn.step.name if turn.step else "",
        language=turn.language,
        text=text,
    )


def answer_from_table(turn: Turn, table: str, text: str) -> bool:
    """Say the answer that a table has to a question; False if it has none."""
    faq = turn.book.faqs.get(table, {}).get(turn.language)
    found = faq.find(text) if faq else None
    if found is None:
        return False
    turn.because(f"“{found.id}” of the table {table} answered a question.")
    turn.say(found.answer)
    return True


# -- judging --------------------------------------------------------------------------------------------------
def judge(turn: Turn, step: Step, heard: Heard) -> Fit | Unfit:
    """Judge what was sent by a step's question, whether it is the open one or not."""
    if step.asked is None:
        return Unfit(reply=f"again_{step.kind}")
    given = Given(text=heard.text, payload=heard.payload, attachments=heard.attachments, urls=heard.urls)
    zone = zone_of(turn.record.profile.timezone, turn.context.config.timezone)
    scene = Scene(now=turn.context.now, zone=zone, language=turn.language, half=_half(turn, step))
    return step.asked.judge(given, scene)


def _judged(turn: Turn, step: Step, heard: Heard, typed: str) -> bool:
    verdict = judge(turn, step, heard)
    if isinstance(verdict, Unfit):
        return step.kind not in FREE and _label(turn, step, typed)
    keep(turn, step, verdict.value)
    turn.because("An answer was given.")
    turn.follow(NEXT if verdict.value is not False else ELSE)
    return True


def keep(turn: Turn, step: Step, value: Value) -> None:
    """Keep an answer in the field that the step names."""
    _keep_half(turn, step, "")
    if step.save:
        turn.change(fields={**turn.record.fields, step.save: value})


def _half(turn: Turn, step: Step) -> str:
    name, _, half = str(turn.variables.get(HALF, "")).partition(" ")
    return half if name == step.name else ""


def _keep_half(turn: Turn, step: Step, half: str) -> None:
    if half:
        turn.variables = {**turn.variables, HALF: f"{step.name} {half}"}
    elif HALF in turn.variables:
        turn.variables = {name: value for name, value in turn.variables.items() if name != HALF}


def _question(turn: Turn, step: Step, text: str) -> bool:
    if step.asked is None or not answer_from_table(turn, step.asked.table, text):
        return False
    keep(turn, step, " ".join(text.split())[:MOST_QUESTION])
    turn.follow(NEXT)
    return True


def _label(turn: Turn, step: Step, typed: str) -> bool:
    number = choose_by_words(typed, step.labels, len(step.choices))
    if number is not None:
        choose(turn, step, number)
        return True
    card = typed_cards.named(turn, typed)
    if card:
        press(turn, step, *card)
    return card is not None


def _consent(turn: Turn, step: Step, typed: str, mid: str) -> bool:
    spoken = step.spoken.values()
    verdict = agreed(typed, {one.agree for one in spoken}, {one.decline for one in spoken})
    if verdict:
        agree(turn, step, str(turn.variables.get(SHOWN, "")), how="typed", mid=mid)
    elif verdict is False:
        decline(turn, step, how="typed", mid=mid)
    return verdict is not None


def give_address(turn: Turn, text: str, mid: str) -> bool:
    """Take the address in a text as the answer to ``ask: email``; False if it holds none."""
    email = find_email(text)
    if not email:
        return False
    record, name = decisions.hold_address(turn.record, email, turn.context)
    turn.record = record
    turn.variables = {**turn.variables, ADDRESS: name, ADDRESS_MID: mid}
    if turn.step and turn.step.kind == "email":
        keep(turn, turn.step, email)
    turn.because("An address was given.")
    turn.follow(NEXT)
    return True


def _confirm(turn: Turn, step: Step, heard: Heard, typed: str) -> bool:
    if "@" in heard.text and change_address(turn, heard.text, heard.mid):
        return True
    code = double_opt_in.read_code(heard.text)
    if code:
        try_code(turn, step, code, heard.mid)
        return True
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
        turn.take(decisions.request(turn.record, turn.address, step.topics, turn.context))
    if turn.is_settled(step):
        turn.follow(NEXT)
    else:
        turn.because("A new code was asked for.")
        turn.reply("new_code")


def try_code(turn: Turn, step: Step, code: str, mid: str) -> None:
    """Try a code where one is waited for."""
    verdict, outcome = double_opt_in.type_code(turn.record, code, turn.context, mid=mid)
    turn.take(outcome)
    known = turn.record.consents.get(step.topic)
    if verdict == "confirmed" and step.topic and (known is None or known.status != "confirmed"):
        turn.because(f"The address is proven, but {step.topic} is not confirmed by it.")
        turn.run(step.name)
    elif verdict == "confirmed" or (verdict == "none" and turn.is_settled(step)):
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
    if turn.step and turn.step.kind in ("confirm", "prove") and turn.is_settled(turn.step):
        turn.because("The address is proven.")
        turn.follow(NEXT)
        return
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
