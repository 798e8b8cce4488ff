"""Composes the body of a message, with the platform's ids of its media and of the persona who speaks.

A missing id never delays a message.  Without the id of its media, the message carries the address: the platform fetches
it, keeps it, and returns the id with its answer.  Without a persona, the Page itself speaks.  An id that the platform
does not know any more is dropped, and the message is sent without it.
"""

import asyncio
from collections.abc import Callable, Mapping

import structlog

from bot.graph_api.errors import GraphAnswer
from bot.graph_api.page_client import MessengerClient
from bot.limits import LimitError
from bot.outbound.platform_ids import PlatformIdCache
from bot.outbound.render import Payload, render_message, render_persona
from domain.declarations import Persona
from domain.effects import SendChat
from domain.ports import MetaStore

DeclaredPersonas = Callable[[], Mapping[str, Persona]]
"""Returns the declared personas, by name."""

PERSONA_S = 3.0
"""Seconds to wait for a new persona; after that the Page speaks."""
REST_S = 300.0
"""Seconds for which the Page speaks itself after a persona failed."""
_BAD_PARAMETER = 100
"""Graph error code; an id that is unknown is among its causes."""

_log = structlog.get_logger(__name__)


class Composer:
    """Composes the messages of all Pages."""

    def __init__(self, store: MetaStore, personas: DeclaredPersonas, monotonic: Callable[[], float]) -> None:
        """Keep ids in this store.  ``monotonic`` counts seconds."""
        self._attachments = PlatformIdCache(store, "attachments")
        self._personas = PlatformIdCache(store, "personas")
        self._declared = personas
        self._monotonic = monotonic
        self._resting: dict[tuple[str, str], float] = {}
        self._make_lock = asyncio.Lock()

    async def compose_body(self, client: MessengerClient, chat: SendChat) -> Payload:
        """Return the body; raises :class:`bot.limits.LimitError` or :class:`bot.outbound.render.EmptyMessageError`."""
        attachment_id = await self._attachments.find_id(client.page, chat.media.url) if chat.media else ""
        return render_message(chat, attachment=attachment_id, persona=await self.find_persona(client, chat))

    async def find_persona(self, client: MessengerClient, chat: SendChat) -> str:
        """Return the id of the persona who speaks, made at its first message; empty if the Page speaks."""
        declared = self._declared().get(chat.persona) if chat.persona else None
        if declared is None or self._monotonic() < self._resting.get((client.page, chat.persona), 0.0):
            return ""
        persona_id = await self._personas.find_id(client.page, _persona_key(declared))
        return persona_id or await self._make_persona(client, chat, declared)

    async def _make_persona(self, client: MessengerClient, chat: SendChat, persona: Persona) -> str:
        key = _persona_key(persona)
        # Two messages of a new persona may be composed at once.  The second waits for the lock, and finds the id.
        async with self._make_lock:
            persona_id = await self._personas.find_id(client.page, key)
            if not persona_id and (persona_id := await _create_persona(client, persona)):
                await self._personas.keep_id(client.page, key, persona_id)
        if not persona_id:
            self._rest_persona(client, chat)
        return persona_id

    async def note_attachment(self, client: MessengerClient, chat: SendChat, answer: GraphAnswer) -> None:
        """Keep the id under which the platform kept the media of a message that was sent."""
        # {"recipient_id": "7001", "message_id": "m_1", "attachment_id": "987", …}: the answer to the first message that
        # carried the address.
        attachment_id = str((answer.data or {}).get("attachment_id", ""))
        if chat.media and attachment_id and not await self._attachments.find_id(client.page, chat.media.url):
            await self._attachments.keep_id(client.page, chat.media.url, attachment_id)

    async def drop_platform_ids(
        self, client: MessengerClient, chat: SendChat, body: Payload, answer: GraphAnswer
    ) -> Payload | None:
        """Return the body without platform ids, to be tried once more; None if the ids cannot be the cause.

        The ids are dropped from the cache, and the persona rests.
        """
        # For an attachment or a persona that it no longer knows, the platform refuses the whole message with code 100,
        # and does not say which parameter was bad.
        attachment = await self._attachments.find_id(client.page, chat.media.url) if chat.media else ""
        if answer.code != _BAD_PARAMETER or not (attachment or "persona_id" in body):
            return None
        if chat.media and attachment:
            await self._attachments.forget_id(client.page, chat.media.url)
        persona = self._declared().get(chat.persona)
        if persona and "persona_id" in body:
            await self._personas.forget_id(client.page, _persona_key(persona))
            self._rest_persona(client, chat)
        return render_message(chat)

    # Without this rest, every message of a broken persona would cost a failing call.
    def _rest_persona(self, client: MessengerClient, chat: SendChat) -> None:
        self._resting[client.page, chat.persona] = self._monotonic() + REST_S
        _log.warning("persona_rests", what=client.page, remedy="check the name and picture in doorstep.yaml: personas")


async def _create_persona(client: MessengerClient, persona: Persona) -> str:
    try:
        async with asyncio.timeout(PERSONA_S):
            return await client.make_persona(render_persona(persona))
    except (TimeoutError, LimitError):
        return ""


def _persona_key(persona: Persona) -> str:
    # A new name or picture makes a new persona; the platform cannot change one.
    return f"{persona.name}\0{persona.picture}"
