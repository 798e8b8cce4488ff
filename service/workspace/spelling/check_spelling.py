"""Checks spelling with hunspell and the dictionaries that this machine has (Debian: ``hunspell hunspell-de-de``)."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding
from language.yaml_reader import read_yaml
from service.workspace.edition import CONFIG_FILE
from service.workspace.spelling.find_words import PlacedWord, find_words

FOLDERS = (Path("/usr/share/hunspell"), Path("/usr/share/myspell/dicts"))
"""Where systems keep dictionaries."""
FAVOURITES = {"en": ("en_GB", "en_US"), "de": ("de_DE", "de_DE_frami"), "fr": ("fr_FR", "fr"), "es": ("es_ES",)}
"""Of several dictionaries of a language the first of these that is there."""
_TIMEOUT = 60
_WORDS = re.compile(r"[^\W\d_]+")
_SHOWN = 3
"""Suggestions that a finding names."""


def check_spelling(files: Mapping[str, str], config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a warning for each word that the dictionaries do not know; nothing unless ``spelling`` is on."""
    if not config.spelling:
        return
    known = collect_known_words(config)
    # A slip that is made twenty times is told once, where it stands first.
    placed: dict[tuple[str, str], PlacedWord] = {}
    for found in find_words(files, config):
        if not _is_known(found.word, known):
            placed.setdefault((found.language, found.word), found)
    for language in sorted({language for language, _ in placed}):
        dictionary = find_dictionary(language)
        if dictionary is None:
            yield _tell_missing(files[CONFIG_FILE], language)
            continue
        words = [word for of, word in placed if of == language]
        for word, suggestions in ask_hunspell(dictionary, words):
            yield _warn_of_word(placed[language, word], suggestions)


def collect_known_words(config: WorkspaceConfig) -> frozenset[str]:
    """Return the words that are right whatever a dictionary says: names of the house, and those of ``spelling``."""
    own = config.spelling if isinstance(config.spelling, list) else []
    senders = (config.senders.transactional, config.senders.marketing)
    texts = [
        *own, config.brand, *config.brand_in.values(), config.bot, config.company, config.address, config.provider,
        config.page_username, *(sender.name for sender in senders),
        *(name for sender in senders for name in sender.name_in.values()), "Messenger",
    ]  # fmt: skip
    return frozenset(word.casefold() for text in texts for word in _WORDS.findall(text))


def find_dictionary(language: str, folders: Iterable[Path] = FOLDERS) -> Path | None:
    """Return the dictionary of a language, without its ending; None if there is none or no hunspell."""
    if shutil.which("hunspell") is None:
        return None
    # Systems name them by language and country; any country is better than none.
    names = (*FAVOURITES.get(language, ()), f"{language}_*", language)
    paths = (path for name in names for folder in folders for path in sorted(folder.glob(f"{name}.dic")))
    return next((path.with_suffix("") for path in paths), None)


def ask_hunspell(dictionary: Path, words: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each word that a dictionary does not know, with what it suggests instead."""
    # “-a” answers each line with one line a word and an empty line; “^” keeps a line from being read as a command.
    asked = "".join(f"^{word}\n" for word in words)
    command = ["hunspell", "-a", "-i", "utf-8", "-d", str(dictionary)]
    told = subprocess.run(  # noqa: S603  a fixed program; the words go to its standard input
        command, input=asked, capture_output=True, text=True, timeout=_TIMEOUT, check=False
    ).stdout
    answers = told.partition("\n")[2].split("\n\n")
    for word, answer in zip(words, answers, strict=False):
        bad = [line for line in answer.strip().splitlines() if line[:1] in ("&", "#")]
        if bad:
            suggestions = bad[0].partition(": ")[2].split(", ") if bad[0][0] == "&" else []
            yield word, tuple(suggestions[:_SHOWN])


def _is_known(word: str, known: frozenset[str]) -> bool:
    folded = word.casefold()
    plain = folded.removesuffix("'s")
    # “Amsel’s” and “Assam-Tee” are known by their parts; words in capitals are abbreviations.
    return plain in known or word.isupper() or len(word) == 1 or all(part in known for part in _WORDS.findall(plain))


def _warn_of_word(found: PlacedWord, suggestions: tuple[str, ...]) -> Finding:
    meant = ", ".join(f"“{one}”" for one in suggestions)
    hint = f"Did you mean {meant}? " if meant else ""
    return Finding(
        file=found.file, line=found.line, column=found.column, code="misspelt", severity="warning",
        message=f"“{found.word}” is not in the dictionary.",
        hint=f"{hint}If it is right: spelling: [{found.word}].",
    )  # fmt: skip


def _tell_missing(text: str, language: str) -> Finding:
    message = f"Spelling of “{language}” was not checked: this machine has no hunspell dictionary of it."
    hint = f"On Debian: apt-get install hunspell hunspell-{language}*"
    source = read_yaml(text, CONFIG_FILE)
    return source.finding_at(("spelling",), "no-dictionary", message, hint, severity="warning", key=True)
