"""Plays what a person does in a line: turns its words into the events that a webhook or page would make of it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from domain.effects import Button, SendChat, SendMail
from domain.entry_point import EntryPoint
from domain.events import (
    ChatRefused,
    ConfirmPressed,
    Message,
    MessageEdit,
    MessageUnsend,
    NotMe,
    Postback,
    ProductEvent,
    Referral,
    ThreadControlChanged,
)
from domain.workspace_config import Texts
from flows.compiled.catalog import start_payload
from flows.language.matching import normalize_text
from language.durations import parse_duration
from language.findings import suggest_name
from service.transcripts.model import EditText, FollowText, LineText, TapText
from service.transcripts.participant import Participant
from service.transcripts.world import TranscriptWorld

GET_STARTED = "get started"
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")  # {{ code }}, {{ old_code }}, {{ wrong_code }}, {{ draw }}
_HANDOVER_PHRASES: Mapping[str, str] = {"takes over": "taken", "hands back": "given_back"}
"""What ``human`` may say besides a message of the team, and the control event that it stands for."""


class CannotPlayError(Exception):
    """The line cannot be played.  The message says why, and what could be played instead."""


def play_line(world: TranscriptWorld, person: Participant, line: LineText) -> None:
    """Play the action of a line, if it has one.  Raises :class:`CannotPlayError`."""
    name = line.action
    if name:
        _ACTIONS[name](world, person, getattr(line, name))


def type_message(world: TranscriptWorld, person: Participant, text: str) -> None:
    """Type a message, with its placeholders filled in."""
    # Placeholders are filled in when the line is played: the code of "{{ code }}" is not known before.
    mid, filled_in = world.new_id(), _PLACEHOLDER.sub(lambda match: fill_placeholder(world, person, match[1]), text)
    person.typed.append((mid, filled_in))
    world.process_events(person, Message(id=mid, at=world.now, mid=mid, text=filled_in))


def fill_placeholder(world: TranscriptWorld, person: Participant, name: str) -> str:
    """Return the text for ``{{ name }}``.  Raises :class:`CannotPlayError` if there is none."""
    if name == "draw":
        if not person.vouchers:
            message = f"{person.name} was given no code of a pool yet"
            raise CannotPlayError(message)
        return person.vouchers[-1]
    # A code is derived from the keys and the nonce of its mail, so it can be computed and need not be read.
    codes = [
        world.keys.confirmation_codes(person.record.id, mail.address, mail.nonce)[0]
        for mail in list_confirmation_mails(person)
    ]
    match name:
        case "code":
            return _nth_code(codes, 1)
        case "old_code":
            return _nth_code(codes, 2)  # the mails are listed newest first
        case "wrong_code":
            # Deterministic: the first number that none of the mails carried.
            return next(code for number in range(1, 1_000_000) if (code := f"{number:06d}") not in codes)
    placeholders = ("code", "old_code", "wrong_code", "draw")
    message = f"“{{{{ {name} }}}}” is not known here. {suggest_name(name, placeholders)}"
    raise CannotPlayError(message)


def list_confirmation_mails(person: Participant) -> list[SendMail]:
    """Return the mails with a confirmation code that arrived, newest first."""
    return [mail for mail in reversed(person.mails) if mail.nonce]


def _nth_code(codes: Sequence[str], number: int) -> str:
    if len(codes) < number:
        message = "no mail with a code has arrived" if number == 1 else "only one mail with a code has arrived"
        raise CannotPlayError(message)
    return codes[number - 1]


def _edit_message(world: TranscriptWorld, person: Participant, edit: EditText) -> None:
    mid = _find_typed(person, edit.old)
    person.typed = [(typed_mid, edit.new if typed_mid == mid else text) for typed_mid, text in person.typed]
    # ``edition=1``: the first edit of the message, as the platform counts them.
    world.process_events(person, MessageEdit(id=world.new_id(), at=world.now, mid=mid, text=edit.new, edition=1))


def _unsend_message(world: TranscriptWorld, person: Participant, text: str) -> None:
    mid = _find_typed(person, "" if text == "last" else text)
    world.process_events(person, MessageUnsend(id=world.new_id(), at=world.now, mid=mid))


def _find_typed(person: Participant, text: str) -> str:
    """Return the message id of the newest message with this text; of the newest message if the text is empty."""
    for mid, typed in reversed(person.typed):
        if text in ("", typed):
            return mid
    hint = suggest_name(text, [typed for _, typed in person.typed]) if text else ""
    message = f"{person.name} typed no “{text}”. {hint}" if text else f"{person.name} has typed nothing yet"
    raise CannotPlayError(message)


def _send_attachments(world: TranscriptWorld, person: Participant, kinds: Sequence[str]) -> None:
    mid = world.new_id()
    # One entry for each attachment; stickers and locations have no file, so no address.
    urls = tuple("" if kind in ("sticker", "location") else f"https://cdn.example/{kind}" for kind in kinds)
    world.process_events(person, Message(id=mid, at=world.now, mid=mid, attachments=tuple(kinds), urls=urls))


def _play_tap(world: TranscriptWorld, person: Participant, tap: TapText) -> None:
    tap_label(world, person, tap.label, tap.on)


def tap_label(world: TranscriptWorld, person: Participant, label: str, on: str = "") -> None:
    """Tap what carries this label.  Raises :class:`CannotPlayError` if nothing does."""
    offer = next((offer for offer in list_tappable(world, person, on) if offer[0].label == label), None)
    if offer is None:
        labels = [button.label for button, _ in list_tappable(world, person, on)]
        message = f"there is no “{label}” to tap. {suggest_name(label, labels) or 'There is nothing to tap.'}"
        raise CannotPlayError(message)
    press_button(world, person, *offer)


def press_button(world: TranscriptWorld, person: Participant, button: Button, is_reply: bool) -> None:  # noqa: FBT001  a pair of list_tappable()
    """Press a button or quick reply; one with a web address or phone number only leaves the chat."""
    mid = world.new_id()
    # Messenger sends a quick reply as a message that carries its payload, a button as a postback.
    if is_reply:
        world.process_events(person, Message(id=mid, at=world.now, mid=mid, text=button.label, payload=button.payload))
    elif button.payload:
        world.process_events(
            person, Postback(id=mid, at=world.now, mid=mid, payload=button.payload, title=button.label)
        )


def list_tappable(world: TranscriptWorld, person: Participant, on: str = "") -> Iterator[tuple[Button, bool]]:
    """Yield what can be tapped and whether it is a quick reply: quick replies, buttons, then the menu.

    ``on`` is the title of a card or part of a text; only what hangs there is yielded then.
    """
    thread = person.thread
    # Quick replies vanish with the next message, buttons stay in the thread; the newest come first.
    if thread and not on:
        yield from ((reply, True) for reply in list_quick_replies(thread[-1], person))
    for message in reversed(thread):
        for card in message.cards:
            yield from ((button, False) for button in card.buttons if on in ("", card.title))
        if not on or on in message.text:
            yield from ((button, False) for button in message.buttons)
    # The persistent menu hangs under the chat, on no message, so ``on`` never means it.
    for item in world.config.menu if not on else ():
        yield _menu_button(world, person, item.label, item.flow or "", item.url), False


def list_quick_replies(message: SendChat, person: Participant) -> list[Button]:
    """Return the quick replies of a message, with the profile's address and phone number if it offers those."""
    offered = [person.email] if message.offer_email and person.email else []
    offered += [person.phone] if message.offer_phone and person.phone else []
    return [*(Button(label=value, payload=value) for value in offered), *message.quick_replies]


def _menu_button(world: TranscriptWorld, person: Participant, label: Texts, flow: str, url: str) -> Button:
    spoken_label = world.config.pick_text(label, person.record.language or world.config.default_language)
    return Button(label=spoken_label, payload="" if url else start_payload(flow), url=url)


def begin_flow(world: TranscriptWorld, person: Participant, flow: str) -> str:
    """Begin a flow by its word in the person's language, else by the menu; return what was done, as it is shown."""
    language = person.record.language or world.config.default_language
    book = world.rules.flows
    word = book.flows[flow].start_word[language]
    # A flow without a start word is called by its name, which then begins nothing.
    if flow in book.start_words.get(normalize_text(word), {}).values():
        type_message(world, person, word)
        return word
    _open_flow(world, person, flow)
    return f"[{flow}]"


def _open_flow(world: TranscriptWorld, person: Participant, target: str) -> None:
    payload = "GET_STARTED" if target == GET_STARTED else start_payload(target)
    world.process_events(person, Postback(id=world.new_id(), at=world.now, payload=payload, title=target))


def _follow_link(world: TranscriptWorld, person: Participant, link: FollowText) -> None:
    """Follow a link or an ad."""
    entry = EntryPoint(ref=link.ref, source="ADS" if link.ad else "SHORTLINK", ad_id=link.ad)
    # Messenger: in a new thread the referral comes with the get-started postback, in a known one by itself.
    if person.record.version and person.thread:
        world.process_events(person, Referral(id=world.new_id(), at=world.now, entry=entry))
    else:
        world.process_events(
            person, Postback(id=world.new_id(), at=world.now, payload="GET_STARTED", title=GET_STARTED, entry=entry)
        )


def _press_in_mail(world: TranscriptWorld, person: Participant, button: str) -> None:
    if button == "unsubscribe":  # every marketing mail carries the link, a confirmation does not
        mails = [mail for mail in person.mails if mail.topic and not mail.nonce]
        world.unsubscribe_by_link(person, _newest_mail(mails, "no mail with an unsubscribe link has arrived"))
        return
    mail = _newest_mail(list(reversed(list_confirmation_mails(person))), "no confirmation mail has arrived")
    if button == "confirm":
        secret = world.keys.confirm_secrets(person.record.id, mail.address, mail.nonce)[0]
        world.process_events(person, ConfirmPressed(id=world.new_id(), at=world.now, token=secret))
    else:
        world.process_events(person, NotMe(id=world.new_id(), at=world.now, address=mail.address, send=mail.id))


def _newest_mail(mails: Sequence[SendMail], otherwise: str) -> SendMail:
    if not mails:
        raise CannotPlayError(otherwise)
    return mails[-1]


def _report_events(world: TranscriptWorld, person: Participant, events: Sequence[object]) -> None:
    for event in events:
        name, properties = getattr(event, "event", ""), getattr(event, "properties", {})
        person.product_events.append(name)
        world.process_events(person, ProductEvent(id=world.new_id(), at=world.now, name=name, properties=properties))


def _act_as_team(world: TranscriptWorld, person: Participant, phrase: str) -> None:
    match _HANDOVER_PHRASES.get(phrase):
        case "taken":
            event = ThreadControlChanged(id=world.new_id(), at=world.now, action="taken")
        case "given_back":
            event = ThreadControlChanged(id=world.new_id(), at=world.now, action="given_back")
        case _:  # what the team writes reaches the bot only as the fact that it did
            event = ThreadControlChanged(id=world.new_id(), at=world.now, action="spoke")
    world.process_events(person, event)


def _refuse_delivery(world: TranscriptWorld, person: Participant, reason: str) -> None:
    if not person.thread:
        message = "the bot has said nothing yet that could be refused"
        raise CannotPlayError(message)
    newest = person.thread[-1].id  # the platform refuses a message, so there must be one
    if reason == "blocked":
        event = ChatRefused(id=world.new_id(), at=world.now, reason="user_unavailable", send=newest)
    else:
        event = ChatRefused(id=world.new_id(), at=world.now, reason="outside_window", send=newest)
    world.process_events(person, event)


def _wait_for(world: TranscriptWorld, person: Participant, length: str) -> None:
    del person
    world.advance_time(parse_duration(length))


_ACTIONS: Mapping[str, Callable[..., None]] = {
    "says": type_message,
    "taps": _play_tap,
    "sends": _send_attachments,
    "edits": _edit_message,
    "unsends": _unsend_message,
    "opens": _open_flow,
    "follows": _follow_link,
    "presses": _press_in_mail,
    "does": _report_events,
    "human": _act_as_team,
    "refuses": _refuse_delivery,
    "wait": _wait_for,
}
