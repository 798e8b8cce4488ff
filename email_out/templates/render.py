"""Turns ``emails/*.mjml`` into ready templates once, and fills one for a person in well under a millisecond.  Pure.

A mail is two files put together: the marketer's own (title, preview, sections) and the layout
(``_layout.mjml``: letterhead, colours, dark mode, footer), whose ``<content />`` is replaced by the mail's body.
MJML and CSS are compiled when the workspace is loaded; Jinja2 stays in the HTML and is filled per recipient.
"""

import html as html_escapes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import mrml
from jinja2 import Template, TemplateError

from domain.consent.decisions import CONFIRMATION, PROOF
from domain.effects import SendMail
from domain.keyring import Keyring
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.templates import jinja
from email_out.templates import plain_text as plain
from email_out.templates.mjml_lint import Document, Element
from email_out.templates.variables import PERSONAL, VARIABLES, Scope, fill
from language.findings import Finding

FOLDER = "emails/"
LAYOUT = "_layout"
PROVING = (CONFIRMATION, PROOF)
"""Mails that prove an address: with a topic, and without."""
LONGEST_SUBJECT = 120
MUST_SHOW = ("company", "address", "privacy_url", "unsubscribe_url", "preferences_url")
"""What every layout must show: who sends, from where, and the ways out."""

_FILE = re.compile(r"emails/(?P<name>[a-z_][a-z0-9_]*)(?:\.(?P<language>[A-Za-z][A-Za-z0-9-]*))?\.mjml")
_FOLLOWED = re.compile(r"https?://|mailto:|tel:|#|\{\{|\{%", re.IGNORECASE)
"""How a link begins that a mail program follows; a variable is a whole address."""
_GAPS = re.compile(r"\n{3,}")
_PREHEADER_PAD = "&#847;&zwnj; " * 24
"""Invisible filler: keeps the mail's first words out of the inbox preview."""


class RenderError(Exception):
    """A mail cannot be made: its template or a value is missing.  The message names which; mend the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTemplate:
    """One mail in one language, ready to be filled."""

    file: str
    subject: Template
    html: Template
    text: Template
    names: frozenset[str]
    """Variables it uses."""
    uses: Mapping[str, str]
    """Variables of its own: name → event it counts, or empty if the sequence gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBook:
    """All mails of one workspace version."""

    mails: Mapping[tuple[str, str], MailTemplate]
    """By (name, language)."""
    language: str
    """Used where a mail is not translated."""

    def find(self, name: str, language: str) -> MailTemplate | None:
        """Return a mail in this language, else in the default one."""
        return self.mails.get((name, language)) or self.mails.get((name, self.language))

    @property
    def names(self) -> frozenset[str]:
        """Names of all mails, for checking sequences against them."""
        return frozenset(name for name, _ in self.mails)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One mail as one person gets it."""

    to: str
    """The address."""
    subject: str
    html: str
    text: str
    unsubscribe_url: str
    """One-click address; empty on transactional mail."""


def compile_mails(files: Mapping[str, str], config: WorkspaceConfig) -> tuple[MailBook, list[Finding]]:
    """Compile every mail of a workspace; return the usable ones and what is wrong with the others."""
    findings: list[Finding] = []
    mails: dict[tuple[str, str], MailTemplate] = {}
    documents = {path: Document(path, text) for path, text in sorted(files.items()) if _FILE.fullmatch(path)}
    for path, document in documents.items():
        name, language = _name_of(path, config)
        text_path = path.removesuffix("mjml") + "txt"
        found = _check(name, language, document, documents, config)
        found += _check_jinja(name, text_path, files.get(text_path, ""), config)
        findings += found
        layout = _sibling(LAYOUT, language, documents, config)
        if name != LAYOUT and layout and not any(one.severity == "error" for one in (*found, *layout.findings)):
            built, why = _compile(document, layout, files.get(text_path))
            findings += why
            mails.update({(name, language): built} if built else {})
    return MailBook(mails=mails, language=config.language), findings


def render(  # noqa: PLR0917  the signature agreed between the rooms
    book: MailBook, mail: SendMail, record: Subscriber, config: WorkspaceConfig, keys: Keyring, public_url: str
) -> Content:
    """Return the mail for this person; the same arguments give the same mail.  Raises :class:`RenderError`."""
    template = book.find(mail.template, mail.language)
    if template is None:
        message = f"there is no mail “{mail.template}” in the workspace"
        raise RenderError(message)
    if mail.address not in record.addresses:
        message = "the address is no longer known"
        raise RenderError(message)
    scope = Scope(mail=mail, record=record, config=config, keys=keys, public_url=public_url.rstrip("/"))
    try:
        values = fill(template.names, template.uses, scope)
        return Content(
            to=record.addresses[mail.address].email,
            subject=" ".join(template.subject.render(values).split()),
            html=template.html.render(values),
            text=_GAPS.sub("\n\n", template.text.render(values)),
            unsubscribe_url=str(values.get("unsubscribe_url", "")),
        )
    except KeyError as error:
        message = f"the mail “{mail.template}” needs “{error.args[0]}”, which nobody gave"
        raise RenderError(message) from None
    except (TemplateError, TypeError, ValueError) as error:
        message = f"the mail “{mail.template}” cannot be filled ({type(error).__name__})"
        raise RenderError(message) from None


def _name_of(path: str, config: WorkspaceConfig) -> tuple[str, str]:
    found = _FILE.fullmatch(path)
    return (found["name"], found["language"] or config.language) if found else ("", "")


def _sibling(name: str, language: str, documents: Mapping[str, Document], config: WorkspaceConfig) -> Document | None:
    translated = documents.get(f"{FOLDER}{name}.{language}.mjml") if language != config.language else None
    return translated or documents.get(f"{FOLDER}{name}.mjml")


def _check(
    name: str, language: str, document: Document, documents: Mapping[str, Document], config: WorkspaceConfig
) -> list[Finding]:
    own = _check_jinja(name, document.file, document.source, config)
    rules = [*_links(document), *(_layout_rules(document) if name == LAYOUT else _mail_rules(name, document))]
    if any(one.code == "unknown-tag" for one in document.findings):
        rules = []
    return [*document.findings, *own, *rules, *_file_rules(name, language, document, documents, config)]


def _check_jinja(name: str, file: str, source: str, config: WorkspaceConfig) -> list[Finding]:
    known = jinja.Known(
        variables=frozenset(VARIABLES) | config.fields.keys() | config.counters.keys(), events=frozenset(config.events)
    )
    reason = "Nothing that a stranger may have set travels in a confirmation."
    forbidden = dict.fromkeys(PERSONAL | config.fields.keys(), reason) if name in PROVING else {}
    return jinja.check(file, source, known, forbidden)


def _file_rules(
    name: str, language: str, document: Document, documents: Mapping[str, Document], config: WorkspaceConfig
) -> Iterable[Finding]:
    if language not in config.languages:
        yield _finding(document, None, "unknown-language", f"“{language}” is not among the languages of doorstep.yaml.")
    if language != config.language and f"{FOLDER}{name}.mjml" not in documents:
        yield _finding(document, None, "missing-original", f"There is no {FOLDER}{name}.mjml that this translates.")
    if name != LAYOUT and f"{FOLDER}{LAYOUT}.mjml" not in documents:
        yield _finding(
            document, None, "missing-layout", f"{FOLDER}{LAYOUT}.mjml is missing.", "doorstep init copies one."
        )
    for other in config.languages[1:] if language == config.language else ():
        if f"{FOLDER}{name}.{other}.mjml" not in documents:
            yield _finding(
                document,
                None,
                "missing-translation",
                f"“{name}” is not translated into “{other}”.",
                f"Write {FOLDER}{name}.{other}.mjml.",
                severity="warning",
            )


def _mail_rules(name: str, document: Document) -> Iterable[Finding]:
    subject, preview = (_inner(document, tag) for tag in ("mj-title", "mj-preview"))
    if not subject:
        yield _finding(
            document,
            document.first("mj-head"),
            "no-subject",
            "The mail has no subject.",
            "Write <mj-title>…</mj-title> in <mj-head>.",
        )
    if len(subject) > LONGEST_SUBJECT:
        yield _finding(
            document,
            document.first("mj-title"),
            "long-subject",
            f"The subject has {len(subject)} characters, at most {LONGEST_SUBJECT} are shown.",
        )
    if not preview:
        yield _finding(
            document,
            document.first("mj-head"),
            "no-preheader",
            "The mail has no preview line.",
            "Write <mj-preview>…</mj-preview> in <mj-head>.",
        )
    buttons = [one for one in document.root.all("mj-button") if "secondary" not in one.attributes.get("css-class", "")]
    if len(buttons) != 1:
        yield _finding(
            document,
            buttons[1] if buttons else None,
            "primary-buttons",
            f"The mail has {len(buttons)} primary buttons; it needs exactly one.",
            'Mark the others with css-class="secondary".' if buttons else "Add an <mj-button>.",
        )
    for button in document.root.all("mj-button"):
        if not button.attributes.get("href"):
            yield _finding(document, button, "button-without-target", "The button leads nowhere.", 'Add href="…".')
    if name in PROVING:
        yield from _confirmation_rules(document)


def _confirmation_rules(document: Document) -> Iterable[Finding]:
    for needed in ("code", "confirm_url", "not_me_url"):
        if not re.search(rf"\{{\{{[^}}]*\b{needed}\b", document.source):
            yield _finding(document, None, "incomplete-confirmation", f"The confirmation must show {{{{ {needed} }}}}.")


def _links(document: Document) -> Iterable[Finding]:
    """Yield links that a mail program cannot follow, and what would be loaded from elsewhere."""
    for element in document.root.everything():
        href = element.attributes.get("href", "").strip()
        if href and not _FOLLOWED.match(href):
            path = href.lstrip("/")
            hint = f"https://{path}" if "." in path.split("/", 1)[0] else f"Write {{{{ website }}}}/{path}"
            yield _finding(document, element, "link-without-scheme", "A link in a mail needs https:// in front.", hint)
        if element.tag in ("mj-image", "img") or "background-url" in element.attributes:
            yield _finding(
                document,
                element,
                "remote-picture",
                "This picture is loaded when the mail is opened, and that tells its server who opened it.",
                "Leave it out, or say so in your consent wording and privacy notice.",
                severity="warning",
            )


def _layout_rules(document: Document) -> Iterable[Finding]:
    if len(document.root.all("content")) != 1:
        yield _finding(
            document,
            document.first("mj-body"),
            "no-content-place",
            "A layout needs exactly one place for the mail.",
            "Write <content /> in <mj-body>.",
        )
    for needed in MUST_SHOW:
        if not re.search(rf"\{{\{{[^}}]*\b{needed}\b", document.source):
            yield _finding(document, None, "incomplete-footer", f"The layout must show {{{{ {needed} }}}}.")


def _finding(
    document: Document, element: Element | None, code: str, message: str, hint: str = "", *, severity: str = "error"
) -> Finding:
    line, column = (element.line, element.column) if element else (1, 1)
    return Finding(
        file=document.file,
        line=line,
        column=column,
        code=code,
        message=message,
        hint=hint,
        severity="warning" if severity == "warning" else "error",
    )


def _inner(document: Document, tag: str) -> str:
    found = document.first(tag)
    return " ".join(html_escapes.unescape(document.inner(found)).split()) if found else ""


def _compile(document: Document, layout: Document, text: str | None) -> tuple[MailTemplate | None, list[Finding]]:
    source = _put_together(document, layout)
    try:
        html = mrml.to_html(jinja.guarded(source), render_options=mrml.RenderOptions(fonts={})).content
    except OSError as error:
        return None, [_finding(document, None, "mjml", f"The MJML cannot be compiled: {error}.")]
    subject = _inner(document, "mj-title")
    plain_text = text if text is not None else _plain(document, layout)
    names = jinja.names(source) | jinja.names(plain_text)
    built = MailTemplate(
        file=document.file,
        subject=jinja.compile_text(subject),
        html=jinja.compile_html(html),
        text=jinja.compile_text(plain_text),
        names=names,
        uses=jinja.uses(document.source),
    )
    return built, []


def _put_together(document: Document, layout: Document) -> str:
    body, head = document.first("mj-body"), document.first("mj-head")
    place, layout_head = layout.first("content"), layout.first("mj-head")
    if not (body and head and place and layout_head):
        return document.source
    own_head = document.inner(head).replace("</mj-preview>", f" {_PREHEADER_PAD}</mj-preview>")
    opening = layout.source.rindex("<", 0, place.start)
    return "".join(
        (
            layout.source[: layout_head.end],
            own_head,
            layout.source[layout_head.end : opening],
            document.inner(body),
            layout.source[place.end :],
        )
    )


def _plain(document: Document, layout: Document) -> str:
    body, foot, place = document.first("mj-body"), layout.first("mj-body"), layout.first("content")
    if not (body and foot and place):
        return ""
    after = Element(tag="", attributes={}, line=0, column=0, start=0)
    after.children = [one for one in foot.children if one.start > place.start]
    return f"{plain.derive(document, body)}\n-- \n{plain.derive(layout, after)}"
