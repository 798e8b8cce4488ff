"""Words that work everywhere, and how what people type is compared with what we know.

Comparing ignores case, punctuation and emoji.  A near match counts where a slip of the finger is likelier than
another meaning; agreeing to a consent is never guessed from a text that holds a “no”.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from domain.workspace_config import WorkspaceConfig

MOST_CHARACTERS = 200
"""Only so much of a message is compared with labels and words."""

SHORT, LONG, LONGER = 4, 7, 9
"""Letters: up to so many, any slip makes another word; from so many on, one wrong letter seldom does, and two."""

COMMANDS = ("stop", "back", "help", "person", "start_over", "new_code")

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
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
"""By language and command; the first of each is the one we tell people."""

YES = frozenset({
    "yes", "yes please", "yep", "yeah", "sure", "ok", "okay", "i agree", "agree", "agreed", "ja", "ja bitte", "jap",
    "jo", "klar", "gern", "gerne", "ja gern", "ja gerne", "einverstanden", "ich stimme zu",
})  # fmt: skip
NO = frozenset({
    "no", "no thanks", "no thank you", "nope", "not now", "nah", "never", "nein", "nein danke", "nö", "lieber nicht",
    "jetzt nicht", "nicht jetzt", "niemals", "später",
})  # fmt: skip
DENIALS = frozenset({
    "no", "not", "dont", "never", "nope", "without", "stop", "nein", "nicht", "kein", "keine", "keinen", "nie",
    "niemals", "nö", "ohne", "stopp", "don", "doesnt", "na", "wont", "cant", "cannot", "wouldnt", "nichts", "nix",
})  # fmt: skip
_WORD = re.compile(r"\w+")


def normal(text: str) -> str:
    """Return a text as it is compared: case folded, words only; a text of emoji alone stays what it is."""
    text = text[:MOST_CHARACTERS]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    folded = text.replace("’", "").replace("'", "").casefold()
    return " ".join(_WORD.findall(folded)) or folded.strip()


def command_words(config: WorkspaceConfig) -> dict[str, str]:
    """Return every word that works everywhere, normalised, and its command; the workspace's own words too."""
    found: dict[str, str] = {}
    for language in (*WORDS, *config.words):
        for command in COMMANDS:
            own = getattr(config.words.get(language), command, ())
            for word in (*WORDS.get(language, {}).get(command, ()), *own):
                found.setdefault(normal(word), command)
    return found


def told_word(command: str, language: str, config: WorkspaceConfig) -> str:
    """Return the word for a command that people are told in this language."""
    own: Sequence[str] = getattr(config.words.get(language), command, ())
    return next(iter((*WORDS.get(language, {}).get(command, ()), *own)), WORDS["en"][command][0])


def slips(known: Collection[str]) -> dict[int, tuple[str, ...]]:
    """Return, by number of characters, which of the known texts one slip may turn into a text of so many."""
    found: dict[int, list[str]] = {}
    for one in known:
        for length in (len(one) - 1, len(one), len(one) + 1):
            found.setdefault(length, []).append(one)
    return {length: tuple(many) for length, many in found.items()}


def near(typed: str, known: Collection[str], *, most: int = 0) -> str:
    """Return the one known text that ``typed`` was probably meant to be; empty if none or several are."""
    limit = most or max(1, len(typed) // 4)
    if not known or len(typed) < 4:  # noqa: PLR2004  in a short word one slip makes another word
        return ""
    fitting = process.extract(typed, list(known), scorer=OSA.distance, score_cutoff=limit, limit=2)
    if not fitting or (len(fitting) > 1 and fitting[0][1] == fitting[1][1]):
        return ""
    return str(fitting[0][0])


def choose(typed: str, labels: Mapping[str, int], count: int) -> int | None:
    """Return the number of the choice (from 0) that a normalised text means; None if it is none for certain.

    A label, its number, its beginning if only one begins so, or a slip of the finger.
    """
    if typed in labels:
        return labels[typed]
    if typed.isdecimal() and len(typed) <= 2 and 1 <= int(typed) <= count:  # noqa: PLR2004  at most 13 choices
        return int(typed) - 1
    if len(typed) > 2:  # noqa: PLR2004  two letters begin too much
        begun = {number for label, number in labels.items() if label.startswith(f"{typed} ")}
        if len(begun) == 1:
            return begun.pop()
    close = near(typed, labels)
    return labels[close] if close else _by_words(typed, labels)


def _by_words(typed: str, labels: Mapping[str, int]) -> int | None:
    """Return the one choice of which at least two words were typed, or that stands in a longer answer.

    A “no” in one of them and not in the other would turn its meaning round.
    """
    said = set(typed.split())
    meant = {
        number
        for label, number in labels.items()
        if len(said & (words := set(label.split()))) > 1
        and (said <= words or words <= said)
        and DENIALS & said == DENIALS & words
    }
    return meant.pop() if len(meant) == 1 else None


def slipped(typed: str, word: str) -> bool:
    """Tell whether one text is the other with a slip that makes no other word: “sotp” is “stop”, “shop” is not."""
    return len(typed) >= LONG or len(typed) != len(word) or sorted(typed) == sorted(word)


def agreed(typed: str, agree: Collection[str], decline: Collection[str]) -> bool | None:
    """Tell whether a normalised text agrees; None if it cannot be told.

    A yes is taken from a slip of the finger only where the label is too long for another word to be so near: “less” is
    two letters from “yes”.
    """
    if typed in YES or typed in agree:
        return True
    if typed in NO or typed in decline:
        return False
    if typed in ("1", "2"):
        return typed == "1"
    denies = not DENIALS.isdisjoint(typed.split())
    meant = "" if denies or len(typed) <= SHORT else near(typed, agree, most=1 if len(typed) < LONGER else 2)
    if meant and slipped(typed, meant):
        return True
    return False if near(typed, decline, most=2) else None
