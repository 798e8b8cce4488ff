"""Texts with variables: compiled once, bounded, and never able to fail a conversation.

A text without ``{{`` or ``{%`` never meets Jinja.  The others run in its sandbox, and only variables, ``if`` and the
filters below are allowed: no loop, no arithmetic, no call, so a text cannot take long or grow large.

Days, times and numbers are said in the person's language and time zone (:mod:`language.template_filters`):
``{{ tasting_at }}`` as it is declared, a filter for another form.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from language.template_filters import TEMPLATE_FILTERS, correct_usage

MOST_CHARACTERS = 8_000
"""Longest text that rendering may give; a name or field cannot blow it up."""

FILTERS = ("capitalize", "default", "lower", "title", "trim", "upper", "urlencode")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If, nodes.CondExpr,
    nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand,
)  # fmt: skip
_FILLED = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}", re.ASCII)
_OPENS = ("{{", "{%", "{#")
_JINJAS_OWN = frozenset({
    "and", "else", "false", "False", "if", "in", "is", "none", "None", "not", "or", "true", "True",
})  # fmt: skip
"""Words that look like a variable and are none."""


def _environment() -> SandboxedEnvironment:
    made = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
    made.globals.clear()
    made.filters = {**{name: made.filters[name] for name in FILTERS}, **TEMPLATE_FILTERS}
    made.tests = {name: made.tests[name] for name in ("defined",)}
    return made


_JINJA = _environment()
_PIECES = _JINJA.from_string("")
"""Stands for the template of a text that is joined from its pieces."""


class TextError(ValueError):
    """A text cannot be compiled.  The message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Text:
    """A compiled text."""

    source: str
    variables: frozenset[str] = frozenset()
    """Names it uses."""
    template: Template | None = field(default=None, compare=False)
    """None: plain text."""
    pieces: tuple[tuple[str, str], ...] = ()
    """Constant text and the variable behind it, of a text that holds nothing but variables: most do, and joining
    these gives what the template gives, in a tenth of the time."""

    def render(self, values: Mapping[str, object]) -> str:
        """Return the text with its variables filled in; one that cannot be is left out."""
        if self.template is None:
            return self.source
        try:
            if self.pieces:
                said = "".join([f"{constant}{values[name]}" if name else constant for constant, name in self.pieces])
            else:
                said = self.template.render(values)
            return said[:MOST_CHARACTERS]
        except (KeyError, TemplateError, TypeError, ValueError):
            return " ".join(self.source.split("{{", 1)[0].split("{%", 1)[0].split())


def compile_text(source: str) -> Text:
    """Compile a text.  Raises :class:`TextError`."""
    if "{{" not in source and "{%" not in source and "{#" not in source:
        return Text(source)
    if pieces := _only_variables(source):
        return Text(source, frozenset(name for _, name in pieces if name), _PIECES, pieces)
    if len(source) > MOST_CHARACTERS:
        message = f"A text with variables has at most {MOST_CHARACTERS:,} characters."
        raise TextError(message)
    try:
        tree = _JINJA.parse(source)
        _refuse(tree)
        names = frozenset(meta.find_undeclared_variables(tree))
        return Text(source, names, _JINJA.from_string(source), _pieces(tree))
    except TemplateError as error:
        message = f"{(error.message or 'the text does not compile').rstrip('.')}."
        raise TextError(message[:1].upper() + message[1:]) from error
    except TextError:
        raise
    except (RecursionError, SyntaxError, ValueError) as error:
        # Jinja2 reads by recursion and writes Python, which has limits of its own; no template needs so much.
        message = "The text is nested too deep, or a number in it is too long."
        raise TextError(message) from error


def _only_variables(source: str) -> tuple[tuple[str, str], ...]:
    """Return the pieces of a text that can be read without Jinja, which takes a hundred times as long, else nothing."""
    if "\r" in source or source.endswith("\n"):
        return ()
    constants, names = (parts := _FILLED.split(source))[::2], parts[1::2]
    if not _JINJAS_OWN.isdisjoint(names) or any(sign in constant for constant in constants for sign in _OPENS):
        return ()
    pairs = (((constant, ""), ("", name)) for constant, name in zip(constants, [*names, ""], strict=True))
    return tuple(piece for pair in pairs for piece in pair if piece != ("", ""))


def _pieces(tree: nodes.Template) -> tuple[tuple[str, str], ...]:
    """Return the pieces of a text that holds nothing but variables, else nothing."""
    parts = [part for output in tree.body for part in getattr(output, "nodes", [output])]
    if not all(isinstance(part, nodes.TemplateData | nodes.Name) for part in parts):
        return ()
    return tuple((part.data, "") if isinstance(part, nodes.TemplateData) else ("", part.name) for part in parts)


def _refuse(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            message = f"“{type(node).__name__}” is not possible in a text; variables, if and simple filters are."
            raise TextError(message)
        if isinstance(node, nodes.Filter) and (sample := correct_usage(node.name, len(node.args))):
            message = f"“{node.name}” is written like this: {sample}"
            raise TextError(message)


def split(text: str, most: int) -> list[str]:
    """Cut a text into messages of at most ``most`` characters, at sentence ends where there are any."""
    parts: list[str] = []
    while len(text) > most:
        head = text[:most]
        ends = [head.rfind(sign) + 1 for sign in (". ", "! ", "? ", "\n", "。")]
        at = max(ends)
        if at < most // 4:
            at = head.rfind(" ") + 1 or most
        parts.append(text[:at].strip())
        text = text[at:].lstrip()
    return [part for part in (*parts, text) if part]
