"""A mail as a web page for nobody: no name, no token, nothing that anybody said or did.  Pure.

The marketer's own part is the mail's, between head and letterhead of the layout.  The footer, which is the reader's way
out, is replaced by one whose only link leads to ``/subscribe``.  Variables that speak of a person are empty or have
their fallback, and a link that is left without a target becomes plain text.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import mrml
from jinja2 import TemplateError

from domain.effects import SendMail
from domain.keyring import Keyring
from domain.record import Identity, Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.templates import jinja
from email_out.templates.check import FOLDER, LAYOUT
from email_out.templates.finish_html import TITLE, WORDMARK, find_heading, finish_html, has_heading, slice_with_heading
from email_out.templates.mjml_lint import MjmlDocument
from email_out.templates.render import RenderError
from email_out.templates.variables import VARIABLES, MailScope
from language.template_filters import HOME, LANGUAGE, ZONE

OF_EVERYBODY = frozenset({
    "topic_name", "topic", "brand", "bot", "company", "address", "contact", "website", "privacy_url", "chat_url",
    "chat",
})  # fmt: skip
"""Variables that are the same for all readers."""
INVITATIONS: Mapping[str, str] = {"en": "Get the next one by mail", "de": "Die nächste Ausgabe per Mail bekommen"}
_FOOTER = (
    '<mj-section padding="22px 12px 44px"><mj-column>'
    '<mj-text css-class="fine" font-size="14px" line-height="1.7" color="{ink}" padding="0 20px">'
    '<a href="/subscribe">{invitation}</a> · {{{{ company }}}}, {{{{ address }}}}</mj-text></mj-column></mj-section>'
)
_FINE_INK = "#6a6156"
_BEGINNING = datetime.fromtimestamp(0, UTC)
_LEADS_NOWHERE = re.compile(r"<a\b[^>]*?\shref=\"\"[^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)


def render_web_view(  # noqa: PLR0917  everything that the page depends on
    files: Mapping[str, str], template: str, topic: str, language: str, config: WorkspaceConfig, public_url: str
) -> str:
    """Return the page of a mail; raises :class:`RenderError` if it cannot be written."""
    document, layout = (_find_document(files, name, language, config) for name in (template, LAYOUT))
    if document is None or layout is None:
        message = f"there is no mail “{template}” in the workspace"
        raise RenderError(message)
    source = _merge_for_web(document, layout, language)
    try:
        options = mrml.RenderOptions(fonts={})
        html = finish_html(mrml.to_html(jinja.escape_less_than(source), render_options=options).content, layout)
        values = _fill_for_nobody(source, template, topic, language, config, public_url)
        return _LEADS_NOWHERE.sub(r"\1", jinja.compile_html(html).render(values))
    except (OSError, TemplateError, TypeError, ValueError) as error:
        message = f"the page of “{template}” cannot be filled ({type(error).__name__})"
        raise RenderError(message) from None


def _find_document(files: Mapping[str, str], name: str, language: str, config: WorkspaceConfig) -> MjmlDocument | None:
    ending = f".{language}" if language != config.default_language else ""
    for file in (f"{FOLDER}{name}{ending}.mjml", f"{FOLDER}{name}.mjml"):
        if file in files:
            return MjmlDocument(file, files[file])
    return None


def _merge_for_web(document: MjmlDocument, layout: MjmlDocument, language: str) -> str:
    body, head = document.find_first("mj-body"), document.find_first("mj-head")
    place, layout_head = layout.find_first("content"), layout.find_first("mj-head")
    layout_body = layout.find_first("mj-body")
    if not (body and head and place and layout_head and layout_body):
        message = "the layout has no place for the mail"
        raise RenderError(message)
    below = [child for child in layout_body.children if child.start > place.start]
    # An element starts behind its tag, so the “<” of <content /> and of the footer is looked for to the left.
    opening = layout.source.rindex("<", 0, place.start)
    footer = layout.source.rindex(f"<{below[0].tag}", 0, below[0].start) if below else layout_body.end
    title = None if has_heading(document) else find_heading(document, TITLE)
    wordmark = None if title or has_heading(document) else find_heading(layout, WORDMARK)
    invitation = INVITATIONS.get(language, INVITATIONS["en"])
    return "".join(
        (
            layout.source[: layout_head.end],
            document.inner_source(head),
            slice_with_heading(layout, layout_head.end, opening, wordmark),
            slice_with_heading(document, body.start, body.end, title),
            layout.source[place.end : footer],
            _FOOTER.format(ink=_FINE_INK, invitation=invitation),
            layout.source[layout_body.end :],
        )
    )


def _fill_for_nobody(  # noqa: PLR0917  as above
    source: str, template: str, topic: str, language: str, config: WorkspaceConfig, public_url: str
) -> dict[str, object]:
    own = jinja.find_own_variables(source)
    scope = _make_scope(template, topic, language, config, public_url)
    filled: dict[str, object] = {LANGUAGE: language, ZONE: config.timezone, HOME: config.timezone}
    for name in jinja.find_variables(source):
        filled[name] = _value_for_nobody(name, own, scope)
    return filled


def _value_for_nobody(name: str, own: Mapping[str, str], scope: MailScope) -> object:
    config, language = scope.config, scope.mail.language
    fill: Callable[[MailScope], str] | None = VARIABLES.get(name)
    if name == "hi":
        return config.pick_text(config.greeting.unnamed, language)
    if fill is not None:
        return fill(scope) if name in OF_EVERYBODY else ""
    if name in config.fields:
        return config.pick_text(config.fields[name].fallback, language)
    # What counts an event has happened to nobody; what a sequence would give, nobody gave.
    return 0 if own.get(name) or name in config.event_by_counter else ""


def _make_scope(template: str, topic: str, language: str, config: WorkspaceConfig, public_url: str) -> MailScope:
    """Return the scope of a mail to nobody; none of the variables that ask for the person are filled from it."""
    nobody = Subscriber(
        id="", identity=Identity(page="", psid=""), created_at=_BEGINNING, last_event_at=_BEGINNING, language=language
    )
    mail = SendMail(
        id="", template=template, address="", lane="marketing", language=language, queued_at=_BEGINNING, topic=topic
    )
    # Keys of nobody: whatever is signed with them opens nothing.
    keys = Keyring("nobody has these keys, nothing is signed with them")
    return MailScope(mail=mail, record=nobody, config=config, keys=keys, public_url=public_url.rstrip("/"))
