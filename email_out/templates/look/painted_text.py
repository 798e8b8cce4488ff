"""The texts of a compiled mail with the colours they are painted in.

A mail program paints on white, or on near black if the mail declares that it can do dark
(``<meta name="color-scheme" content="light dark">``) and the reader wants it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from email_out.templates.look.colors import Color, read_color
from email_out.templates.look.stylesheet import (
    ElementName,
    Rule,
    Scheme,
    pick_declarations,
    read_declarations,
    read_stylesheet,
)

_VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "wbr", "col"})
_SILENT = frozenset({"head", "title", "style", "script"})
_BLOCKS_OF_JINJA = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PIXELS = re.compile(r"([\d.]+)px")
_PERCENT = re.compile(r"([\d.]+)%")
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_CAN_DARK = re.compile(r"<meta[^>]*name=[\"']color-scheme[\"'][^>]*dark", re.IGNORECASE)
_WIDE_BOLD = 600
_PAPER: dict[Scheme, tuple[Color, Color, Color]] = {
    "light": ((0, 0, 0), (255, 255, 255), (0, 0, 238)),
    "dark": ((255, 255, 255), (18, 18, 18), (158, 158, 255)),
}
"""Ink, paper and links of a browser without any rule (HTML, Chromium)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """What an element gives on to those in it."""

    ink: Color
    paper: Color
    size: float = 16.0
    """Pixels of the letters."""
    bold: bool = False
    hidden: bool = False

    @property
    def is_large(self) -> bool:
        """Return True for letters of 24 pixels, or of 18.66 in bold (WCAG: 18 and 14 points)."""
        return self.size >= 24 or (self.bold and self.size >= 18.66)  # noqa: PLR2004  pixels of the rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedText:
    """A piece of text as it is painted."""

    text: str
    paint: Paint


@dataclass(slots=True)
class _Open:
    name: ElementName
    paint: Paint


@dataclass(slots=True)
class _Painter:
    rules: list[Rule]
    scheme: Scheme
    links: Color
    open: list[_Open] = field(default_factory=list)
    painted: list[PaintedText] = field(default_factory=list)

    def enter(self, tag: str, attributes: dict[str, str]) -> Paint:
        name = ElementName(tag, frozenset(attributes.get("class", "").split()), attributes.get("id", ""))
        above = self.open[-1].paint
        path = [*(one.name for one in self.open), name]
        said = pick_declarations(self.rules, read_declarations(attributes.get("style", "")), path, self.scheme)
        ink = read_color(said.get("color", "")) or (self.links if tag == "a" and "href" in attributes else above.ink)
        paper = next(
            (
                color
                for value in (said.get("background-color"), said.get("background"), attributes.get("bgcolor"))
                if value and (color := read_color(value))
            ),
            above.paper,
        )
        bold = above.bold or tag in ("b", "strong", "th", "h1", "h2", "h3")
        return_paint = replace(
            above, ink=ink, paper=paper, size=_read_size(said.get("font-size", ""), above.size),
            bold=_read_bold(said["font-weight"], above) if "font-weight" in said else bold,
            hidden=above.hidden or tag in _SILENT or "none" in said.get("display", ""),
        )  # fmt: skip
        # Nothing stands inside of <br>, and no closing tag will take it away.
        if tag not in _VOID:
            self.open.append(_Open(name, return_paint))
        return return_paint


class _Reader(HTMLParser):
    def __init__(self, painter: _Painter) -> None:
        super().__init__(convert_charrefs=True)
        self._painter = painter

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._painter.enter(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        # <p> that nobody closed ends with the element around it.
        names = [one.name.tag for one in self._painter.open[1:]]
        if tag in names:
            del self._painter.open[1 + len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        text = " ".join(_BLOCKS_OF_JINJA.sub(" ", data).split())
        paint = self._painter.open[-1].paint
        if text and not paint.hidden:
            self._painter.painted.append(PaintedText(text=text, paint=paint))


def paint_texts(html: str, scheme: Scheme) -> Iterator[PaintedText]:
    """Yield each visible text of a compiled mail as it is painted in a scheme; Jinja2 blocks are left out."""
    rules = [rule for sheet in _STYLE.findall(html) for rule in read_stylesheet(sheet)]
    ink, paper, links = _PAPER[scheme if _CAN_DARK.search(html) else "light"]
    painter = _Painter(rules, scheme, links)
    # The paper itself, on which everything else stands.
    painter.open.append(_Open(ElementName("", frozenset()), Paint(ink=ink, paper=paper)))
    reader = _Reader(painter)
    reader.feed(html)
    reader.close()
    yield from painter.painted


def _read_size(written: str, above: float) -> float:
    if found := _PIXELS.search(written):
        return float(found[1])
    if found := _PERCENT.search(written):
        return above * float(found[1]) / 100
    return above


def _read_bold(written: str, above: Paint) -> bool:
    if written.isdecimal():
        return int(written) >= _WIDE_BOLD
    return above.bold if written == "inherit" else written == "bold"
