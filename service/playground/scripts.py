"""The workspace's files as the page shows them: ways to begin, highlighted steps, findings."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowCatalog, start_payload
from flows.conversation.position import ConversationPosition
from flows.language.matching import normalize_text
from language.findings import Finding, errors_first
from language.yaml_reader import read_yaml
from onboarding.tuning.forecast import RunForecast
from service.playground.chat_views import ChoiceView
from service.playground.views import LanguageEntryView, LitLinesView, ProblemView, StartView
from service.workspace.edition import MOST_BYTES, Edition, read_files

LANGUAGE_NAMES = {
    "de": "Deutsch", "en": "English", "es": "Español", "fr": "Français", "it": "Italiano", "nl": "Nederlands",
    "pl": "Polski", "pt": "Português",
}  # fmt: skip
"""The name of a language in itself."""

FOLDER_ORDER = ("flows", "tables", "sequences", "issues", "doorstep.yaml", "emails")
"""Order of the file tabs, by folder or file."""


def list_language_entries(book: FlowCatalog, config: WorkspaceConfig) -> tuple[LanguageEntryView, ...]:
    """Return how a newcomer begins in each language: by a link in the first, by a word in the others."""
    return tuple(_language_entry(book, config, language) for language in config.languages)


def _language_entry(book: FlowCatalog, config: WorkspaceConfig, language: str) -> LanguageEntryView:
    flow = book.get_started
    label = LANGUAGE_NAMES.get(language, language)
    usual = book.flows[flow].start_word[language] if flow else ""
    if language == config.default_language:
        ref = next((ref for ref, led in book.links.items() if led == flow), "")
        return LanguageEntryView(language=language, label=label, ref=ref, word=usual)
    return LanguageEntryView(
        language=language, label=label, word=_start_word(book, flow, language, config.default_language)
    )


def list_starts(book: FlowCatalog, config: WorkspaceConfig) -> tuple[StartView, ...]:
    """Return every flow that a word or a link begins: the get-started flow first, then by name."""
    names = sorted(book.flows, key=lambda name: (name != book.get_started, name))
    refs = {led: ref for ref, led in reversed(tuple(book.links.items()))}  # reversed: the first link of a flow wins
    candidates = (
        StartView(flow=name, words=_start_words(book, name, config), ref=refs.get(name, "")) for name in names
    )
    return tuple(start for start in candidates if start.words or start.ref)


def list_ice_breakers(config: WorkspaceConfig) -> dict[str, tuple[ChoiceView, ...]]:
    """Return by language the ice breakers, which are offered before the first message."""
    return {
        language: tuple(
            ChoiceView(
                label=config.pick_text(ice_breaker.question, language),
                kind="postback",
                payload=start_payload(ice_breaker.flow),
            )
            for ice_breaker in config.ice_breakers
        )
        for language in config.languages
    }


def _start_words(book: FlowCatalog, flow: str, config: WorkspaceConfig) -> dict[str, str]:
    words = {language: _start_word(book, flow, language, config.default_language) for language in config.languages}
    return {language: word for language, word in words.items() if word}


def _start_word(book: FlowCatalog, flow: str, language: str, first: str) -> str:
    """Return a word that begins a flow in this language; empty if there is none.

    In another language than the first, a word that only this language has is preferred: typed by a newcomer, it also
    tells the language.
    """
    # A flow without a word is called by its name there, which begins nothing; ``meant`` is empty then.
    usual = book.flows[flow].start_word.get(language, "")
    meant = book.start_words.get(normalize_text(usual), {})
    if language == first or meant == {language: flow}:
        return usual if meant.get(language) == flow else ""
    # A word that means this flow in this language only, and nothing in any other.
    own = (word for word, led in book.start_words.items() if led == {language: flow})
    return next(own, usual if meant.get(language) == flow else "")


def opening_file(book: FlowCatalog) -> str:
    """Return the file of the get-started flow; empty if there is none."""
    return book.flows[book.get_started].file if book.get_started else ""


def asked_kind(book: FlowCatalog, standing: ConversationPosition | None) -> str:
    """Return the kind of the step at which a conversation stands; empty in no conversation, or if the step is gone."""
    flow = book.flows.get(standing.flow) if standing else None
    step = flow.steps.get(standing.step) if flow and standing else None
    return step.kind if step else ""


def find_lit_lines(
    edition: Edition, standing: ConversationPosition | None, runs: Sequence[RunForecast], name: str, language: str
) -> tuple[LitLinesView, ...]:
    """Return the lines of the steps at which a person stands: in the flow, its translation, and sequences."""
    places: list[tuple[str, str]] = []
    if standing and standing.line:
        # flows/letter.yaml and flows/letter.de.yaml: in the translation the same step is lit.
        translated = str(PurePosixPath(standing.file).with_suffix(f".{language}.yaml"))
        places += [(file, standing.step) for file in (translated, standing.file) if file in edition.files]
    places += [(run.file, run.step) for run in runs if run.status == "running" and run.line]
    located = ((file, step, _step_lines(edition.files, file, step)) for file, step in places)
    return tuple(
        LitLinesView(file=file, first=lines[0], last=lines[1], label=f"{name} is here")
        for file, _, lines in located
        if lines
    )


def _step_lines(files: Mapping[str, str], file: str, step: str) -> tuple[int, int] | None:
    """Return the first and last line of a step; None if the file does not have it."""
    mark = read_yaml(files[file], file).key_positions.get(("steps", step))
    if mark is None:
        return None
    # Down to the next line that is indented no deeper than the step's name; blank lines at the end do not count.
    last = mark.line
    for number, text in enumerate(files[file].split("\n")[mark.line :], mark.line + 1):
        if text.strip() and len(text) - len(text.lstrip()) < mark.column:
            break
        last = number if text.strip() else last
    return mark.line, last


def list_problems(findings: Sequence[Finding], saved: str) -> tuple[ProblemView, ...]:
    """Return the findings as the page shows them: errors first, of these the ones in the file that was just saved."""
    # Of several files with errors, the author looks at the one just saved.
    ordered = sorted(errors_first(findings), key=lambda finding: (finding.severity != "error", finding.file != saved))
    return tuple(
        ProblemView(
            file=finding.file, line=finding.line, message=finding.message, hint=finding.hint, severity=finding.severity
        )
        for finding in ordered
    )


def saved_last(folder: Path, files: Iterable[str]) -> str:
    """Return the file that was saved last; empty if none exists."""

    def saved_at(file: str) -> int:
        try:
            return (folder / file).stat().st_mtime_ns  # compared with each other only, never with business time
        except OSError:
            return 0

    return max(files, key=saved_at, default="")


def save_file(folder: Path, path: str, text: str, before: str) -> None:
    """Write the new text of a workspace file; raises ``ValueError`` with a sentence for the visitor.

    Only files that the workspace has are written.  ``before`` is what the visitor saw: an editor may be open as well.
    """
    files, _ = read_files(folder)
    if path not in files:
        message = f"There is no file {path} in this workspace."
        raise ValueError(message)
    if len(text.encode()) > MOST_BYTES:
        message = f"A file has at most {MOST_BYTES:,} bytes."
        raise ValueError(message)
    if files[path] != before:
        message = f"{path} was changed elsewhere meanwhile. Copy your text, and load the page again."
        raise ValueError(message)
    # Written beside and put in place, so that the watcher never reads half a file.
    target = folder / path
    beside = target.with_name(f".{target.name}.saving")
    beside.write_text(text, "utf-8")
    beside.replace(target)


def in_order(files: Mapping[str, str]) -> list[str]:
    """Return the paths by folder, each original before its translations."""

    def sort_key(path: str) -> tuple[int, str, str]:
        folder, stem = path.split("/", maxsplit=1)[0], path.split(".", maxsplit=1)[0]
        return FOLDER_ORDER.index(folder), stem, "" if path.count(".") == 1 else path  # the original has no language

    return sorted(files, key=sort_key)
