"""Finds mistakes in the variables of a text: braces that are not closed, an ``if`` that is never ended.

Jinja2 reports what its parser missed, at the place where it noticed; these functions report what was opened, and where.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_SIGN = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSING_SIGNS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_NAME = re.compile(r"\{\{\s*(?P<name>\w+(?:\|\w+)*)")
_TAG = re.compile(r"\{%-?\s*(?P<tag>if|endif)\b[^%]*%\}")  # {% else %} opens and closes nothing
_SINGLE = re.compile(r"(?<!\{)\{\s*(?P<name>[a-z][a-z0-9_]*)\s*\}(?!\})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMistake:
    """One mistake in a text with variables."""

    offset: int
    """Offset in the text, from 0."""
    message: str
    hint: str


def find_unclosed(text: str) -> TemplateMistake | None:
    """Return the first ``{{`` that is not closed, or ``{% if %}`` that is never ended; None if there is neither."""
    return _find_open_sign(text) or _find_open_if(text)


def _find_open_sign(text: str) -> TemplateMistake | None:
    # Jinja2 reads on until the pair's own closing sign; an opening sign before it means that the first pair was not
    # closed: “{{ name, {{ town }}”.
    opened: re.Match[str] | None = None
    for sign in _SIGN.finditer(text):
        if opened is None:
            opened = sign if sign[0] in _CLOSING_SIGNS else None
        elif sign[0] == _CLOSING_SIGNS[opened[0]]:
            opened = None
        elif sign[0] in _CLOSING_SIGNS:
            break
    if opened is None:
        return None
    named = _NAME.match(text, opened.start())
    # “{{ name, …” most likely meant {{ name }}.
    hint = f"{{{{ {named['name']} }}}}" if named else f"Write {_CLOSING_SIGNS[opened[0]]} behind it."
    return TemplateMistake(offset=opened.start(), message=f"{opened[0]} is not closed.", hint=hint)


def _find_open_if(text: str) -> TemplateMistake | None:
    opened: list[int] = []
    for tag in _TAG.finditer(text):
        if tag["tag"] == "if":
            opened.append(tag.start())
        elif opened:
            opened.pop()
        else:
            hint = "Take it out, or begin with {% if … %}."
            return TemplateMistake(offset=tag.start(), message="{% endif %} ends nothing.", hint=hint)
    return (
        TemplateMistake(offset=opened[-1], message="{% if %} is never ended.", hint="{% endif %}") if opened else None
    )


def find_single_braces(text: str, known: Collection[str]) -> Iterator[TemplateMistake]:
    """Yield each known variable in single braces, which people would read literally: “Hi {first_name}”."""
    for match in _SINGLE.finditer(text):
        if match["name"] in known:
            message = f"{match[0]} is read as it stands."
            hint = f"Did you mean {{{{ {match['name']} }}}}?"
            yield TemplateMistake(offset=match.start(), message=message, hint=hint)
