"""The workspace's files as the page shows them: doors in, lit steps, problems."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowBook, start_payload
from flows.conversation.position import Standing
from flows.language.matching import normal
from language.findings import Finding, errors_first
from language.yaml_source import read
from onboarding.tuning.forecast import RunOutlook
from service.playground.chat_views import Choice
from service.playground.views import Door, Lit, Problem, Start
from service.workspace.edition import Edition

LANGUAGES = {
    "de": "Deutsch", "en": "English", "es": "Español", "fr": "Français", "it": "Italiano", "nl": "Nederlands",
    "pl": "Polski", "pt": "Português",
}  # fmt: skip
"""What a language calls itself."""

ORDER = ("flows", "tables", "sequences", "doorstep.yaml", "emails")
"""What stands first in the row of files."""


def doors(book: FlowBook, config: WorkspaceConfig) -> tuple[Door, ...]:
    """Return one way in for each language: the link for the first, a word only it has for the others."""
    return tuple(_door(book, config, language) for language in config.languages)


def _door(book: FlowBook, config: WorkspaceConfig, language: str) -> Door:
    flow = book.get_started
    label = LANGUAGES.get(language, language)
    usual = book.flows[flow].words[language] if flow else ""
    if language == config.language:
        ref = next((ref for ref, led in book.links.items() if led == flow), "")
        return Door(language=language, label=label, ref=ref, word=usual)
    return Door(language=language, label=label, word=_word(book, flow, language, config.language))


def starts(book: FlowBook, config: WorkspaceConfig) -> tuple[Start, ...]:
    """Return every flow that a word or a link begins: first the one with which everybody begins, then by name."""
    names = sorted(book.flows, key=lambda name: (name != book.get_started, name))
    refs = {led: ref for ref, led in reversed(tuple(book.links.items()))}
    found = (Start(flow=name, words=_words(book, name, config), ref=refs.get(name, "")) for name in names)
    return tuple(one for one in found if one.words or one.ref)


def breakers(config: WorkspaceConfig) -> dict[str, tuple[Choice, ...]]:
    """Return by language what is offered before the first message."""
    return {
        language: tuple(
            Choice(label=config.text(one.question, language), kind="postback", payload=start_payload(one.flow))
            for one in config.ice_breakers
        )
        for language in config.languages
    }


def _words(book: FlowBook, flow: str, config: WorkspaceConfig) -> dict[str, str]:
    found = {language: _word(book, flow, language, config.language) for language in config.languages}
    return {language: word for language, word in found.items() if word}


def _word(book: FlowBook, flow: str, language: str, first: str) -> str:
    """Return the word that begins a flow in a language: its first, or another if that means a flow elsewhere too.

    A flow without a word is called by its name, which begins nothing.
    """
    usual = book.flows[flow].words.get(language, "")
    meant = book.words.get(normal(usual), {})
    if language == first or meant == {language: flow}:
        return usual if meant.get(language) == flow else ""
    own = (word for word, led in book.words.items() if led == {language: flow})
    return next(own, usual if meant.get(language) == flow else "")


def opening(book: FlowBook) -> str:
    """Return the file of the flow with which everybody begins; empty if there is none."""
    return book.flows[book.get_started].file if book.get_started else ""


def asks(book: FlowBook, standing: Standing | None) -> str:
    """Return the kind of the step in which a conversation stands; empty in none, or if the step is gone."""
    flow = book.flows.get(standing.flow) if standing else None
    step = flow.steps.get(standing.step) if flow and standing else None
    return step.kind if step else ""


def lit(
    edition: Edition, standing: Standing | None, runs: Sequence[RunOutlook], name: str, language: str
) -> tuple[Lit, ...]:
    """Return the lines in which a person stands, in flows (and their translation) and sequences."""
    places: list[tuple[str, str]] = []
    if standing and standing.line:
        translated = str(PurePosixPath(standing.file).with_suffix(f".{language}.yaml"))
        places += [(file, standing.step) for file in (translated, standing.file) if file in edition.files]
    places += [(run.file, run.step) for run in runs if run.status == "running" and run.line]
    found = ((file, step, _lines(edition.files, file, step)) for file, step in places)
    return tuple(
        Lit(file=file, first=lines[0], last=lines[1], label=f"{name} is here") for file, _, lines in found if lines
    )


def _lines(files: Mapping[str, str], file: str, step: str) -> tuple[int, int] | None:
    """Return first and last line of a step: down to the next line that is indented no deeper than its name."""
    mark = read(files[file], file).keys.get(("steps", step))
    if mark is None:
        return None
    last = mark.line
    for number, text in enumerate(files[file].split("\n")[mark.line :], mark.line + 1):
        if text.strip() and len(text) - len(text.lstrip()) < mark.column:
            break
        last = number if text.strip() else last
    return mark.line, last


def problems(findings: Sequence[Finding], saved: str) -> tuple[Problem, ...]:
    """Return the findings as the page shows them: errors first, and of these the ones in the file saved last."""
    ordered = sorted(errors_first(findings), key=lambda one: (one.severity != "error", one.file != saved))
    return tuple(
        Problem(file=one.file, line=one.line, message=one.message, hint=one.hint, severity=one.severity)
        for one in ordered
    )


def saved_last(folder: Path, files: Iterable[str]) -> str:
    """Return which of these files was saved last; empty if none is there."""

    def saved(file: str) -> int:
        try:
            return (folder / file).stat().st_mtime_ns
        except OSError:
            return 0

    return max(files, key=saved, default="")


def in_order(files: Mapping[str, str]) -> list[str]:
    """Return the paths, flows first, each original before its translations."""

    def place(path: str) -> tuple[int, str, str]:
        folder, stem = path.split("/", maxsplit=1)[0], path.split(".", maxsplit=1)[0]
        return ORDER.index(folder), stem, "" if path.count(".") == 1 else path

    return sorted(files, key=place)
