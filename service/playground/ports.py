"""The port: what the playground's routes need from the demo around them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Protocol

from service.playground.views import Mail, Scan, Script, State, Told


class UnknownPersonError(LookupError):
    """Nobody by this id is played here.  Load the page again."""


class World(Protocol):
    """Everything the page shows and does.  Methods with ``psid`` raise :class:`UnknownPersonError`."""

    async def state(self, psid: str) -> State:
        """Return all that is shown of a person; an empty ``psid`` means the first one."""

    async def mail(self, psid: str, mail: str) -> Mail | None:
        """Return one mail of this person's inbox; None if there is none by that id."""

    async def script(self) -> Script:
        """Return the files of the workspace as they are saved."""

    async def arrive(self) -> str:
        """Let a new person come, and return their id."""

    async def get_started(self, psid: str, language: str) -> None:
        """Come in by this language's door: get-started with its link's ref, or its word typed."""

    async def follow(self, psid: str, ref: str, language: str) -> None:
        """Come by a link or an ad with this ref; who was never here speaks this language."""

    async def say(self, psid: str, text: str, language: str) -> None:
        """Type a message; who was never here speaks this language."""

    async def send_photo(self, psid: str) -> None:
        """Send a picture."""

    async def answer(self, psid: str, text: str) -> None:
        """Write to this person as the team does from the Page inbox; the bot then keeps quiet."""

    async def hand_back(self, psid: str) -> None:
        """Give this person's conversation back to the bot, as the team does from the Page inbox."""

    async def tap(self, psid: str, *, title: str, payload: str, postback: bool, language: str) -> None:
        """Tap a quick reply, or (``postback``) a template button or an ice breaker, which may be the first word."""

    async def move(self, ahead: timedelta) -> None:
        """Move business time ahead; negative raises ``ValueError``."""

    async def move_to_next(self, psid: str) -> None:
        """Move business time to this person's nearest due moment, else to anybody's; nothing due: nothing moves."""

    async def post_event(self, psid: str, event: str) -> Told:
        """Tell the events API that this person did something; raises ``ValueError`` for an undeclared event."""

    async def scan(self, psid: str) -> Scan:
        """Visit every link of every mail of this person as link scanners do, and compare what is stored."""

    def changes(self) -> AsyncIterator[None]:
        """Yield at once, and then whenever something that the page shows has changed."""
