"""Texts with variables: compiled once, bounded, and never able to fail a conversation.

Jinja handles only texts with ``{{`` or ``{%``.  They run in its sandbox, and only variables, ``if`` and the filters
below are allowed: no loop, no call, so a text cannot take long or grow large.

A sum (``{{ rate * people }}``) is taken out before Jinja sees it, and worked out exactly (:mod:`language.sums`).

Days, times and numbers are written in the person's language and time zone (:mod:`language.template_filters`):
``{{ tasting_at }}`` in its declared form, with a filter in another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from jinja2 import Template, TemplateError, Undefined, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from language.cldr import format_number
from language.findings import suggest_name
from language.sums import Sum, UnclearSumError, looks_like_sum, read_sum
from language.template_filters import LANGUAGE, TEMPLATE_FILTERS, FormattedValue, correct_usage

MOST_CHARACTERS = 8_000
"""Most characters of a rendered text, whatever its variables hold."""

FILTERS = ("capitalize", "default", "lower", "title", "trim", "upper", "urlencode")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If, nodes.CondExpr,
    nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand,
)  # fmt: skip
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}", re.ASCII)
_BRACES = re.compile(r"\{\{-?([^{}]*?)-?\}\}")
NO_RESULT = "–"
"""What a text says in place of a sum without a result: something in it is missing, or it divides by nothing."""
SUM_VARIABLE = "_sum{}"
"""Name of the variable that stands for a sum; no field begins with an underscore."""
_JINJA_OPENINGS = ("{{", "{%", "{#")
_JINJA_WORDS = frozenset({
    "and", "else", "false", "False", "if", "in", "is", "none", "None", "not", "or", "true", "True",
})  # fmt: skip
"""Words of Jinja that look like a variable."""


class _EmptyValue(Undefined):
    """A variable without a value: a test of it is false, so ``{% if age %}`` chooses; printing it is an error."""

    __slots__ = ()

    def __str__(self) -> str:
        return self._fail_with_undefined_error()


def _build_environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(undefined=_EmptyValue, autoescape=False, keep_trailing_newline=False)
    # Jinja offers `range`, `lipsum`, `cycler` ...; `range(10**9)` alone would stop the service.
    environment.globals.clear()
    environment.filters = {**{name: environment.filters[name] for name in FILTERS}, **TEMPLATE_FILTERS}
    environment.tests = {name: environment.tests[name] for name in ("defined",)}
    return environment


_WRITTEN_AS = {
    "Add": "“+”", "Sub": "“-”", "Mul": "“*”", "Div": "“/”", "FloorDiv": "“//”", "Mod": "“%”", "Pow": "“**”",
    "Neg": "“-”", "Pos": "“+”", "Concat": "“~”", "Call": "A call with ( )", "Getattr": "A dot behind a variable",
    "Getitem": "[ ] behind a variable", "Slice": "[ ] behind a variable", "For": "“{% for %}”", "Assign": "“{% set %}”",
    "AssignBlock": "“{% set %}”", "Macro": "“{% macro %}”", "Block": "“{% block %}”", "Include": "“{% include %}”",
    "Import": "“{% import %}”", "FromImport": "“{% import %}”", "Extends": "“{% extends %}”", "With": "“{% with %}”",
    "FilterBlock": "“{% filter %}”", "CallBlock": "“{% call %}”", "List": "A list", "Dict": "A map", "Tuple": "A list",
    "Test": "“is” with that word", "Pair": "A map", "Keyword": "A name with =",
}  # fmt: skip
"""Kinds of Jinja's nodes that no text can have, as authors write them."""
_FILTERS_ELSEWHERE = {
    "currency": "money", "price": "money", "euro": "money", "eur": "money", "date": "day", "datetime": "date_time",
    "moment": "date_time", "round": "number", "int": "number", "float": "number", "format": "number",
    "pluralize": "plural", "downcase": "lower", "lowercase": "lower", "upcase": "upper", "uppercase": "upper",
    "strip": "trim", "fallback": "default", "or": "default", "else": "default", "clock": "time", "hour": "time",
}  # fmt: skip
"""Names that other programs give to filters, and ours."""
_JINJA = _build_environment()
# `template` must be set for a text with variables (`None` means plain), but this one is never rendered.
_JOINED_TEMPLATE = _JINJA.from_string("")
"""Placeholder template of a text that is joined from its pieces."""


class TextError(ValueError):
    """A text cannot be compiled.  The message says what to write instead."""


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A compiled text."""

    source: str
    variables: frozenset[str] = frozenset()
    """Names of the variables it uses."""
    template: Template | None = field(default=None, compare=False)
    """None if the text is plain."""
    pieces: tuple[tuple[str, str], ...] = ()
    """Pairs of constant text and variable; set if the text has no other syntax than ``{{ name }}``."""
    sums: tuple[Sum, ...] = ()
    """Its sums, each under its number in :data:`SUM_VARIABLE`."""

    def render(self, values: Mapping[str, object]) -> str:
        """Return the text with its variables filled in, up to the first variable if that fails."""
        if self.template is None:
            return self.source
        try:
            # Most texts hold only variables: joining gives the same as Jinja in a tenth of the time.
            if self.pieces:
                rendered = "".join(
                    [f"{constant}{values[name]}" if name else constant for constant, name in self.pieces]
                )
            else:
                rendered = self.template.render({**values, **self._work_out(values)} if self.sums else values)
            return rendered[:MOST_CHARACTERS]
        except (KeyError, TemplateError, TypeError, ValueError):
            # “Hello {{ name }}, ...” without a name becomes “Hello”: short, but no braces and no broken conversation.
            return " ".join(self.source.split("{{", 1)[0].split("{%", 1)[0].split())

    def _work_out(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return the results of the sums, as the person reads them."""
        results: dict[str, object] = {}
        language = str(values.get(LANGUAGE, "en"))
        for number, reckoned in enumerate(self.sums):
            result = reckoned.work_out(lambda name: getattr(values.get(name), "stored_value", values.get(name)))
            shown = NO_RESULT if result is None else FormattedValue(format_number(result, language), result)
            results[SUM_VARIABLE.format(number)] = shown
        return results


def take_out_sums(source: str) -> tuple[str, tuple[Sum, ...]]:
    """Return a text with a variable in place of each sum, and the sums.  Raises :class:`TextError`."""
    sums: list[Sum] = []

    def replace_sum(braces: re.Match[str]) -> str:
        written, bar, filters = braces[1].partition("|")
        if not looks_like_sum(written):
            return braces[0]
        sums.append(read_sum(written))
        # “rate * people|money” means the money of the whole: a filter stands behind everything.
        return f"{{{{ {SUM_VARIABLE.format(len(sums) - 1)}{bar}{filters} }}}}"

    try:
        return _BRACES.sub(replace_sum, source), tuple(sums)
    except UnclearSumError as error:
        raise TextError(str(error)) from None


def compile_text(source: str) -> TextTemplate:
    """Compile a text.  Raises :class:`TextError`."""
    if "{{" not in source and "{%" not in source and "{#" not in source:
        return TextTemplate(source)
    # A workspace has thousands of texts; this path compiles most of them without the parser.
    if pieces := _scan_pieces(source):
        return TextTemplate(source, frozenset(name for _, name in pieces if name), _JOINED_TEMPLATE, pieces)
    if len(source) > MOST_CHARACTERS:
        message = f"A text with variables has at most {MOST_CHARACTERS:,} characters."
        raise TextError(message)
    try:
        written, sums = take_out_sums(source)
        tree = _JINJA.parse(written)
        _refuse_other_syntax(tree)
        placeholders = {SUM_VARIABLE.format(number) for number in range(len(sums))}
        names = frozenset(meta.find_undeclared_variables(tree)) - placeholders
        names = names.union(*(one.names for one in sums))
        pieces = () if sums else _read_pieces(tree)
        return TextTemplate(source, names, _JINJA.from_string(written), pieces, sums)
    except TemplateError as error:
        message = f"{(error.message or 'the text does not compile').rstrip('.')}."
        raise TextError(message[:1].upper() + message[1:]) from error
    except TextError:
        raise
    except (RecursionError, SyntaxError, ValueError) as error:
        # Jinja parses by recursion and generates Python code, and both have limits; no real template reaches them.
        message = "The text is nested too deep, or a number in it is too long."
        raise TextError(message) from error


def _scan_pieces(source: str) -> tuple[tuple[str, str], ...]:
    """Return the pieces of a text that needs no Jinja; empty if it does.  Jinja takes a hundred times as long."""
    # Jinja makes “\r\n” to “\n” and drops the last line break; such texts go through it to stay the same.
    if "\r" in source or source.endswith("\n"):
        return ()
    # `split` with one group alternates: “Hi {{ a }}!” gives ["Hi ", "a", "!"].
    constants, names = (parts := _VARIABLE.split(source))[::2], parts[1::2]
    # “{{ true }}” is a constant of Jinja; “{{” left in a constant is a filter, a condition or a mistake.
    if not _JINJA_WORDS.isdisjoint(names) or any(
        sign in constant for constant in constants for sign in _JINJA_OPENINGS
    ):
        return ()
    pairs = (((constant, ""), ("", name)) for constant, name in zip(constants, [*names, ""], strict=True))
    return tuple(piece for pair in pairs for piece in pair if piece != ("", ""))


def _read_pieces(tree: nodes.Template) -> tuple[tuple[str, str], ...]:
    """Return the pieces of a parsed text; empty if it holds more than constant text and variables."""
    parts = [part for output in tree.body for part in getattr(output, "nodes", [output])]
    if not all(isinstance(part, nodes.TemplateData | nodes.Name) for part in parts):
        return ()
    return tuple((part.data, "") if isinstance(part, nodes.TemplateData) else ("", part.name) for part in parts)


def _refuse_other_syntax(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        # A list of what is allowed: a new kind of node in a later Jinja is refused by default.
        if not isinstance(node, _ALLOWED):
            written = _WRITTEN_AS.get(type(node).__name__, "This")
            message = f"{written} is not possible in a text; variables, if and simple filters are."
            raise TextError(message)
        if isinstance(node, nodes.Filter) and node.name not in _JINJA.filters:
            meant = _FILTERS_ELSEWHERE.get(node.name.casefold()) or node.name
            message = f"There is no filter “{node.name}”. {suggest_name(meant, map(str, _JINJA.filters))}"
            raise TextError(message)
        if isinstance(node, nodes.Filter) and (sample := correct_usage(node.name, len(node.args))):
            message = f"“{node.name}” is written like this: {sample}"
            raise TextError(message)


def split_at_sentences(text: str, most_characters: int) -> list[str]:
    """Cut a text into parts of at most ``most_characters``, at ends of sentences if there are any."""
    parts: list[str] = []
    while len(text) > most_characters:
        head = text[:most_characters]
        ends = [head.rfind(sign) + 1 for sign in (". ", "! ", "? ", "\n", "。")]
        # `rfind` gives -1 if a sign is missing, so 0 means “no end of a sentence here”.
        cut = max(ends)
        # An end very early would make a message of three words; then a space is better, and a text without any
        # space (a long address, Chinese) is cut hard.
        if cut < most_characters // 4:
            cut = head.rfind(" ") + 1 or most_characters
        parts.append(text[:cut].strip())
        text = text[cut:].lstrip()
    return [part for part in (*parts, text) if part]
