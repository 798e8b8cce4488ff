"""Takes the address that a person gives; asks first where it is in doubt.

What was asked (“Do you mean mia@gmail.com?”, “Which one is it?”) is kept in a variable of the conversation
(:data:`flows.conversation.variable_names.ASKED_ADDRESS`), so it survives a restart, and is forgotten with the next
step.  It is answered by a tap, a yes or no, “the first one”, the name of its domain, or any address: one that is typed
exactly as before is what the person insists on, and is taken.  Asking costs no try.
"""

from domain.consent import confirmation_requests
from domain.effects import Button
from flows.answers.addresses.pick_by_name import pick_by_name
from flows.answers.addresses.read_addresses import read_addresses
from flows.answers.addresses.result import NoAddress, OneAddress, SeveralAddresses, SuggestedAddress
from flows.answers.user_input import UserInput
from flows.compiled.catalog import NEXT
from flows.compiled.step import Step, tap_payload
from flows.conversation.state import ConversationTurn
from flows.conversation.variable_names import ADDRESS, ADDRESS_MID, ASKED_ADDRESS
from flows.conversation.walk import follow_trigger
from flows.language.matching import normalize_text
from flows.understanding.answer_words import YES_WORDS
from flows.understanding.stopping.mail_wishes import strip_wishes

KINDS = ("email", "confirm", "prove")
"""Kinds of steps where an address may be asked about."""
MOST_CHOICES = 3
"""Addresses that are offered to choose from; of more, the person is asked to send one."""
NONE = "none"
"""Stands for “none of these” in the payload of a quick reply."""
MEANT, WHICH = "meant", "which"
"""What was asked: whether one is meant (a second is what was typed), or which of several."""

_HASH_LENGTH = 8
_YES = YES_WORDS | {
    "y", "yup", "right", "correct", "exactly", "that one", "yes that one", "thats it", "thats right", "genau",
    "richtig", "stimmt", "ja genau", "ja stimmt", "die meine ich", "korrekt", "j", "jup", "yes i do", "i do", "oh yes",
}  # fmt: skip
_NO = frozenset({
    "no", "nope", "n", "nein", "nö", "nee", "wrong", "falsch", "neither", "none", "keine", "keine von beiden",
    "weder noch", "no thats wrong", "no its not", "not that one", "nicht die", "nein falsch", "another one",
})  # fmt: skip
"""“No thanks” is not here: it declines the question itself."""
_PLACES = (
    {
        "1",
        "first",
        "the first",
        "the first one",
        "first one",
        "die erste",
        "erste",
        "das erste",
        "nummer 1",
        "number 1",
    },
    {"2", "second", "the second", "the second one", "second one", "die zweite", "zweite", "nummer 2", "number 2"},
    {"3", "third", "the third", "the third one", "third one", "die dritte", "dritte", "nummer 3", "number 3"},
)
_PLACE_LABELS = ("label_address_first", "label_address_second", "label_address_third")


def answer_with_address(turn: ConversationTurn, user_input: UserInput) -> bool:
    """Take an input as the answer to ``ask: email``, or to what was asked about it; False if it holds no address."""
    # The address of the profile comes from the platform: nobody has typed it.
    is_profile = user_input.payload == user_input.text and "@" in user_input.payload
    if is_profile and (email := _profile_address(user_input.payload)):
        take_address(turn, email, user_input.mid)
        return True
    if _answer_asked(turn, user_input):
        return True
    # “…, but not too often”: a condition on giving says nothing against the address.
    text = strip_wishes(user_input.text)
    reading = read_addresses(text)
    if isinstance(reading, OneAddress):
        take_address(turn, reading.email, user_input.mid)
        return True
    return ask_about_addresses(turn, text)


def change_address(turn: ConversationTurn, user_input: UserInput) -> bool:
    """Take another address while a step waits for a code; False if the text or the flow has no place for one."""
    if turn.flow is None or turn.flow.first_step("email") is None:
        return False
    # Digits alone are a code; without an @ only an answer to what was asked about an address is of interest.
    return answer_with_address(turn, user_input) if "@" in user_input.text else _answer_asked(turn, user_input)


def take_address(turn: ConversationTurn, email: str, mid: str) -> None:
    """Take an address that is certain as the answer to ``ask: email``, also while a step waits for its code."""
    turn.forget_variable(ASKED_ADDRESS)
    if turn.step and turn.step.kind != "email" and turn.flow and (email_step := turn.flow.first_step("email")):
        turn.add_reason("Another address was given.")
        # “Back” must not find the email step twice, so it leaves the trail before it is answered again.
        turn.trail = tuple(name for name in turn.trail if name != email_step.name)
        turn.step = email_step
    # Held, not proven: nothing is mailed before a confirmation is asked for.
    record, name = confirmation_requests.hold_address(turn.record, email, turn.context)
    turn.record = record
    turn.variables = {**turn.variables, ADDRESS: name, ADDRESS_MID: mid}
    if turn.step and turn.step.answer_field:
        turn.change_record(fields={**turn.record.fields, turn.step.answer_field: email})
    turn.add_reason("An address was given.")
    follow_trigger(turn, NEXT)


def ask_about_addresses(turn: ConversationTurn, text: str) -> bool:
    """Ask which address a text means; False if there is nothing to ask."""
    reading, step = read_addresses(text), turn.step
    if step is None:
        return False
    match reading:
        case SuggestedAddress(email=email, typed=typed):
            _ask(turn, step, MEANT, (email, typed) if typed not in ("", email) else (email,))
        case SeveralAddresses(emails=emails) if len(emails) <= MOST_CHOICES:
            _ask(turn, step, WHICH, emails)
        case SeveralAddresses():
            turn.speech.say_reply("address_many")
        case NoAddress(problem="former"):
            turn.add_reason("The address that was named is no longer in use, so the present one was asked for.")
            turn.speech.say_reply("again_email_former")
        case _:
            return False
    return True


def repeat_open_question(turn: ConversationTurn) -> None:
    """Ask what is open once more, briefly: which address is meant if that was asked, else the question of the step."""
    what, emails = _asked(turn)
    # “Shall I stop all mails?” stands above whatever a step asks.
    if turn.step and emails and turn.record.stop_asked_at is None:
        _say_asked(turn, turn.step, what, emails)
    else:
        turn.speech.repeat_briefly()


def take_tapped(turn: ConversationTurn, rest: str, mid: str) -> None:
    """Take a tap on one of the addresses that were asked about; ``rest`` is its number and a keyed hash of it."""
    number, _, tapped = rest.partition(".")
    _, emails = _asked(turn)
    fitting = [email for email in emails if _hash(turn, email) == tapped]
    if fitting and number != NONE:
        take_address(turn, fitting[0], mid)
    elif fitting:
        _ask_once_more(turn)
    else:
        turn.add_reason("The address that was tapped is not asked about any more.")
        turn.speech.repeat_question()


# -- what was asked ------------------------------------------------------------------------------------------------
def _ask(turn: ConversationTurn, step: Step, what: str, emails: tuple[str, ...]) -> None:
    """Remember what is asked, and ask it."""
    turn.variables = {**turn.variables, ASKED_ADDRESS: " ".join((step.name, what, *emails))}
    turn.add_reason("The address is in doubt, so the person was asked.")
    _say_asked(turn, step, what, emails)


def _say_asked(turn: ConversationTurn, step: Step, what: str, emails: tuple[str, ...]) -> None:
    """Ask whether an address is meant, or which, with the answers as quick replies."""
    *others, last = emails
    if what == MEANT:
        turn.speech.say_reply("address_meant", fits=emails[0])
    else:
        fits = turn.catalog.language_packs[turn.language].replies["fits_either"]
        turn.speech.say_reply("address_which", fits=fits.render({"first": ", ".join(others), "second": last}))
    names = (
        _PLACE_LABELS[: len(emails)] if what == WHICH else ("label_address_yes", "label_address_keep")[: len(emails)]
    )
    buttons = [_button(turn, step, str(place), name, emails[place]) for place, name in enumerate(names)]
    if len(emails) == 1:
        buttons.append(_button(turn, step, NONE, "label_address_other", emails[0]))
    turn.speech.own_quick_replies = tuple(buttons)


def _button(turn: ConversationTurn, step: Step, place: str, label: str, email: str) -> Button:
    # A payload is kept in the history, so it holds a keyed hash and never the address.
    flow = turn.flow.name if turn.flow else ""
    text = turn.catalog.language_packs[turn.language].replies[label].source
    return Button(label=text, payload=tap_payload(flow, step.name, f"address.{place}.{_hash(turn, email)}"))


def _hash(turn: ConversationTurn, email: str) -> str:
    return turn.context.keys.address_hash(email)[:_HASH_LENGTH]


def _asked(turn: ConversationTurn) -> tuple[str, tuple[str, ...]]:
    """Return what was asked at this step, and the addresses; empty if nothing was."""
    name, what, *emails = (*str(turn.variables.get(ASKED_ADDRESS, "")).split(" "), "", "")
    if turn.step is None or name != turn.step.name:
        return "", ()
    return what, tuple(email for email in emails if email)


def _answer_asked(turn: ConversationTurn, user_input: UserInput) -> bool:
    """Take an input as the answer to what was asked about an address; False if it is none."""
    what, emails = _asked(turn)
    if not emails:
        return False
    typed = normalize_text(user_input.text)
    meant = _meant_by(turn, what, emails, user_input.text.strip(), typed)
    if meant:
        take_address(turn, meant, user_input.mid)
        return True
    if typed in _NO or typed == _label(turn, "label_address_other"):
        _ask_once_more(turn)
        return True
    return False


def _meant_by(turn: ConversationTurn, what: str, emails: tuple[str, ...], text: str, typed: str) -> str:
    """Return the address that an answer means; empty if it means none."""
    # Typed exactly as before, alone or in a sentence: the person insists.
    reading = read_addresses(text) if "@" in text else None
    again = reading.typed if isinstance(reading, SuggestedAddress) and reading.typed else text
    insisted = next((email for email in emails if email.casefold() == again.casefold()), "")
    if insisted:
        return insisted
    # One that was doubted as a whole takes a yes, not a name.
    if len(emails) > 1 and (named := pick_by_name(text, emails)):
        return named
    if what == MEANT:
        if typed == _label(turn, "label_address_keep"):
            return emails[-1]
        return emails[0] if typed in _YES or typed == _label(turn, "label_address_yes") else ""
    places = (
        email
        for email, words, label in zip(emails, _PLACES, _PLACE_LABELS, strict=False)
        if typed in words or typed == _label(turn, label)
    )
    return next(places, "")


def _label(turn: ConversationTurn, name: str) -> str:
    return normalize_text(turn.catalog.language_packs[turn.language].replies[name].source)


def _ask_once_more(turn: ConversationTurn) -> None:
    turn.forget_variable(ASKED_ADDRESS)
    turn.add_reason("The address that was asked about is not the one.")
    turn.speech.say_reply("address_once_more")


def _profile_address(payload: str) -> str:
    reading = read_addresses(payload)
    match reading:
        case OneAddress(email=email):
            return email
        case SuggestedAddress(typed=typed):
            return typed
        case _:
            return ""
