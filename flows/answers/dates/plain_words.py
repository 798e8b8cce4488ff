"""Writes a day or time, as it is spoken, in the words that the lexicons read.

Polite conditions (“if there's a table free”) and times of one's own day (“after work”) are taken away: the first change
nothing, and the second name no hour, so a question for one asks for it.  “On the dot” and “Schlag” only stress an hour.
Minutes in words become figures: “five thirty pm” is “5:30 pm”, “siebzehn Uhr dreißig” is “17 Uhr 30”.
"""

import re
from collections.abc import Callable

from flows.answers.number_words import number_words
from flows.answers.regional_numbers import write_standard

_HOURS_EN = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_TENS_EN = {"ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50}
_HOURS_DE = (
    "ein|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dreizehn|vierzehn|fünfzehn|sechzehn|siebzehn"
    "|achtzehn|neunzehn|zwanzig|einundzwanzig|zweiundzwanzig|dreiundzwanzig"
)
_ROOM_EN = (
    "theres|there|is|are|you|youre|your|u|ya|its|it|thats|that|this|nothings|nothing|i|anything|something|any|a|an|the"
    "|still|have|has|havent|got|had|get|room|space|slots?|tables?|bikes?|places?|spots?|times?|free|available|possible"
    "|ok|okay|fine|works?|suits?|for|me|us|not|isnt|arent|fully|too|booked|full|busy|in|way|left|convenient|would|could"
    "|can|may|be|all|alright|then|capacity|appointments?|one|already|opening|openings|seats?|someone|somebody|else|good"
    "|with|open|fit|squeeze"
)
_ROOM_DE = (
    "ihr|du|sie|da|es|noch|was|etwas|nichts|nix|ein|eine|einen|der|die|das|des|dann|platz|plätze|plätzchen|frei|freier"
    "|freie|freien|tisch|tische|termin|termine|rad|räder|zeit|möglich|is|ist|sind|wär|wäre|gibt|gibts|habt|hast|haben"
    "|hat|geht|ginge|passt|euch|dir|ihnen|mir|uns|nicht|nichts|schon|alles|ausgebucht|voll|belegt|gerade|grad"
    "|dazwischen|dazwischenkommt|kommt|für|zu|recht|ok|okay|so|kapazitäten|kann|könnt|ned|net|no|a|luft|lücke|jemand"
    "|wer|irgendwas"
)
_OWN_DAY_EN = (
    "work|school|lunch|uni|university|class|classes|the office|office|(?:my |the )?shift|breakfast|dinner|training"
    "|practice|the gym|gym|kindergarten|daycare|the school run|church|college|lectures?|hours|closing time|the commute"
)
_OWN_DAY_DE = (
    "arbeit|arbeiten|feierabend|schule|dienst|dienstschluss|büro|büroschluss|uni|mittagspause|mittagessen|schicht"
    "|training|sport|kita|kindergarten|frühstück|schulschluss|unterricht|vorlesung|frühschicht|spätschicht|nachtschicht"
    "|arbat|oarbat|hackn|maloche|job|geschäft"
)
_DROPPED = {
    "en": re.compile(
        rf"\b(?:if|provided(?: that)?|assuming|as long as|so long as|whenever)(?: (?:{_ROOM_EN})(?!\w))+"
        r"|\bunless (?:youre|you are|its|it is|theyre)(?: (?:already|fully|all|too))* (?:full|booked(?: out)?|busy"
        r"|closed)\b|\b(?:(?:straight|right|just|directly|shortly|soon|sometime) )?(?:after|before) (?:my |the |our )?"
        rf"(?:{_OWN_DAY_EN})\b|\bon (?:my|the) way (?:home|back|to work|from work)\b|"
        r"\b(?:when|once|after) i(?:m| am|ve| have)? (?:finish(?:ed)?|get off|got off|done|leave|off|am done) ?"
        r"(?:with |from )?(?:work|school|the office)?\b"
    ),
    "de": re.compile(
        rf"\b(?:wenn|wenns|wann|wanns|falls|sofern|vorausgesetzt|insofern|solang|solange)(?: (?:{_ROOM_DE})(?!\w))+"
        r"|\b(?:(?:gleich|direkt|kurz|irgendwann|sofort) )?(?:nach|vor|vorm|nachm|nacha|noch) "
        rf"(?:der |dem |da |meiner |meinem |m )?(?:{_OWN_DAY_DE})\b"
        r"|\bauf (?:dem |m )?(?:heim|nachhause|arbeits|rück)weg\b"
        r"|\b(?:wenn|sobald) ich (?:mit der arbeit )?(?:fertig|feierabend) (?:bin|hab|habe)(?: mit der arbeit)?\b"
    ),
}
_STRESSED_EN = re.compile(
    rf"\b(?:at |bang |dead |right )?(?:bang on|dead on|(?:on|at) the stroke of|exactly|precisely|spot on"
    rf"|at exactly) (?=(?:\d{{1,2}}"
    rf"|{_HOURS_EN})\b)"
)
_STRESS_BEHIND_EN = re.compile(
    rf"(?:(?<![:.])(?<!past )(?<!half )(?<!to )\b(?:at )?(\d{{1,2}}"
    rf"|{_HOURS_EN})(?: o ?clock)?)?(?<=[\w:.]) (?:on the dot|sharp|exactly|precisely|to the minute"
    r"|on the nose|prompt|promptly|punctually)\b"
)
_STRESSED_DE = re.compile(
    r"\b(?:um )?(?:auf den punkt|auf den glockenschlag|punkt|schlag|exakt|genau|pünktlich|präzise|haargenau|auf punkt)"
    rf"(?: um)? (?=(?:\d{{1,2}}|{_HOURS_DE}|halb|viertel|dreiviertel)\b)"
)
_STRESS_BEHIND_DE = re.compile(
    r"\b(?:auf die minute(?: genau)?|auf den punkt|pünktlich|exakt|auf die sekunde|glockenschlag)\b"
)
_MINUTES_EN = re.compile(
    rf"\b(\d{{1,2}}|{_HOURS_EN}) (?:(oh|o) )?({'|'.join(_TENS_EN)}|five)(?:[ -](one|two|three|four|five|six|seven|eight"
    r"|nine))?(?= ?[ap]\.?m\b| (?:in the|on|this|that|at|tomorrow|today|please|pls|sharp|would|if|works|suits)\b| ?$"
    r"| \W)"
)
_MINUTE_WORDS_DE = {
    word: number
    for word, number in number_words("de").items()
    if 0 < number < 60 and number == int(number)  # noqa: PLR2004  an hour's minutes
}
_MINUTES_DE = re.compile(
    rf"\b(\d{{1,2}}|{_HOURS_DE}) uhr ({'|'.join(sorted(_MINUTE_WORDS_DE, key=len, reverse=True))})\b"
    rf"|\b({_HOURS_DE}) (fünfzehn|dreissig|fünfundvierzig)\b(?! (?:uhr|minuten|min|tage|leute|personen))"
)
_EVENING_DE = re.compile(r"\b(?:auf d nacht|auf die nacht|aufd nacht)\b")


def write_plainly(text: str, language: str) -> str:
    """Return an answer, as :func:`flows.answers.dates.vocabulary.normalize_answer` leaves it, in plain words."""
    write = _WRITERS.get(language)
    return write(text) if write else text


def _write_english(text: str) -> str:
    words = frozenset(text.split())
    # Most answers hold none of these words, and are left alone.
    if not words.isdisjoint(_OPENERS_EN):
        text = _DROPPED["en"].sub(" ", text)
    if not words.isdisjoint(_STRESSES_EN):
        text = _STRESSED_EN.sub("at ", text)
        text = _STRESS_BEHIND_EN.sub(lambda found: f"at {found[1]}" if found[1] else "", text)
    return text if _MINUTE_MARKS_EN.search(text) is None else _MINUTES_EN.sub(_write_minutes_en, text)


def _write_minutes_en(found: re.Match[str]) -> str:
    hour, zero, tens, ones = found.groups()
    words = number_words("en")
    minute = _TENS_EN.get(tens, 0) + words.get(ones or "", 0) if tens != "five" else 5
    # “Five five” are two fives; “five oh five” is a time.
    if (tens == "five" and not zero) or (zero and tens != "five") or (ones and tens in ("ten", "fifteen")):
        return found[0]
    return f"{hour if hour.isdecimal() else int(words[hour])}:{int(minute):02}"


def _write_german(text: str) -> str:
    text = write_standard(text)
    words = frozenset(text.split())
    if not words.isdisjoint(_OPENERS_DE):
        text = _EVENING_DE.sub("abends", _DROPPED["de"].sub(" ", text))
    if not words.isdisjoint(_STRESSES_DE):
        text = _STRESS_BEHIND_DE.sub(" ", _STRESSED_DE.sub("um ", text))
    return _MINUTES_DE.sub(_write_minutes_de, text) if not words.isdisjoint(_MINUTE_WORDS_DE) else text


def _write_minutes_de(found: re.Match[str]) -> str:
    hour, minute = (found[1], found[2]) if found[1] else (found[3], found[4])
    value = int(hour) if hour.isdecimal() else int(number_words("de").get(hour, 1))
    return f"{value} uhr {int(_MINUTE_WORDS_DE[minute]):02}"


_OPENERS_EN = frozenset((
    "if", "provided", "assuming", "long", "whenever", "unless", "after", "before", "way", "when", "once",
))  # fmt: skip
_STRESSES_EN = frozenset((
    "exactly", "precisely", "on", "spot", "sharp", "minute", "prompt", "promptly", "punctually", "stroke",
))  # fmt: skip
_MINUTE_MARKS_EN = re.compile(r"\b(?:ten|fifteen|twenty|thirty|fou?rty|fifty|five)\b")
_OPENERS_DE = frozenset((
    "wenn", "wenns", "wann", "wanns", "falls", "sofern", "vorausgesetzt", "insofern", "solang", "solange", "nach",
    "vor",
    "vorm", "nachm", "nacha", "noch", "auf", "aufd", "sobald",
))  # fmt: skip
_STRESSES_DE = frozenset((
    "punkt", "schlag", "exakt", "genau", "pünktlich", "präzise", "haargenau", "minute", "sekunde", "glockenschlag",
))  # fmt: skip
_WRITERS: dict[str, Callable[[str], str]] = {"en": _write_english, "de": _write_german}
