"""Words that work everywhere, and the comparison of typed texts with known texts.

The comparison ignores case, punctuation and emoji.  A near match counts if a typing error is likelier than another
meaning.  What a text means is read in :mod:`flows.understanding`.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from domain.workspace_config import WorkspaceConfig
from flows.language.remember import remember_short_texts

MOST_CHARACTERS = 200
"""Characters of a message that are compared with labels and words."""

SHORT_TEXT, LONG_TEXT, VERY_LONG_TEXT = 4, 7, 9
"""Number of letters.  Up to ``SHORT_TEXT`` any typing error makes another word.  From ``LONG_TEXT`` on one wrong letter
seldom does, and from ``VERY_LONG_TEXT`` on two seldom do."""

COMMANDS = ("stop", "back", "help", "person", "start_over", "new_code")

COMMAND_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "stop": ("stop", "stop it", "stop please", "please stop", "unsubscribe", "unsubscribe me", "opt out", "cancel"),
        "back": ("back", "go back", "previous"),
        "help": ("help", "help me", "commands", "menu"),
        "person": (
            "person", "human", "agent", "a person", "a human", "real person", "talk to a person", "talk to a human",
            "talk to someone",
        ),
        "start_over": ("start over", "restart", "start again", "begin again"),
        "new_code": ("new code", "another code", "resend", "send again", "a new code", "send a new code"),
    },
    "de": {
        "stop": ("stopp", "stop", "abmelden", "abbestellen", "aufhören", "bitte stopp", "kündigen", "abbrechen"),
        "back": ("zurück", "zurueck", "einen schritt zurück", "geh zurück"),
        "help": ("Hilfe", "befehle", "menü", "hilf mir"),
        "person": ("Mensch", "ein mensch", "mitarbeiter", "jemand echtes", "mit einem menschen sprechen"),
        "start_over": ("von vorn", "von vorne", "neu starten", "neustart", "noch mal von vorn", "nochmal von vorn"),
        "new_code": ("neuer Code", "neuen code", "noch ein code", "code neu", "erneut senden", "nochmal senden"),
    },
}  # fmt: skip
"""By language and command; people are told the first of each."""

_WORD = re.compile(r"\w+")


@remember_short_texts
def normalize_text(text: str) -> str:
    """Return a text in the form that is compared: case folded, words only.

    “I’d like TEA!” gives “id like tea”.  A text of emoji alone stays as it is.
    """
    text = text[:MOST_CHARACTERS]
    # NFKC makes “ｙｅｓ” (full width) to “yes” and “u” with a combining diaeresis to “ü”; ASCII has neither.
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    # Apostrophes go before words are split: “don't” is “dont”, not “don” and “t”.  Casefold makes “ß” to “ss”.
    folded = text.replace("’", "").replace("'", "").casefold()
    # “👍” has no word; it stays, so that a label or trigger of emoji alone can match.
    return " ".join(_WORD.findall(folded)) or folded.strip()


def collect_command_words(config: WorkspaceConfig) -> dict[str, str]:
    """Return the command of each normalised word that works everywhere, the workspace's own words included."""
    commands: dict[str, str] = {}
    # All languages at once: “stop” works for a person whose language is German.
    for language in (*COMMAND_WORDS, *config.words):
        for command in COMMANDS:
            own = getattr(config.words.get(language), command, ())
            for word in (*COMMAND_WORDS.get(language, {}).get(command, ()), *own):
                # The first entry stays: a workspace cannot give “stop” another meaning.
                commands.setdefault(normalize_text(word), command)
    return commands


def pick_command_word(command: str, language: str, config: WorkspaceConfig) -> str:
    """Return the word for a command to tell people in this language."""
    own: Sequence[str] = getattr(config.words.get(language), command, ())
    return next(iter((*COMMAND_WORDS.get(language, {}).get(command, ()), *own)), COMMAND_WORDS["en"][command][0])


def index_slips(known_texts: Collection[str]) -> dict[int, tuple[str, ...]]:
    """Return, for each length, the known texts that one typing error can turn into a text of that length."""
    texts_by_length: dict[int, list[str]] = {}
    for text in known_texts:
        # One error drops a letter, changes (or swaps) letters, or adds one: “sto”, “sotp”, “stopp”.
        for length in (len(text) - 1, len(text), len(text) + 1):
            texts_by_length.setdefault(length, []).append(text)
    return {length: tuple(texts) for length, texts in texts_by_length.items()}


def find_near_match(typed: str, known_texts: Collection[str], *, most_slips: int = 0) -> str:
    """Return the known text that ``typed`` was probably meant to be; empty if none or several are equally near."""
    # One error for four letters.  OSA counts two swapped letters as one error, where Levenshtein counts two.
    limit = most_slips or max(1, len(typed) // 4)
    if not known_texts or len(typed) < 4:  # noqa: PLR2004  in a short word one slip makes another word
        return ""
    matches = process.extract(typed, list(known_texts), scorer=OSA.distance, score_cutoff=limit, limit=2)
    # “tee” is as near to “tea” as to “ten”: a guess between equals would be wrong half of the time.
    if not matches or (len(matches) > 1 and matches[0][1] == matches[1][1]):
        return ""
    return str(matches[0][0])


def is_harmless_slip(typed: str, word: str) -> bool:
    """Tell whether a typing error seldom makes another word: “sotp” for “stop” is harmless, “shop” is not."""
    # A missing, added or swapped letter (“stp”, “stopp”, “sotp”) is an error of the hand; one changed letter in a short
    # word (“shop”) is more often another word.
    return len(typed) >= LONG_TEXT or len(typed) != len(word) or sorted(typed) == sorted(word)
