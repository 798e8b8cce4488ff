"""Texts and labels that say “any of them will do”: “whatever”, “egal”, “no preference”."""

import re

from flows.language.remember import remember_short_texts

_INDIFFERENT = re.compile(
    r"\b(?:egal|wurscht|wurst|schnuppe|schnurz|whatever|whichever|any|anything|anytime|either)\b"
    r"|\b(?:no|keine?) (?:real |particular |besondere |bestimmte )?(?:preferences?|vorlieben?|präferenz(?:en)?)\b"
    r"|\b(?:dont|do not|doesnt|does not|wouldnt) (?:really |rly )?(?:mind|care|matter)\b"
    r"|\bnot (?:fussed|bothered|picky)\b"
    r"|\b(?:all|its all) the same\b|\ball(?:es)? (?:das )?gleich\b|\b(?:ist|is|wär|wäre) (?:mir )?gleich\b"
)
_AROUND_WORDS = (
    "i we im me to for is are it its that thats the all of them one ones really honestly completely totally time works "
    "will would do fine ok okay good which you like suits time day please thanks hm well oh so just at "
    "im easy flexible youve got have pick whats best choose for "
    "mir uns ist is es das mia des wär wäre eigentlich wirklich ganz völlig total echt komplett voll alles ich wir "
    "hab habe haben bitte danke ja na ach also such sucht aus welche welcher welches wann hm so halt eh"
)
_AROUND = frozenset(_AROUND_WORDS.split())


@remember_short_texts
def is_indifferent(typed: str) -> bool:
    """Tell whether a normalised text says that any choice will do, and nothing else."""
    found = _INDIFFERENT.search(typed)
    return found is not None and _AROUND.issuperset(f"{typed[: found.start()]} {typed[found.end() :]}".split())
