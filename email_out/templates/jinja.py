"""Jinja2 in mails: what is allowed, what is checked, and how a template is compiled.

A mail may show a variable, choose between two texts, change the form of a word, and link to a flow of the chat.
Loops, other calls, attributes and
multiplication are refused, so every rendering is short and ends, whatever the template.  Days, times, numbers and
plurals follow the reader's language and time zone (:mod:`language.template_filters`).
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from language.findings import Finding, suggest_declaration
from language.template_errors import TemplateMistake, find_single_braces, find_unclosed
from language.template_filters import TEMPLATE_FILTERS, correct_usage

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
FILTERS = (*PLAIN_FILTERS, *TEMPLATE_FILTERS)
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
    nodes.Call,  # of one function only, see _calls_chat
)
"""Everything that may occur in a template's syntax tree."""

CHAT = "chat"
"""The variable that can be called: ``{{ chat('feedback') }}`` leads into the flow of that name."""
DEEPEST = 60
"""Levels of a syntax tree; deeper ones could not be compiled, and no mail needs them."""
# “{{ … }}” and “{% … %}”, also over several lines.
_DELIMITED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_CHAT_COLON = re.compile(r"\{\{\s*chat\s*[:=]?\s*['\"]?(?P<flow>[A-Za-z0-9_-]+)['\"]?\s*\}\}")
# A comment to Jinja2, a declaration to us: “{# uses cups: count of cup.noted #}”.
_USES = re.compile(r"\{#\s*uses\s+(?P<name>[a-z][a-z0-9_]*)\s*(?::\s*count\s+of\s+(?P<event>\S+)\s*)?#\}")


def _make_environment(*, autoescape: bool) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=autoescape, undefined=StrictUndefined, keep_trailing_newline=True
    )
    # Calls are refused by the checks; without range(), lipsum() and their like there is nothing to call either.
    environment.globals.clear()
    environment.filters = {**{name: environment.filters[name] for name in PLAIN_FILTERS}, **TEMPLATE_FILTERS}
    return environment


_HTML = _make_environment(autoescape=True)
_TEXT = _make_environment(autoescape=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedNames:
    """The names that a template may use."""

    variables: frozenset[str]
    events: frozenset[str]


def find_own_variables(source: str) -> dict[str, str]:
    """Return the variables that a template declares itself: name → event it counts, or empty."""
    # “{# uses cups: count of cup.noted #}” counts an event; “{# uses state #}” is a column that a flow gives.
    return {match["name"]: match["event"] or "" for match in _USES.finditer(source)}


def check_template(file: str, source: str, allowed: AllowedNames, forbidden: Mapping[str, str]) -> list[Finding]:
    """Return what is wrong with the Jinja2 of a file; ``forbidden`` gives a reason for each name not allowed here."""
    own_variables = find_own_variables(source)
    findings = [
        *_find_unknown_events(file, source, allowed),
        *_find_single_braces(file, source, allowed.variables | own_variables.keys()),
    ]
    tree = _parse_tree(file, source)
    if isinstance(tree, Finding):
        return [*findings, tree]
    variables = allowed.variables | own_variables.keys()
    checked = (_check_node(file, source, node, variables, forbidden) for node in _walk_tree(tree))
    return [*findings, *(finding for finding in checked if finding)]


def _check_node(
    file: str, source: str, node: nodes.Node, variables: frozenset[str], forbidden: Mapping[str, str]
) -> Finding | None:
    """Return what is wrong with one node of the syntax tree; None if it is fine."""
    if not isinstance(node, ALLOWED) or (isinstance(node, nodes.Call) and not _calls_chat(node)):
        return _make_not_allowed_finding(file, source, node)
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return _make_unknown_finding(file, source, node.lineno, node.name, kind="filter", allowed=FILTERS)
    if isinstance(node, nodes.Filter) and (sample := correct_usage(node.name, len(node.args))):
        line, column = _locate_name(source, node.lineno, node.name)
        message = f"“{node.name}” cannot be used like this."
        return Finding(file=file, line=line, column=column, code="template-too-clever", message=message, hint=sample)
    if isinstance(node, nodes.Name) and node.name in forbidden:
        line, column = _locate_name(source, node.lineno, node.name)
        message, reason = f"“{node.name}” cannot be used here.", forbidden[node.name]
        return Finding(file=file, line=line, column=column, code="forbidden-variable", message=message, hint=reason)
    if isinstance(node, nodes.Name) and node.name not in variables:
        return _make_unknown_finding(file, source, node.lineno, node.name, kind="variable", allowed=variables)
    return None


def _calls_chat(node: nodes.Call) -> bool:
    """Return True for ``chat('flow')``, the one call that a template may make."""
    if not isinstance(node.node, nodes.Name) or node.node.name != CHAT or node.kwargs or node.dyn_args:
        return False
    return len(node.args) == 1 and isinstance(node.args[0], nodes.Const) and isinstance(node.args[0].value, str)


def find_variables(source: str) -> frozenset[str]:
    """Return the variables that a checked template uses."""
    return frozenset(meta.find_undeclared_variables(_HTML.parse(_unescape_jinja(source))))


def compile_html(source: str) -> Template:
    """Compile HTML whose Jinja2 went through the MJML compiler; values are escaped."""
    return _HTML.from_string(_unescape_jinja(source))


def compile_text(source: str) -> Template:
    """Compile plain text; values are put in as they are."""
    return _TEXT.from_string(source)


def escape_less_than(source: str) -> str:
    """Return MJML whose Jinja2 has ``<`` escaped, so that the MJML compiler does not take it for a tag."""
    # {% if cups < 3 %} → {% if cups &lt; 3 %}; _unescape_jinja turns it back after compiling.
    return _DELIMITED.sub(lambda match: match[0].replace("<", "&lt;"), source)


def _unescape_jinja(source: str) -> str:
    """Return the source with HTML entities such as ``&lt;`` made plain inside Jinja2, and only there."""
    return _DELIMITED.sub(lambda match: html.unescape(match[0]), source)


def _walk_tree(tree: nodes.Node) -> Iterable[nodes.Node]:
    """Yield every node, but nothing below one that is not allowed: its inside would only repeat the finding."""
    yield tree
    for child in tree.iter_child_nodes():
        if isinstance(tree, ALLOWED):
            yield from _walk_tree(child)


def _parse_tree(file: str, source: str) -> nodes.Template | Finding:
    """Return the syntax tree of a template, or the finding that says why it has none."""
    try:
        tree = _HTML.parse(_unescape_jinja(source))
    except TemplateSyntaxError as error:
        return _make_syntax_finding(file, source, error)
    except (RecursionError, ValueError):  # ValueError: a number with more digits than int() takes
        return _make_too_deep_finding(file)
    return _make_too_deep_finding(file) if _is_too_deep(tree) else tree


def _is_too_deep(tree: nodes.Node) -> bool:
    """Return True if a tree has too many levels."""
    # Level by level: a recursive walk would itself overflow the stack on the trees that this looks for.
    level: list[nodes.Node] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in node.iter_child_nodes()]
    return bool(level)


def _make_too_deep_finding(file: str) -> Finding:
    message = "The template is nested too deep, or a number in it is too long."
    return Finding(file=file, line=1, column=1, code="too-deep", message=message, hint="Make it simpler.")


def _find_unknown_events(file: str, source: str, allowed: AllowedNames) -> Iterable[Finding]:
    for match in _USES.finditer(source):
        if match["event"] and match["event"] not in allowed.events:
            line = source.count("\n", 0, match.start("event")) + 1
            yield _make_unknown_finding(file, source, line, match["event"], kind="event", allowed=allowed.events)


def _make_unknown_finding(
    file: str, source: str, line: int, name: str, *, kind: str, allowed: Iterable[str]
) -> Finding:
    line, column = _locate_name(source, line, name)
    message = f"There is no {kind} “{name}”."
    # The nearest declared name, or how to declare this one.
    hint = suggest_declaration(kind, name, set(allowed))
    if kind == "variable":
        hint += f" A column that the flow looks up? Write {{# uses {name} #}} at the top."
    return Finding(file=file, line=line, column=column, code=f"unknown-{kind}", message=message, hint=hint.strip())


def _find_single_braces(file: str, source: str, variables: frozenset[str]) -> Iterable[Finding]:
    for slip in find_single_braces(source, variables):
        yield _make_slip_finding(file, source, slip, code="single-braces", severity="warning")


def _make_syntax_finding(file: str, source: str, error: TemplateSyntaxError) -> Finding:
    # Jinja2 reports an unclosed “{{” at the end of the file; our own search finds where it was opened.
    if slip := find_unclosed(source):
        return _make_slip_finding(file, source, slip, code="template-syntax")
    message = f"The template cannot be read: {error.message}."
    meant = _CHAT_COLON.search(source)  # {{ chat: feedback }}
    hint = f"Write {{{{ chat('{meant['flow']}') }}}}." if meant else ""
    return Finding(file=file, line=error.lineno, column=1, code="template-syntax", message=message, hint=hint)


def _make_slip_finding(
    file: str, source: str, slip: TemplateMistake, *, code: str, severity: Literal["error", "warning"] = "error"
) -> Finding:
    before = source[: slip.offset]
    return Finding(
        file=file,
        line=before.count("\n") + 1,
        column=slip.offset - before.rfind("\n"),
        code=code,
        message=slip.message,
        hint=slip.hint,
        severity=severity,
    )


def _make_not_allowed_finding(file: str, source: str, node: nodes.Node) -> Finding:
    line, column = _locate_name(source, node.lineno, "")
    construct = type(node).__name__.lower()
    hint = "Mails know {{ variable }}, {{ variable|filter }} and {% if variable %} … {% else %} … {% endif %}."
    return Finding(
        file=file,
        line=line,
        column=column,
        code="template-too-clever",
        message=f"A mail template cannot use this ({construct}).",
        hint=hint,
    )


def _locate_name(source: str, line: int, name: str) -> tuple[int, int]:
    """Return line and column of a name; Jinja2 knows only its line."""
    lines = source.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    match = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", text) if name else re.search(r"\{[{%]", text)
    return line, match.start() + 1 if match else 1
