"""Renders the web pages and sets their headers: no scripts, no cookies, nothing loaded from elsewhere."""

import base64
import hashlib
import importlib.resources
import re
from collections.abc import Mapping

from aiohttp import web
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from domain.workspace_config import WorkspaceConfig
from email_out.pages.texts import TEXTS

_FILES = importlib.resources.files("email_out.pages")
_CSS = (_FILES / "page.css").read_text("utf-8")
# The policy allows exactly this style sheet by its hash, so it can stand inline without “unsafe-inline”.
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_CSS_HASH}'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
}
"""On every page: not cached, not indexed, no referrer that gives the token away, no scripts, no framing."""

_ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
"""A web or mail address in a text of the workspace."""


def link_addresses(text: str) -> Markup:
    """Return a text whose web and mail addresses can be pressed; the words stay as they are."""
    return Markup(_ADDRESS.sub(_make_link, str(escape(text))))  # noqa: S704  escaped before anything is added


def _make_link(found: re.Match[str]) -> str:
    address = found[0]
    return f'<a href="{"" if found[1] else "mailto:"}{address}">{address}</a>'


_environment = Environment(
    autoescape=True,
    loader=FunctionLoader(lambda name: (_FILES / name).read_text("utf-8")),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["link_addresses"] = link_addresses


def render_page(
    config: WorkspaceConfig,
    language: str,
    title: str,
    *,
    status: int = 200,
    template: str = "base.html",
    **values: object,
) -> web.Response:
    """Return a finished page; ``values`` are the variables of its template."""
    # StrictUndefined raises for a variable that a page does not give: the optional ones get a default here.
    template_values = {"text": "", "button": "", "details": "", "wordings": (), "links": (), **values}
    body = _environment.get_template(template).render(
        config=config,
        language=language,
        title=title,
        words=TEXTS[language],
        css=Markup(_CSS),  # noqa: S704  our own file
        privacy_url=config.privacy_url or "/privacy",
        **template_values,
    )
    return web.Response(
        text=body, status=status, content_type="text/html", headers={**HEADERS, "Content-Language": language}
    )


def format_text(language: str, name: str, /, **values: str | int) -> str:
    """Return a text of the pages, filled in."""
    return TEXTS[language][name].format(**values)
