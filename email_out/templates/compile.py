"""Turns ``emails/*.mjml`` into ready templates, once, when the workspace is loaded.  Pure.

A mail is two files put together: the marketer's own (title, preview, sections) and the layout
(``_layout.mjml``: letterhead, colours, dark mode, footer), whose ``<content />`` is replaced by the mail's body.
MJML and CSS are compiled here; Jinja2 stays in the HTML and is filled for each recipient.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import mrml

from domain.workspace_config import WorkspaceConfig
from email_out.templates import jinja
from email_out.templates.catalog import MailCatalog, MailTemplate
from email_out.templates.check import FOLDER, LAYOUT, check_jinja, check_mail, inner_text, make_finding
from email_out.templates.counted_links import mark_links
from email_out.templates.finish_html import TITLE, WORDMARK, find_heading, finish_html, has_heading, slice_with_heading
from email_out.templates.mjml_lint import MjmlDocument, MjmlElement
from email_out.templates.plain_text import derive_text
from language.findings import Finding

_FILE = re.compile(r"emails/(?P<name>[a-z_][a-z0-9_]*)(?:\.(?P<language>[A-Za-z][A-Za-z0-9-]*))?\.mjml")
_PREHEADER_PAD = "&#847;&zwnj; " * 24
"""Invisible filler: keeps the mail's first words out of the inbox preview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledHtml:
    """The HTML of one mail in one language, with its Jinja2."""

    document: MjmlDocument
    layout: MjmlDocument
    html: str


def compile_pages(files: Mapping[str, str], config: WorkspaceConfig) -> Iterator[CompiledHtml]:
    """Yield the HTML of each mail of a workspace; one that cannot be compiled is left out."""
    documents = {path: MjmlDocument(path, text) for path, text in sorted(files.items()) if _FILE.fullmatch(path)}
    for path, document in documents.items():
        name, language = _name_of(path, config)
        layout = _find_document(LAYOUT, language, documents, config)
        # What cannot be compiled is told by compile_mails.
        if name != LAYOUT and layout:
            with suppress(OSError):
                html = _write_html(_merge_with_layout(document, layout), layout)
                yield CompiledHtml(document=document, layout=layout, html=html)


def compile_mails(files: Mapping[str, str], config: WorkspaceConfig) -> tuple[MailCatalog, list[Finding]]:
    """Compile every mail of a workspace; return the mails without an error, and the findings on all of them."""
    findings: list[Finding] = []
    templates: dict[tuple[str, str], MailTemplate] = {}
    documents = {path: MjmlDocument(path, text) for path, text in sorted(files.items()) if _FILE.fullmatch(path)}
    for path, document in documents.items():
        name, language = _name_of(path, config)
        text_path = path.removesuffix("mjml") + "txt"
        # A text file of the marketer's own is checked too; without one, the text is derived from the MJML.
        mail_findings = check_mail(name, language, document, documents, config)
        mail_findings += check_jinja(name, text_path, files.get(text_path, ""), config)
        findings += mail_findings
        layout = _find_document(LAYOUT, language, documents, config)
        if name == LAYOUT or layout is None:
            continue
        if any(finding.severity == "error" for finding in (*mail_findings, *layout.findings)):
            continue
        template, compile_findings = _compile_mail(
            document, layout, files.get(text_path), is_counting=config.is_measuring
        )
        findings += compile_findings
        if template:
            templates[name, language] = template
    return MailCatalog(templates=templates, language=config.default_language), findings


def _name_of(path: str, config: WorkspaceConfig) -> tuple[str, str]:
    """Return name and language of a mail file: welcome.de.mjml → (welcome, de), welcome.mjml → (welcome, en)."""
    match = _FILE.fullmatch(path)
    return (match["name"], match["language"] or config.default_language) if match else ("", "")


def _find_document(
    name: str, language: str, documents: Mapping[str, MjmlDocument], config: WorkspaceConfig
) -> MjmlDocument | None:
    """Return a mail in this language, else the one that it would translate."""
    translated = documents.get(f"{FOLDER}{name}.{language}.mjml") if language != config.default_language else None
    return translated or documents.get(f"{FOLDER}{name}.mjml")


def _compile_mail(
    document: MjmlDocument, layout: MjmlDocument, text: str | None, *, is_counting: bool
) -> tuple[MailTemplate | None, list[Finding]]:
    source = _merge_with_layout(document, layout)
    try:
        html = _write_html(source, layout)
    except OSError as error:  # mrml reports every syntax error as one
        return None, [make_finding(document, None, "mjml", f"The MJML cannot be compiled: {error}.")]
    subject = inner_text(document, "mj-title")
    plain_text = text if text is not None else _derive_plain_text(document, layout)
    variable_names = jinja.find_variables(source) | jinja.find_variables(plain_text)
    template = MailTemplate(
        file=document.file,
        subject=jinja.compile_text(subject),
        html=jinja.compile_html(mark_links(html) if is_counting else html),
        text=jinja.compile_text(plain_text),
        variable_names=variable_names,
        own_variables=jinja.find_own_variables(document.source),
    )
    return template, []


def _write_html(source: str, layout: MjmlDocument) -> str:
    """Return the HTML of a whole mail.  Raises ``OSError`` for every syntax error, as mrml does."""
    # No fonts: mrml would add <link> tags to fonts.googleapis.com, and opening the mail would tell Google.
    html = mrml.to_html(jinja.escape_less_than(source), render_options=mrml.RenderOptions(fonts={})).content
    return finish_html(html, layout)


def _merge_with_layout(document: MjmlDocument, layout: MjmlDocument) -> str:
    body, head = document.find_first("mj-body"), document.find_first("mj-head")
    content_place, layout_head = layout.find_first("content"), layout.find_first("mj-head")
    if not (body and head and content_place and layout_head):
        return document.source
    # The marketer's head comes after the layout's, so that its styles win.
    own_head = document.inner_source(head).replace("</mj-preview>", f" {_PREHEADER_PAD}</mj-preview>")
    # An element starts behind its tag, so the "<" of <content /> is looked for to the left.
    opening = layout.source.rindex("<", 0, content_place.start)
    title = None if has_heading(document) else find_heading(document, TITLE)
    # A confirmation has no title: there the name in the letterhead is the heading.
    needs_other = not title and not has_heading(document) and not has_heading(layout)
    wordmark = find_heading(layout, WORDMARK) if needs_other else None
    return "".join(
        (
            layout.source[: layout_head.end],
            own_head,
            slice_with_heading(layout, layout_head.end, opening, wordmark),
            slice_with_heading(document, body.start, body.end, title),
            slice_with_heading(layout, content_place.end, len(layout.source), wordmark),
        )
    )


def _derive_plain_text(document: MjmlDocument, layout: MjmlDocument) -> str:
    """Return the text part: the mail's own body, and below "-- " what the layout shows after it."""
    body, layout_body, content_place = (
        document.find_first("mj-body"),
        layout.find_first("mj-body"),
        layout.find_first("content"),
    )
    if not (body and layout_body and content_place):
        return ""
    footer = MjmlElement(tag="", attributes={}, line=0, column=0, start=0)
    footer.children = [child for child in layout_body.children if child.start > content_place.start]
    return f"{derive_text(document, body)}\n-- \n{derive_text(layout, footer)}"
