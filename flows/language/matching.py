"""Words that work everywhere, and the comparison of typed texts with known texts.

The comparison ignores case, punctuation and emoji.  A near match counts if a typing error is likelier than another
meaning.  Consent is never guessed from a text that holds a “no”.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from domain.workspace_config import WorkspaceConfig

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

YES_WORDS = frozenset({
    "yes", "yes please", "yep", "yeah", "sure", "ok", "okay", "i agree", "agree", "agreed", "ja", "ja bitte", "jap",
    "jo", "klar", "gern", "gerne", "ja gern", "ja gerne", "einverstanden", "ich stimme zu",
})  # fmt: skip
NO_WORDS = frozenset({
    "no", "no thanks", "no thank you", "nope", "not now", "nah", "never", "nein", "nein danke", "nö", "lieber nicht",
    "jetzt nicht", "nicht jetzt", "niemals", "später",
})  # fmt: skip
DENIALS = frozenset({
    "no", "not", "dont", "never", "nope", "without", "stop", "nein", "nicht", "kein", "keine", "keinen", "nie",
    "niemals", "nö", "ohne", "stopp", "don", "doesnt", "na", "wont", "cant", "cannot", "wouldnt", "nichts", "nix",
})  # fmt: skip
_WORD = re.compile(r"\w+")


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


def choose_label(typed: str, labels: Mapping[str, int], count: int) -> int | None:
    """Return the number of the choice (from 0) that a normalised text means; None if that is not certain.

    A text means a choice by its label, its number, the first words of one label only, or a typing error.
    """
    # Exact before the number: a choice may be labelled “2” and stand third.
    if typed in labels:
        return labels[typed]
    if typed.isdecimal() and len(typed) <= 2 and 1 <= int(typed) <= count:  # noqa: PLR2004  at most 13 choices
        return int(typed) - 1
    if len(typed) > 2:  # noqa: PLR2004  two letters begin too much
        # “green” means “green tea” if no other label begins with “green ”; the space keeps “greenish” out.
        beginning_labels = {number for label, number in labels.items() if label.startswith(f"{typed} ")}
        if len(beginning_labels) == 1:
            return beginning_labels.pop()
    near_label = find_near_match(typed, labels)
    return labels[near_label] if near_label else _choose_by_words(typed, labels)


def _choose_by_words(typed: str, labels: Mapping[str, int]) -> int | None:
    """Return the one choice that shares at least two words with the text; None if none or several do.

    All words of the text stand in the label, or all words of the label in the text.
    """
    typed_words = set(typed.split())
    numbers = {
        number
        for label, number in labels.items()
        if len(typed_words & (words := set(label.split()))) > 1
        and (typed_words <= words or words <= typed_words)
        # “not green tea” holds “green tea” and means the opposite: the denials of both must be the same.
        and DENIALS & typed_words == DENIALS & words
    }
    return numbers.pop() if len(numbers) == 1 else None


def is_harmless_slip(typed: str, word: str) -> bool:
    """Tell whether a typing error seldom makes another word: “sotp” for “stop” is harmless, “shop” is not."""
    # A missing, added or swapped letter (“stp”, “stopp”, “sotp”) is an error of the hand; one changed letter in a short
    # word (“shop”) is more often another word.
    return len(typed) >= LONG_TEXT or len(typed) != len(word) or sorted(typed) == sorted(word)


def read_agreement(typed: str, agree_labels: Collection[str], decline_labels: Collection[str]) -> bool | None:
    """Tell whether a normalised text agrees to a consent; None if that is not certain.

    The consent is evidence (GDPR, Art. 7): a doubtful yes is asked again, a doubtful no counts as no.
    """
    if typed in YES_WORDS or typed in agree_labels:
        return True
    if typed in NO_WORDS or typed in decline_labels:
        return False
    # The two buttons by their number: agree comes first.
    if typed in ("1", "2"):
        return typed == "1"
    # “I do not agree” is near the label “I agree”: a denial anywhere rules a guessed yes out.
    denies = not DENIALS.isdisjoint(typed.split())
    meant = (
        ""
        # “less” is two letters from “yes”: only long labels allow typing errors, and very long ones two.
        if denies or len(typed) <= SHORT_TEXT
        else find_near_match(typed, agree_labels, most_slips=1 if len(typed) < VERY_LONG_TEXT else 2)
    )
    if meant and is_harmless_slip(typed, meant):
        return True
    # A no may be guessed freely: the worst that happens is no mail.
    return False if find_near_match(typed, decline_labels, most_slips=2) else None
