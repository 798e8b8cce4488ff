"""The port of the playground: what its routes need from the demo around them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Protocol

from service.playground.views import EventAnswerView, MailView, ScanView, ScriptView, StateView


class UnknownPersonError(LookupError):
    """No person of this id is played here.  Load the page again."""


class PlaygroundWorld(Protocol):
    """Everything the page shows and does.  Methods with ``psid`` raise :class:`UnknownPersonError`."""

    async def read_state(self, psid: str) -> StateView:
        """Return all that is shown of a person; of the first one if ``psid`` is empty."""

    async def read_mail(self, psid: str, mail: str) -> MailView | None:
        """Return one mail of this person's inbox, or of the team's; None if there is none by this id."""

    async def read_script(self) -> ScriptView:
        """Return the files of the workspace as they are saved."""

    async def save_file(self, path: str, text: str, before: str) -> None:
        """Save a file of the workspace; raises ``ValueError`` if there is none, or if it was changed meanwhile."""

    async def add_newcomer(self) -> str:
        """Add a new person; return their PSID."""

    async def get_started(self, psid: str, language: str) -> None:
        """Begin in this language: press get-started behind its link, or type its word."""

    async def follow_link(self, psid: str, ref: str, language: str) -> None:
        """Come by a link or an ad with this ref; a newcomer speaks this language."""

    async def type_text(self, psid: str, text: str, language: str) -> None:
        """Type a message; a newcomer speaks this language."""

    async def send_photo(self, psid: str) -> None:
        """Send a picture."""

    async def answer_as_team(self, psid: str, text: str) -> None:
        """Write to this person as the team does from the Page inbox; the bot then keeps silent."""

    async def hand_back(self, psid: str) -> None:
        """Give this person's conversation back to the bot, as the team does from the Page inbox."""

    async def tap_choice(self, psid: str, *, title: str, payload: str, postback: bool, language: str) -> None:
        """Tap a quick reply, or (``postback``) a template button or an ice breaker, which may begin the chat."""

    async def move_clock(self, ahead: timedelta) -> None:
        """Move business time ahead; raises ``ValueError`` for a step back."""

    async def move_to_next(self, psid: str) -> None:
        """Move business time to this person's next due moment, else to the next of any person, if there is one."""

    async def post_event(self, psid: str, event: str) -> EventAnswerView:
        """Report a product event of this person to the events API; raises ``ValueError`` if it is not declared."""

    async def scan_links(self, psid: str) -> ScanView:
        """Visit every link in this person's mails as scanners do, and compare what is stored before and after."""

    def watch_changes(self) -> AsyncIterator[None]:
        """Yield at once, and then whenever something that the page shows has changed."""
