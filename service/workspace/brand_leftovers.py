"""Words of the shipped example that are left in the files of another brand's workspace.

The words stand in ``library/example_words.txt``, beside the files that say them.  What counts:

* In a file that still has a line of the example, every word of the list: an editor's search finds the same.
* Names of the house (“Amsel”) anywhere: nobody else says them.
* Not a word that the brand, its company or its topics hold themselves: a tea shop may speak of tea.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding
from service.workspace.edition import SHIPPED_FOLDER, onboarding_files, shipped_files

SHIPPED_BRAND = "Amsel"
WORD_FILE = "example_words.txt"
MOST_QUOTED = 8
"""Words that a warning quotes; a long list says no more."""
_HOUSE = re.compile(r"amsel", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandLeftovers:
    """What is left of the example in a workspace."""

    findings: tuple[Finding, ...] = ()
    """A warning for each file."""
    words: int = 0
    """Words in all."""


def find_brand_leftovers(files: Mapping[str, str], config: WorkspaceConfig) -> BrandLeftovers:
    """Return what still speaks of the example; nothing for the example itself."""
    if SHIPPED_BRAND in config.brand:
        return BrandLeftovers()
    own = " ".join(
        [config.brand, config.company, *(text for one in config.topics.values() for text in one.name.values())]
    )
    findings, words = [], 0
    for name, text in sorted(files.items()):
        matches = find_example_words(name, text, own)
        words += len(matches)
        findings += [_warn_of_words(name, text, matches, config.brand)] if matches else []
    return BrandLeftovers(findings=tuple(findings), words=words)


def count_brand_words(files: Mapping[str, str]) -> int:
    """Return how many words of the example these files hold, whatever their brand: a bare copy of it is no brand's."""
    return sum(len(find_example_words(name, text)) for name, text in files.items())


def forget_example() -> None:
    """Free what the search remembers, about 2 MB; a service searches once, at its start."""
    for remembered in (word_pattern, _example_lines, _example_files):
        remembered.cache_clear()
    re.purge()  # it holds the pattern, too


def find_example_words(name: str, text: str, own: str = "") -> list[re.Match[str]]:
    """Return the words of the example in a file; ``own`` are texts whose words are the brand's own."""
    matches = list(word_pattern().finditer(text))
    own_words = {match[0].casefold() for match in word_pattern().finditer(own)}
    from_example = any(line in _example_lines(name) for line in _lines_with(text, matches))
    return [
        match for match in matches if (from_example or _HOUSE.search(match[0])) and match[0].casefold() not in own_words
    ]


def _lines_with(text: str, matches: list[re.Match[str]]) -> set[str]:
    """Return the lines that hold these words, without what indents them."""
    return {text[text.rfind("\n", 0, match.start()) + 1 :].partition("\n")[0].strip() for match in matches}


@functools.cache
def word_pattern() -> re.Pattern[str]:
    """Return the pattern of all words of the list.

    An underscore ends a word, so that names such as ``tea_choice`` are found too; longer words stand first.
    """
    lines = (SHIPPED_FOLDER / WORD_FILE).read_text("utf-8").splitlines()
    words = sorted((line for line in lines if line and not line.startswith("#")), key=len, reverse=True)
    joined = "|".join(re.escape(word).replace(r"\*", r"[^\W_]*").replace(r"\ ", r"\s+") for word in words)
    # “Europe/Berlin” is a time zone.
    return re.compile(rf"(?<![^\W_])(?<!Europe/)(?:{joined})(?![^\W_])", re.IGNORECASE)


@functools.cache
def _example_lines(name: str) -> frozenset[str]:
    return frozenset(line.strip() for line in _example_files().get(_original_of(name), "").splitlines())


@functools.cache
def _example_files() -> Mapping[str, str]:
    """Return the texts of the example by name; those in all languages of a file stand together."""
    joined: dict[str, str] = {}
    transcripts = {
        f"transcripts/{path.name}": path.read_text("utf-8") for path in (SHIPPED_FOLDER / "transcripts").glob("*.yaml")
    }
    # A name that both examples have is joined: a line of either counts.
    for name, text in (*shipped_files().items(), *transcripts.items(), *onboarding_files().items()):
        joined[_original_of(name)] = f"{joined.get(_original_of(name), '')}\n{text}"
    return joined


def _original_of(name: str) -> str:
    """Return the name of a file without its language: with another default, mails exchange their names."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/{file.partition('.')[0]}"


def _warn_of_words(name: str, text: str, matches: list[re.Match[str]], brand: str) -> Finding:
    """Return one warning for a file: a shipped text names the brand in many lines."""
    lines = sorted({text.count("\n", 0, match.start()) + 1 for match in matches})
    which = f"{'Line' if len(lines) == 1 else 'Lines'} {', '.join(map(str, lines))}"
    verb = "speaks" if len(lines) == 1 else "speak"
    words = list(dict.fromkeys(" ".join(match[0].split()) for match in matches))
    more = ", …" if len(words) > MOST_QUOTED else ""
    quoted = ", ".join(f"“{word}”" for word in words[:MOST_QUOTED])
    return Finding(
        file=name, line=lines[0], column=matches[0].start() - text.rfind("\n", 0, matches[0].start()),
        code="still-amsel", severity="warning",
        message=f"{which} still {verb} of {SHIPPED_BRAND} Tea: {quoted}{more}.",
        hint=f"Say it in the words of {brand}.",
    )  # fmt: skip
