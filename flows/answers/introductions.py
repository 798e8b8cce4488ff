"""The name in an answer to a question for it: “I'm Lena” and “ich bin der Jonas” are Lena and Jonas."""

import re

_ASKS_FOR_NAME = re.compile(
    r"\b(?:(?:vor|nach|spitz)?name[ns]?|(?:first |last |nick)?names?|hei(?:ß|ss)(?:t|en)|call you|nennen)\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"(?:(?:hi|hiya|hello|hey|hallo|moin|servus|oh|sure|yes|ja|klar|gern)[\s,!.]+)*"
    r"(?:my (?:first |last |full )?name(?:['’]?s| is)|i['’]?m|i am|it['’]?s|it is|this is"
    r"|(?:just |you can |please )*call me"
    r"|mein (?:vor|nach)?name (?:ist|lautet|wäre)|der name ist|ich (?:bin|hei(?:ß|ss)e?)|bin|hei(?:ß|ss)e"
    r"|nennt? mich|nennen sie mich|(?:das |hier )(?:ist|spricht|schreibt))\s+(?:(?:der|die|de|einfach|just)\s+)?"
    r"(?P<name>[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*){0,3}?)(?:[\s,]+(?:btw|thanks|danke|and you|und du))?[\s.!]*",
    re.IGNORECASE,
)
_NO_NAMES = frozenset((
    "not", "no", "sure", "unsure", "here", "there", "fine", "good", "great", "ok", "okay", "done", "the", "a", "an",
    "in", "on", "at", "from", "so", "very", "too", "just", "only", "afraid", "sorry", "going", "none", "nobody",
    "private",
    "my", "your", "me", "you", "happy", "busy", "back", "ready", "new", "nicht", "kein", "keine", "hier", "gut",
    "sehr", "im", "am", "zu", "nur", "doch", "egal", "geheim", "niemand", "unsicher", "sicher", "fertig", "neu", "ein",
    "eine", "mein", "meine",
))  # fmt: skip
"""Words behind “I'm” that begin something else than a name."""


def find_name(answer: str, asked: str) -> str:
    """Return the name that an answer introduces where ``asked``, the question as written, asks for one.

    The answer as it is if it introduces nobody, or says something else behind “I'm”: “I'm not telling”.
    """
    found = _INTRODUCED.fullmatch(answer) if _ASKS_FOR_NAME.search(asked) else None
    if found is None:
        return answer
    return answer if _NO_NAMES.intersection(found["name"].casefold().split()) else found["name"]
