"""What a model's complaints mean to somebody who wrote the file: pydantic's errors in our words."""

import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from domain.workspace_config import EVENT_NAME, NAME, Texts, WorkspaceConfig
from language.findings import did_you_mean, nearest

_QUOTED = re.compile(r"'([^']*)'")
_LISTED = re.compile("“([^”]*)”")

_WANTED = {
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
"""pydantic's error type, and what it expected."""

_OWN = {
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
"""pydantic's error type, our code and sentence."""

_LIKE = {
    NAME: "Write it like friday_leaf: small letters, digits and _, at most 40.",
    EVENT_NAME: "Write it like cup.noted: small letters, a dot between.",
}
"""How a name is written, by its pattern."""

Told = tuple[tuple[str | int, ...], str, str, str, bool]
"""Path, code, message, hint, and whether the key is meant."""


def explain(error: ErrorDetails, model: type[BaseModel]) -> Told:
    """Return path, code, message, hint and whether the key is meant, for one error of a model."""
    path, kind = error["loc"], error["type"]
    name = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return path, "unknown-key", f"“{name}” is not known here.", did_you_mean(name, keys_at(model, path[:-1])), True
    if kind == "missing":
        return path[:-1], "missing", f"“{name}” is missing.", "", True
    if kind in _WANTED:
        return path, "wrong-kind", *_wrong_kind(error, model), False
    if kind in _OWN:
        code, sentence = _OWN[kind]
        values = {"input": str(error["input"])[:40], **error.get("ctx", {})}
        values["expected"] = _QUOTED.sub(r"“\1”", str(values.get("expected", "")))
        return _told_key(path, code, f"{sentence.format(**values)}.", _remedy(kind, values))
    text = error["msg"].removeprefix("Value error, ")
    return _told_key(path, "invalid", text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else "."))


def _remedy(kind: str, values: Mapping[str, object]) -> str:
    if kind == "string_pattern_mismatch":
        return _LIKE.get(str(values.get("pattern")), f"Its pattern is {values.get('pattern')}.")
    close = nearest(str(values["input"]), _LISTED.findall(str(values.get("expected", ""))))
    return f"Did you mean “{close}”?" if close else ""


def _told_key(path: tuple[str | int, ...], code: str, message: str, hint: str = "") -> Told:
    if path and path[-1] == "[key]":
        return path[:-1], code, message, hint, True
    return path, code, message, hint, False


def _wrong_kind(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    given, wanted = error["input"], _WANTED[error["type"]]
    if wanted == "a text" and isinstance(given, dict) and len(given) == 1:
        key, value = next(iter(given.items()))
        return "A text is expected, and its colon makes it a map.", f'Put it in quotes: "{key}: {value}"'
    shown = {dict: "a map", list: "a list", type(None): "nothing"}.get(type(given), f"“{str(given)[:40]}”")
    hint = f'Put it in quotes: "{str(given).lower()}"' if wanted == "a text" and isinstance(given, bool) else ""
    if isinstance(given, str) and model is WorkspaceConfig and Texts in _annotations(model, error["loc"]):
        hint = f"A text by language: {{en: {given[:40]}}}"
    return f"Expected {wanted}, found {shown}.", hint


def keys_at(model: object, path: tuple[str | int, ...]) -> set[str]:
    """Return the keys that a model knows at a path."""
    return {key for one in _annotations(model, path) for kind in _models(one) for key in _names(kind)}


def _annotations(model: object, path: tuple[str | int, ...]) -> list[object]:
    """Return what a model expects at a path."""
    found: list[object] = [model]
    for part in path:
        found = [inner for one in found for inner in _into(one, part)] or found
    return found


def _names(model: type[BaseModel]) -> Iterator[str]:
    for name, declared in model.model_fields.items():
        yield declared.alias or name


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, Annotated):
        for inner in get_args(annotation):
            yield from _models(inner)


def _into(annotation: Any, part: str | int) -> Iterator[object]:  # noqa: ANN401  an annotation can be anything
    """Yield the annotations of what stands under ``part``."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType, Annotated):
        for one in inner:
            yield from _into(one, part)
    elif origin in (dict, list, tuple) and inner:
        yield inner[-1] if origin is dict else inner[0]
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, declared in annotation.model_fields.items():
            if part in (name, declared.alias):
                yield declared.annotation
