"""Finds the words that people read in the files of a workspace, each with its language and place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.workspace_config import WorkspaceConfig
from email_out.templates.mjml_lint import MjmlDocument
from language.yaml_reader import read_yaml
from language.yaml_source import Position, YamlPath, YamlSource

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MASKED = re.compile(
    r"\{\{.*?\}\}|(?:tel|mailto):[^\s<]+|\{%.*?%\}|\{#.*?#\}|<[^>]*>|&\w+;|&#\d+;|https?://[^\s<]+|[^\s<]+@[^\s<]+|[^\s<]+/[^\s<]+|\{[^}]*\}|\b\w+\.\w[\w.]*|#\w+",
    re.DOTALL,
)
"""What stands in texts and is no word: variables, tags, addresses, names with a dot."""
_MAIL_TAGS = ("mj-title", "mj-preview", "mj-text", "mj-button", "mj-table")
_MACHINE_WORDS = (
    "if unless when set where wait from to until to within after every first links comments posts go else send mail "
    "tag untag event goal exit start words save for pattern take call hook code score split segments originals "
    "language flow sequence match each keep source where mails quiet late topic zone of"
)
_NO_TEXTS = frozenset(_MACHINE_WORDS.split())
"""Keys whose values are for the machine."""
_LEAST_WORDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedWord:
    """A word that people read."""

    word: str
    language: str
    file: str
    line: int
    column: int


def find_words(files: Mapping[str, str], config: WorkspaceConfig) -> Iterator[PlacedWord]:
    """Yield the words of mails, flows, sequences and doorstep.yaml, in the order of the files."""
    for name, text in sorted(files.items()):
        if name.endswith(".mjml"):
            yield from _find_in_mail(name, text, config)
        elif name.endswith((".yaml", ".yml")) and not name.startswith("tables/"):
            yield from _find_in_yaml(read_yaml(text, name), text, config)


def _find_in_mail(name: str, text: str, config: WorkspaceConfig) -> Iterator[PlacedWord]:
    language = name.split(".")[1] if name.count(".") > 1 else config.default_language
    document = MjmlDocument(name, text)
    for tag in _MAIL_TAGS:
        for element in document.root.find_all(tag):
            yield from _find_in_text(name, text, (element.start, element.end), language)


def _find_in_text(name: str, text: str, span: tuple[int, int], language: str) -> Iterator[PlacedWord]:
    start, end = span
    # Blanks of the same length keep every word where it stands.
    masked = _MASKED.sub(lambda match: " " * len(match[0]), text[start:end])
    for match in _WORD.finditer(masked):
        at = start + match.start()
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        yield PlacedWord(word=match[0].replace("’", "'"), language=language, file=name, line=line, column=column)


def _find_in_yaml(source: YamlSource, text: str, config: WorkspaceConfig) -> Iterator[PlacedWord]:
    value = source.value
    written = value.get("language") if isinstance(value, dict) else None
    language = written if isinstance(written, str) else config.default_language
    # The reader tells line and column; words are searched by their place in the whole text.
    offsets = [0]
    for line in text.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    spoken = [
        (source.positions[path], string, _language_of(path, language, config)) for path, string in _walk(value, ())
        if path in source.positions and _is_text(path, string, config)
    ]  # fmt: skip
    for position, string, of in spoken:
        yield from _place_words(source.file, text, offsets, position, string, of)


def _place_words(  # noqa: PLR0917  one place
    file: str, text: str, offsets: list[int], position: Position, string: str, language: str
) -> Iterator[PlacedWord]:
    """Yield the words of a YAML text, each where it stands in the file, however the text is quoted or folded."""
    at = offsets[position.line - 1] + position.column - 1
    for match in _WORD.finditer(_MASKED.sub(lambda found: " " * len(found[0]), string)):
        # A folded text stands over several lines of the file, so its words are looked for one behind the other.
        found = text.find(match[0], at)
        at = found if found >= 0 else at
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        yield PlacedWord(word=match[0].replace("’", "'"), language=language, file=file, line=line, column=column)


def _walk(value: object, path: YamlPath) -> Iterator[tuple[YamlPath, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _walk(below, (*path, key))
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _walk(below, (*path, number))


def _language_of(path: YamlPath, language: str, config: WorkspaceConfig) -> str:
    """Return the language that a path names, such as (topics, friday_leaf, wording, de), else that of the file."""
    return next((str(part) for part in reversed(path) if part in config.languages), language)


def _is_text(path: YamlPath, string: str, config: WorkspaceConfig) -> bool:
    # Whatever is given by language is read by people, such as a consent wording.
    names = {part for part in path if isinstance(part, str)}
    if names & set(config.languages):
        return True
    # A single word may be the name of a step or field; sentences are not.
    return not (names & _NO_TEXTS) and len(string.split()) > _LEAST_WORDS and path[0] not in ("address", "company")
