"""Conditions of a question: “if it breaks after a year, do I …” asks of the warranty, “if I come at 5” changes nothing.

A clause that begins with “if” or “wenn” is divided from what is asked.  Where it tells that something breaks, and what
is asked is whether that is mended, paid or covered, the matter is the warranty, though no word names it.
"""

import re

_BEGINS = (
    r"(?:what (?:happens )?if|what happens when|if|in case|suppose|while"
    r"|when(?! (?:do|does|did|can|could|will|would|is|are|may|should|must|have|has|was|were)\b)"
    r"|was (?:ist|passiert|wäre),? wenn|wenns?|falls|sofern)"
)
_CONDITION = re.compile(rf"\b{_BEGINS}\b", re.IGNORECASE)
_BORDER = re.compile(
    r",|;|–|(?<=\w) (?=(?:do|does|did|can|could|will|would|is|are|may|should|must|have|has) "
    r"(?:i|you|we|it|there|they|this)\b|(?:hab|habe|zahlt|kann|könnt|bekomm|bekomme|krieg|kriege|macht|repariert|holt"
    r"|habt|muss|gibt|ist|seid|darf) (?:ich|ihr|du|sie|man|es|das)\b)",
    re.IGNORECASE,
)
_BREAKS = re.compile(
    r"\b(?:breaks?|broken|fails?|failed|stops? working|(?:doesnt|does not|wont|will not) (?:hold|last|work)"
    r"|falls? (?:off|apart)|comes? loose|goes? wrong|happens? again|plays? up|come back|comes back|defect\w*|kaputt\w*"
    r"|spinnt|versagt|defekt\w*|(?:nicht|ned|net) (?:hält|halten|funktioniert|geht)|hält (?:nicht|ned)|löst sich|bricht"
    r"|abfällt|wieder auftritt)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:again|after|within|months?|years?|weeks?|later|repair\w*|fixed|nochmal|wieder|nach|jahr\w*|monat\w*|wochen?"
    r"|reparatur|innerhalb)\b",
    re.IGNORECASE,
)
_MENDED = re.compile(
    r"\b(?:fix\w*|repair\w*|free|pay|paid|cover\w*|replace\w*|refund|money back|happens?|new one|charge\w*|warranty"
    r"|guarantee|zahl\w*|kosten\w*|umsonst|repariert|ersetzt|garantie|gewährleistung|übernehmt|nochmal|passiert|was ist"
    r"|neu\w*)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:warranty|guarantee|garantie|gewährleistung)\b", re.IGNORECASE)
WARRANTY = ("is there a warranty", "gibt es garantie")
"""Questions by which a table's answer about it is found, in English and in German."""
_PLAIN = str.maketrans("", "", "’'")


def list_main_questions(text: str) -> tuple[str, ...]:
    """Return what a text with a condition asks without it, likeliest first; empty if it has none."""
    text = text.translate(_PLAIN)
    found = _CONDITION.search(text)
    if found is None:
        return ()
    clause, main = _divide(text, found)
    asked = f"{found[0]} {main}"
    is_warranty = _BREAKS.search(clause) and _AGAIN.search(text) and (_MENDED.search(asked) or not main)
    if is_warranty or (_BREAKS.search(clause) and _NAMED.search(main)):
        return WARRANTY
    return (f"{main}?",) if len(main.split()) > 1 else ()


def _divide(text: str, found: re.Match[str]) -> tuple[str, str]:
    """Return the clause of the condition, and what is asked before or behind it."""
    before, behind = text[: found.start()].strip(" ,.;?!"), text[found.end() :]
    if len(before.split()) > 1:
        return behind, before
    border = _BORDER.search(behind)
    if border is None:
        return behind, before
    return behind[: border.start()], behind[border.end() :].strip(" ,.;?!")
