"""Derives the text part of a mail from its MJML: paragraphs, with the target of each link behind its text."""

import html
import re

from email_out.templates.mjml_lint import MjmlDocument, MjmlElement

# What simple_html_text and inscriptis write for a link: “[our shop](https://example.com)”.
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


def derive_text(document: MjmlDocument, body: MjmlElement) -> str:
    """Return the text of a mail's body or of a layout's footer; Jinja2 stays in place."""
    blocks = (_write_block(document, element) for element in _flatten_blocks(body))
    return tidy_text("\n\n".join(block for block in blocks if block))


def tidy_text(text: str) -> str:
    """Return text without trailing spaces and without gaps of more than one line."""
    return _GAPS.sub("\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip() + "\n"


def _flatten_blocks(element: MjmlElement) -> list[MjmlElement]:
    if element.tag in ("mj-text", "mj-button", "mj-table", "mj-image", "mj-divider"):
        return [element]
    return [block for child in element.children for block in _flatten_blocks(child)]


def _write_block(document: MjmlDocument, element: MjmlElement) -> str:
    inner = document.inner_source(element)
    match element.tag:
        case "mj-button":
            return f"{_write_html_text(inner)}:\n{element.attributes.get('href', '')}"
        case "mj-image":
            return element.attributes.get("alt", "")
        case "mj-divider":
            return "-" * 24
        case _:
            return _write_html_text(inner)


def _write_html_text(inner: str) -> str:
    text = simple_html_text(inner)
    if text is None:
        text = complex_html_text(inner)
    # [our shop.](https://example.com) → our shop: https://example.com
    with_links = _LINK.sub(lambda match: f"{match['words'].rstrip('.:! ')}: {match['target']}", text)
    if with_links != text:  # “Shop · Help” becomes two lines: two long addresses do not fit one
        with_links = with_links.replace(_SEPARATOR, "\n")
    return tidy_text(with_links).strip()


def simple_html_text(inner: str) -> str | None:
    """Return the text of HTML that holds only emphasis, links and line breaks; None if it holds more."""
    # Splitting at tags gives text at even places and tags at odd ones:
    # "See <b>this</b>" → ["See ", "<b>", "this", "</b>", ""]
    parts = _TAG.split(inner)
    target = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            if "<" in part:
                return None
            parts[index] = _BLANKS.sub(" ", html.unescape(part))
        elif _BREAK.fullmatch(part):
            parts[index] = "\n"
        elif link := None if target else _LINKED.fullmatch(part):
            parts[index], target = "[", html.unescape(link["target"])
        elif target and part == "</a>":
            parts[index], target = f"]({target})", ""
        elif _EMPHASIS.fullmatch(part):
            parts[index] = ""
        else:
            return None
    return None if target else _BEFORE_BREAK.sub("\n", _SPACES.sub(" ", "".join(parts))).rstrip()


def complex_html_text(inner: str) -> str:
    """Return the text of HTML that has tables, lists or paragraphs."""
    from inscriptis import get_text  # noqa: PLC0415  5 MB that only workspaces with such mails need
    from inscriptis.css_profiles import RELAXED_CSS_PROFILE  # noqa: PLC0415  as above
    from inscriptis.model.config import ParserConfig  # noqa: PLC0415  as above

    return get_text(f"<div>{inner}</div>", ParserConfig(css=RELAXED_CSS_PROFILE, display_links=True))
