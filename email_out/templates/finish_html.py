"""What mrml leaves undone in the HTML of a mail: its heading, its landmark, its preview line, and short lines.  Pure.

* Screen readers jump to headings and landmarks.  So the text of class ``title`` is an ``<h1>``, or the wordmark of the
  letterhead in a mail without one, and what the letterhead surrounds is ``role="main"``.
* mrml hides the preview line in white letters, which spam filters count as hidden text: it takes the colour of the ink.
* Nothing is longer than :data:`LONGEST_LINE` after decoding, since filters distrust what no line of SMTP could hold.
"""

import re

from email_out.templates.mjml_lint import MjmlDocument, MjmlElement

TITLE, WORDMARK = "title", "wordmark"
"""Classes of ``mj-text``: of a mail's heading, and of the name in the letterhead."""
LONGEST_LINE = 998
"""Bytes of a line (RFC 5322 §2.1.1)."""

_HEADING_OPENS, _HEADING_CLOSES = (
    '<h1 style="margin:0;font-size:100%;font-weight:{weight};line-height:inherit;">',
    "</h1>",
)
_BLOCKS = re.compile(r"<(?:h[1-6]|p|div|table|ul|ol|blockquote|pre)\b", re.IGNORECASE)
_LETTER = re.compile(r'(<div\b[^>]*\baria-roledescription="email"[^>]*) role="article"')
_PREVIEW = re.compile(r"(<div style=\"display:none;[^\"]*?\bcolor:)#ffffff", re.IGNORECASE)
_INK = "#000000"
_BETWEEN_BLOCKS = re.compile(r"(?<=>)(?=</?(?:table|tbody|tr|td|div|style|head|body)\b)")
_PIECES = re.compile(r"<!--.*?-->|<[^>]*>|[^\s<]+|\s|<")
"""Tags and comments are one piece each: Outlook reads a conditional comment only as it was written."""
_UTF8 = ("utf-8", "replace")


def find_heading(document: MjmlDocument, css_class: str) -> MjmlElement | None:
    """Return the first text of this class that can be made a heading; None if there is none or it has blocks."""
    for element in document.root.find_all("mj-text"):
        if css_class in element.attributes.get("css-class", "").split():
            return None if _BLOCKS.search(document.inner_source(element)) else element
    return None


def has_heading(document: MjmlDocument) -> bool:
    """Return True if somebody wrote an ``<h1>``."""
    return document.find_first("h1") is not None


def slice_with_heading(document: MjmlDocument, start: int, end: int, heading: MjmlElement | None) -> str:
    """Return a part of the source, in which the text of ``heading`` is an ``<h1>``."""
    if heading is None or not start <= heading.start <= heading.end <= end:
        return document.source[start:end]
    # 100 % and “inherit” leave size and colour to the layout, also on phones and in the dark.
    opens = _HEADING_OPENS.format(weight=heading.attributes.get("font-weight", "normal"))
    inner = document.inner_source(heading)
    return "".join(
        (document.source[start : heading.start], opens, inner, _HEADING_CLOSES, document.source[heading.end : end])
    )


def finish_html(html: str, layout: MjmlDocument) -> str:
    """Return the HTML of mrml with its landmark, a preview line in the ink of the layout, and a line for each block."""
    main = _LETTER.sub(r'\1 role="main"', html, count=1)
    return _BETWEEN_BLOCKS.sub("\n", _PREVIEW.sub(rf"\g<1>{find_ink(layout)}", main, count=1))


def find_ink(layout: MjmlDocument) -> str:
    """Return the colour of text, as the layout declares it."""
    for attributes in layout.root.find_all("mj-attributes"):
        for element in attributes.children:
            if element.tag in ("mj-text", "mj-all") and "color" in element.attributes:
                return element.attributes["color"]
    return _INK


def fold_long_lines(html: str) -> str:
    """Return HTML without a line of more than :data:`LONGEST_LINE` bytes, as far as it has spaces to break at."""
    return "\n".join([_fold_line(line) if _is_long(line) else line for line in html.split("\n")])


def _is_long(line: str) -> bool:
    # A letter has at most four bytes, so most lines are done after a look at a length that needs no encoding.
    return len(line) * 4 > LONGEST_LINE and len(line.encode(*_UTF8)) > LONGEST_LINE


def _fold_line(line: str) -> str:
    """Return a line with breaks in place of spaces; a piece without any stays as long as it is."""
    pieces = _PIECES.findall(line)
    last_space, length, since_space = -1, 0, 0
    for index, piece in enumerate(pieces):
        size = len(piece.encode(*_UTF8))
        length += size
        # The last space may turn out to be one too far, so each is remembered as it passes.
        last_space, since_space = (index, 0) if piece.isspace() else (last_space, since_space + size)
        if length > LONGEST_LINE and last_space >= 0:
            pieces[last_space] = "\n"
            last_space, length = -1, since_space
    return "".join(pieces)
