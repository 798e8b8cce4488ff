"""What every page shares: the values it works with, whose link it is, and the answers for links that lead nowhere."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from domain import record as records
from domain.keyring import Keyring
from domain.ports import Clock, Store, Transact
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.pages.layout import page, say
from email_out.pages.texts import choose_language

Via = Literal["one-click", "page", "preferences"]
Unsubscribe = Callable[[str, str, str, Via], Awaitable[object]]
"""(subscriber the link was mailed to, keyed hash of the address, topic or empty for all, how): writes the address,
the subscriber and every holder, then returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request to one page."""

    request: web.Request
    token: str
    language: str = ""
    record: Subscriber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the pages are handed: they keep nothing themselves."""

    store: Store
    transact: Transact
    unsubscribe: Unsubscribe
    keys: Keyring
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    """The declarations of the current workspace version."""

    async def record(self, subscriber: str) -> Subscriber | None:
        """Return a subscriber's record, if there is one."""
        raw = (await self.store.load(subscriber)).record
        return records.decode(raw) if raw else None

    def language(self, request: web.Request, record: Subscriber | None) -> str:
        """Return the language this visitor reads."""
        config = self.config()
        return choose_language(
            record.language if record else "", request.headers.get("Accept-Language", ""), config.languages
        )

    def page(
        self,
        visit: Visit,
        title: str,
        text: str = "",
        *,
        status: int = 200,
        template: str = "base.html",
        **values: object,
    ) -> web.Response:
        """Return a page in the visitor's language."""
        return page(self.config(), visit.language, title, status=status, template=template, text=text, **values)

    def say(self, visit: Visit, name: str, **values: str | int) -> str:
        """Return a text in the visitor's language; brand and bot are always known."""
        config = self.config()
        return say(visit.language, name, brand=config.brand_for(visit.language), bot=config.bot, **values)

    def plain(
        self, visit: Visit, name: str, *, status: int = 200, links: bool = True, **values: str | int
    ) -> web.Response:
        """Return a page that only tells something."""
        return self.page(
            visit,
            self.say(visit, f"{name}.title", **values),
            self.say(visit, f"{name}.text", **values),
            status=status,
            links=self.chat_link(visit) if links else (),
        )

    def unknown(self, visit: Visit) -> web.Response:
        """Return the kind page for a link that is forged, cut or replaced."""
        return self.plain(visit, "unknown", status=404)

    def chat_link(self, visit: Visit) -> tuple[dict[str, str], ...]:
        """Return the link back to the chat, if the workspace names its Page."""
        name = self.config().page_username
        return ({"url": f"https://m.me/{name}", "label": self.say(visit, "chat")},) if name else ()

    def topic(self, visit: Visit, topic: str) -> str:
        """Return what people call a topic; empty means all of them."""
        config = self.config()
        if topic in config.topics:
            return config.text(config.topics[topic].name, visit.language)
        return self.say(visit, "all_topics")


def event_id(kind: str, *parts: str) -> str:
    """Return the deduplication id of a press: the same press gives the same id, and it gives no token away."""
    return f"{kind}:{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:32]}"
