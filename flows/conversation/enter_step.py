"""What happens on arriving at a step: a table by kind.

Marks are made first, so that what is said knows of them.  Each function returns the name of the step that follows at
once, or nothing where the step waits.
"""

from bisect import bisect_right
from collections.abc import Callable

from domain.consent import decisions
from flows.compiled.catalog import ELSE, NEXT, parted
from flows.compiled.step import Step
from flows.conversation import handover, mails, my_data, scheduled_messages, subflows, vouchers
from flows.conversation.record_changes import mark
from flows.conversation.state import Talk
from flows.language.model import END, Kind

WAITS = ""
"""Returned where an answer, a time or a code is waited for."""


def arrive(talk: Talk, step: Step) -> str:
    """Do what a step does; return the step that follows at once, or nothing if it waits."""
    talk.arm(step)
    if step.marks is not None:
        mark(talk, step.marks)
    if step.my_data == "delete":
        return my_data.delete(talk)
    if step.topic and step.topic not in talk.context.config.topics:
        talk.because(f"{step.topic} is no longer declared, so it was not asked for.")
        return leads(talk, step, ELSE)
    arrival = _ARRIVALS.get(step.kind)
    if arrival:
        return arrival(talk, step)
    if not talk.say_step():
        return leads(talk, step, ELSE)
    if step.my_data == "show":
        my_data.show(talk)
    return _AFTERWARDS[step.kind](talk, step)


def leads(talk: Talk, step: Step, trigger: str) -> str:
    """Return where a trigger leads from here."""
    return talk.flow.leads(step.name, trigger) if talk.flow else END


def _goes_on(talk: Talk, step: Step) -> str:
    return leads(talk, step, NEXT)


def _asks(talk: Talk, step: Step) -> str:
    del talk, step
    return WAITS


def _consent(talk: Talk, step: Step) -> str:
    if talk.is_in(step.topic):
        talk.because(f"{step.topic} is confirmed already, so it was not asked again.")
        talk.reply("already_in", topic=talk.book.voices[talk.language].topics.get(step.topic, ""))
        return END
    talk.say_step()
    talk.show_wording(step)
    return WAITS


def _confirm(talk: Talk, step: Step) -> str:
    """Ask for proof.  Nothing is asked for without an agreed consent and an address."""
    known = talk.record.consents.get(step.topic)
    if known is None or known.status not in ("agreed", "confirmed"):
        return _detour(talk, step, talk.flow.first("consent", step.topic) if talk.flow else None)
    return _prove(talk, step)


def _prove(talk: Talk, step: Step) -> str:
    """Ask for proof of the address; without a topic for nothing but that it is theirs."""
    address = talk.address
    if address not in talk.record.addresses:
        return _detour(talk, step, talk.flow.first("email") if talk.flow else None)
    lately = talk.asked() == "lately"
    outcome = decisions.request(talk.record, address, step.topics, talk.context)
    talk.take(outcome)
    proven = any(fact.name in ("confirmed", "proven") for fact in outcome.facts)
    if proven or talk.is_settled(step):
        talk.because("The address was proven before, so no code was asked for.")
        return leads(talk, step, NEXT)
    _look_for_code(talk, lately=lately)
    return WAITS


def _look_for_code(talk: Talk, *, lately: bool) -> None:
    """Say where the code is; if this person's own requests let no new one go, say that."""
    pending = talk.record.pending.get(talk.address)
    if pending is None or (pending.nonce and not lately):
        talk.say_step()
    else:
        talk.reply("code_is_there" if pending.nonce else "new_code")


def _detour(talk: Talk, step: Step, asking: Step | None) -> str:
    """Go where the missing part is asked for; without such a step, out."""
    if asking is None:
        return leads(talk, step, ELSE)
    talk.because(f"Something was missing, so the conversation went to {asking.name}.")
    return asking.name


def _if(talk: Talk, step: Step) -> str:
    holds = step.condition is not None and talk.holds(step.condition)
    talk.because("The condition is true." if holds else "The condition is not true.")
    return leads(talk, step, NEXT if holds else ELSE)


def _split(talk: Talk, step: Step) -> str:
    """Take the part of this person: by chance, but always the same in the same flow and step."""
    label = f"flow/{talk.flow.name if talk.flow else ''}/{step.name}"
    share = talk.context.keys.fraction(talk.record.id, label)
    number = min(bisect_right(step.parts, share), len(step.parts) - 1)
    target = leads(talk, step, parted(number))
    talk.because(f"The split leads this person to {target}.")
    return target


def _call(talk: Talk, step: Step) -> str:
    return subflows.call(talk, step) or leads(talk, step, ELSE)


def _code(talk: Talk, step: Step) -> str:
    return leads(talk, step, NEXT) if vouchers.draw(talk, step) else WAITS


def _mail(talk: Talk, step: Step) -> str:
    return leads(talk, step, NEXT if mails.post(talk, step) else ELSE)


def _relay(talk: Talk, step: Step) -> str:
    scheduled_messages.add(talk, step)
    return leads(talk, step, NEXT)


def _hand_over(talk: Talk, step: Step) -> str:
    handover.begin(talk, step, leads(talk, step, NEXT))
    return WAITS


_ARRIVALS: dict[Kind, Callable[[Talk, Step], str]] = {
    "consent": _consent,
    "confirm": _confirm,
    "prove": _prove,
    "relay": _relay,
}
"""Kinds that decide themselves what is said, and whether."""

_AFTERWARDS: dict[Kind, Callable[[Talk, Step], str]] = {
    "say": _goes_on,
    "choice": _asks,
    "email": _asks,
    "text": _asks,
    "phone": _asks,
    "number": _asks,
    "date": _asks,
    "time": _asks,
    "moment": _asks,
    "yes_no": _asks,
    "rating": _asks,
    "file": _asks,
    "question": _asks,
    "wait": _asks,
    "if": _if,
    "split": _split,
    "call": _call,
    "code": _code,
    "mail": _mail,
    "hand_over": _hand_over,
}
"""What the other kinds do after their texts."""
