"""What is wrong with the variables in a text, in words for who wrote it: braces not closed, an if never ended.

Jinja2 tells what its parser missed, and where it noticed; this tells what was opened, and where.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_SIGN = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_NAME = re.compile(r"\{\{\s*(?P<name>\w+(?:\|\w+)*)")
_TAG = re.compile(r"\{%-?\s*(?P<tag>if|endif)\b[^%]*%\}")
_SINGLE = re.compile(r"(?<!\{)\{\s*(?P<name>[a-z][a-z0-9_]*)\s*\}(?!\})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One slip in a text."""

    at: int
    """Offset in the text, from 0."""
    message: str
    hint: str


def unclosed(text: str) -> Slip | None:
    """Return the first ``{{`` that is not closed, or ``{% if %}`` that is never ended; None if there is neither."""
    return _open_sign(text) or _open_if(text)


def _open_sign(text: str) -> Slip | None:
    opened: re.Match[str] | None = None
    for sign in _SIGN.finditer(text):
        if opened is None:
            opened = sign if sign[0] in _CLOSES else None
        elif sign[0] == _CLOSES[opened[0]]:
            opened = None
        elif sign[0] in _CLOSES:
            break
    if opened is None:
        return None
    named = _NAME.match(text, opened.start())
    hint = f"{{{{ {named['name']} }}}}" if named else f"Write {_CLOSES[opened[0]]} behind it."
    return Slip(at=opened.start(), message=f"{opened[0]} is not closed.", hint=hint)


def _open_if(text: str) -> Slip | None:
    opened: list[int] = []
    for tag in _TAG.finditer(text):
        if tag["tag"] == "if":
            opened.append(tag.start())
        elif opened:
            opened.pop()
        else:
            hint = "Take it out, or begin with {% if … %}."
            return Slip(at=tag.start(), message="{% endif %} ends nothing.", hint=hint)
    return Slip(at=opened[-1], message="{% if %} is never ended.", hint="{% endif %}") if opened else None


def single_braces(text: str, known: Collection[str]) -> Iterator[Slip]:
    """Yield each known variable that stands in single braces, which would be read as they stand."""
    for found in _SINGLE.finditer(text):
        if found["name"] in known:
            message = f"{found[0]} is read as it stands."
            yield Slip(at=found.start(), message=message, hint=f"Did you mean {{{{ {found['name']} }}}}?")
