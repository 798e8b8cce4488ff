"""Reads the flow files of a workspace and pairs them with their translations; the checks come later."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.language.model import FlowText
from flows.language.translation_model import TranslationText
from language.findings import Finding, suggest_name
from language.yaml_reader import read_yaml, validate_model
from language.yaml_source import YamlSource

FOLDER = "flows/"
_FLOW_NAME = re.compile(r"""(?m)^flow:\s*["']?(\w+)""")
"""The name in a file that cannot be read as YAML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSource:
    """A flow file with its translations, before it is compiled."""

    text: FlowText
    source: YamlSource
    translations: dict[str, tuple[TranslationText, YamlSource]] = field(default_factory=dict)
    """By language."""
    unreadable: set[str] = field(default_factory=set)
    """Files of translations that could not be read; their own findings say why."""


def read_flow_files(files: Mapping[str, str]) -> tuple[dict[str, FlowSource], list[Finding]]:
    """Read every flow and translation; return the flows by name, and the findings."""
    flows: dict[str, FlowSource] = {}
    findings: list[Finding] = []
    names = (name for name in files if name.startswith(FOLDER) and name.endswith((".yaml", ".yml")))
    # Translations last: when one is read, its original is there, whatever the files are called.
    for name in sorted(names, key=lambda name: (_is_translation(name), name)):
        yaml_source = read_yaml(files[name], name)
        findings += yaml_source.findings
        findings += (
            _add_translation(yaml_source, flows, files) if _is_translation(name) else _add_flow(yaml_source, flows)
        )
    return flows, findings


def list_flow_names(files: Mapping[str, str]) -> frozenset[str]:
    """Return the names of all flows, also of those whose files cannot be read: other files may refer to them."""
    originals = {
        name: text
        for name, text in files.items()
        if name.startswith(FOLDER) and name.endswith((".yaml", ".yml")) and not _is_translation(name)
    }
    stems = (name.removeprefix(FOLDER).partition(".")[0] for name in originals)
    return frozenset([*stems, *(name for text in originals.values() for name in _FLOW_NAME.findall(text))])


def _is_translation(name: str) -> bool:
    """Tell whether a file is a translation: ``newsletter.de.yaml`` is, ``newsletter.yaml`` is not."""
    return name.rsplit("/", 1)[-1].count(".") > 1


def _is_original_unreadable(translation: str, flows: Mapping[str, FlowSource], files: Mapping[str, str]) -> bool:
    """Tell whether the original exists but could not be read; its own findings then say enough."""
    folder, _, name = translation.rpartition("/")
    stem = f"{folder}/{name.split('.', 1)[0]}"
    beside = {f"{stem}.yaml", f"{stem}.yml"} & files.keys()
    return bool(beside.difference(flow.source.file for flow in flows.values()))


def _add_flow(yaml_source: YamlSource, flows: dict[str, FlowSource]) -> list[Finding]:
    text, findings = validate_model(yaml_source, FlowText)
    if text is None:
        return findings
    if text.flow in flows:
        other = flows[text.flow].source.file
        return [yaml_source.finding_at(("flow",), "flow-twice", f"The flow “{text.flow}” stands in {other} already.")]
    flows[text.flow] = FlowSource(text=text, source=yaml_source)
    return findings


def _add_translation(yaml_source: YamlSource, flows: dict[str, FlowSource], files: Mapping[str, str]) -> list[Finding]:
    text, findings = validate_model(yaml_source, TranslationText)
    if text is None:
        for flow in flows.values():
            if yaml_source.file.startswith(flow.source.file.removesuffix("yaml")):
                flow.unreadable.add(yaml_source.file)
        return findings
    # Otherwise one typing error in a flow would report “there is no flow” for each of its translations.
    if text.flow not in flows and _is_original_unreadable(yaml_source.file, flows, files):
        return findings
    if text.flow not in flows:
        message = f"There is no flow “{text.flow}”."
        return [yaml_source.finding_at(("flow",), "unknown-flow", message, suggest_name(text.flow, flows))]
    flows[text.flow].translations[text.language] = (text, yaml_source)
    return findings
