"""From the files of a workspace to a :class:`FlowBook`, and to what is to be mended in them."""

import hashlib
from collections.abc import Mapping

from transitions import Machine

from domain.effects import Button
from domain.workspace_config import WorkspaceConfig
from flows.checks import run
from flows.compiled.catalog import ELSE, NEXT, TIMEOUT, Flow, FlowBook, chosen, parted, pressed, start_payload
from flows.compiled.voices import voices
from flows.compiler.compile_step import compile_step, leading
from flows.language.comments import compile_comments
from flows.language.faq import compile_faqs
from flows.language.matching import command_words, normal
from flows.language.model import END, FlowText, Start
from flows.language.read_files import Written, read_all
from flows.language.tables import Table, read_tables
from language.findings import Finding


def compile_flows(files: Mapping[str, str], config: WorkspaceConfig) -> tuple[FlowBook, list[Finding]]:
    """Compile every ``flows/*.yaml``, with the tables of ``tables/``.

    Returns the book of the flows without errors, and all findings, in the order of the files.
    """
    written, findings = read_all(files)
    tables, told = read_tables(files, config)
    findings += [*told, *run.check(written, config, tables)]
    broken = {one.file for one in findings if one.severity == "error"}
    good = {
        name: _flow(one, files, config, tables)
        for name, one in written.items()
        if broken.isdisjoint({one.source.file, *(place.file for _, place in one.translations.values())})
    }
    book = _book(good, {name: one for name, one in written.items() if name in good}, config, tables)
    return book, sorted(set(findings))


def _flow(one: Written, files: Mapping[str, str], config: WorkspaceConfig, tables: Mapping[str, Table]) -> Flow:
    own = one.text.language or config.language
    raw = [files[place.file] for place in (one.source, *(place for _, place in one.translations.values()))]
    words = {own: one.text.start.words, **{code: text.words for code, (text, _) in one.translations.items()}}
    return Flow(
        name=one.text.flow,
        file=one.source.file,
        hash=hashlib.sha256("\0".join(raw).encode()).hexdigest()[:16],
        start=next(iter(one.text.steps)),
        steps={name: compile_step(one, name, config, tables) for name in one.text.steps},
        machine=_machine(one.text),
        languages=frozenset(code for code, own_words in words.items() if own_words),
        words={code: (words.get(code) or words[own] or [one.text.flow])[0] for code in config.languages},
        persona=one.text.persona or "",
        migrate=one.text.migrate,
    )


def _machine(text: FlowText) -> Machine:
    """One state a step and ``end``; a trigger for going on, and for every other way out."""
    names = list(text.steps)
    rows: list[list[str]] = []
    for name, below in zip(names, [*names[1:], END], strict=True):
        step = text.steps[name]
        rows += [[NEXT, name, step.go or below], [ELSE, name, step.otherwise or END]]
        rows += [[chosen(number), name, choice.go or name] for number, choice in enumerate(step.choices.values())]
        rows += [[pressed(number), name, target] for number, _, target in leading(step)]
        rows += [[parted(number), name, target] for number, target in enumerate(step.split)]
        if step.timeout:
            rows.append([TIMEOUT, name, step.timeout.go])
    return Machine(model=None, states=[*names, END], transitions=rows, initial=names[0], auto_transitions=False)


def _book(
    flows: Mapping[str, Flow], written: Mapping[str, Written], config: WorkspaceConfig, tables: Mapping[str, Table]
) -> FlowBook:
    words: dict[str, dict[str, str]] = {}
    links: dict[str, str] = {}
    get_started = next(iter(flows), "")
    for name, one in written.items():
        own = one.text.language or config.language
        spoken = {own: one.text.start.words, **{code: text.words for code, (text, _) in one.translations.items()}}
        for language, many in spoken.items():
            for word in many:
                words.setdefault(normal(word), {}).setdefault(language, name)
        for ref in one.text.start.links:
            links.setdefault(ref.casefold(), name)
        get_started = name if one.text.start.button else get_started
    offers = {
        code: tuple(
            Button(label=flow.words[code][:1].upper() + flow.words[code][1:20], payload=start_payload(flow.name))
            for flow in flows.values()
            if written[flow.name].text.start.words
        )
        for code in config.languages
    }
    return FlowBook(
        flows=flows,
        voices=voices(config, offers),
        language=config.language,
        words=words,
        links=links,
        commands=command_words(config),
        get_started=get_started,
        tables=tables,
        faqs=compile_faqs(tables, config.languages),
        named=_named(written),
        comments=compile_comments(written, config),
        human_hours=config.limits.human_hours,
    )


def _named(written: Mapping[str, Written]) -> frozenset[str]:
    """Return the flows that are no mere parts of others: anybody can write a name behind ``ref=``."""
    called = {step.call for one in written.values() for step in one.text.steps.values()}
    return frozenset(name for name, one in written.items() if name not in called or one.text.start != Start())
