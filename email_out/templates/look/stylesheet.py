"""The part of CSS that decides on colours in mails: rules of ``<style>``, and what each says to an element.

Read are selectors of tags, classes and ids, one below another; ``@media (prefers-color-scheme: dark)``; and
``!important``.  Selectors with anything else (``[data-ogsc]``, ``:hover``, ``>``) match nothing, and rules for a width
are left out: the colours of phones are those of wide windows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"(?P<tag>[a-zA-Z][\w-]*|\*)?(?P<rest>(?:[.#][\w-]+)*)")
_DARK = re.compile(r"prefers-color-scheme:\s*dark")
_LIGHT = re.compile(r"prefers-color-scheme:\s*light")


@dataclass(frozen=True, slots=True)
class ElementName:
    """What selectors ask of an element."""

    tag: str
    classes: frozenset[str]
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One ``property: value``, and how strong it is."""

    name: str
    value: str
    important: bool = False
    weight: tuple[int, int, int] = (0, 0, 0)
    """Ids, classes and tags of its selector: among equals the last one wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A selector and what it declares."""

    path: tuple[ElementName, ...]
    """From the outermost to the element itself; an empty tag fits each."""
    declarations: tuple[Declaration, ...]
    schemes: tuple[Scheme, ...] = SCHEMES

    def fits(self, ancestors: Sequence[ElementName]) -> bool:
        """Return True if the last of these is chosen by the selector; the others are above it, outermost first."""
        if not ancestors or not _fits(self.path[-1], ancestors[-1]):
            return False
        # From the inside out: each ancestor may use up the next name that the selector asks for.
        wanted = list(self.path[:-1])
        for element in reversed(ancestors[:-1]):
            if wanted and _fits(wanted[-1], element):
                wanted.pop()
        return not wanted


def _fits(wanted: ElementName, element: ElementName) -> bool:
    return wanted.tag in ("", "*", element.tag) and wanted.classes <= element.classes and wanted.id in ("", element.id)


def read_declarations(text: str, weight: tuple[int, int, int] = (0, 0, 0)) -> tuple[Declaration, ...]:
    """Return the declarations of a ``style`` attribute or of the body of a rule."""
    found = []
    for part in text.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            plain = value.strip()
            important = plain.lower().endswith("!important")
            plain = plain[: -len("!important")].strip() if important else plain
            found.append(Declaration(name=name.strip().lower(), value=plain, important=important, weight=weight))
    return tuple(found)


def read_stylesheet(text: str) -> list[Rule]:
    """Return the rules of a style sheet that this reader knows, in order."""
    return list(_read_rules(_COMMENT.sub("", text), SCHEMES))


def _read_rules(text: str, schemes: tuple[Scheme, ...]) -> Iterator[Rule]:
    for prelude, body in _split_blocks(text):
        if prelude.startswith("@media"):
            inner: tuple[Scheme, ...] = schemes
            if _DARK.search(prelude) or _LIGHT.search(prelude):
                inner = ("dark",) if _DARK.search(prelude) else ("light",)
            elif "width" in prelude:  # of phones
                continue
            yield from _read_rules(body, inner)
        elif not prelude.startswith("@"):
            for selector in prelude.split(","):
                if path := _read_selector(selector):
                    weight = _weigh(path)
                    yield Rule(path=path, declarations=read_declarations(body, weight), schemes=schemes)


def _split_blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each outermost pair of braces, and what stands in it."""
    depth, start, opened = 0, 0, 0
    for index, char in enumerate(text):
        if char == "{":
            depth += 1
            opened = index if depth == 1 else opened
        elif char == "}" and depth:
            depth -= 1
            if not depth:
                # “@import …;” stands before a selector and belongs to none.
                yield text[start:opened].rpartition(";")[2].strip(), text[opened + 1 : index]
                start = index + 1


def _read_selector(selector: str) -> tuple[ElementName, ...]:
    """Return the elements of a selector; empty if it asks for something that is not read."""
    path = []
    for word in selector.split():
        simple = _SIMPLE.fullmatch(word)
        if not simple:
            return ()
        marks = re.findall(r"([.#])([\w-]+)", simple["rest"])
        ids = [name for mark, name in marks if mark == "#"]
        classes = frozenset(name for mark, name in marks if mark == ".")
        path.append(ElementName((simple["tag"] or "").lower(), classes, ids[0] if ids else ""))
    return tuple(path)


def _weigh(path: tuple[ElementName, ...]) -> tuple[int, int, int]:
    return (
        sum(bool(one.id) for one in path),
        sum(len(one.classes) for one in path),
        sum(one.tag not in ("", "*") for one in path),
    )


def pick_declarations(
    rules: Sequence[Rule], inline: Sequence[Declaration], ancestors: Sequence[ElementName], scheme: Scheme
) -> Mapping[str, str]:
    """Return what holds for the last of ``ancestors``: property → value."""
    # Of the rules only those that are meant for this scheme and choose this element.
    said = [one for rule in rules if scheme in rule.schemes and rule.fits(ancestors) for one in rule.declarations]
    said.sort(key=lambda one: one.weight)
    # Weakest first, so that the last word of each property holds (CSS Cascading §6.1).
    ordered = [
        *(one for one in said if not one.important), *(one for one in inline if not one.important),
        *(one for one in said if one.important), *(one for one in inline if one.important),
    ]  # fmt: skip
    return {one.name: one.value for one in ordered}
