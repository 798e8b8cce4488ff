"""Checks of what conditions name that doorstep.yaml does not declare: segments, sequences and mails."""

from collections.abc import Collection, Iterator, Mapping

from domain.workspace_config import WorkspaceConfig
from email_out.templates.catalog import MailCatalog
from flows.compiled.catalog import FlowCatalog
from language.conditions.parse import Condition, read_condition
from language.findings import Finding, suggest_name
from language.yaml_source import YamlPath, YamlSource
from onboarding.issues.catalog import IssueCatalog
from onboarding.language.acts import GiveTask
from onboarding.language.catalog import SequenceCatalog
from onboarding.language.parts.file_position import FilePosition
from onboarding.language.ways import question_of


def check_segments(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is wrong with the conditions of segments, circles between them included."""
    for name, text in config.segments.items():
        for problem in read_condition(text, config, inside=(name,))[1]:
            message = f"{problem.message}."
            yield source.finding_at(("segments", name), problem.code, message, problem.hint, severity=problem.severity)


def check_field_sources(source: YamlSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield the sources of fields (``from``) that name no declared event and a property of it."""
    for name, declared in config.fields.items():
        for number, written in enumerate(declared.sources):
            event, _, told = written.rpartition(".")
            if event in config.events and told:
                continue
            # Where one source stands without a list, the place of the list is its own.
            path: YamlPath = ("fields", name, "from", number)
            message = f"“{written}” names no declared event and a property of it."
            example = f"Write it such as {next(iter(config.events), 'account.created')}.{written}."
            hint = suggest_name(event, config.events) if event else example
            yield source.finding_at(path, "unknown-event", message, hint)


def check_condition_names(  # noqa: PLR0917  all parts of an edition
    source: YamlSource,
    config: WorkspaceConfig,
    sequences: SequenceCatalog,
    flows: FlowCatalog,
    mails: MailCatalog,
    files: Mapping[str, str],
    issues: IssueCatalog,
) -> Iterator[Finding]:
    """Yield the sequences and mails that a condition asks about and that do not exist, or that it cannot reach."""
    for name in sorted(config.segments.keys() & sequences.sequences.keys()):
        message = f"“in {name}” asks this segment, and never the sequence of the same name."
        hint = "Give it another name."
        yield source.finding_at(("segments", name), "duplicate-sequence", message, hint, severity="warning", key=True)
    # What has errors of its own is missing in the catalogs, but its file mostly has its name.
    stems = {name.partition("/")[2].split(".")[0] for name in files if name.startswith(("sequences/", "emails/"))}
    known_sequences = {*sequences.sequences, *config.segments}
    for condition, place in _list_conditions(source, config, sequences, flows, issues):
        for name in sorted(condition.sequences - known_sequences - stems):
            yield _unknown(place, "sequence", name, known_sequences)
        yield from _check_asked_steps(condition, place, sequences, stems)
        for name in sorted((condition.mails | condition.clicked_mails) - set(mails.template_names) - stems):
            yield _unknown(place, "template", name, mails.template_names)


def _check_asked_steps(
    condition: Condition, place: FilePosition, sequences: SequenceCatalog, stems: Collection[str]
) -> Iterator[Finding]:
    """Yield the answers and tasks of steps that ask nothing, and answers that nobody can give."""
    for asked in sorted(condition.asked_steps, key=lambda one: (one.sequence, one.step, one.label)):
        sequence = sequences.sequences.get(asked.sequence)
        # A sequence with an error is missing here, and its own findings say why.
        if sequence is None:
            if asked.sequence not in stems:
                yield _unknown(place, "sequence", asked.sequence, sequences.sequences)
            continue
        questions = {
            name: question.choices if (question := question_of(step)) else {}
            for name, step in sequence.steps.items()
            if isinstance(step.action, GiveTask) or (asked.kind == "answer" and question_of(step))
        }
        if asked.step not in questions:
            yield _unknown(place, asked.kind, asked.step, questions, asked.sequence)
            continue
        # Conditions compare without regard to case.
        labels = {label.casefold() for label in questions[asked.step]}
        if asked.label and asked.label.casefold() not in labels:
            yield _unknown(place, "label", asked.label, list(questions[asked.step]), asked.step)


def _list_conditions(
    source: YamlSource, config: WorkspaceConfig, sequences: SequenceCatalog, flows: FlowCatalog, issues: IssueCatalog
) -> Iterator[tuple[Condition, FilePosition]]:
    for name, text in config.segments.items():
        condition, _ = read_condition(text, config, inside=(name,))
        mark = source.position_of(("segments", name))
        if condition:
            yield condition, FilePosition(file=source.file, line=mark.line, column=mark.column)
    for sequence in sequences.sequences.values():
        yield from sequence.asked
    for issue in issues.issues.values():
        yield from issue.asked
    for flow in flows.flows.values():
        for step in flow.steps.values():
            if step.condition:
                yield step.condition, FilePosition(file=flow.file, line=step.line, column=3)


_THERE_IS = {
    "sequence": "no sequence and no segment", "template": "no mail", "answer": "no question", "task": "no task",
    "label": "no answer",
}  # fmt: skip
"""By kind, what there is not."""
_NONE_KNOWN = {
    "answer": "Nothing is asked there: give a step “choices”.", "task": "Give the team one in a step: task: {team: …}.",
}  # fmt: skip
"""By kind, the remedy where there is none that could be meant."""


def _unknown(place: FilePosition, kind: str, name: str, known: Collection[str], where: str = "") -> Finding:
    there_is = _THERE_IS[kind]
    return Finding(
        file=place.file, line=place.line, column=place.column, code=f"unknown-{kind}",
        message=f"There is {there_is} “{name}”{f' in {where}' if where else ''}.",
        hint=suggest_name(name, known) or _NONE_KNOWN.get(kind, ""),
    )  # fmt: skip
