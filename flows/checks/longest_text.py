"""Estimates the longest text that a template can give: its longest branches, with the longest value of each variable.

Nothing is rendered: the syntax tree of Jinja is walked, and of alternatives the longest counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment

from domain.workspace_config import WorkspaceConfig
from flows.compiler.compile_question import MOST_ANSWER
from flows.conversation.variables import LONGEST_FIRST_NAME
from flows.language.read_files import FlowSource
from flows.language.set_values import is_sum
from flows.language.tables import Table
from language.text_template import TextTemplate, take_out_sums

MOST_FIELD_CHARACTERS = {
    "text": MOST_ANSWER, "number": 17, "yes_no": 5, "date": 30, "time": 8, "moment": 45, "phone": 16, "email": 254,
    "list": 300,
}  # fmt: skip
"""Most characters of a formatted field, by type (an address: RFC 5321; a phone number: ITU-T E.164)."""
MOST_FILTER_CHARACTERS = {"day": 30, "weekday": 12, "time": 8, "date_time": 45, "number": 17, "money": 22}
"""Most characters that a filter returns."""
LONGEST_JOINT = " and "
"""What stands between the items of a list, at most in the languages that are shipped."""
_LONGEST_RESULT = "9" * MOST_FIELD_CHARACTERS["number"]
"""Of a sum, whose variable begins with an underscore (:func:`language.text_template.take_out_sums`)."""
MOST_COUNTER_DIGITS = 9
TYPICAL_CHARACTERS = 40
"""Characters assumed for a value without a declared type, such as a voucher or an email address."""

_PARSER = SandboxedEnvironment()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextShape:
    """The structure of a text, from which its longest form is computed."""

    pieces: tuple[tuple[str, str], ...] = ()
    """Each constant with the variable behind it, if the text has nothing but these."""
    tree: nodes.Template | None = None
    """The syntax tree of any other text."""
    required: frozenset[str] = frozenset()
    """Variables without which the text would be incomplete."""
    variables: frozenset[str] = frozenset()
    """All variables in the text."""
    sum_variables: frozenset[str] = frozenset()
    """Those that stand in a sum, which needs numbers."""

    def longest_text(self, values: Mapping[str, str]) -> str:
        """Return the longest text that these values allow; a variable without a value is empty."""
        if self.tree is None:
            return "".join(f"{constant}{values.get(name, '')}" for constant, name in self.pieces)
        return "".join(_longest_of_node(node, values) for node in self.tree.body)


def parse_shape(text: TextTemplate) -> TextShape:
    """Return the structure of a compiled text."""
    if text.pieces:
        return TextShape(pieces=text.pieces, required=text.variables, variables=text.variables)
    tree = _PARSER.parse(take_out_sums(text.source)[0])
    return TextShape(
        tree=tree, required=frozenset(_required_variables(tree.body, frozenset())) & text.variables,
        variables=text.variables, sum_variables=frozenset().union(*(one.names for one in text.sums)),
    )  # fmt: skip


def _longest_of_node(node: nodes.Node, values: Mapping[str, str]) -> str:
    match node:
        case nodes.Output():
            return "".join(_longest_of_node(child, values) for child in node.nodes)
        case nodes.TemplateData(data=constant) | nodes.Const(value=constant):
            return str(constant)
        case nodes.Name():
            return values.get(node.name, _LONGEST_RESULT if node.name.startswith("_") else "")
        case nodes.If():
            branches = [node.body, *(child.body for child in node.elif_), node.else_]
            return _longest_string("".join(_longest_of_node(child, values) for child in branch) for branch in branches)
        case nodes.CondExpr():
            return _longest_string(
                _longest_of_node(child, values) for child in (node.expr1, node.expr2) if child is not None
            )
        case nodes.Filter():
            return _longest_filtered(node, values)
        # “a or b” gives one of its operands, as in Python.
        case nodes.And() | nodes.Or():
            return _longest_string((_longest_of_node(node.left, values), _longest_of_node(node.right, values)))
    return ""


def _longest_filtered(node: nodes.Filter, values: Mapping[str, str]) -> str:
    inner = _longest_of_node(node.node, values) if node.node is not None else ""
    parts = [_longest_of_node(child, values) for child in node.args]
    if node.name == "default":
        return _longest_string((inner, *parts))
    if node.name == "plural":
        # “#” stands for the number: “# cups”.
        return _longest_string(parts).replace("#", "9" * MOST_FILTER_CHARACTERS["number"])
    if node.name == "urlencode":
        return inner * 3
    return "9" * MOST_FILTER_CHARACTERS[node.name] if node.name in MOST_FILTER_CHARACTERS else inner


def _longest_string(texts: Iterable[str]) -> str:
    return max(texts, key=len, default="")


def _required_variables(body: Iterable[nodes.Node], defined: frozenset[str]) -> Iterator[str]:
    """Yield the variables that are used where no test around them ensures a value."""
    for node in body:
        match node:
            case nodes.If():
                present, absent = _defined_by_test(node.test)
                yield from _required_by_test(node.test, defined)
                yield from _required_variables(node.body, defined | present)
                # After “{% if not mood %}…{% else %}” the variable has a value in the else branch.
                yield from _required_variables([*node.elif_, *node.else_], defined | absent)
            case nodes.CondExpr():
                present, absent = _defined_by_test(node.test)
                yield from _required_by_test(node.test, defined)
                yield from _required_variables([node.expr1], defined | present)
                yield from _required_variables([node.expr2] if node.expr2 else [], defined | absent)
            # “{{ mood | default('well') }}” and “{% if mood is defined %}” need no value.
            case nodes.Filter(name="default") | nodes.Test(name="defined"):
                pass
            case nodes.Name():
                yield from () if node.name in defined else (node.name,)
            case _:
                yield from _required_variables(node.iter_child_nodes(), defined)


def _required_by_test(test: nodes.Node, defined: frozenset[str]) -> Iterator[str]:
    """Yield the variables that a test cannot do without: “{% if age %}” is false without one, “age > 5” fails."""
    match test:
        case nodes.Name():
            return
        case nodes.Not():
            yield from _required_by_test(test.node, defined)
        case nodes.And() | nodes.Or():
            yield from _required_by_test(test.left, defined)
            # “age and age > 5” looks at the second only where the first has a value.
            known = _defined_by_test(test.left)[0] if isinstance(test, nodes.And) else frozenset()
            yield from _required_by_test(test.right, defined | known)
        case nodes.Compare(expr=nodes.Name(), ops=[nodes.Operand(op="eq" | "ne", expr=nodes.Const())]):
            return
        case _:
            yield from _required_variables([test], defined)


def _defined_by_test(test: nodes.Node) -> tuple[frozenset[str], frozenset[str]]:
    """Return the variables that have a value if a test is true, and those that have one if it is false."""
    match test:
        case nodes.Name():
            return frozenset({test.name}), frozenset()
        case nodes.Test(name="defined", node=nodes.Name(name=name)):
            return frozenset({name}), frozenset()
        case nodes.Not():
            present, absent = _defined_by_test(test.node)
            return absent, present
        case nodes.Compare(expr=nodes.Name(name=name), ops=[nodes.Operand(op="eq", expr=nodes.Const())]):
            return frozenset({name}), frozenset()
        case nodes.And():
            # If “a and b” is false, either may be empty.
            return _defined_by_test(test.left)[0] | _defined_by_test(test.right)[0], frozenset()
    return frozenset(), frozenset()


def longest_field_values(flows: Iterable[FlowSource], config: WorkspaceConfig) -> dict[str, str]:
    """Return the longest value of each field.

    A field that only gets labels of choices and values of ``set`` is no longer than the longest of these.
    """
    set_values: dict[str, set[str]] = {name: set() for name in config.fields}
    typed_fields: set[str] = set()
    for step in (step for flow in flows for step in flow.text.steps.values()):
        sets = [step.set, *(choice.set for choice in step.choices.values())]
        for name, value in (pair for assignments in sets for pair in assignments.items()):
            if is_sum(value, config.fields.get(name)):
                typed_fields.add(name)
            set_values.setdefault(name, set()).add(str(value))
        if step.save and step.kind == "choice":
            set_values.setdefault(step.save, set()).update(step.choices)
        elif step.save and step.kind == "many":
            set_values.setdefault(step.save, set()).add(LONGEST_JOINT.join(step.choices))
        elif step.save:
            typed_fields.add(step.save)
    values = {name: "M" * MOST_FIELD_CHARACTERS[declaration.type] for name, declaration in config.fields.items()}
    for name, texts in set_values.items():
        if texts and name not in typed_fields:
            values[name] = _longest_string(texts)
    values["first_name"] = "M" * LONGEST_FIRST_NAME
    values |= dict.fromkeys(config.event_by_counter, "9" * MOST_COUNTER_DIGITS)
    return values


def longest_cells(table: Table, language: str) -> dict[str, str]:
    """Return the longest cell of each column."""
    return {
        column: _longest_string(_format_cell(row[column]) for row in table.rows_in(language))
        for column in table.columns
    }


def _format_cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
