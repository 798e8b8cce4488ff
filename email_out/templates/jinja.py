"""Jinja2 in mails: what is allowed, what is checked, and how a template is compiled.

A mail may put in a variable, choose between two texts, and change a word's form.  Nothing else: no loops, no
calls, no attributes, no multiplication.  So every rendering is short and ends, whoever wrote the template.  Days,
times, numbers and plurals follow the reader's language and time zone (:mod:`language.template_filters`).
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from language.findings import Finding, declare
from language.template_errors import Slip, single_braces, unclosed
from language.template_filters import SPOKEN, misused

PLAIN_FILTERS = (
    "capitalize",
    "default",
    "first",
    "int",
    "last",
    "length",
    "lower",
    "round",
    "title",
    "trim",
    "upper",
    "urlencode",
)
FILTERS = (*PLAIN_FILTERS, *SPOKEN)
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.Filter,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
)
"""Everything that may occur in a template's syntax tree."""

DEEPEST = 60
"""Levels of a syntax tree; deeper ones could not be compiled, and no mail needs them."""
_DELIMITED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_USES = re.compile(r"\{#\s*uses\s+(?P<name>[a-z][a-z0-9_]*)\s*(?::\s*count\s+of\s+(?P<event>\S+)\s*)?#\}")


def _environment(*, autoescape: bool) -> Environment:
    made = ImmutableSandboxedEnvironment(autoescape=autoescape, undefined=StrictUndefined, keep_trailing_newline=True)
    made.globals.clear()
    made.filters = {**{name: made.filters[name] for name in PLAIN_FILTERS}, **SPOKEN}
    return made


_HTML = _environment(autoescape=True)
_TEXT = _environment(autoescape=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The words a template may use."""

    variables: frozenset[str]
    events: frozenset[str]


def uses(source: str) -> dict[str, str]:
    """Return the variables a template declares as its own: name → event it counts, or empty."""
    return {found["name"]: found["event"] or "" for found in _USES.finditer(source)}


def check(file: str, source: str, known: Known, forbidden: Mapping[str, str]) -> list[Finding]:
    """Return what is wrong with the Jinja2 of a file; ``forbidden`` gives a reason for each name not allowed here."""
    own = uses(source)
    findings = [*_unknown_events(file, source, known), *_single_braces(file, source, known.variables | own.keys())]
    tree = _tree(file, source)
    if isinstance(tree, Finding):
        return [*findings, tree]
    for node in _walk(tree):
        if not isinstance(node, ALLOWED):
            findings.append(_not_allowed(file, source, node))
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            findings.append(_unknown(file, source, node.lineno, node.name, kind="filter", known=FILTERS))
        elif isinstance(node, nodes.Filter) and (sample := misused(node.name, len(node.args))):
            line, column = _place(source, node.lineno, node.name)
            message = f"“{node.name}” cannot be used like this."
            findings.append(
                Finding(file=file, line=line, column=column, code="template-too-clever", message=message, hint=sample)
            )
        elif isinstance(node, nodes.Name) and node.name in forbidden:
            line, column = _place(source, node.lineno, node.name)
            message = f"“{node.name}” cannot be used here."
            findings.append(
                Finding(
                    file=file,
                    line=line,
                    column=column,
                    code="forbidden-variable",
                    message=message,
                    hint=forbidden[node.name],
                )
            )
        elif isinstance(node, nodes.Name) and node.name not in known.variables | own.keys():
            names_here = known.variables | own.keys()
            findings.append(_unknown(file, source, node.lineno, node.name, kind="variable", known=names_here))
    return findings


def names(source: str) -> frozenset[str]:
    """Return the variables a checked template uses."""
    return frozenset(meta.find_undeclared_variables(_HTML.parse(_decoded(source))))


def compile_html(source: str) -> Template:
    """Compile HTML whose Jinja2 went through an HTML writer; values are escaped."""
    return _HTML.from_string(_decoded(source))


def compile_text(source: str) -> Template:
    """Compile plain text; values are put in as they are."""
    return _TEXT.from_string(source)


def guarded(source: str) -> str:
    """Return MJML whose Jinja2 may hold “less than”, so that the compiler does not take it for a tag."""
    return _DELIMITED.sub(lambda found: found[0].replace("<", "&lt;"), source)


def _decoded(source: str) -> str:
    """Return the source with ``&lt;`` and its like made plain inside Jinja2, and only there."""
    return _DELIMITED.sub(lambda found: html.unescape(found[0]), source)


def _walk(tree: nodes.Node) -> Iterable[nodes.Node]:
    yield tree
    for child in tree.iter_child_nodes():
        if isinstance(tree, ALLOWED):
            yield from _walk(child)


def _tree(file: str, source: str) -> nodes.Template | Finding:
    """Return the syntax tree of a template, or why there is none."""
    try:
        tree = _HTML.parse(_decoded(source))
    except TemplateSyntaxError as error:
        return _unreadable(file, source, error)
    except (RecursionError, ValueError):
        return _too_deep(file)
    return _too_deep(file) if _is_deep(tree) else tree


def _is_deep(tree: nodes.Node) -> bool:
    """Tell whether a tree has too many levels, without going down by recursion."""
    level: list[nodes.Node] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in node.iter_child_nodes()]
    return bool(level)


def _too_deep(file: str) -> Finding:
    message = "The template is nested too deep, or a number in it is too long."
    return Finding(file=file, line=1, column=1, code="too-deep", message=message, hint="Make it simpler.")


def _unknown_events(file: str, source: str, known: Known) -> Iterable[Finding]:
    for found in _USES.finditer(source):
        if found["event"] and found["event"] not in known.events:
            line = source.count("\n", 0, found.start("event")) + 1
            yield _unknown(file, source, line, found["event"], kind="event", known=known.events)


def _unknown(file: str, source: str, line: int, name: str, *, kind: str, known: Iterable[str]) -> Finding:
    line, column = _place(source, line, name)
    message = f"There is no {kind} “{name}”."
    hint = declare(kind, name, set(known))
    if kind == "variable":
        hint += f" A flow or sequence gives it? Write {{# uses {name} #}} at the top."
    return Finding(file=file, line=line, column=column, code=f"unknown-{kind}", message=message, hint=hint.strip())


def _single_braces(file: str, source: str, known: frozenset[str]) -> Iterable[Finding]:
    for slip in single_braces(source, known):
        yield _slip(file, source, slip, code="single-braces", severity="warning")


def _unreadable(file: str, source: str, error: TemplateSyntaxError) -> Finding:
    if slip := unclosed(source):
        return _slip(file, source, slip, code="template-syntax")
    message = f"The template cannot be read: {error.message}."
    return Finding(file=file, line=error.lineno, column=1, code="template-syntax", message=message)


def _slip(file: str, source: str, slip: Slip, *, code: str, severity: Literal["error", "warning"] = "error") -> Finding:
    before = source[: slip.at]
    return Finding(
        file=file,
        line=before.count("\n") + 1,
        column=slip.at - before.rfind("\n"),
        code=code,
        message=slip.message,
        hint=slip.hint,
        severity=severity,
    )


def _not_allowed(file: str, source: str, node: nodes.Node) -> Finding:
    line, column = _place(source, node.lineno, "")
    what = type(node).__name__.lower()
    hint = "Mails know {{ variable }}, {{ variable|filter }} and {% if variable %} … {% else %} … {% endif %}."
    return Finding(
        file=file,
        line=line,
        column=column,
        code="template-too-clever",
        message=f"A mail template cannot use this ({what}).",
        hint=hint,
    )


def _place(source: str, line: int, name: str) -> tuple[int, int]:
    """Return line and column of a name; Jinja2 tells lines only."""
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    found = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", text) if name else re.search(r"\{[{%]", text)
    return line, found.start() + 1 if found else 1
