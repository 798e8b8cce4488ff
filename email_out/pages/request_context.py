"""What all web pages share: their context, the visit with its record and language, and the page for a bad link."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from domain import record as records
from domain.keyring import Keyring
from domain.ports import Clock, RecordStore, SendLine, Transact
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.pages.layout import format_text, render_page
from email_out.pages.texts import choose_language

UnsubscribeVia = Literal["one-click", "page", "preferences"]
Unsubscribe = Callable[[str, str, str, UnsubscribeVia], Awaitable[object]]
"""(subscriber the link was mailed to, keyed hash of the address, topic or empty for all, how): withdraws consent at the
address, the subscriber and every holder of the address, then returns."""

FindOwner = Callable[[str], Awaitable[str]]
"""Keyed hash of an address → the subscriber who proved it; empty if none did."""


ShowIssue = Callable[[str, str], Awaitable[str | None]]
"""(name of an issue, language) → its page; None if there is none to show."""


async def show_no_issue(name: str, language: str) -> str | None:
    """Return that there is no such issue; for pages without newsletters."""
    del name, language
    return None


ListSends = Callable[[str], Awaitable[Sequence[SendLine]]]


async def list_no_sends(subscriber: str) -> Sequence[SendLine]:
    """Return that nothing was sent; for pages without a send ledger."""
    del subscriber
    return ()


async def find_no_owner(address: str) -> str:
    """Return that nobody proved the address; for pages without an address registry."""
    del address
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVisit:
    """One request to one page."""

    request: web.Request
    token: str
    language: str = ""
    record: Subscriber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """Everything the web pages work with; they keep no state of their own."""

    store: RecordStore
    transact: Transact
    unsubscribe: Unsubscribe
    keys: Keyring
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    """The declarations of the current workspace version."""
    find_owner: FindOwner
    """Returns the subscriber who proved an address."""
    list_sends: ListSends
    """Returns the send ledger of a subscriber."""
    show_issue: ShowIssue
    """Returns the page of a newsletter issue."""

    async def load_record(self, subscriber: str) -> Subscriber | None:
        """Return a subscriber's record; None if it is unknown."""
        raw = (await self.store.load(subscriber)).record
        return records.decode(raw) if raw else None

    def visitor_language(self, request: web.Request, record: Subscriber | None) -> str:
        """Return the language in which this visitor is answered."""
        config = self.config()
        return choose_language(
            record.language if record else "", request.headers.get("Accept-Language", ""), config.languages
        )

    def localise_visit(self, visit: PageVisit, record: Subscriber | None) -> PageVisit:
        """Return the visit with its record and the language that follows from it."""
        language = self.visitor_language(visit.request, record)
        return PageVisit(request=visit.request, token=visit.token, language=language, record=record)

    def render_page(
        self,
        visit: PageVisit,
        title: str,
        text: str = "",
        *,
        status: int = 200,
        template: str = "base.html",
        **values: object,
    ) -> web.Response:
        """Return a page in the visitor's language."""
        return render_page(self.config(), visit.language, title, status=status, template=template, text=text, **values)

    def format_text(self, visit: PageVisit, name: str, **values: str | int) -> str:
        """Return a text in the visitor's language; it may use ``{brand}`` and ``{bot}`` beside the values."""
        config = self.config()
        return format_text(visit.language, name, brand=config.brand_for(visit.language), bot=config.bot, **values)

    def render_text_page(
        self, visit: PageVisit, name: str, *, status: int = 200, links: bool = True, **values: str | int
    ) -> web.Response:
        """Return a page with a title and a text only."""
        return self.render_page(
            visit,
            self.format_text(visit, f"{name}.title", **values),
            self.format_text(visit, f"{name}.text", **values),
            status=status,
            links=self.chat_link(visit) if links else (),
        )

    def render_unknown_link(self, visit: PageVisit) -> web.Response:
        """Return the page for a link that is forged, cut off or replaced by a newer one (404)."""
        return self.render_text_page(visit, "unknown", status=404)

    def chat_link(self, visit: PageVisit) -> tuple[dict[str, str], ...]:
        """Return the link back to the chat; empty if the workspace names no Facebook Page."""
        name = self.config().page_username
        return ({"url": f"https://m.me/{name}", "label": self.format_text(visit, "chat")},) if name else ()

    def topic_label(self, visit: PageVisit, topic: str) -> str:
        """Return a topic's name for people; an empty topic stands for all of them."""
        config = self.config()
        # A topic that the workspace dropped meanwhile counts as all of them, and so does the empty one.
        if topic in config.topics:
            return config.pick_text(config.topics[topic].name, visit.language)
        return self.format_text(visit, "all_topics")


def press_event_id(kind: str, *parts: str) -> str:
    """Return the deduplication id of a button press: the same press gives the same id."""
    # Hashed, since ids are stored with the events and one of the parts may be a secret.
    return f"{kind}:{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:32]}"
