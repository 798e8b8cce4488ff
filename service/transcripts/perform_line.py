"""What a person does in a line: from words to the events that the doors would make of it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from domain.effects import Button, SendChat, SendMail
from domain.events import (
    ChatRefused,
    ConfirmPressed,
    Control,
    Entry,
    Message,
    MessageEdit,
    MessageUnsend,
    NotMe,
    Postback,
    ProductEvent,
    Referral,
)
from domain.workspace_config import Texts
from flows.compiled.catalog import start_payload
from flows.language.matching import normal
from language.durations import parse_duration
from language.findings import did_you_mean
from service.transcripts.model import EditText, FollowText, LineText, TapText
from service.transcripts.world import Person, World

GET_STARTED = "get started"
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_HANDS: Mapping[str, str] = {"takes over": "taken", "hands back": "given_back"}
"""What ``human`` may say besides a text, and what it means."""


class CannotError(Exception):
    """The line cannot be played; the message says why, and what could be."""


def act(world: World, person: Person, line: LineText) -> None:
    """Play what happens in a line.  Raises :class:`CannotError`."""
    name = line.action
    if name:
        _ACTIONS[name](world, person, getattr(line, name))


# -- typing ----------------------------------------------------------------------------------------------------
def says(world: World, person: Person, text: str) -> None:
    """Type a message; its placeholders are filled in."""
    mid, said = world.new_id(), _PLACEHOLDER.sub(lambda found: placeholder(world, person, found[1]), text)
    person.typed.append((mid, said))
    world.happens(person, Message(id=mid, at=world.now, mid=mid, text=said))


def placeholder(world: World, person: Person, name: str) -> str:
    """Return what stands for ``{{ name }}``."""
    if name == "draw":
        if not person.drawn:
            message = f"{person.name} was given no code of a pool yet"
            raise CannotError(message)
        return person.drawn[-1]
    codes = [world.keys.codes(person.record.id, one.address, one.nonce)[0] for one in confirmations(person)]
    match name:
        case "code":
            return _nth(codes, 1)
        case "old_code":
            return _nth(codes, 2)
        case "wrong_code":
            return next(code for number in range(1, 1_000_000) if (code := f"{number:06d}") not in codes)
    known = ("code", "old_code", "wrong_code", "draw")
    message = f"“{{{{ {name} }}}}” is not known here. {did_you_mean(name, known)}"
    raise CannotError(message)


def confirmations(person: Person) -> list[SendMail]:
    """Return the mails with a code that arrived, the newest first."""
    return [one for one in reversed(person.mails) if one.nonce]


def _nth(codes: Sequence[str], number: int) -> str:
    if len(codes) < number:
        message = "no mail with a code has arrived" if number == 1 else "only one mail with a code has arrived"
        raise CannotError(message)
    return codes[number - 1]


def _edits(world: World, person: Person, edit: EditText) -> None:
    mid = _typed(person, edit.old)
    person.typed = [(one, edit.new if one == mid else text) for one, text in person.typed]
    world.happens(person, MessageEdit(id=world.new_id(), at=world.now, mid=mid, text=edit.new, edition=1))


def _unsends(world: World, person: Person, text: str) -> None:
    mid = _typed(person, "" if text == "last" else text)
    world.happens(person, MessageUnsend(id=world.new_id(), at=world.now, mid=mid))


def _typed(person: Person, text: str) -> str:
    """Return the message id of what was typed: the newest with this text, or the newest of all."""
    for mid, said in reversed(person.typed):
        if text in ("", said):
            return mid
    told = did_you_mean(text, [said for _, said in person.typed]) if text else ""
    message = f"{person.name} typed no “{text}”. {told}" if text else f"{person.name} has typed nothing yet"
    raise CannotError(message)


def _sends(world: World, person: Person, kinds: Sequence[str]) -> None:
    mid = world.new_id()
    urls = tuple("" if kind in ("sticker", "location") else f"https://cdn.example/{kind}" for kind in kinds)
    world.happens(person, Message(id=mid, at=world.now, mid=mid, attachments=tuple(kinds), urls=urls))


# -- tapping ---------------------------------------------------------------------------------------------------
def _taps(world: World, person: Person, tap: TapText) -> None:
    taps(world, person, tap.label, tap.on)


def taps(world: World, person: Person, label: str, on: str = "") -> None:
    """Tap what carries a label.  Raises :class:`CannotError`."""
    found = next((one for one in tappable(world, person, on) if one[0].label == label), None)
    if found is None:
        shown = [button.label for button, _ in tappable(world, person, on)]
        message = f"there is no “{label}” to tap. {did_you_mean(label, shown) or 'There is nothing to tap.'}"
        raise CannotError(message)
    press(world, person, *found)


def press(world: World, person: Person, button: Button, is_reply: bool) -> None:  # noqa: FBT001  a pair of tappable()
    """Press what can be tapped; a web address or phone number only leaves the chat."""
    mid = world.new_id()
    if is_reply:
        world.happens(person, Message(id=mid, at=world.now, mid=mid, text=button.label, payload=button.payload))
    elif button.payload:
        world.happens(person, Postback(id=mid, at=world.now, mid=mid, payload=button.payload, title=button.label))


def tappable(world: World, person: Person, on: str = "") -> Iterator[tuple[Button, bool]]:
    """Yield what can be tapped, and whether it is a quick reply: those of the last message, buttons, the menu."""
    thread = person.thread
    if thread and not on:
        yield from ((one, True) for one in quick_replies(thread[-1], person))
    for message in reversed(thread):
        for card in message.cards:
            yield from ((one, False) for one in card.buttons if on in ("", card.title))
        if not on or on in message.text:
            yield from ((one, False) for one in message.buttons)
    for item in world.config.menu if not on else ():
        yield _in_menu(world, person, item.label, item.flow or "", item.url), False


def quick_replies(message: SendChat, person: Person) -> list[Button]:
    """Return the quick replies of a message; the profile's address and number are among them where it asks."""
    offered = [person.email] if message.offer_email and person.email else []
    offered += [person.phone] if message.offer_phone and person.phone else []
    return [*(Button(label=one, payload=one) for one in offered), *message.quick_replies]


def _in_menu(world: World, person: Person, label: Texts, flow: str, url: str) -> Button:
    said = world.config.text(label, person.record.language or world.config.language)
    return Button(label=said, payload="" if url else start_payload(flow), url=url)


def begin(world: World, person: Person, flow: str) -> str:
    """Begin a flow by its word in the person's language, or by the menu where it has none; return what was done."""
    language = person.record.language or world.config.language
    book = world.rules.flows
    word = book.flows[flow].words[language]
    if flow in book.words.get(normal(word), {}).values():
        says(world, person, word)
        return word
    _opens(world, person, flow)
    return f"[{flow}]"


def _opens(world: World, person: Person, what: str) -> None:
    payload = "GET_STARTED" if what == GET_STARTED else start_payload(what)
    world.happens(person, Postback(id=world.new_id(), at=world.now, payload=payload, title=what))


def _follows(world: World, person: Person, link: FollowText) -> None:
    """A new thread brings the link with the get-started button, a known one by itself (Messenger referrals)."""
    entry = Entry(ref=link.ref, source="ADS" if link.ad else "SHORTLINK", ad_id=link.ad)
    if person.record.version and person.thread:
        world.happens(person, Referral(id=world.new_id(), at=world.now, entry=entry))
    else:
        world.happens(
            person, Postback(id=world.new_id(), at=world.now, payload="GET_STARTED", title=GET_STARTED, entry=entry)
        )


# -- mails, the product, the team, the platform ----------------------------------------------------------------
def _presses(world: World, person: Person, what: str) -> None:
    if what == "unsubscribe":
        mails = [one for one in person.mails if one.topic and not one.nonce]
        world.unsubscribes(person, _newest(mails, "no mail with an unsubscribe link has arrived"))
        return
    mail = _newest(list(reversed(confirmations(person))), "no confirmation mail has arrived")
    if what == "confirm":
        secret = world.keys.confirm_secrets(person.record.id, mail.address, mail.nonce)[0]
        world.happens(person, ConfirmPressed(id=world.new_id(), at=world.now, token=secret))
    else:
        world.happens(person, NotMe(id=world.new_id(), at=world.now, address=mail.address))


def _newest(mails: Sequence[SendMail], otherwise: str) -> SendMail:
    if not mails:
        raise CannotError(otherwise)
    return mails[-1]


def _does(world: World, person: Person, deeds: Sequence[object]) -> None:
    for deed in deeds:
        name, properties = getattr(deed, "event", ""), getattr(deed, "properties", {})
        person.deeds.append(name)
        world.happens(person, ProductEvent(id=world.new_id(), at=world.now, name=name, properties=properties))


def _human(world: World, person: Person, what: str) -> None:
    match _HANDS.get(what):
        case "taken":
            event = Control(id=world.new_id(), at=world.now, action="taken")
        case "given_back":
            event = Control(id=world.new_id(), at=world.now, action="given_back")
        case _:
            event = Control(id=world.new_id(), at=world.now, action="spoke")
    world.happens(person, event)


def _refuses(world: World, person: Person, what: str) -> None:
    if not person.thread:
        message = "the bot has said nothing yet that could be refused"
        raise CannotError(message)
    newest = person.thread[-1].id
    if what == "blocked":
        event = ChatRefused(id=world.new_id(), at=world.now, reason="user_unavailable", send=newest)
    else:
        event = ChatRefused(id=world.new_id(), at=world.now, reason="outside_window", send=newest)
    world.happens(person, event)


def _waits(world: World, person: Person, length: str) -> None:
    del person
    world.wait(parse_duration(length))


_ACTIONS: Mapping[str, Callable[..., None]] = {
    "says": says,
    "taps": _taps,
    "sends": _sends,
    "edits": _edits,
    "unsends": _unsends,
    "opens": _opens,
    "follows": _follows,
    "presses": _presses,
    "does": _does,
    "human": _human,
    "refuses": _refuses,
    "wait": _waits,
}
