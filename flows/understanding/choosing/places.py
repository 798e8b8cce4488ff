"""The place of a choice in its list, said with more than an ordinal: “the second one from the top”, “der vorletzte”."""

import re

from flows.language.remember import remember_short_texts

ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "first 1st one erste erster erstes ersten erstens eins erschte erschter easchte",
            "second 2nd two zweite zweiter zweites zweiten zweitens zwei zwote zwoter zwotes zwoate zwoater zwoates",
            "third 3rd three dritte dritter drittes dritten drittens drei",
            "fourth 4th four vierte vierter viertes vierten viertens vier",
            "fifth 5th five fünfte fünfter fünftes fünften fünf",
            "sixth 6th six sechste sechster sechstes sechsten sechs",
            "seventh 7th seven siebte siebter siebtes siebten sieben",
            "eighth 8th eight achte achter achtes achten acht",
            "ninth 9th nine neunte neunter neuntes neunten neun",
            "tenth 10th ten zehnte zehnter zehntes zehnten zehn",
        )
    )
    for word in words.split()
}
"""Number from 0 by word."""
_FROM_END = (
    r"(?:from (?:the )?(?:bottom|below|end|back)|counting (?:back|from the (?:end|bottom))|(?:von|vo|vom) "
    r"(?:ganz )?(?:unten|untn|hinten|ende|schluss))"
)
_FROM_START = (
    r"(?:from (?:the )?(?:top|above|start|beginning)|(?:down )?(?:on|in|of|from) (?:the|your|this|that) (?:list|row)"
    r"|down|listed|(?:von|vo|vom) (?:ganz )?(?:oben|obn|vorne?|anfang)|(?:in|auf|aus|von) (?:der|deiner|eurer|dieser) "
    r"(?:liste|aufzählung|reihe)|of (?:them|the (?:two|three|four|five|lot))|von (?:den )?(?:dreien|vieren|beiden"
    r"|denen))"
)
_BEFORE_LAST = (
    (re.compile(r"\b(?:last|letzte\w*) but two\b|\bthird (?:to )?last\b|\bthird from last\b|\bdrittletzte\w*\b"), 3),
    (
        re.compile(
            r"\blast but one\b|\b(?:second|next|2nd) (?:to )?(?:the )?last\b|\bone before (?:the )?last\b"
            r"|\bpenultimate\b|\bvorletzte\w*\b|\bzweitletzte\w*\b|\bvorm letzten\b|\bsecond from last\b"
        ),
        2,
    ),
    (
        re.compile(
            r"\bvery last\b|\ballerletzte\w*\b|\b(?:ganz|at the very|all the way) (?:unten|untn|bottom|down)\b"
            r"|\bat the (?:very )?(?:bottom|end)\b|\bbottommost\b|\blowest\b|\bganz am (?:ende|schluss)\b"
            r"|\blast (?:one )?(?:on|in|of) (?:the|your) list\b|\bletzte\w* (?:in|auf|von) (?:der|eurer|deiner) liste\b"
        ),
        1,
    ),
)
"""Places counted from the end."""
_TOP = re.compile(
    r"\bvery first\b|\ballererste\w*\b|\bganz (?:oben|obn|am anfang|vorne)\b|\bat the (?:very )?(?:top|start)\b"
    r"|\b(?:upper|top)most\b|\bhighest\b"
)
_PLACED = re.compile(rf"\b({_FROM_END})\b|\b({_FROM_START})\b")
_AROUND_WORDS = (
    "the one ones option choice answer entry item button number no nr please pls thanks i id ill take want would like "
    "think guess choose pick go with for it its is thats that yes ok okay hm um so then my of a an and in on at der "
    "die das den dem des eine einen eines ein option möglichkeit antwort knopf punkt nummer bitte danke ich nehme nehm "
    "nimm will möchte hätte gern gerne wäre wär mal dann also ja ok ist es isses eintrag vorschlag zeile wohl shop "
    "store branch laden filiale tour card karte line position stelle i mog vielleicht maybe probably actually lieber "
    "eher glaub glaube denke zählt counting gezählt from von"
)
_AROUND = frozenset(_AROUND_WORDS.split())
"""Words that may stand around a place and change nothing."""


@remember_short_texts
def read_place(typed: str, count: int) -> int | None:
    """Return the choice (from 0, of ``count``) that a normalised text means by its place in the list; None if none."""
    for pattern, back in _BEFORE_LAST:
        if (found := pattern.search(typed)) and _says_no_more(typed, found):
            return count - back if back <= count else None
    if (found := _TOP.search(typed)) and _says_no_more(typed, found):
        return 0
    found = _PLACED.search(typed)
    words = f"{typed[: found.start()]} {typed[found.end() :]}".split() if found else typed.split()
    told = [word for word in words if word not in _AROUND]
    if len(told) != 1 or (found is None and told == words):
        return None
    number = int(told[0]) - 1 if told[0].isdecimal() and len(told[0]) == 1 else ORDINALS.get(told[0], -1)
    if not 0 <= number < count or (found is None and told[0].isdecimal()):
        return None
    return count - 1 - number if found and found[1] else number


def _says_no_more(typed: str, found: re.Match[str]) -> bool:
    return _AROUND.issuperset(f"{typed[: found.start()]} {typed[found.end() :]}".split())
