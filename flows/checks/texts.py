"""What is wrong in the texts of flows: templates, variables, and lengths in every language, branch and worst case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from domain.workspace_config import WorkspaceConfig
from flows.checks.graph import Graph
from flows.checks.known_facts import CODE, Known, without
from flows.checks.longest_text import ASKED, Shape, row_values, shape
from flows.checks.text_locations import Place
from flows.compiled.language_packs import fixed_variables
from flows.language.buttons import is_web_address
from flows.language.text_template import MOST_CHARACTERS, TextError, compile_text
from language.findings import Finding, suggest_declaration
from language.template_errors import find_single_braces, find_unclosed

GIVEN = ("hi", "first_name", "email", "word")
"""Variables of a person, besides the declared fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """What the texts of a workspace may say."""

    config: WorkspaceConfig
    fields: Mapping[str, str]
    """The longest value of each field."""
    everybody: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language, the variables that are the same for everybody."""

    @property
    def names(self) -> frozenset[str]:
        """Every variable that a text may use, whatever the step."""
        return frozenset(
            {
                *GIVEN,
                CODE,
                *self.config.fields,
                *self.config.event_by_counter,
                *self.everybody[self.config.default_language],
            }
        )

    @property
    def unsure(self) -> frozenset[str]:
        """Variables that can be empty and have no fallback."""
        fields = {"first_name", *self.config.fields}
        declared = self.config.fields
        return frozenset({CODE, *(one for one in fields if one not in declared or not declared[one].fallback)})

    def values(self, place: Place) -> dict[str, str]:
        """Return the longest value of each variable where a text stands."""
        language = place.language if place.language in self.everybody else self.config.default_language
        values = {CODE: "9" * ASKED, "email": "m" * ASKED, "word": "w" * ASKED}
        values |= {**self.everybody[language], **self.fields}
        greeting = self.config.pick_text(self.config.greeting.named, language)
        values["hi"] = greeting.replace("{{ first_name }}", values["first_name"])
        return values | (row_values(place.table, place.language) if place.table else {})


def saying(config: WorkspaceConfig, fields: Mapping[str, str]) -> TextRules:
    """Return what the texts of a workspace may say."""
    return TextRules(
        config=config,
        fields=fields,
        everybody={language: fixed_variables(config, language) for language in config.languages},
    )


def check(place: Place, may: TextRules, names: frozenset[str]) -> Iterator[Finding | Shape]:
    """Yield what is wrong in a text whatever its step; where it can be said, its shape, if it has variables."""
    text, source = place.text, place.source
    if not text.strip():
        yield source.finding_at(
            place.path,
            "empty-text",
            "This text is empty, and Messenger refuses that.",
            "Write it, or take it out.",
            key=place.key,
        )
        return
    if len(text) > MOST_CHARACTERS:
        yield _too_long(place, text, sure=True)
        return
    if "{{" not in text and "{%" not in text and "{#" not in text:
        yield from _address(place)
        yield from (_too_long(place, text, sure=True),) if len(text) > place.most else ()
        yield from _single(place, names)
        return
    if place.plain:
        message = "Variables cannot stand on a choice: people type what they read."
        yield source.finding_at(place.path, "variable-in-label", message, "Say it in the text above.", key=place.key)
        return
    yield from _template(place, may, names)


def _template(place: Place, may: TextRules, names: frozenset[str]) -> Iterator[Finding | Shape]:
    try:
        found = shape(compile_text(place.text))
    except TextError as error:
        slip = find_unclosed(place.text)
        told = (slip.message, slip.hint) if slip else (str(error), "")
        hint = told[1] or "Texts know {{ variable }}, {{ variable | filter }} and {% if variable %} … {% endif %}."
        yield place.source.finding_at(place.path, "template", told[0], hint, key=place.key)
        return
    known = names | (place.table.columns if place.table else frozenset())
    for name in sorted(found.asked - known):
        message = f"There is no variable “{name}”."
        remedy = suggest_declaration("variable", name, known)
        yield place.source.finding_at(place.path, "unknown-variable", message, remedy, key=place.key)
    yield from _single(place, names)
    yield from _length(place, found, may)
    yield found


def _single(place: Place, names: frozenset[str]) -> Iterator[Finding]:
    for one in find_single_braces(place.text, names):
        yield place.source.finding_at(
            place.path, "single-braces", one.message, one.hint, severity="warning", key=place.key
        )


def _address(place: Place) -> Iterator[Finding]:
    if place.address and not is_web_address(place.text.strip()):
        message = f"“{place.text[:60]}” is no web address."
        yield place.source.finding_at(place.path, "not-a-link", message, "Begin it with https://.", key=False)


def _length(place: Place, found: Shape, may: TextRules) -> Iterator[Finding]:
    """An error if the written words alone are too many; a warning if the longest values make them so."""
    values = may.values(place)
    longest = found.longest(values)
    if len(longest) <= place.most or place.address:
        return
    short = {name: "" if name in may.fields else value for name, value in values.items()}
    yield _too_long(place, longest, sure=len(found.longest(short)) > place.most)


def _too_long(place: Place, longest: str, *, sure: bool) -> Finding:
    label = place.what == "a button"
    shown = longest if len(longest) <= 2 * place.most and label else f"{longest[:60]} … {longest[-30:]}"
    can = "has" if longest == place.text else "can have"
    message = f"This {can} {len(longest):,} characters; {place.what} holds {place.most:,}."
    if longest != place.text:
        message += f" The longest case: “{shown}”."
    hint = "Say it in fewer words." if place.most < 2000 else "Make a list of it; each item is a message."  # noqa: PLR2004  a message
    return place.source.finding_at(
        place.path,
        "long-label" if label else "too-long",
        message,
        hint,
        severity="error" if sure else "warning",
        key=place.key,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TextScope:
    """What is known at the steps of a flow."""

    graph: Graph
    known: Known
    called: Mapping[str, frozenset[str]]
    """What is known after a flow was called."""


def unset(place: Place, found: Shape, scene: TextScope, may: TextRules) -> Iterator[Finding]:
    """Yield each variable that some way to this text leaves empty, with that way."""
    known, step = scene.known, scene.graph.steps[place.step]
    choice = step.choices.get(place.choice)
    here = {*step.set, *step.score, *((*choice.set, *choice.score, step.save or "") if choice else ())}
    columns = place.table.columns if place.table else frozenset()
    for name in sorted((found.used & may.unsure) - here - columns):
        if place.step not in known.at or known.holds(place.step, name):
            continue
        way = " -> ".join(without(scene.graph, place.step, name, scene.called))
        yield place.source.finding_at(place.path, *_empty(name, way), key=place.key)


def _empty(name: str, way: str) -> tuple[str, str, str]:
    if name == CODE:
        message = f"{way}: no code was drawn before {{{{ code }}}} is said."
        return "code-unset", message, "Put a step with “code: pool” before it."
    more = " “{{ hi }}” greets well without a name." if name == "first_name" else ""
    message = f"{way}: “{name}” can be empty here, and it has no fallback in doorstep.yaml."
    return "no-fallback", message, f"Give it one under fields, or ask for it before.{more}"
