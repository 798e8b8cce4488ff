"""How many people come, where the number stands among times, days and names: “3 of us at 7”, “meine Frau und ich”.

The rule: a number that says itself that it counts people is the answer if nothing but a day or a time stands beside it.
With a second number that may count people too (“4 of us, but 2 come later”) it is asked again.
"""

import re

from flows.answers.numbers import find_numbers

MOST_CHARACTERS = 200
COUNTED_PEOPLE = re.compile(
    r"\b(?:(?:for|(?:party|table|group|family|gruppe) (?:of|von)|we(?:['’]re| are|['’]ll be)|für|fuer|wir sind)\s+"
    r"(?P<after>[\w-]+)(?!\s*(?:am|pm|uhr|o.?clock|h)\b|[:.]\d)|(?P<before>[\w-]+)\s+(?:people|persons?|guests?|of us"
    r"|adults?|seats?|tickets?|personen|person|leuten?|gästen?|plätzen?|erwachsenen?|karten)\b"
    r"|(?P<together>zu\s?(?:zweit|dritt|viert|fünft|fuenft|sechst|siebt|acht|neunt|zehnt)))",
    re.IGNORECASE,
)
_HOURS = (
    r"(?:\d{1,2}(?:[:.]\d\d)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|eins?|zwei|drei|vier"
    r"|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)"
)
_CLOCK = r"(?: ?(?:am|pm|uhr|o.?clock|h|ish))"
# “Maybe 6” is no day in May.
MONTHS = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz?|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?"
    r"|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\b\.?"
)
_NTH = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_BEFORE_HOUR = "at about around um gegen so half past quarter to halb viertel vor nach kurz"
_TIMES = re.compile(
    rf"\b(?:at|around|about|by|from|um|gegen|ab|so)(?: (?:{'|'.join(_BEFORE_HOUR.split())}))* {_HOURS}{_CLOCK}?"
    r"(?![\w:.]*\d)(?! (?:of us|people|personen|leute))\b|\b(?:half (?:past )?|quarter (?:past|to) |halb "
    rf"|viertel (?:vor|nach) ){_HOURS}{_CLOCK}?\b"
    rf"|\b\d{{1,2}}[:.]\d\d{_CLOCK}?\b|\b{_HOURS}{_CLOCK}\b"
    rf"|\b(?:on |am |den |the )*{_NTH} ?(?:of )?{MONTHS}\b|\b{MONTHS} (?:the )?{_NTH}(?!\w)"
    rf"|\b(?:on )?the \d{{1,2}}(?:st|nd|rd|th)\b|\b(?:am|den) \d{{1,2}}\.(?:\d{{1,2}}\.)?",
    re.IGNORECASE,
)
"""Times of day and days, as they stand beside a number of people."""
_ARTICLES = re.compile(r"\b(?:an?|eine?[nmr]?)\b", re.IGNORECASE)
_KIN = (
    "wife husband partner girlfriend boyfriend fiancee fiance spouse son daughter mum mom dad mother father brother "
    "sister friend buddy mate frau mann ehefrau ehemann partnerin freund freundin verlobte verlobter sohn tochter mama "
    "papa mutter vater bruder schwester kumpel kollege kollegin colleague"
)
_ONE_OF_KIN = rf"(?:my|meine?m?|a|an|eine?) (?:{'|'.join(_KIN.split())})"
_PAIR = re.compile(
    rf"\b(?:me|i|ich|myself) (?:and|und|&|\+|plus) {_ONE_OF_KIN}\b"
    rf"|\b{_ONE_OF_KIN} (?:and|und|&|\+|plus) (?:me|i|ich|myself)\b",
    re.IGNORECASE,
)
"""“Me and my wife” are two."""
_MORE_PEOPLE = re.compile(
    r"\b(?:kids?|child(?:ren)?|bab(?:y|ies)|kinder?|others?|friends|and|und|plus|mit|with|\+|&)\b"
)


_FEW = r"(?:\d|one|a|two|three|four|five|six|ein|eins|zwei|drei|vier|fünf|sechs)"
_INCLUDED = re.compile(
    r"(?<!\band)(?<!\bund)[\s,(–-]+(?:(?:including|incl\.?|inclusive|counting|inklusive|inkl\.?|einschließlich"
    rf"|einschliesslich|davon|darunter|wovon|{_FEW} of (?:them|whom)(?: (?:is|are))?|with (?:the|our|my) "
    rf"(?=kids|children)|mit (?={_FEW} kindern\b)|mit (?=mir$)|\(?(?={_FEW} (?:kids|children|kinder) (?:included"
    rf"|inklusive)))\b.*|{_FEW} (?:kids|children|kinder) (?:included|inklusive|inkl)\W*)$",
    re.IGNORECASE,
)
_MAY_INCLUDE = re.compile(
    r"incl|inkl|counting|davon|darunter|wovon|einschl|of (?:them|whom)|kids|child|kind|mit mir", re.IGNORECASE
)
"""“Including two kids”: a part of the people that are counted before it."""


_AND = r"(?:\s*(?:,|\+|&)\s*|\s+(?:and|und|plus|with|mit)\s+|\s+)"
_SUMMED = re.compile(
    rf"\b(?P<first>[\w-]+)\s+(?:adults?|grown ?ups|erwachsenen?){_AND}(?P<second>[\w-]+)\s+"
    rf"(?:kids?|child(?:ren)?|kind(?:er|ern)?|little ones)\b"
    rf"|\b(?P<self>me|myself|ich){_AND}(?:my\s+|meinen?\s+)?(?P<others>[\w-]+)\s+(?:other\s+|andere[nr]?\s+)?"
    rf"(?:friends|mates|others|people|guests|colleagues|kids|children|freunden?|leuten?|kollegen|gästen?|kindern?)\b",
    re.IGNORECASE,
)
"""“2 adults, 2 kids” and “me and 3 friends”: four."""


def sum_people(text: str, language: str) -> str:
    """Return the sum of people of two kinds, or of oneself and others, as a figure; empty if a text counts none.

    Enough for a range of people; a question for the number itself is asked again, since who counts may be meant.
    """
    found = _SUMMED.search(text)
    if found is None or find_numbers(f"{text[: found.start()]} {text[found.end() :]}", language):
        return ""
    named = [part for part in found.group("first", "second", "others") if part]
    counts = [find_numbers(part, language) or [] for part in named]
    if any(len(count) != 1 or count[0] != int(count[0]) for count in counts):
        return ""
    return str(sum(int(count[0]) for count in counts) + (1 if found["self"] else 0))


def _drop_included(text: str, language: str) -> str:
    """Return a text without a part of the people that it has counted already."""
    part = _INCLUDED.search(text) if _MAY_INCLUDE.search(text) else None
    if part is None:
        return text
    whole = text[: part.start()]
    # “Two kids, one of them mine” has its number before; “including two kids” alone counts nothing.
    return whole if len(find_numbers(whole, language) or []) == 1 else text


def find_head_count(text: str, language: str) -> str:
    """Return the part of a text that tells how many people come, or a figure for it; the text as it is if none does."""
    text = _drop_included(text[:MOST_CHARACTERS], language)
    pair = _PAIR.search(text)
    if pair:
        rest = f"{text[: pair.start()]} {text[pair.end() :]}"
        is_whole = find_numbers(rest, language) in ([], [2]) and not _MORE_PEOPLE.search(rest)
        return "2" if is_whole else text
    counted = list(COUNTED_PEOPLE.finditer(text))
    if len(counted) != 1:
        return text
    rest = f"{text[: counted[0].start()]} {text[counted[0].end() :]}"
    bare = _TIMES.sub(" ", rest)
    # “A group of four” has an article that counts nothing.
    others = find_numbers(_ARTICLES.sub(" ", bare), language)
    return counted[0][0] if bare != rest and others == [] else text
