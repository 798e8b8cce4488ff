"""Which flow somebody asks for in a sentence: “hi, can I book a class?” where *book a class* begins one.

What people put around such a word to be polite is taken off, one piece at a time, until a word is left that begins a
flow.  A piece says nothing but that they want it.  Whatever denies, asks or tells more (“no newsletter”, “how long is
the trial”, “a table for 4”) stays, so that no word is found.
"""

import re
from collections.abc import Container, Iterator

_OPENINGS = re.compile(
    r"^(?:hi|hiya|hello|hey|hallo|moin|servus|huhu|there|good (?:morning|afternoon|evening)|guten (?:morgen|tag|abend)"
    r"|yes|ok|okay|so|well|ja|also|please|pls|bitte|just"
    r"|(?:id|i would|we would|wed) (?:really |just )?(?:like|love)(?: to)?"
    r"|(?:i|we) (?:just )?(?:want|need|wanna)(?: to)?"
    r"|(?:can|could|may) (?:i|we)(?: please)?(?: have| get)?|(?:i am|im|were|we are) interested in|lets|give me|gimme"
    r"|(?:ich|wir) (?:würden?|möchten?|will|wollen|hätten?|brauchen?)(?: bitte)?(?: sehr)?(?: gern| gerne)?(?: mal)?"
    r"|(?:kann|könnte|darf) ich(?: bitte| mal)*|(?:können|könnten|dürfen) wir(?: bitte| mal)*"
    r"|(?:ich|wir) interessieren? (?:mich|uns) für"
    r"|get|have|join|start|try|do|book|reserve|sign up for|bei euch|mal"
    r"|a|an|the|your|one|eine?|einen|den|die|das|euren?|eure|für) "
)
_CLOSINGS = re.compile(
    r" (?:please|pls|plz|thanks|thx|thank you|now|bitte|danke|jetzt|gern|gerne|mal|haben|machen|bekommen|buchen"
    r"|ausprobieren|probieren)$"
)


def find_requested_word(typed: str, words: Container[str]) -> str:
    """Return the word among those that begin flows which a normalised text asks for; empty if it asks for none."""
    # Both ends, piece by piece: “ich möchte eine probestunde buchen” may ask for “probestunde” or “probestunde buchen”.
    shorter = (text for shortened in _take_off(_CLOSINGS, typed) for text in _take_off(_OPENINGS, shortened))
    return next((text for text in shorter if text in words), "")


def _take_off(pieces: re.Pattern[str], text: str) -> Iterator[str]:
    """Yield the text, and then the text with one more piece taken off, until none is left."""
    yield text
    while piece := pieces.search(text):
        text = text[: piece.start()] + text[piece.end() :]
        yield text
