"""The flow files of a workspace, read and paired with their translations; not yet judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.language.model import FlowText, TranslationText
from language.findings import Finding, suggest_name
from language.yaml_reader import read_yaml, validate_model
from language.yaml_source import YamlSource

FOLDER = "flows/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSource:
    """A flow as read, with its translations, before it is compiled."""

    text: FlowText
    source: YamlSource
    translations: dict[str, tuple[TranslationText, YamlSource]] = field(default_factory=dict)
    """By language."""


def read_all(files: Mapping[str, str]) -> tuple[dict[str, FlowSource], list[Finding]]:
    """Read every flow and translation; return the flows by name, and what could not be read."""
    flows: dict[str, FlowSource] = {}
    findings: list[Finding] = []
    mine = (name for name in files if name.startswith(FOLDER) and name.endswith((".yaml", ".yml")))
    for name in sorted(mine, key=lambda name: (_is_translation(name), name)):
        one = read_yaml(files[name], name)
        findings += one.findings
        findings += _take_translation(one, flows, files) if _is_translation(name) else _take_flow(one, flows)
    return flows, findings


def _is_translation(name: str) -> bool:
    """``newsletter.de.yaml`` stands beside ``newsletter.yaml``."""
    return name.rsplit("/", 1)[-1].count(".") > 1


def _original_fails(translation: str, flows: Mapping[str, FlowSource], files: Mapping[str, str]) -> bool:
    """Tell whether the original stands there but could not be read: then the mistake is its, and told there."""
    folder, _, name = translation.rpartition("/")
    stem = f"{folder}/{name.split('.', 1)[0]}"
    beside = {f"{stem}.yaml", f"{stem}.yml"} & files.keys()
    return bool(beside.difference(one.source.file for one in flows.values()))


def _take_flow(one: YamlSource, flows: dict[str, FlowSource]) -> list[Finding]:
    text, found = validate_model(one, FlowText)
    if text is None:
        return found
    if text.flow in flows:
        other = flows[text.flow].source.file
        return [one.finding_at(("flow",), "flow-twice", f"The flow “{text.flow}” stands in {other} already.")]
    flows[text.flow] = FlowSource(text=text, source=one)
    return found


def _take_translation(one: YamlSource, flows: dict[str, FlowSource], files: Mapping[str, str]) -> list[Finding]:
    text, found = validate_model(one, TranslationText)
    if text is None:
        return found
    if text.flow not in flows and _original_fails(one.file, flows, files):
        return found
    if text.flow not in flows:
        message = f"There is no flow “{text.flow}”."
        return [one.finding_at(("flow",), "unknown-flow", message, suggest_name(text.flow, flows))]
    flows[text.flow].translations[text.language] = (text, one)
    return found
