"""Checks of texts: templates, variables, and the length in every language with the longest values."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from domain.workspace_config import WorkspaceConfig
from flows.checks.known_facts import LEFT_VARIABLE, VOUCHER_VARIABLE, FlowFacts, path_without_fact
from flows.checks.longest_text import TYPICAL_CHARACTERS, TextShape, longest_cells, parse_shape
from flows.checks.rows_and_sums import check_sum_names, explain_empty_sum, number_names
from flows.checks.text_locations import TextLocation
from flows.compiled.language_packs import fixed_variables
from flows.language.buttons import is_web_address
from flows.language.set_values import certain_values
from language.findings import Finding, suggest_declaration
from language.template_errors import find_single_braces, find_unclosed
from language.text_template import MOST_CHARACTERS, TextError, compile_text

PERSON_VARIABLES = ("hi", "first_name", "email", "word")
"""Variables about a person besides the declared fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """The variables of a workspace, with their longest values."""

    config: WorkspaceConfig
    longest_fields: Mapping[str, str]
    """The longest value of each field."""
    fixed_values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language, the variables that are the same for every person."""
    found_columns: Mapping[str, str] = field(default_factory=dict)
    """The columns of tables in which rows are looked up, each with its longest cell."""
    given: Mapping[str, Collection[str]] = field(default_factory=dict)
    """By mail, the variables that its step must give."""

    @property
    def variables(self) -> frozenset[str]:
        """All variables that any text may use."""
        return frozenset(
            {
                *PERSON_VARIABLES,
                LEFT_VARIABLE,
                VOUCHER_VARIABLE,
                *self.config.fields,
                *self.config.event_by_counter,
                *self.found_columns,
                *self.fixed_values[self.config.default_language],
            }
        )

    @property
    def unsure_variables(self) -> frozenset[str]:
        """Variables that can be empty and have no fallback."""
        fields = {"first_name", *self.config.fields}
        declared = self.config.fields
        return frozenset(
            {
                LEFT_VARIABLE,
                VOUCHER_VARIABLE,
                *(name for name in fields if name not in declared or not declared[name].fallback),
                *(self.found_columns.keys() - declared.keys()),
            }
        )

    @property
    def tracked_variables(self) -> frozenset[str]:
        """Variables of which the checks ask whether they are known: those above, and numbers, which sums need."""
        return self.unsure_variables | number_names(self.config)

    def longest_values(self, location: TextLocation) -> dict[str, str]:
        """Return the longest value of each variable of a text."""
        language = location.language if location.language in self.fixed_values else self.config.default_language
        values = {
            LEFT_VARIABLE: "999",
            VOUCHER_VARIABLE: "9" * TYPICAL_CHARACTERS,
            "email": "m" * TYPICAL_CHARACTERS,
            "word": "w" * TYPICAL_CHARACTERS,
        }
        values |= {**self.found_columns, **self.fixed_values[language], **self.longest_fields}
        greeting = self.config.pick_text(self.config.greeting.named, language)
        values["hi"] = greeting.replace("{{ first_name }}", values["first_name"])
        return values | (longest_cells(location.table, location.language) if location.table else {})


def build_text_rules(
    config: WorkspaceConfig,
    fields: Mapping[str, str],
    found_columns: Mapping[str, str] | None = None,
    given: Mapping[str, Collection[str]] | None = None,
) -> TextRules:
    """Return the rules for the texts of a workspace."""
    return TextRules(
        config=config,
        longest_fields=fields,
        found_columns=found_columns or {},
        given=given or {},
        fixed_values={language: fixed_variables(config, language) for language in config.languages},
    )


def check_text(location: TextLocation, rules: TextRules, variables: frozenset[str]) -> Iterator[Finding | TextShape]:
    """Yield the findings in a text; if it is a valid template, also its structure, for the checks of the graph."""
    text, source = location.text, location.source
    if not text.strip():
        yield source.finding_at(
            location.path,
            "empty-text",
            "This text is empty, and Messenger refuses that.",
            "Write it, or take it out.",
            key=location.at_key,
        )
        return
    # Before anything is parsed: a text of a megabyte must cost nothing.
    if len(text) > MOST_CHARACTERS:
        yield _too_long_finding(location, text, is_certain=True)
        return
    # Most texts have no variables: they are measured without parsing a template.
    if "{{" not in text and "{%" not in text and "{#" not in text:
        yield from _check_address(location)
        yield from (_too_long_finding(location, text, is_certain=True),) if len(text) > location.most_characters else ()
        yield from _check_single_braces(location, variables)
        return
    if location.is_plain:
        message = "Variables cannot stand on a choice: people type what they read."
        yield source.finding_at(
            location.path, "variable-in-label", message, "Say it in the text above.", key=location.at_key
        )
        return
    yield from _check_template(location, rules, variables)


def _check_template(
    location: TextLocation, rules: TextRules, variables: frozenset[str]
) -> Iterator[Finding | TextShape]:
    try:
        shape = parse_shape(compile_text(location.text))
    except TextError as error:
        problem = find_unclosed(location.text)
        explanation = (problem.message, problem.hint) if problem else (str(error), "")
        hint = (
            explanation[1] or "Texts know {{ variable }}, {{ variable | filter }} and {% if variable %} … {% endif %}."
        )
        yield location.source.finding_at(location.path, "template", explanation[0], hint, key=location.at_key)
        return
    known = variables | (location.table.columns if location.table else frozenset())
    columns = frozenset(rules.found_columns) | (location.table.columns if location.table else frozenset())
    yield from check_sum_names(location.source, location.path, shape.sum_variables & known, rules.config, columns)
    for name in sorted(shape.variables - known):
        message = f"There is no variable “{name}”."
        hint = suggest_declaration("variable", name, known)
        yield location.source.finding_at(location.path, "unknown-variable", message, hint, key=location.at_key)
    yield from _check_single_braces(location, variables)
    yield from _check_length(location, shape, rules)
    yield shape


def _check_single_braces(location: TextLocation, variables: frozenset[str]) -> Iterator[Finding]:
    for problem in find_single_braces(location.text, variables):
        yield location.source.finding_at(
            location.path, "single-braces", problem.message, problem.hint, severity="warning", key=location.at_key
        )


def _check_address(location: TextLocation) -> Iterator[Finding]:
    if location.is_address and not is_web_address(location.text.strip()):
        message = f"“{location.text[:60]}” is no web address."
        yield location.source.finding_at(location.path, "not-a-link", message, "Begin it with https://.", key=False)


def _check_length(location: TextLocation, shape: TextShape, rules: TextRules) -> Iterator[Finding]:
    """Yield an error if the text is too long even with empty fields, a warning if the longest values make it so."""
    values = rules.longest_values(location)
    longest = shape.longest_text(values)
    if len(longest) <= location.most_characters or location.is_address:
        return
    # The fixed texts of the workspace keep their length; only what people enter counts as empty.
    written_only = {name: "" if name in rules.longest_fields else value for name, value in values.items()}
    yield _too_long_finding(
        location, longest, is_certain=len(shape.longest_text(written_only)) > location.most_characters
    )


def _too_long_finding(location: TextLocation, longest: str, *, is_certain: bool) -> Finding:
    is_label = location.text_kind == "a button"
    shown = (
        longest if len(longest) <= 2 * location.most_characters and is_label else f"{longest[:60]} … {longest[-30:]}"
    )
    verb = "has" if longest == location.text else "can have"
    message = f"This {verb} {len(longest):,} characters; {location.text_kind} holds {location.most_characters:,}."
    if longest != location.text:
        message += f" The longest case: “{shown}”."
    hint = "Say it in fewer words." if location.most_characters < 2000 else "Make a list of it; each item is a message."  # noqa: PLR2004  a message
    return location.source.finding_at(
        location.path,
        "long-label" if is_label else "too-long",
        message,
        hint,
        severity="error" if is_certain else "warning",
        key=location.at_key,
    )


def check_unset_variables(
    location: TextLocation, shape: TextShape, scope: FlowFacts, rules: TextRules
) -> Iterator[Finding]:
    """Yield each variable of a text that some path leaves empty, with that path."""
    known, step = scope.known, scope.graph.steps[location.step]
    choice = step.choices.get(location.choice)
    # Marks are made on arriving, before the text; the reply to a choice also comes after the fields of that choice.
    of_choice = (*certain_values(choice.set), *choice.score, step.save or "") if choice else ()
    set_here = {*certain_values(step.set), *step.score, *of_choice}
    columns = location.table.columns if location.table else frozenset()
    # A fallback is a text: it fills a gap in a sentence, and none in a sum.
    numbers = number_names(rules.config) & rules.config.fields.keys()
    fields = sorted((shape.sum_variables & numbers) - set_here - columns)
    yield from explain_empty_sum(scope, location.source, location.path, location.step, fields)
    for name in sorted((shape.required & rules.unsure_variables) - set_here - columns):
        # No path leads to this step; that is a finding of its own.
        if location.step not in known.bits_by_step or known.is_known(location.step, name):
            continue
        path = " -> ".join(path_without_fact(scope.graph, location.step, name, scope.facts_after_call))
        explained = _explain_empty(name, path, is_column=name in rules.found_columns)
        yield location.source.finding_at(location.path, *explained, key=location.at_key)


def _explain_empty(name: str, path: str, *, is_column: bool) -> tuple[str, str, str]:
    if name == VOUCHER_VARIABLE:
        message = f"{path}: no code was drawn before {{{{ code }}}} is said."
        return "code-unset", message, "Put a step with “code: pool” before it."
    if name == LEFT_VARIABLE:
        message = f"{path}: no places were taken before {{{{ {name} }}}} is said."
        return "no-fallback", message, "Put a step with “take” before it."
    if is_column:
        message = f"{path}: no row was looked up before {{{{ {name} }}}} is said."
        return "no-fallback", message, "Put a step with “find” before it."
    more = " “{{ hi }}” greets well without a name." if name == "first_name" else ""
    message = f"{path}: “{name}” can be empty here, and it has no fallback in doorstep.yaml."
    return "no-fallback", message, f"Give it one under fields, or ask for it before.{more}"
