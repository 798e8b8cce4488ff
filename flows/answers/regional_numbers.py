"""German number words as they are spoken in the regions, and the written ones they stand for: “zwoa”, “fümf”."""

import re
from collections.abc import Mapping

_SPOKEN = {
    "eins": "oans oana oaner oa oan ens eens eener eena oins oine oiner",
    "zwei": "zwoa zwoe zwo zwee zwä zwoi zwa zwai zwöi zwaa zwoare zwoara",
    "drei": "dreie drei-e droi drey drai drü drea dreia dreier",
    "vier": "viere fiere vieri viera fier fia fiera veer veere",
    "fünf": "fümf fünfe fümwe fümfe fimf fimfe foif feif fünferl fünfa fief",
    "sechs": "sechse seggs seggse sexe sex sächs sägs sechsi seks söss",
    "sieben": "siebene simm siem siebn simme siebme simmi siebane sibbe sibe sim",
    "acht": "åcht åchte achti ochte ocht",
    "neun": "neune nein-e neine neini nein'e nüün nüni nain nejn noin",
    "zehn": "zehne zehna zehni zeh zähn tein zää zeane",
    "elf": "elfe öfe elfi ölf ölfe",
    "zwölf": "zwölfe zwölfi zwöif zwöife twölf",
    "fünfzehn": "fuffzehn fuchzehn fuchzehne fümfzehn fufzehn",
    "fünfzig": "fuffzig fuchzig fümfzig fufzig fuffzich",
    "dreissig": "dreissg dreissich dreisch",
    "zwanzig": "zwanzich zwanzg zwoanzg",
    "halb": "hoib hoibe hoiba haib håib",
    "viertel": "viertl viertla virtl",
    "allein": "alloa alloi alleene aloa alleenig",
}
_STANDARD: Mapping[str, str] = {word: written for written, words in _SPOKEN.items() for word in words.split()}
_WORD = re.compile(r"[\w-]+")
_MARKS = ("zwo", "fümf", "zu", "achte", "lei", " i", "leid", "leud", "lüüt", "lütt", "leutle")
"""What every other rule needs in a text."""
_WORDS = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, _STANDARD), key=len, reverse=True))})(?![\w-])")
_COMPOUND = re.compile(r"\bzwoa?(?=hundert|tausend|und)|(?<=und)zwoanzg\b|\bfümf(?=hundert|tausend|und|zehn|zig)")
_COMPOUNDS = {"zwo": "zwei", "zwoa": "zwei", "zwoanzg": "zwanzig", "fümf": "fünf"}
_EIGHT = re.compile(r"(?<!der )(?<!die )(?<!das )(?<!den )(?<!am )\bachte\b(?! \w)")
"""“Mir san achte” are eight; “der achte” is a place or a day."""
_TOGETHER = re.compile(r"\bzu ?(zwo|zwoa|drit|vier|fümf|sexs|sechs)(?:a?t)\b")
_TOGETHERS = {"zwo": "zweit", "zwoa": "zweit", "drit": "dritt", "vier": "viert", "fümf": "fünft", "sexs": "sechst",
              "sechs": "sechst"}  # fmt: skip
_ONLY_ME = re.compile(r"\b(?:nur|bloß|bloss|grad|lei) i\b(?! \w)")
_PEOPLE = re.compile(r"(?<=\d |[a-zßöü] )(?:leit|leid|leud|leutle|lüüt|lütt)\b")


def write_standard(text: str) -> str:
    """Return a text in small letters with written German number words for those of the regions."""
    # Most texts hold nothing of it, and are looked through once, word by word.
    if not any(mark in text for mark in _MARKS) and not any(word in _STANDARD for word in _WORD.findall(text)):
        return text
    text = _ONLY_ME.sub("nur ich", text)
    plain = _WORDS.sub(lambda found: _STANDARD[found[0]], text)
    plain = _COMPOUND.sub(lambda found: _COMPOUNDS[found[0]], plain)
    plain = _TOGETHER.sub(lambda found: f"zu {_TOGETHERS[found[1]]}", plain)
    return _PEOPLE.sub("leute", _EIGHT.sub("acht", plain))
