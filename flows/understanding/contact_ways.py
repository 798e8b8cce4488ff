"""Ways of contact: “ruf mich an” is by phone, “per SMS” by text."""

import re
from collections.abc import Iterable, Mapping

from flows.language.remember import remember_short_texts
from flows.understanding.answer_words import DENIALS
from flows.understanding.content_words import NEUTRAL_WORDS, is_function_word

CONTACT_WAYS: Mapping[str, str] = {
    "phone": r"phone|telephone|calls?|calling|ring|telefon\w*|anruf\w*|anzurufen|ruft?|talk",
    "mail": r"e ?mails?|mails?",
    "sms": r"sms|texts?|texting",
    "chat": r"chat\w*|messenger|messages?|nachricht(?:en)?",
}
"""Words by way, as alternatives of a pattern."""
_READERS = {way: re.compile(rf"\b(?:{words})\b") for way, words in CONTACT_WAYS.items()}
_AROUND = frozenset((
    "per", "via", "instead", "better", "stattdessen", "besser", "just", "only", "lieber", "eher", "rather", "bin",
))  # fmt: skip


def wants_another_way(typed: str, asked: str) -> bool:
    """Tell whether a normalised text asks for another way of contact than the one that a question offers.

    “Rather text me” answers “Shall we call you?”; ``asked`` is the question, normalised.
    """
    offered, wanted = _read_way(asked), _read_way(typed)
    return bool(offered and wanted) and offered != wanted and _says_no_more(typed)


@remember_short_texts
def _read_way(typed: str) -> str:
    """Return the one way of contact that a normalised text names; empty if it names none, or several."""
    ways = [way for way, reader in _READERS.items() if reader.search(typed)]
    return ways[0] if len(ways) == 1 else ""


def _says_no_more(typed: str) -> bool:
    rest = typed
    for reader in _READERS.values():
        rest = reader.sub(" ", rest)
    return are_plain(rest.split(), _AROUND)


def are_plain(words: Iterable[str], around: frozenset[str]) -> bool:
    """Tell whether words deny nothing and stand in any sentence, or are among those that may stand around."""
    return all(
        (is_function_word(word) or word in NEUTRAL_WORDS or word in around) and word not in DENIALS for word in words
    )
