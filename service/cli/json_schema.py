"""JSON Schemas of all workspace files, made from the models that read them (JSON Schema 2020-12).

An editor with the YAML language server completes and explains every key by them.  They allow what the models allow:
one word where it stands for a map, one item where it stands for a list, a number where a text is read.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from domain.workspace_config import NAME, WorkspaceConfig
from flows.language.model import FlowText, TranslationText
from onboarding.language.model import SequenceModel
from service.transcripts.model import TranscriptText

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_SHORT = "x-short"
"""Marks, while a schema is made, the key that one word stands for."""
_CELL = {"type": ["string", "number", "boolean", "array", "null"], "items": {"type": ["string", "number"]}}

TABLE: Schema = {
    "$schema": DIALECT,
    "title": "A table",
    "description": "A list of rows, each a map of columns with an id of its own.",
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": ["string", "number"], "description": "Its own among the rows."}},
        "patternProperties": {NAME: _CELL},
        "additionalProperties": False,
    },
}
TABLE_TRANSLATION: Schema = {
    "$schema": DIALECT,
    "title": "The translation of a table",
    "description": "By the id of the row: the columns that are texts, in another language.",
    "type": "object",
    "additionalProperties": {
        "type": "object", "patternProperties": {NAME: _CELL}, "additionalProperties": False,
    },
}  # fmt: skip


class _Generator(GenerateJsonSchema):
    """Knows the short forms of :mod:`flows.language.model` and of the transcripts' model."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """Return the schema of a value that may be written shorter."""
        inner = self.generate_inner(schema["schema"])
        function: Callable[..., object] = schema["function"]["function"]
        if function.__name__.lstrip("_") == "listed":
            return {"anyOf": [inner, inner["items"]]}
        key = inspect.getclosurevars(function).nonlocals.get("key")
        return {"anyOf": [inner], _SHORT: key} if key else inner


def schemas() -> dict[str, Schema]:
    """Return every schema by the name of its file."""
    return {
        "doorstep.json": _of(WorkspaceConfig),
        "flow.json": _of(FlowText, numbers=True),
        "flow-translation.json": _of(TranslationText, numbers=True),
        "sequence.json": _of(SequenceModel),
        "table.json": TABLE,
        "table-translation.json": TABLE_TRANSLATION,
        "transcript.json": _of(TranscriptText, numbers=True),
    }


FOLDERS: Mapping[str, tuple[str, str]] = {
    "flows": ("flow.json", "flow-translation.json"),
    "sequences": ("sequence.json", "sequence.json"),
    "tables": ("table.json", "table-translation.json"),
    "transcripts": ("transcript.json", "transcript.json"),
}
"""Schema of the files of a folder, and of their translations."""


def schema_of(path: str) -> str:
    """Return which schema a workspace file goes by; empty if it has none."""
    folder, _, name = path.rpartition("/")
    if not name.endswith((".yaml", ".yml")):
        return ""
    if not folder:
        return "doorstep.json" if name == "doorstep.yaml" else ""
    own, translated = FOLDERS.get(folder, ("", ""))
    return translated if name.count(".") > 1 else own


def _of(model: type[BaseModel], *, numbers: bool = False) -> Schema:
    made = model.model_json_schema(schema_generator=_Generator)
    definitions = made.get("$defs", {})
    for one in _maps(made):
        _tidy(one, numbers=numbers)
    for one in list(_maps(made)):
        if _SHORT in one:
            _allow_short(one, definitions)
    for name in ("Said", "TranslatedSaid"):
        if name in definitions:
            definitions[name] |= {"minProperties": 1, "maxProperties": 1}
    return {"$schema": DIALECT, **made}


def _maps(node: object) -> Iterator[Schema]:
    """Yield every map of a schema, the outer before the inner."""
    if isinstance(node, dict):
        yield node
        for inner in list(node.values()):
            yield from _maps(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _maps(inner)


def _tidy(one: Schema, *, numbers: bool) -> None:
    """Close maps whose keys have a pattern, and let numbers stand for texts where they are read as such."""
    if "patternProperties" in one:
        one["additionalProperties"] = False
    if isinstance(one.get("title"), str) and "$defs" not in one and "properties" not in one:
        del one["title"]
    if numbers and one.get("type") == "string" and not {"pattern", "enum", "const"} & one.keys():
        one["type"] = ["string", "number"]


def _allow_short(one: Schema, definitions: Mapping[str, Schema]) -> None:
    """Allow what stands under the short key in place of the whole map."""
    key = one.pop(_SHORT)
    whole = one["anyOf"][0]
    target = definitions[whole["$ref"].rpartition("/")[2]]["properties"][key]
    one["anyOf"].append({name: value for name, value in target.items() if name not in ("description", "default")})
