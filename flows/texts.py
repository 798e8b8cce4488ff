"""Texts with variables: compiled once, bounded, and never able to fail a conversation.

A text without ``{{`` or ``{%`` never meets Jinja.  The others run in its sandbox, and only variables, ``if`` and the
filters below are allowed: no loop, no arithmetic, no call, so a text cannot take long or grow large.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

MOST_CHARACTERS = 8_000
"""Longest text that rendering may give; a name or field cannot blow it up."""

FILTERS = ("capitalize", "default", "lower", "title", "trim", "upper")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If, nodes.CondExpr,
    nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand,
)  # fmt: skip


def _environment() -> SandboxedEnvironment:
    made = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.tests = {name: made.tests[name] for name in ("defined",)}
    return made


_JINJA = _environment()


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
    try:
        tree = _JINJA.parse(source)
        _refuse(tree)
        names = frozenset(meta.find_undeclared_variables(tree))
        return Text(source, names, _JINJA.from_string(source), _pieces(tree))
    except TemplateError as error:
        message = f"{(error.message or 'the text does not compile').rstrip('.')}."
        raise TextError(message[:1].upper() + message[1:]) from error


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


def compile_all(sources: Iterable[str]) -> tuple[Text, ...]:
    """Compile texts; raises :class:`TextError`."""
    return tuple(compile_text(source) for source in sources)


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
