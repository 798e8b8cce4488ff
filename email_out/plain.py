"""The text part of a mail, made from its MJML: paragraphs, and every link written out behind its words."""

import re

from inscriptis import get_text
from inscriptis.css_profiles import RELAXED_CSS_PROFILE
from inscriptis.model.config import ParserConfig

from email_out.mjml import Document, Element

_LINK = re.compile(r"\[(?P<words>[^\]]*)\]\((?P<target>(?:\{\{.*?\}\}|[^)\s{])+)\)")
_GAPS = re.compile(r"\n{3,}")
_CONFIG = ParserConfig(css=RELAXED_CSS_PROFILE, display_links=True)
_SEPARATOR = " · "


def derive(document: Document, body: Element) -> str:
    """Return the text of a mail's content or of a layout's foot; Jinja2 stays in place."""
    blocks = (_block(document, element) for element in _flat(body))
    return tidy("\n\n".join(block for block in blocks if block))


def tidy(text: str) -> str:
    """Return text without trailing spaces and without gaps of more than one line."""
    return _GAPS.sub("\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip() + "\n"


def _flat(element: Element) -> list[Element]:
    if element.tag in ("mj-text", "mj-button", "mj-table", "mj-image", "mj-divider"):
        return [element]
    return [found for child in element.children for found in _flat(child)]


def _block(document: Document, element: Element) -> str:
    inner = document.inner(element)
    match element.tag:
        case "mj-button":
            return f"{_words(inner)}:\n{element.attributes.get('href', '')}"
        case "mj-image":
            return element.attributes.get("alt", "")
        case "mj-divider":
            return "-" * 24
        case _:
            return _words(inner)


def _words(inner: str) -> str:
    text = get_text(f"<div>{inner}</div>", _CONFIG)
    written = _LINK.sub(lambda found: f"{found['words'].rstrip('.:! ')}: {found['target']}", text)
    if written != text:
        written = written.replace(_SEPARATOR, "\n")
    return tidy(written).strip()
