"""Texts that name something and speak against it (“Berlin is too far”), and words that only sound like a choice."""

import re

_REJECTED = re.compile(
    r"\b(?:(?:too|zu|very|sehr|quite|ziemlich|bit|bisschen|so|really|echt) )?(?:far|expensive|pricey|weit|teuer"
    r"|entfernt|boring|langweilig|awful|terrible|horrible|ugly|sucks|doof|blöd|schrecklich|furchtbar|hässlich"
    r"|inconvenient|unpraktisch|impossible|unmöglich|ausgebucht|closed|geschlossen)\b"
    r"|\b(?:is|ist|are|sind|wär|wäre)(?: really| very| a bit| eher| ganz| grad| gerade)? (?:bad|no good|schlecht"
    r"|ungünstig|blöd|doof)\b|\b(?:too|zu) (?:big|small|late|early|long|short|loud|crowded|hot|cold|heavy|sweet|strong"
    r"|bitter|full|gross|klein"
    r"|spät|früh|lang|kurz|laut|heiss|kalt|schwer|süss|stark|voll|umständlich|stressig)\b"
)
"""“Berlin is too far”, “Berlin sucks”: what stands before is not wanted."""
_DISLIKED = re.compile(
    r"\b(?:hate|dislike|cant stand|fed up with|sick of|far from|away from|hasse|weg von|weggezogen|used to"
    r"|mag ich nicht|früher in|moved from|left|leaving|(?:i|we) had|hatte mal|none of your business|geht dich nichts an"
    r"|(?:my|meine?) (?:\w+ )?(?:mother|father|mum|mom|dad|brother|sister|wife|husband|son|daughter|friend|boss"
    r"|mutter|vater|mama|papa|bruder|schwester|frau|mann|sohn|tochter|freund|freundin|chef) (?:lives?|is from"
    r"|wohnt|lebt|kommt|has|owns|rides|hat|besitzt|fährt))\b|\b(?:was|were|am) born\b|\bgeboren\b"
    r"|^(?:früher|damals|formerly|once(?! an? ))\b"
)
"""“I hate Berlin”, “my mother lives in Berlin”: what the text names is not wanted, or not by them."""
OWN_WORDS = frozenset({
    "hamburger", "hamburgers", "berliner", "wiener", "frankfurter", "krakauer", "thüringer", "nürnberger", "pariser",
    "amerikaner", "kasseler", "florentiner", "linzer", "schweizer", "holländer", "römer", "kölner", "pekinese",
})  # fmt: skip
"""Words made of places that alone mean something else; “der Hamburger Laden” means the place."""
_CHOOSING = frozenset(("then", "dann", "lieber", "rather", "instead", "stattdessen", "please", "bitte", "so", "also"))
_MEASURING = frozenset(("from", "von", "to", "nach", "than", "als"))


def find_rejection(typed: str) -> re.Match[str] | None:
    """Return where a normalised text speaks against what it names; None if it does not."""
    return _REJECTED.search(typed) or _DISLIKED.search(typed)


def chooses_behind(rest: str) -> bool:
    """Tell whether what follows a rejection chooses something: “… is too far, Hamburg then”."""
    words = set(rest.split())
    return bool(words & _CHOOSING) and not words & _MEASURING
