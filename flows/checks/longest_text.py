"""The longest that a text can become: every branch of its conditions, with the longest value of each variable."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment

from domain.workspace_config import WorkspaceConfig
from flows.compiler.compile_question import MOST_ANSWER
from flows.conversation.variables import LONGEST_FIRST_NAME
from flows.language.read_files import FlowSource
from flows.language.tables import Table
from flows.language.text_template import TextTemplate

LONGEST = {
    "text": MOST_ANSWER, "number": 17, "yes_no": 5, "date": 30, "time": 8, "moment": 45, "phone": 16, "email": 254,
}  # fmt: skip
"""Characters of a field as it is said, by its type; RFC 5321 bounds an address, ITU-T E.164 a phone number."""
SPOKEN = {"day": 30, "weekday": 12, "time": 8, "date_time": 45, "number": 17, "money": 22}
"""Characters that a filter gives at most."""
COUNTER = 9
ASKED = 40
"""Characters of a value that nobody declared."""

_PARSER = SandboxedEnvironment()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A text as its template sees it."""

    pieces: tuple[tuple[str, str], ...] = ()
    """Constants and variables, of a text that holds nothing else."""
    tree: nodes.Template | None = None
    """Of every other text."""
    used: frozenset[str] = frozenset()
    """Variables that must have a value for the text to be said."""
    asked: frozenset[str] = frozenset()
    """All variables it names."""

    def longest(self, values: Mapping[str, str]) -> str:
        """Return the longest text it can become; what is not among the values is empty."""
        if self.tree is None:
            return "".join(f"{constant}{values.get(name, '')}" for constant, name in self.pieces)
        return "".join(_longest(node, values) for node in self.tree.body)


def shape(text: TextTemplate) -> Shape:
    """Return the shape of a compiled text."""
    if text.pieces:
        return Shape(pieces=text.pieces, used=text.variables, asked=text.variables)
    tree = _PARSER.parse(text.source)
    names = frozenset(name.name for name in tree.find_all(nodes.Name))
    return Shape(tree=tree, used=frozenset(_used(tree.body, frozenset())), asked=names)


def _longest(node: nodes.Node, values: Mapping[str, str]) -> str:
    match node:
        case nodes.Output():
            return "".join(_longest(one, values) for one in node.nodes)
        case nodes.TemplateData(data=said) | nodes.Const(value=said):
            return str(said)
        case nodes.Name():
            return values.get(node.name, "")
        case nodes.If():
            branches = [node.body, *(one.body for one in node.elif_), node.else_]
            return _most("".join(_longest(one, values) for one in branch) for branch in branches)
        case nodes.CondExpr():
            return _most(_longest(one, values) for one in (node.expr1, node.expr2) if one is not None)
        case nodes.Filter():
            return _filtered(node, values)
        case nodes.And() | nodes.Or():
            return _most((_longest(node.left, values), _longest(node.right, values)))
    return ""


def _filtered(node: nodes.Filter, values: Mapping[str, str]) -> str:
    inner = _longest(node.node, values) if node.node is not None else ""
    parts = [_longest(one, values) for one in node.args]
    if node.name == "default":
        return _most((inner, *parts))
    if node.name == "plural":
        return _most(parts).replace("#", "9" * SPOKEN["number"])
    if node.name == "urlencode":
        return inner * 3
    return "9" * SPOKEN[node.name] if node.name in SPOKEN else inner


def _most(texts: Iterable[str]) -> str:
    return max(texts, key=len, default="")


def _used(body: Iterable[nodes.Node], safe: frozenset[str]) -> Iterator[str]:
    """Yield the variables that are said where nothing makes sure that they have a value."""
    for node in body:
        match node:
            case nodes.If():
                there, absent = _tested(node.test)
                yield from _used([node.test], safe)
                yield from _used(node.body, safe | there)
                yield from _used([*node.elif_, *node.else_], safe | absent)
            case nodes.CondExpr():
                there, absent = _tested(node.test)
                yield from _used([node.test], safe)
                yield from _used([node.expr1], safe | there)
                yield from _used([node.expr2] if node.expr2 else [], safe | absent)
            case nodes.Filter(name="default") | nodes.Test(name="defined"):
                pass
            case nodes.Name():
                yield from () if node.name in safe else (node.name,)
            case _:
                yield from _used(node.iter_child_nodes(), safe)


def _tested(test: nodes.Node) -> tuple[frozenset[str], frozenset[str]]:
    """Return the variables that are there if a test holds, and if it does not."""
    match test:
        case nodes.Name():
            return frozenset({test.name}), frozenset()
        case nodes.Test(name="defined", node=nodes.Name(name=name)):
            return frozenset({name}), frozenset()
        case nodes.Not():
            there, absent = _tested(test.node)
            return absent, there
        case nodes.And():
            return _tested(test.left)[0] | _tested(test.right)[0], frozenset()
    return frozenset(), frozenset()


def field_values(flows: Iterable[FlowSource], config: WorkspaceConfig) -> dict[str, str]:
    """Return the longest value of each field; one that only takes labels and set values is no longer than they are."""
    given: dict[str, set[str]] = {name: set() for name in config.fields}
    free: set[str] = set()
    for step in (step for one in flows for step in one.text.steps.values()):
        sets = [step.set, *(choice.set for choice in step.choices.values())]
        for name, value in (pair for many in sets for pair in many.items()):
            given.setdefault(name, set()).add(str(value))
        if step.save and step.kind == "choice":
            given.setdefault(step.save, set()).update(step.choices)
        elif step.save:
            free.add(step.save)
    values = {name: "M" * LONGEST[one.type] for name, one in config.fields.items()}
    for name, texts in given.items():
        if texts and name not in free:
            values[name] = _most(texts)
    values["first_name"] = "M" * LONGEST_FIRST_NAME
    values |= dict.fromkeys(config.event_by_counter, "9" * COUNTER)
    return values


def row_values(table: Table, language: str) -> dict[str, str]:
    """Return the longest cell of each column."""
    return {column: _most(_cell(row[column]) for row in table.rows_in(language)) for column in table.columns}


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
