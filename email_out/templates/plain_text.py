"""The text part of a mail, made from its MJML: paragraphs, and every link written out behind its words."""

import html
import re

from email_out.templates.mjml_lint import Document, Element

_LINK = re.compile(r"\[(?P<words>[^\]]*)\]\((?P<target>(?:\{\{.*?\}\}|[^)\s{])+)\)")
_GAPS = re.compile(r"\n{3,}")
_TAG = re.compile(r"(<[^>]*>)")
_EMPHASIS = re.compile(r"</?(?:b|i|u|em|strong|small|span)(?:\s[^<>]*)?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_LINKED = re.compile(r"<a href=\"(?P<target>[^\"<>]+)\">", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_SPACES = re.compile(" {2,}")
_BEFORE_BREAK = re.compile(r" +\n")
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
    text = line(inner)
    if text is None:
        text = blocks(inner)
    written = _LINK.sub(lambda found: f"{found['words'].rstrip('.:! ')}: {found['target']}", text)
    if written != text:
        written = written.replace(_SEPARATOR, "\n")
    return tidy(written).strip()


def line(inner: str) -> str | None:
    """Return the text of HTML that has emphasis, links and line breaks only; None if there is more to it."""
    parts = _TAG.split(inner)
    target = ""
    for place, part in enumerate(parts):
        if place % 2 == 0:
            if "<" in part:
                return None
            parts[place] = _BLANKS.sub(" ", html.unescape(part))
        elif _BREAK.fullmatch(part):
            parts[place] = "\n"
        elif found := None if target else _LINKED.fullmatch(part):
            parts[place], target = "[", html.unescape(found["target"])
        elif target and part == "</a>":
            parts[place], target = f"]({target})", ""
        elif _EMPHASIS.fullmatch(part):
            parts[place] = ""
        else:
            return None
    return None if target else _BEFORE_BREAK.sub("\n", _SPACES.sub(" ", "".join(parts))).rstrip()


def blocks(inner: str) -> str:
    """Return the text of HTML with tables, lists or paragraphs."""
    from inscriptis import get_text  # noqa: PLC0415  5 MB that only workspaces with such mails need
    from inscriptis.css_profiles import RELAXED_CSS_PROFILE  # noqa: PLC0415  as above
    from inscriptis.model.config import ParserConfig  # noqa: PLC0415  as above

    return get_text(f"<div>{inner}</div>", ParserConfig(css=RELAXED_CSS_PROFILE, display_links=True))
