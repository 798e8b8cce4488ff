"""Checks the mails of a workspace: file names, parts, links, layout, and what a confirmation may show.  Pure."""

import html as html_escapes
import re
from collections.abc import Iterable, Mapping

from domain.consent.confirmation_requests import CONFIRMATION, PROOF
from domain.workspace_config import WorkspaceConfig
from email_out.templates import jinja
from email_out.templates.mjml_lint import MjmlDocument, MjmlElement
from email_out.templates.variables import PERSONAL, VARIABLES
from language.findings import Finding

FOLDER = "emails/"
LAYOUT = "_layout"
PROVING = (CONFIRMATION, PROOF)
"""Mails that prove an address: with a topic, and without."""
LONGEST_SUBJECT = 120
MUST_SHOW = ("company", "address", "privacy_url", "unsubscribe_url", "preferences_url")
"""What every layout must show: the sender, its postal address, and the ways out."""

_FOLLOWABLE = re.compile(r"https?://|mailto:|tel:|#|\{\{|\{%", re.IGNORECASE)
"""The beginnings of links that a mail program follows; a variable holds a whole address."""


def check_mail(
    name: str, language: str, document: MjmlDocument, documents: Mapping[str, MjmlDocument], config: WorkspaceConfig
) -> list[Finding]:
    """Return every finding on one mail or layout: structure, Jinja2, parts, links and file names."""
    jinja_findings = check_jinja(name, document.file, document.source, config)
    rules = [
        *_check_links(document),
        *(_check_layout(document) if name == LAYOUT else _check_mail_parts(name, document)),
    ]
    # A misspelt <mj-button> would also be reported as a missing button: one slip, one finding.
    if any(finding.code == "unknown-tag" for finding in document.findings):
        rules = []
    return [
        *document.findings,
        *jinja_findings,
        *rules,
        *_check_file_names(name, language, document, documents, config),
    ]


def check_jinja(name: str, file: str, source: str, config: WorkspaceConfig) -> list[Finding]:
    """Return what is wrong with the Jinja2 of a mail's MJML or text file."""
    allowed = jinja.AllowedNames(
        variables=frozenset(VARIABLES) | config.fields.keys() | config.event_by_counter.keys(),
        events=frozenset(config.events),
    )
    # A stranger may have typed the address, so the confirmation must not carry their words to its owner.
    reason = "Nothing that a stranger may have set travels in a confirmation."
    forbidden = dict.fromkeys(PERSONAL | config.fields.keys(), reason) if name in PROVING else {}
    return jinja.check_template(file, source, allowed, forbidden)


def _check_file_names(
    name: str, language: str, document: MjmlDocument, documents: Mapping[str, MjmlDocument], config: WorkspaceConfig
) -> Iterable[Finding]:
    if language not in config.languages:
        yield make_finding(
            document, None, "unknown-language", f"“{language}” is not among the languages of doorstep.yaml."
        )
    if language != config.default_language and f"{FOLDER}{name}.mjml" not in documents:
        yield make_finding(document, None, "missing-original", f"There is no {FOLDER}{name}.mjml that this translates.")
    if name != LAYOUT and f"{FOLDER}{LAYOUT}.mjml" not in documents:
        yield make_finding(
            document, None, "missing-layout", f"{FOLDER}{LAYOUT}.mjml is missing.", "doorstep init copies one."
        )
    # Reported once, at the original: each missing translation would else be reported by every other language.
    for other in config.languages[1:] if language == config.default_language else ():
        if f"{FOLDER}{name}.{other}.mjml" not in documents:
            yield make_finding(
                document,
                None,
                "missing-translation",
                f"“{name}” is not translated into “{other}”.",
                f"Write {FOLDER}{name}.{other}.mjml.",
                severity="warning",
            )


def _check_mail_parts(name: str, document: MjmlDocument) -> Iterable[Finding]:
    yield from _check_head(document)
    yield from _check_buttons(document)
    if name in PROVING:
        yield from _check_confirmation(document)


def _check_head(document: MjmlDocument) -> Iterable[Finding]:
    subject, preview = (inner_text(document, tag) for tag in ("mj-title", "mj-preview"))
    if not subject:
        yield make_finding(
            document,
            document.find_first("mj-head"),
            "no-subject",
            "The mail has no subject.",
            "Write <mj-title>…</mj-title> in <mj-head>.",
        )
    if len(subject) > LONGEST_SUBJECT:
        yield make_finding(
            document,
            document.find_first("mj-title"),
            "long-subject",
            f"The subject has {len(subject)} characters, at most {LONGEST_SUBJECT} are shown.",
        )
    if not preview:
        yield make_finding(
            document,
            document.find_first("mj-head"),
            "no-preheader",
            "The mail has no preview line.",
            "Write <mj-preview>…</mj-preview> in <mj-head>.",
        )


def _check_buttons(document: MjmlDocument) -> Iterable[Finding]:
    # One goal a mail: a secondary button is marked by the marketer and not counted.
    buttons = [
        button
        for button in document.root.find_all("mj-button")
        if "secondary" not in button.attributes.get("css-class", "")
    ]
    # Of a question the answers are the buttons.
    asks = re.search(r"\{\{[^}]*\bchoices\b", document.source) is not None
    if len(buttons) != 1 and not (asks and not buttons):
        yield make_finding(
            document,
            buttons[1] if buttons else None,
            "primary-buttons",
            f"The mail has {len(buttons)} primary buttons; it needs exactly one.",
            'Mark the others with css-class="secondary".' if buttons else "Add an <mj-button>.",
        )
    for button in document.root.find_all("mj-button"):
        if not button.attributes.get("href"):
            yield make_finding(document, button, "button-without-target", "The button leads nowhere.", 'Add href="…".')


def _check_confirmation(document: MjmlDocument) -> Iterable[Finding]:
    for needed in ("code", "confirm_url", "not_me_url"):
        # {{ code }} or {{ code|upper }}: the name anywhere between two braces counts.
        if not re.search(rf"\{{\{{[^}}]*\b{needed}\b", document.source):
            yield make_finding(
                document, None, "incomplete-confirmation", f"The confirmation must show {{{{ {needed} }}}}."
            )


def _check_links(document: MjmlDocument) -> Iterable[Finding]:
    """Yield a finding for each link that a mail program cannot follow, and for each picture loaded from elsewhere."""
    for element in document.root.walk_below():
        href = element.attributes.get("href", "").strip()
        if href and not _FOLLOWABLE.match(href):
            # “example.com/tea” lacks a scheme; “tea/green” lacks the whole website in front.
            path = href.lstrip("/")
            hint = f"https://{path}" if "." in path.split("/", 1)[0] else f"Write {{{{ website }}}}/{path}"
            yield make_finding(
                document, element, "link-without-scheme", "A link in a mail needs https:// in front.", hint
            )
        if element.tag in ("mj-image", "img") or "background-url" in element.attributes:
            yield make_finding(
                document,
                element,
                "remote-picture",
                "This picture is loaded when the mail is opened, and that tells its server who opened it.",
                "Leave it out, or say so in your consent wording and privacy notice.",
                severity="warning",
            )
        if element.tag in ("mj-image", "img") and not _has_alternative(element):
            yield make_finding(
                document,
                element,
                "picture-without-alt",
                "Who does not see this picture is told nothing in its place.",
                'Add alt="…", or alt="" to a mere decoration that leads nowhere.',
                severity="warning",
            )


def _has_alternative(picture: MjmlElement) -> bool:
    """Return True if a picture says what it shows; one that leads somewhere must."""
    alternative = picture.attributes.get("alt")
    return bool(alternative) or (alternative is not None and not picture.attributes.get("href"))


def _check_layout(document: MjmlDocument) -> Iterable[Finding]:
    if len(document.root.find_all("content")) != 1:
        yield make_finding(
            document,
            document.find_first("mj-body"),
            "no-content-place",
            "A layout needs exactly one place for the mail.",
            "Write <content /> in <mj-body>.",
        )
    for needed in MUST_SHOW:
        if not re.search(rf"\{{\{{[^}}]*\b{needed}\b", document.source):
            yield make_finding(document, None, "incomplete-footer", f"The layout must show {{{{ {needed} }}}}.")


def make_finding(
    document: MjmlDocument,
    element: MjmlElement | None,
    code: str,
    message: str,
    hint: str = "",
    *,
    severity: str = "error",
) -> Finding:
    """Return a finding at an element, or at the top of the file without one."""
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


def inner_text(document: MjmlDocument, tag: str) -> str:
    """Return the text of the first element of a tag, on one line; empty if there is none."""
    element = document.find_first(tag)
    return " ".join(html_escapes.unescape(document.inner_source(element)).split()) if element else ""
