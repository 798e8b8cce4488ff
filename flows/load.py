"""Compiles the flow files of a workspace to a :class:`FlowCatalog`, and reports what is wrong in them."""

import hashlib
from collections.abc import Collection, Iterator, Mapping

from transitions import Machine

from domain.effects import Button
from domain.workspace_config import WorkspaceConfig
from flows.checks import run
from flows.checks.names import WrittenNames
from flows.compiled.catalog import (
    ELSE,
    NEXT,
    TIMEOUT,
    Flow,
    FlowCatalog,
    button_trigger,
    case_trigger,
    choice_trigger,
    part_trigger,
    start_payload,
)
from flows.compiled.language_packs import compile_language_packs
from flows.compiler.compile_replies import step_buttons
from flows.compiler.compile_step import compile_step
from flows.language.comments import compile_comment_triggers
from flows.language.matching import SHORT_TEXT, collect_command_words, normalize_text
from flows.language.model import END, FlowText, Start
from flows.language.read_files import FlowSource, list_flow_names, read_flow_files
from flows.language.tables import FOLDER as TABLES
from flows.language.tables import Table, read_tables
from flows.understanding.faq.find_entry import compile_faqs
from flows.understanding.stop_words import StopWords, collect_stop_words
from language.findings import Finding

MOST_LABEL = 20
"""Characters of the label of a quick reply (Messenger Send API)."""


def compile_flows(
    files: Mapping[str, str], config: WorkspaceConfig, given: Mapping[str, Collection[str]] | None = None
) -> tuple[FlowCatalog, list[Finding]]:
    """Compile every ``flows/*.yaml``, with the tables of ``tables/``.

    ``given`` names by mail the variables that whoever sends it must give.  Returns the catalog of the flows without
    errors, and all findings in the order of the files.
    """
    written, findings = read_flow_files(files)
    tables, table_findings = read_tables(files, config)
    written_names = WrittenNames(flows=list_flow_names(files), tables=_list_table_names(files))
    findings += [*table_findings, *run.check_flows(written, config, tables, written_names, given)]
    broken_files = {finding.file for finding in findings if finding.severity == "error"}
    flows = {
        # One wrong translation leaves the whole flow out: half a flow must not be spoken.
        name: _build_flow(flow, files, config, tables)
        for name, flow in written.items()
        if broken_files.isdisjoint({flow.source.file, *(place.file for _, place in flow.translations.values())})
    }
    catalog = _build_catalog(flows, {name: flow for name, flow in written.items() if name in flows}, config, tables)
    return catalog, sorted(set(findings))


def _list_table_names(files: Mapping[str, str]) -> frozenset[str]:
    """Return the names of all tables, also of those whose files cannot be read: flows may refer to them."""
    return frozenset(name.removeprefix(TABLES).partition(".")[0] for name in files if name.startswith(TABLES))


def _build_flow(
    written: FlowSource, files: Mapping[str, str], config: WorkspaceConfig, tables: Mapping[str, Table]
) -> Flow:
    texts = [files[place.file] for place in (written.source, *(place for _, place in written.translations.values()))]
    # A language without start words of its own shows the original's first, else the name of the flow.
    words = _start_words(written, config)
    original = words[written.text.language or config.default_language]
    return Flow(
        name=written.text.flow,
        file=written.source.file,
        hash=hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16],
        start=next(iter(written.text.steps)),
        steps={name: compile_step(written, name, config, tables) for name in written.text.steps},
        machine=_build_machine(written.text),
        word_languages=frozenset(code for code, own_words in words.items() if own_words),
        start_word={code: (words.get(code) or original or [written.text.flow])[0] for code in config.languages},
        persona=written.text.persona or "",
        migrate=written.text.migrate,
    )


def _start_words(written: FlowSource, config: WorkspaceConfig) -> dict[str, list[str]]:
    """Return the words that begin a flow, by language; the original's first."""
    translated = {code: text.words for code, (text, _) in written.translations.items()}
    return {written.text.language or config.default_language: written.text.start.words, **translated}


def _build_machine(text: FlowText) -> Machine:
    """Return the state machine of a flow: a state for each step and ``end``, a trigger for each way out of a step."""
    # A step without a target goes to the one below it.  A choice without one stays: its trigger leads to itself.
    names = list(text.steps)
    rows: list[list[str]] = []
    for name, following in zip(names, [*names[1:], END], strict=True):
        step = text.steps[name]
        rows += [[NEXT, name, step.go or following], [ELSE, name, step.otherwise or END]]
        # Those that are not written have no trigger: the step then takes ``else``, under its name in all counts.
        rows += [[way, name, target] for way, target in step.ways_out.items() if way != ELSE]
        rows += [
            [choice_trigger(number), name, choice.go or name] for number, choice in enumerate(step.choices.values())
        ]
        rows += [[button_trigger(number), name, target] for number, _, target in step_buttons(step)]
        rows += [[part_trigger(number), name, target] for number, target in enumerate(step.split)]
        rows += [[case_trigger(number), name, target] for number, target in enumerate(step.cases.values())]
        if step.timeout:
            rows.append([TIMEOUT, name, step.timeout.go])
    return Machine(model=None, states=[*names, END], transitions=rows, initial=names[0], auto_transitions=False)


def _build_catalog(
    flows: Mapping[str, Flow], written: Mapping[str, FlowSource], config: WorkspaceConfig, tables: Mapping[str, Table]
) -> FlowCatalog:
    words: dict[str, dict[str, str]] = {}
    links: dict[str, str] = {}
    get_started = next(iter(flows), "")
    for name, flow in written.items():
        # ``setdefault``: of two flows that claim the same word or link, the first by file name gets it.
        for language, own_words in _start_words(flow, config).items():
            for word in own_words:
                words.setdefault(normalize_text(word), {}).setdefault(language, name)
        for ref in flow.text.start.links:
            links.setdefault(ref.casefold(), name)
        get_started = name if flow.text.start.button else get_started
    offers = {code: tuple(_list_offers(flows, written, config, code)) for code in config.languages}
    return FlowCatalog(
        flows=flows,
        language_packs=compile_language_packs(config, offers, _collect_kept_labels(flows, config)),
        default_language=config.default_language,
        start_words=words,
        links=links,
        command_words=collect_command_words(config),
        stop_words=_collect_stop_words(config),
        talk_names=_collect_names(config),
        get_started=get_started,
        tables=tables,
        faqs=compile_faqs(tables, config.languages),
        ref_names=_find_ref_names(written),
        comments=compile_comment_triggers(written, config),
        human_hours=config.limits.human_hours,
    )


def _collect_kept_labels(flows: Mapping[str, Flow], config: WorkspaceConfig) -> dict[str, dict[str, dict[str, str]]]:
    """Return, by language and field, how each label that a question keeps there is said in that language."""
    kept: dict[str, dict[str, dict[str, str]]] = {language: {} for language in config.languages}
    for step in (step for flow in flows.values() for step in flow.steps.values() if step.answer_field and step.choices):
        for language, labels in kept.items():
            pairs = zip(step.choices, step.texts[language].choice_labels, strict=True)
            labels.setdefault(step.answer_field, {}).update(pairs)
    return kept


def _list_offers(
    flows: Mapping[str, Flow], written: Mapping[str, FlowSource], config: WorkspaceConfig, language: str
) -> Iterator[Button]:
    """Yield the quick replies that begin the flows of the menu, or all flows with words if the menu begins none."""
    in_menu = {item.flow: item for item in config.menu if item.flow in flows}
    for name, item in in_menu.items():
        label, flow = config.pick_text(item.label, language), flows[name or ""]
        fits = len(label) <= MOST_LABEL
        yield Button(label=label, payload=start_payload(flow.name)) if fits else _offer_flow(flow, language)
    if not in_menu:
        yield from (_offer_flow(flow, language) for flow in flows.values() if written[flow.name].text.start.words)


def _collect_stop_words(config: WorkspaceConfig) -> StopWords:
    own_words = [normalize_text(word) for words in config.words.values() for word in words.stop]
    names = [normalize_text(name) for topic in config.consent_topics.values() for name in topic.name.values()]
    return collect_stop_words(own_words, names)


def _offer_flow(flow: Flow, language: str) -> Button:
    """Return the quick reply that begins a flow, labelled with its word."""
    word = flow.start_word[language]
    return Button(label=word[:1].upper() + word[1:MOST_LABEL], payload=start_payload(flow.name))


def _find_ref_names(written: Mapping[str, FlowSource]) -> frozenset[str]:
    """Return the flows that a ref may name: anybody can write one behind ``?ref=``, so parts of others are left out."""
    called_flows = {step.call for flow in written.values() for step in flow.text.steps.values()}
    return frozenset(name for name, flow in written.items() if name not in called_flows or flow.text.start != Start())


def _collect_names(config: WorkspaceConfig) -> tuple[str, ...]:
    """Return what people call the bot and the brand: “pip”, “amsel tea”, “amsel”."""
    brand = normalize_text(config.brand)
    first = brand.partition(" ")[0]
    # “The” of “The Bakery” names nobody.
    names = {normalize_text(config.bot), brand, first if len(first) > SHORT_TEXT else ""} - {""}
    return tuple(sorted(names, key=lambda name: (-len(name), name)))
