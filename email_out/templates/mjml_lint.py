"""Reads MJML with positions, so that a slip can be shown where it was made.

The compiler (mrml) accepts unknown tags silently and calls an unclosed one an I/O error without a place; this
reader knows every tag, where it may stand, and which attributes exist.  It reads structure only: what stands inside
``mj-text`` and its like is HTML and is left alone.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from language.findings import Finding, did_you_mean

_CONTENT = frozenset({"mj-column", "mj-hero"})
_BODY = frozenset({"mj-body", "mj-wrapper"})
_ATTRIBUTES = frozenset({"mj-attributes"})
PARENTS: dict[str, frozenset[str]] = {
    "mjml": frozenset({""}),
    "mj-head": frozenset({"mjml"}),
    "mj-body": frozenset({"mjml"}),
    "mj-title": frozenset({"mj-head"}),
    "mj-preview": frozenset({"mj-head"}),
    "mj-style": frozenset({"mj-head"}),
    "mj-attributes": frozenset({"mj-head"}),
    "mj-all": _ATTRIBUTES,
    "mj-class": _ATTRIBUTES,
    "mj-breakpoint": frozenset({"mj-head"}),
    "mj-raw": _CONTENT | _BODY | {"mj-head", "mj-section"},
    "mj-wrapper": frozenset({"mj-body"}),
    "mj-section": _BODY | _ATTRIBUTES,
    "mj-hero": _BODY,
    "mj-group": frozenset({"mj-section"}),
    "mj-column": frozenset({"mj-section", "mj-group", "mj-attributes"}),
    "mj-text": _CONTENT | _ATTRIBUTES,
    "mj-button": _CONTENT | _ATTRIBUTES,
    "mj-image": _CONTENT | _ATTRIBUTES,
    "mj-divider": _CONTENT | _ATTRIBUTES,
    "mj-spacer": _CONTENT | _ATTRIBUTES,
    "mj-table": _CONTENT | _ATTRIBUTES,
    "content": _BODY,
}
"""Where each tag may stand (MJML 4 documentation); ``content`` is ours: the layout's place for the mail."""

ENDING = frozenset({"mj-title", "mj-preview", "mj-style", "mj-raw", "mj-text", "mj-button", "mj-table"})
"""Tags whose inside is text or HTML, not MJML."""

ATTRIBUTES = frozenset(
    {
        "align",
        "alt",
        "background-color",
        "background-height",
        "background-position",
        "background-repeat",
        "background-size",
        "background-url",
        "background-width",
        "border",
        "border-bottom",
        "border-left",
        "border-radius",
        "border-right",
        "border-top",
        "cellpadding",
        "cellspacing",
        "color",
        "container-background-color",
        "css-class",
        "direction",
        "fluid-on-mobile",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "full-width",
        "height",
        "href",
        "inline",
        "inner-background-color",
        "inner-border",
        "inner-border-radius",
        "inner-padding",
        "lang",
        "letter-spacing",
        "line-height",
        "mj-class",
        "mode",
        "name",
        "padding",
        "padding-bottom",
        "padding-left",
        "padding-right",
        "padding-top",
        "rel",
        "role",
        "src",
        "target",
        "text-align",
        "text-decoration",
        "text-padding",
        "text-transform",
        "title",
        "vertical-align",
        "width",
        "dir",
    }
)
_VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "wbr", "col", "content"})


@dataclass(slots=True, kw_only=True)
class Element:
    """One tag and what stands in it."""

    tag: str
    attributes: dict[str, str]
    line: int
    column: int
    start: int
    """Offset behind the opening tag."""
    end: int = 0
    """Offset of the closing tag."""
    children: list["Element"] = field(default_factory=list)

    def all(self, tag: str) -> list["Element"]:
        """Return every element of this tag below this one, in order."""
        below = itertools.chain.from_iterable(child.all(tag) for child in self.children)
        return [*([self] if self.tag == tag else []), *below]

    def everything(self) -> Iterator["Element"]:
        """Yield every element below this one, HTML too, in order."""
        for child in self.children:
            yield child
            yield from child.everything()


DEEPEST = 100
"""Tags that may stand in each other; no mail program shows more."""


def _misspelt(tag: str) -> bool:
    return tag.startswith("mj") and tag not in PARENTS


class Document(HTMLParser):
    """A parsed MJML file: its tree, its source, and what is wrong with its structure."""

    def __init__(self, file: str, source: str) -> None:
        """Parse ``source``; mistakes end up in ``findings``."""
        super().__init__(convert_charrefs=True)
        self.file = file
        self.source = source
        self.findings: list[Finding] = []
        lengths = (len(line) for line in source.splitlines(keepends=True))
        self._starts = [0, *itertools.accumulate(lengths)]
        self.root = Element(tag="", attributes={}, line=1, column=1, start=0)
        self._open = [self.root]
        self.feed(source)
        self.close()
        for left in self._open[1:]:
            self._unclosed(left)

    def inner(self, element: Element) -> str:
        """Return the source between an element's tags."""
        return self.source[element.start : element.end]

    def first(self, tag: str) -> Element | None:
        """Return the first element of this tag."""
        return next(iter(self.root.all(tag)), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag (called by the parser)."""
        element = self._element(tag, attrs)
        if len(self._open) > DEEPEST:
            if not any(one.code == "too-deep" for one in self.findings):
                message = f"More than {DEEPEST} tags stand in each other."
                self._find(element.line, element.column, "too-deep", message, "Close those above.")
            return
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag that closes itself (called by the parser)."""
        self._open[-1].children.append(self._element(tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        """Close a tag (called by the parser)."""
        line, column = self._place()
        if tag not in {one.tag for one in self._open}:
            self._close_nothing(tag, line, column)
            return
        while self._open[-1].tag != tag:
            left = self._open.pop()
            self._unclosed(left)
        self._open.pop().end = self._offset()

    def _close_nothing(self, tag: str, line: int, column: int) -> None:
        """Take the closing tag of a misspelt opening one, or a misspelt closing tag: one slip, told once."""
        top = self._open[-1].tag
        if _misspelt(tag) and top in PARENTS:
            self._find(line, column, "unknown-tag", f"</{tag}> is no MJML tag.", did_you_mean(tag, PARENTS))
        elif not _misspelt(top):
            self._find(line, column, "stray-closing-tag", f"</{tag}> closes nothing.", did_you_mean(tag, PARENTS))
            return
        self._open.pop().end = self._offset()

    def handle_data(self, data: str) -> None:
        """Report text that stands where MJML drops it (called by the parser)."""
        here = self._open[-1].tag
        if data.strip() and not self._inside_html() and here.startswith("mj"):
            line, column = self._place()
            skipped = data[: len(data) - len(data.lstrip())]
            line += skipped.count("\n")
            message = f"Text directly in <{here}> is dropped."
            self._find(line, column, "stray-text", message, "Put it into <mj-text>.")

    def _element(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        line, column = self._place()
        text = self.get_starttag_text() or ""
        if not self._inside_html():
            self._judge(tag, attrs, line, column)
        end = self._offset() + len(text)
        return Element(
            tag=tag,
            attributes={name: value or "" for name, value in attrs},
            line=line,
            column=column,
            start=end,
            end=end,
        )

    def _judge(self, tag: str, attrs: list[tuple[str, str | None]], line: int, column: int) -> None:
        parent = self._open[-1].tag
        if tag not in PARENTS:
            self._find(line, column, "unknown-tag", f"<{tag}> is no MJML tag.", did_you_mean(tag, PARENTS))
            return
        if parent not in PARENTS[tag] and (parent in PARENTS or not parent):
            allowed = ", ".join(f"<{one}>" for one in sorted(PARENTS[tag]) if one) or "the top of the file"
            message = f"<{tag}> cannot stand in <{parent}>."
            self._find(line, column, "misplaced-tag", message, f"It belongs in {allowed}.")
        for name, _ in attrs:
            if name not in ATTRIBUTES:
                hint = did_you_mean(name, ATTRIBUTES)
                self._find(line, column, "unknown-attribute", f"<{tag}> has no attribute “{name}”.", hint)

    def _inside_html(self) -> bool:
        return any(one.tag in ENDING or one.tag not in PARENTS for one in self._open[1:])

    def _place(self) -> tuple[int, int]:
        line, offset = self.getpos()
        return line, offset + 1

    def _offset(self) -> int:
        line, offset = self.getpos()
        return self._starts[line - 1] + offset

    def _unclosed(self, left: Element) -> None:
        if not _misspelt(left.tag):
            self._find(left.line, left.column, "unclosed-tag", f"<{left.tag}> is never closed.", f"Add </{left.tag}>.")

    def _find(self, line: int, column: int, code: str, message: str, hint: str) -> None:
        self.findings.append(Finding(file=self.file, line=line, column=column, code=code, message=message, hint=hint))
