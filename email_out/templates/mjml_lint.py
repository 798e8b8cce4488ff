"""Reads MJML with positions, so that a mistake is reported at its line and column.

The compiler (mrml) accepts unknown tags silently and calls an unclosed one an I/O error without a position.  This
reader knows every tag, its possible parents, and which attributes exist.  It reads structure only: the inside of
``mj-text`` and similar tags is HTML and is left alone.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from language.findings import Finding, suggest_name

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
"""Each tag and its possible parents (MJML 4 documentation); ``content`` is ours: the layout's place for the mail."""

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
class MjmlElement:
    """One tag and everything inside it."""

    tag: str
    attributes: dict[str, str]
    line: int
    column: int
    start: int
    """Offset behind the opening tag."""
    end: int = 0
    """Offset of the closing tag."""
    children: list["MjmlElement"] = field(default_factory=list)

    def find_all(self, tag: str) -> list["MjmlElement"]:
        """Return every element of this tag below this one, in order."""
        below = itertools.chain.from_iterable(child.find_all(tag) for child in self.children)
        return [*([self] if self.tag == tag else []), *below]

    def walk_below(self) -> Iterator["MjmlElement"]:
        """Yield every element below this one, HTML too, in order."""
        for child in self.children:
            yield child
            yield from child.walk_below()


DEEPEST = 100
"""Levels of nested tags; mail programs show no more."""


def _is_misspelt(tag: str) -> bool:
    return tag.startswith("mj") and tag not in PARENTS


class MjmlDocument(HTMLParser):
    """A parsed MJML file: its tree, its source, and the findings on its structure."""

    def __init__(self, file: str, source: str) -> None:
        """Parse ``source``; mistakes end up in ``findings``."""
        super().__init__(convert_charrefs=True)
        self.file = file
        self.source = source
        self.findings: list[Finding] = []
        # Offset of each line: the parser tells line and column, but cutting the source needs offsets.
        lengths = (len(line) for line in source.splitlines(keepends=True))
        self._line_offsets = [0, *itertools.accumulate(lengths)]
        self.root = MjmlElement(tag="", attributes={}, line=1, column=1, start=0)
        self._open_elements = [self.root]
        self.feed(source)
        self.close()
        for element in self._open_elements[1:]:  # the first is the root, which has no tag
            self._report_unclosed(element)

    def inner_source(self, element: MjmlElement) -> str:
        """Return the source between an element's tags."""
        return self.source[element.start : element.end]

    def find_first(self, tag: str) -> MjmlElement | None:
        """Return the first element of this tag."""
        return next(iter(self.root.find_all(tag)), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag (called by the parser)."""
        element = self._make_element(tag, attrs)
        # Deeper tags are dropped, so that the tree can be walked by recursion.
        if len(self._open_elements) > DEEPEST:
            if not any(finding.code == "too-deep" for finding in self.findings):
                message = f"More than {DEEPEST} tags stand in each other."
                self._add_finding(element.line, element.column, "too-deep", message, "Close those above.")
            return
        self._open_elements[-1].children.append(element)
        if tag not in _VOID:  # <br> and its like have no closing tag
            self._open_elements.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag that closes itself (called by the parser)."""
        self._open_elements[-1].children.append(self._make_element(tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        """Close a tag (called by the parser)."""
        line, column = self._current_position()
        if tag not in {element.tag for element in self._open_elements}:
            self._close_unopened(tag, line, column)
            return
        # <mj-section><mj-column></mj-section>: everything opened after the section was never closed.
        while self._open_elements[-1].tag != tag:
            unclosed = self._open_elements.pop()
            self._report_unclosed(unclosed)
        self._open_elements.pop().end = self._current_offset()

    def _close_unopened(self, tag: str, line: int, column: int) -> None:
        """Take a closing tag that no open element has.

        It may close a misspelt opening tag, or be misspelt itself; either way one mistake is reported once.
        """
        top = self._open_elements[-1].tag
        if _is_misspelt(tag) and top in PARENTS:
            self._add_finding(line, column, "unknown-tag", f"</{tag}> is no MJML tag.", suggest_name(tag, PARENTS))
        elif not _is_misspelt(top):
            self._add_finding(
                line, column, "stray-closing-tag", f"</{tag}> closes nothing.", suggest_name(tag, PARENTS)
            )
            return
        self._open_elements.pop().end = self._current_offset()

    def handle_data(self, data: str) -> None:
        """Report text at a place where MJML drops it (called by the parser)."""
        parent = self._open_elements[-1].tag
        if data.strip() and not self._is_inside_html() and parent.startswith("mj"):
            line, column = self._current_position()
            # The parser's position is that of the leading blanks; the finding belongs to the first letter.
            skipped = data[: len(data) - len(data.lstrip())]
            line += skipped.count("\n")
            message = f"Text directly in <{parent}> is dropped."
            self._add_finding(line, column, "stray-text", message, "Put it into <mj-text>.")

    def _make_element(self, tag: str, attrs: list[tuple[str, str | None]]) -> MjmlElement:
        line, column = self._current_position()
        text = self.get_starttag_text() or ""
        if not self._is_inside_html():
            self._check_tag(tag, attrs, line, column)
        # Behind the opening tag; the end moves on when the closing tag comes.
        end = self._current_offset() + len(text)
        return MjmlElement(
            tag=tag,
            attributes={name: value or "" for name, value in attrs},
            line=line,
            column=column,
            start=end,
            end=end,
        )

    def _check_tag(self, tag: str, attrs: list[tuple[str, str | None]], line: int, column: int) -> None:
        parent = self._open_elements[-1].tag
        if tag not in PARENTS:
            self._add_finding(line, column, "unknown-tag", f"<{tag}> is no MJML tag.", suggest_name(tag, PARENTS))
            return
        # A misspelt parent has its own finding; its children are not blamed for it.
        if parent not in PARENTS[tag] and (parent in PARENTS or not parent):
            allowed = ", ".join(f"<{name}>" for name in sorted(PARENTS[tag]) if name) or "the top of the file"
            message = f"<{tag}> cannot stand in <{parent}>."
            self._add_finding(line, column, "misplaced-tag", message, f"It belongs in {allowed}.")
        for name, _ in attrs:
            if name not in ATTRIBUTES:
                hint = suggest_name(name, ATTRIBUTES)
                self._add_finding(line, column, "unknown-attribute", f"<{tag}> has no attribute “{name}”.", hint)

    def _is_inside_html(self) -> bool:
        return any(element.tag in ENDING or element.tag not in PARENTS for element in self._open_elements[1:])

    def _current_position(self) -> tuple[int, int]:
        line, offset = self.getpos()
        return line, offset + 1  # the parser counts columns from 0, findings from 1

    def _current_offset(self) -> int:
        line, offset = self.getpos()
        return self._line_offsets[line - 1] + offset

    def _report_unclosed(self, element: MjmlElement) -> None:
        # A misspelt tag has its own finding; that it is not closed either would be a second one for one slip.
        if not _is_misspelt(element.tag):
            self._add_finding(
                element.line,
                element.column,
                "unclosed-tag",
                f"<{element.tag}> is never closed.",
                f"Add </{element.tag}>.",
            )

    def _add_finding(self, line: int, column: int, code: str, message: str, hint: str) -> None:
        self.findings.append(Finding(file=self.file, line=line, column=column, code=code, message=message, hint=hint))
