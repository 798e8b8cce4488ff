"""A message as its Page sends it: with the ids that the platform gave to its media and to the persona who speaks.

Neither ever holds a message up.  Without an id, media goes by its address, which the platform fetches and keeps under
an id that it tells with its answer; without a persona, the Page itself speaks.  An id that the platform knows no more
is forgotten, and the message goes without it.
"""

import asyncio
from collections.abc import Callable, Mapping

import structlog

from bot.graph_api.errors import Answer
from bot.graph_api.page_client import MessengerClient
from bot.limits import LimitError
from bot.outbound.platform_ids import Keepsakes
from bot.outbound.render import Payload, persona_body, render
from domain.effects import SendChat
from domain.ports import Store
from domain.workspace_config import Persona

Personas = Callable[[], Mapping[str, Persona]]
"""Returns the declared personas, by name."""

PERSONA_S = 3.0
"""A persona that takes longer to be made is let go."""
REST_S = 300.0
"""After a failure the Page speaks itself for so long, before the persona is tried again."""
_BAD_PARAMETER = 100

_log = structlog.get_logger(__name__)


class Composer:
    """Composes the messages of all Pages."""

    def __init__(self, store: Store, personas: Personas, monotonic: Callable[[], float]) -> None:
        """Remember ids in this store.  ``monotonic`` counts seconds."""
        self._attachments = Keepsakes(store, "attachments")
        self._personas = Keepsakes(store, "personas")
        self._declared = personas
        self._monotonic = monotonic
        self._resting: dict[tuple[str, str], float] = {}
        self._making = asyncio.Lock()

    async def compose(self, client: MessengerClient, chat: SendChat) -> Payload:
        """Return the body; raises :class:`bot.limits.LimitError` or :class:`bot.outbound.render.EmptyMessageError`."""
        known = await self._attachments.find(client.page, chat.media.url) if chat.media else ""
        return render(chat, attachment=known, persona=await self.persona(client, chat))

    async def persona(self, client: MessengerClient, chat: SendChat) -> str:
        """Return the id of the persona who speaks; it is made when it first speaks.  Empty: the Page speaks."""
        persona = self._declared().get(chat.persona) if chat.persona else None
        if persona is None or self._monotonic() < self._resting.get((client.page, chat.persona), 0.0):
            return ""
        known = await self._personas.find(client.page, _thing(persona))
        return known or await self._make(client, chat, persona)

    async def _make(self, client: MessengerClient, chat: SendChat, persona: Persona) -> str:
        thing = _thing(persona)
        async with self._making:  # whoever comes second finds it made
            known = await self._personas.find(client.page, thing)
            if not known and (known := await _made(client, persona)):
                await self._personas.keep(client.page, thing, known)
        if not known:
            self._rest(client, chat)
        return known

    async def learn(self, client: MessengerClient, chat: SendChat, answer: Answer) -> None:
        """Remember the id under which the platform kept the media of a message that went."""
        given = str((answer.data or {}).get("attachment_id", ""))
        if chat.media and given and not await self._attachments.find(client.page, chat.media.url):
            await self._attachments.keep(client.page, chat.media.url, given)

    async def plainer(self, client: MessengerClient, chat: SendChat, body: Payload, answer: Answer) -> Payload | None:
        """Return the message without the ids that may have made the platform refuse it; None if there were none."""
        attachment = await self._attachments.find(client.page, chat.media.url) if chat.media else ""
        if answer.code != _BAD_PARAMETER or not (attachment or "persona_id" in body):
            return None
        if chat.media and attachment:
            await self._attachments.forget(client.page, chat.media.url)
        persona = self._declared().get(chat.persona)
        if persona and "persona_id" in body:
            await self._personas.forget(client.page, _thing(persona))
            self._rest(client, chat)
        return render(chat)

    def _rest(self, client: MessengerClient, chat: SendChat) -> None:
        self._resting[client.page, chat.persona] = self._monotonic() + REST_S
        _log.warning("persona_rests", what=client.page, remedy="check the name and picture in doorstep.yaml: personas")


async def _made(client: MessengerClient, persona: Persona) -> str:
    try:
        async with asyncio.timeout(PERSONA_S):
            return await client.make_persona(persona_body(persona))
    except (TimeoutError, LimitError):
        return ""


def _thing(persona: Persona) -> str:
    return f"{persona.name}\0{persona.picture}"
