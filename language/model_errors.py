"""Explains pydantic's validation errors to the author of the file."""

import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from domain.workspace_config import EVENT_NAME, NAME, Texts, WorkspaceConfig
from language.findings import find_nearest, suggest_name

_QUOTED = re.compile(r"'([^']*)'")
_LISTED = re.compile("“([^”]*)”")

_EXPECTED_KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a map (name: value)",
    "model_type": "a map (name: value)",
}
"""pydantic's error type, and what it expected in the author's words."""

_OWN_SENTENCES = {
    "string_pattern_mismatch": ("bad-name", "“{input}” cannot be a name here"),
    "string_too_long": ("too-long", "This text has more than {max_length} characters"),
    "string_too_short": ("too-short", "This text is too short"),
    "too_short": ("too-few", "At least {min_length} must stand here"),
    "too_long": ("too-many", "At most {max_length} may stand here"),
    "greater_than_equal": ("out-of-range", "{input} is too small; at least {ge}"),
    "greater_than": ("out-of-range", "{input} is too small; it must be more than {gt}"),
    "less_than_equal": ("out-of-range", "{input} is too large; at most {le}"),
    "less_than": ("out-of-range", "{input} is too large; it must be less than {lt}"),
    "literal_error": ("unknown-word", "“{input}” is not known here; expected {expected}"),
}
"""pydantic's error type, and our finding code and sentence."""

_KEYS_OF_THINGS = ("event", "flow", "topic", "tag", "field", "step", "send", "template")
"""Keys that an author writes on purpose, where a text stands in their place."""
_MESSAGE_KEYS = {"cards", "pause", "image"}
"""Keys of one message."""
_KEYS_ELSEWHERE = {
    "options": "choices", "answers": "choices", "quick_replies": "choices", "replies": "choices",
    "multiple": "ask: many", "multi": "ask: many", "multiselect": "ask: many", "multi_select": "ask: many",
    "message": "say", "text": "say", "send": "say", "prompt": "say", "question": "say", "next": "go", "goto": "go",
    "then": "go", "default": "else", "otherwise": "else", "fallback": "else", "condition": "if", "when": "if",
    "retries": "tries", "attempts": "tries", "error": "again", "invalid": "again", "delay": "wait", "variable": "save",
    "store": "save", "save_as": "save", "keywords": "words", "triggers": "words", "min": "from", "max": "to",
    "regex": "pattern", "ref": "links", "goal": "event",
    "mail": "calendar: its texts in this language", "relay": "calendar: its texts in this language",
}  # fmt: skip
"""Names that other programs give to keys, and ours; one that is not known in its place is not offered."""
_WAIT_KEYS = {"for", "when", "at_most"}
"""Keys of a wait that has several."""
_WRITTEN_ALONE = {"until", "time", "date", "at", "duration", "length", "before", "after"}
"""Keys that authors give to a time that a wait takes alone."""
_LONGEST_VALUE = 40
"""Characters of a wrong value that a message shows."""

_NAME_HINTS = {
    NAME: "Write it like friday_leaf: small letters, digits and _, at most 40.",
    EVENT_NAME: "Write it like cup.noted: small letters, a dot between.",
}
"""Pattern of a name, and how such a name is written."""


class ExplainedError(NamedTuple):
    """A validation error in the author's words; the first fields of a finding, with a path instead of a position."""

    path: tuple[str | int, ...]
    """Keys and list positions from the top of the file."""
    code: str
    message: str
    hint: str = ""
    at_key: bool = False
    """True if the key is wrong; False if its value is."""


def without_echoes(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Return the errors without those that a key is missing in a map that has an unknown one: often it is that one."""
    # “loc” has the branch of a union, so only the form that the author chose is looked at.
    odd = {error["loc"][:-1] for error in errors if error["type"] == "extra_forbidden"}
    return [error for error in errors if error["type"] != "missing" or error["loc"][:-1] not in odd]


def explain_error(error: ErrorDetails, model: type[BaseModel]) -> ExplainedError:
    """Explain one error that a model reported."""
    path, kind = error["loc"], error["type"]
    name = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        hint = _suggest_key(name, error["input"], known_keys_at(model, path[:-1]))
        return ExplainedError(path, "unknown-key", f"“{name}” is not known here.", hint, at_key=True)
    if kind == "missing":
        # The missing key has no position, so the key of the map that lacks it is marked.
        return ExplainedError(path[:-1], "missing", f"“{name}” is missing.", at_key=True)
    if kind in _EXPECTED_KINDS:
        return ExplainedError(path, "wrong-kind", *_explain_wrong_kind(error, model))
    if kind in _OWN_SENTENCES:
        code, sentence = _OWN_SENTENCES[kind]
        values = {"input": show_value(error["input"]), **error.get("ctx", {})}
        # pydantic writes “'a', 'b' or 'c'”; texts for people have typographic quotes.
        values["expected"] = _QUOTED.sub(r"“\1”", str(values.get("expected", "")))
        return _explain_value(path, code, f"{sentence.format(**values)}.", _suggest_value(kind, values))
    # Any other error comes from a validator of ours, whose message is written for the author already.
    text = error["msg"].removeprefix("Value error, ")
    return _explain_value(
        path, "invalid", text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
    )


def show_value(value: object) -> str:
    """Return a value as its author wrote it, at most 40 characters: ``{event: class.visited}``, ``true``, a text."""
    if isinstance(value, dict):
        shown = f"{{{', '.join(f'{key}: {show_value(item)}' for key, item in value.items())}}}"
    elif isinstance(value, list | tuple):
        shown = f"[{', '.join(map(show_value, value))}]"
    elif value is None or isinstance(value, bool):
        shown = "nothing" if value is None else str(value).lower()
    else:
        shown = str(value)
    return shown if len(shown) <= _LONGEST_VALUE else f"{shown[:_LONGEST_VALUE]}…"


def _suggest_key(name: str, value: object, known: set[str]) -> str:
    """Return the key that was probably meant; in a message, the text that a colon has made a key."""
    if name in known:  # of another form of the same map
        return "It cannot stand beside the others here. Leave one of them out."
    if name in _WRITTEN_ALONE and known >= _WAIT_KEYS and isinstance(value, str):
        return f"If it is a time, write it alone: wait: {show_value(value)}"
    meant = _KEYS_ELSEWHERE.get(name.casefold(), "")
    if meant.partition(":")[0] in known:
        return f"Did you mean “{meant}”?"
    if known >= _MESSAGE_KEYS and not find_nearest(name, known) and isinstance(value, str | int | float):
        return f'If it is text, put it in quotes: "{name}: {show_value(value)}"'
    if value is None and not find_nearest(name, known):  # {words: tea, letter}
        return (
            f"{suggest_name(name, known)} If it belongs to what stands before it, a list needs brackets: [a, {name}]."
        )
    return suggest_name(name, known)


def _suggest_value(kind: str, values: Mapping[str, object]) -> str:
    if kind == "string_pattern_mismatch":
        return _NAME_HINTS.get(str(values.get("pattern")), f"Its pattern is {values.get('pattern')}.")
    close = find_nearest(str(values["input"]), _LISTED.findall(str(values.get("expected", ""))))
    return f"Did you mean “{close}”?" if close else ""


def _explain_value(path: tuple[str | int, ...], code: str, message: str, hint: str = "") -> ExplainedError:
    # pydantic appends “[key]” to the path of a map's key that does not match its pattern.
    if path and path[-1] == "[key]":
        return ExplainedError(path[:-1], code, message, hint, at_key=True)
    return ExplainedError(path, code, message, hint)


def _explain_wrong_kind(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    given, wanted = error["input"], _EXPECTED_KINDS[error["type"]]
    if wanted == "a text" and isinstance(given, dict) and len(given) == 1:
        key, value = next(iter(given.items()))  # “say: Mind: it is hot” was read as {Mind: it is hot}
        if key in _KEYS_OF_THINGS:  # “start: {event: class.visited}” was no text
            return f"Expected a text, found {show_value(given)}.", f"Write it alone: {show_value(value)}"
        return "A text is expected, and its colon makes it a map.", f'Put it in quotes: "{key}: {value}"'
    shown = {dict: "a map", list: "a list", type(None): "nothing"}.get(type(given), f"“{show_value(given)}”")
    # “say: yes” stays a text (yaml_reader), but “say: true” is read as a boolean.
    hint = f'Put it in quotes: "{str(given).lower()}"' if wanted == "a text" and isinstance(given, bool) else ""
    if isinstance(given, str) and model is WorkspaceConfig and Texts in _annotations_at(model, error["loc"]):
        hint = f"A text by language: {{en: {given[:40]}}}"
    if wanted == _EXPECTED_KINDS["dict_type"] and isinstance(given, list) and isinstance((given or [0])[0], str):
        hint = _write_as_map(given, str(error["loc"][-1]) if error["loc"] else "")
    return f"Expected {wanted}, found {shown}.", hint


def _write_as_map(items: list[object], key: str) -> str:
    """Return a list as the map that is probably meant: ``[A, B]`` becomes ``{A: a_step, B: another_step}``."""
    targets = ("a_step", "another_step") if key in ("choices", "buttons") else ("…", "…")
    pairs = [f"{show_value(item)}: {target}" for item, target in zip(items, targets, strict=False)]
    more = ", …" if len(items) > len(pairs) else ""
    return f"Write each with what it leads to: {{{', '.join(pairs)}{more}}}"


def known_keys_at(model: object, path: tuple[str | int, ...]) -> set[str]:
    """Return the keys that a model knows at a path."""
    return {
        key
        for annotation in _annotations_at(model, path)
        for found_model in _models_in(annotation)
        for key in _key_names(found_model)
    }


def _annotations_at(model: object, path: tuple[str | int, ...]) -> list[object]:
    """Return the annotations of what a model expects at a path."""
    annotations: list[object] = [model]
    for part in path:
        # pydantic puts names of its own into paths (“function-before”, a union's branch): they lead nowhere.
        annotations = [inner for outer in annotations for inner in _annotations_under(outer, part)] or annotations
    return annotations


def _key_names(model: type[BaseModel]) -> Iterator[str]:
    for name, declared in model.model_fields.items():
        yield declared.alias or name


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, Annotated):
        for inner in get_args(annotation):
            yield from _models_in(inner)


def _annotations_under(annotation: Any, part: str | int) -> Iterator[object]:  # noqa: ANN401  an annotation can be anything
    """Yield the annotations of the value under the key or index ``part``."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType, Annotated):
        for branch in inner:
            yield from _annotations_under(branch, part)
    elif origin in (dict, list, tuple) and inner:
        yield inner[-1] if origin is dict else inner[0]  # dict[str, Step] holds Step, list[Step] too
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, declared in annotation.model_fields.items():
            if part in (name, declared.alias):
                yield declared.annotation
