"""Compiles sequence files to a ``SequenceCatalog``, or to findings that name line and remedy.  Pure."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding
from language.yaml_reader import read_yaml, validate_model
from language.yaml_source import YamlSource
from onboarding.language.build_sequence import build_sequence, content_hash
from onboarding.language.catalog import MailSequence, SequenceCatalog
from onboarding.language.check import check_names, check_paths
from onboarding.language.check_goals import check_exits, check_goal
from onboarding.language.check_times import check_times
from onboarding.language.check_waits import check_waits
from onboarding.language.event_passes import check_clicks, check_each
from onboarding.language.model import SequenceModel

__all__ = ["SequenceCatalog", "compile_sequences"]


def compile_sequences(files: Mapping[str, str], config: WorkspaceConfig) -> tuple[SequenceCatalog, list[Finding]]:
    """Compile all of ``sequences/*.yaml``.

    A sequence with an error is left out of the catalog; the findings say why.
    """
    sequences: dict[str, MailSequence] = {}
    findings: list[Finding] = []
    for path in sorted(path for path in files if path.startswith("sequences/") and path.endswith((".yaml", ".yml"))):
        source = read_yaml(files[path], path)
        sequence, sequence_findings = _compile_sequence(source, config)
        findings += sequence_findings
        if sequence and sequence.name in sequences:
            message = f"“{sequence.name}” is already the sequence of {sequences[sequence.name].file}."
            findings.append(source.finding_at(("sequence",), "duplicate-sequence", message, "Give it another name."))
        elif sequence:
            findings += _check_same_start(source, sequence, sequences)
            sequences[sequence.name] = sequence
    catalog = SequenceCatalog(
        sequences=MappingProxyType(sequences), hash=content_hash(*(sequence.hash for sequence in sequences.values()))
    )
    return catalog, findings


def _check_same_start(
    source: YamlSource, sequence: MailSequence, others: Mapping[str, MailSequence]
) -> Iterator[Finding]:
    """Warn of sequences that start with the same confirmation: a person would be in both."""
    for other in others.values():
        if other.topic == sequence.topic and other.start.confirmed and sequence.start.confirmed:
            message = f"“{other.name}” starts when “{sequence.topic}” is confirmed too, so people get both welcomes."
            hint = "Make one sequence of them, or give one a topic of its own."
            yield source.finding_at(("topic",), "same-start", message, hint, severity="warning")


def _compile_sequence(source: YamlSource, config: WorkspaceConfig) -> tuple[MailSequence | None, list[Finding]]:
    model, shape_findings = validate_model(source, SequenceModel)
    findings = [*source.findings, *shape_findings]
    if model is None:
        return None, findings
    sequence, value_findings = build_sequence(source, model, config)
    findings += [*value_findings, *check_names(source, model, config), *check_each(source, model, config)]
    # Steps that lead to unknown names would make every path finding wrong, so paths are checked last.
    if not _has_error(findings):
        findings += [*check_paths(source, sequence), *check_times(source, sequence, config)]
        findings += [*check_waits(source, sequence), *check_goal(source, sequence)]
        findings += check_exits(source, sequence)
        findings += check_clicks(source, model, sequence, config)
    return (None if _has_error(findings) else sequence), findings


def _has_error(findings: list[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)
