"""JSON Schemas of all workspace files, made from the models that read them (JSON Schema 2020-12).

With them an editor with the YAML language server completes and explains every key.  They allow what the models allow:
a word in place of a map, an item in place of a list, a number in place of a text.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from domain.workspace_config import NAME, WorkspaceConfig
from flows.language.message_model import MessageItemModel, TranslatedSaid
from flows.language.model import FlowText
from flows.language.translation_model import TranslationText
from onboarding.issues.model import IssueModel
from onboarding.language.model import SequenceModel
from service.transcripts.model import TranscriptText

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_SHORT = "x-short"
"""Marks, while a schema is built, the key whose value may stand in place of the whole map."""
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


class _SchemaGenerator(GenerateJsonSchema):
    """Generates schemas that allow the short forms of :mod:`flows.language.model` and of the transcripts' model."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """Return the schema of a value that has a validator before it, which may read a shorter form."""
        inner = self.generate_inner(schema["schema"])
        function: Callable[..., object] = schema["function"]["function"]
        # A validator cannot be asked what it accepts, so the models' two shortcuts are known by name and closure:
        # ``wrap_in_list`` and ``wrap_start`` take an item for a list, a function with a ``key`` takes the value of that
        # key for the map.
        if function.__name__.lstrip("_") in ("wrap_in_list", "wrap_start"):
            return {"anyOf": [inner, inner["items"]]}
        # ``name_choices`` takes a list of labels for a map of choices.
        if function.__name__ == "name_choices":
            return {"anyOf": [inner, {"type": "array", "items": {"type": ["string", "number"]}}]}
        key = inspect.getclosurevars(function).nonlocals.get("key")
        return {"anyOf": [inner], _SHORT: key} if key else inner


def build_schemas() -> dict[str, Schema]:
    """Return every schema by its file name."""
    return {
        "doorstep.json": _build_schema(WorkspaceConfig),
        "flow.json": _build_schema(FlowText, numbers=True),
        "flow-translation.json": _build_schema(TranslationText, numbers=True),
        "issue.json": _build_schema(IssueModel),
        "sequence.json": _build_schema(SequenceModel),
        "table.json": TABLE,
        "table-translation.json": TABLE_TRANSLATION,
        "transcript.json": _build_schema(TranscriptText, numbers=True),
    }


FOLDERS: Mapping[str, tuple[str, str]] = {
    "flows": ("flow.json", "flow-translation.json"),
    "sequences": ("sequence.json", "sequence.json"),
    "issues": ("issue.json", "issue.json"),
    "tables": ("table.json", "table-translation.json"),
    "transcripts": ("transcript.json", "transcript.json"),
}
"""By folder: the schema of its files, and of their translations."""


def schema_of(path: str) -> str:
    """Return the name of the schema of a workspace file; empty if it has none."""
    folder, _, name = path.rpartition("/")
    if not name.endswith((".yaml", ".yml")):
        return ""
    if not folder:
        return "doorstep.json" if name == "doorstep.yaml" else ""
    own, translated = FOLDERS.get(folder, ("", ""))
    return translated if name.count(".") > 1 else own


def _build_schema(model: type[BaseModel], *, numbers: bool = False) -> Schema:
    whole = model.model_json_schema(schema_generator=_SchemaGenerator)
    definitions = whole.get("$defs", {})
    for part in _maps_in(whole):
        _tidy_schema(part, numbers=numbers)
    # Listed first: this adds maps, which need no short form of their own.
    for part in list(_maps_in(whole)):
        if _SHORT in part:
            _allow_short(part, definitions)
    # A message is exactly one of its kinds, which the models check after reading.
    for name in (MessageItemModel.__name__, TranslatedSaid.__name__):
        if name in definitions:
            definitions[name] |= {"minProperties": 1, "maxProperties": 1}
    return {"$schema": DIALECT, **whole}


def _maps_in(node: object) -> Iterator[Schema]:
    """Yield every map of a schema, outer maps before inner ones."""
    if isinstance(node, dict):
        yield node
        for inner in list(node.values()):
            yield from _maps_in(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _maps_in(inner)


def _tidy_schema(part: Schema, *, numbers: bool) -> None:
    """Refuse keys that do not match a map's pattern, and allow numbers for texts if the model does (``numbers``)."""
    if "patternProperties" in part:
        part["additionalProperties"] = False
    if isinstance(part.get("title"), str) and "$defs" not in part and "properties" not in part:
        del part["title"]
    if numbers and part.get("type") == "string" and not {"pattern", "enum", "const"} & part.keys():
        part["type"] = ["string", "number"]


def _allow_short(part: Schema, definitions: Mapping[str, Schema]) -> None:
    """Allow the value of the short key in place of the whole map."""
    # “say: Hi” for “say: {text: Hi}”: the schema of the text is one more branch beside that of the map.
    key = part.pop(_SHORT)
    whole = part["anyOf"][0]
    target = definitions[whole["$ref"].rpartition("/")[2]]["properties"][key]
    part["anyOf"].append({name: value for name, value in target.items() if name not in ("description", "default")})
