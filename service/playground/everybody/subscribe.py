"""Lets a newcomer subscribe by themselves: every message, tap and code goes the way a person's would."""

import asyncio
import re

from service.playground.chat_views import ChoiceView
from service.playground.ports import PlaygroundWorld
from service.playground.views import StateView

MOST_SECONDS = 20.0
"""Real time that a newcomer is given; the bot and the mail server answer within a second or two."""
LOOK_SECONDS = 0.1
_CODE = re.compile(r"\b\d{6}\b")


async def subscribe_newcomer(world: PlaygroundWorld, language: str) -> str:
    """Add a person who says yes to whatever is asked, up to the confirmed address; return their PSID.

    Raises ``ValueError`` if the chat asks for something else than a yes and an address.
    """
    psid = await world.add_newcomer()
    await world.get_started(psid, language)
    # Codes and messages that were answered: the state comes again before the answer has arrived.
    done: set[str] = set()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            while not is_subscribed(state := await world.read_state(psid)):
                await _go_on(world, state, done)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        name = (await world.read_state(psid)).person.name
        message = f"{name} got stuck in the chat: it asks for more than a yes and an address. Go on as {name}."
        raise ValueError(message) from None
    return psid


def is_subscribed(state: StateView) -> bool:
    """Return True if a consent of the person is confirmed."""
    return any(consent.status == "confirmed" for consent in state.knows.consents)


async def _go_on(world: PlaygroundWorld, state: StateView, done: set[str]) -> None:
    psid = state.person.psid
    # While the address waits for its code, the replies offer only other ways, such as another address.
    if any(address.status == "pending" for address in state.knows.addresses):
        code = find_code(state)
        if code and code not in done:
            done.add(code)
            await world.type_text(psid, code, "")
        return
    # Only the newest message has replies; what the person said themselves is waited out.
    newest = state.chat[-1] if state.chat else None
    if newest is None or newest.who != "page" or newest.id in done or not newest.replies:
        return
    done.add(newest.id)
    reply = choose_reply(newest.replies)
    await world.tap_choice(psid, title=reply.label, payload=reply.payload, postback=False, language="")


def find_code(state: StateView) -> str:
    """Return the code in the newest mail; empty if there is none."""
    subjects = (f"{mail.subject} {mail.preview}" for mail in state.mails[:1])
    return next((match[0] for match in map(_CODE.search, subjects) if match), "")


def choose_reply(replies: tuple[ChoiceView, ...]) -> ChoiceView:
    """Return the address that the profile offers, else the first reply: a consent has its yes there."""
    return next((reply for reply in replies if reply.kind == "email"), replies[0])
