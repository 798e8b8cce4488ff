"""The words of a question that tell its matter, and sayings that mean something else than their words."""

import re

from flows.language.matching import normalize_text
from flows.understanding.content_words import NEUTRAL_WORDS, list_content_words
from flows.understanding.faq.aspects import begins_with_aspect, strip_aspects
from flows.understanding.questions import begins_as_question, is_question

_SAYINGS = (
    # “Until how much o'clock” is a time.
    (re.compile(r"\b(?:um |bis |ab )?wie ?viel uhr\b"), "wann"),
    (re.compile(r"\b(?:set|sets) (?:me|us) back\b"), "cost"),
    (re.compile(r"\bcome (?:and |to )?(?:get|fetch|collect)\b"), "collect"),
    (re.compile(r"\bamerican express\b"), "amex"),
    # “Is pickup free?”; “is it free?” names no matter, and “are you free?” asks for somebody's time.
    (re.compile(r"^(?:is|are)\b(?! (?:it|this|that|they|you|anyone|anybody)\b)(.*)\bfree$"), r"how much is\1"),
    (re.compile(r"\bspeichert ihr (?:alles )?(?:über|von) mich\b.*|\b(?:wisst|habt) ihr über mich\b.*"), "meine daten"),
    # Of jobs, not of things for hire; of the firm's age, not of how long something takes.
    (re.compile(r"\bhiring\b|\bhire (?:people|staff|someone|somebody|anyone|anybody|workers|me)\b"), "employ"),
    (re.compile(r"\bhave you (?:guys )?(?:been|existed)\b|\bgibt es (?:euch|dich|sie)\b|\bexistiert ihr\b"), "history"),
    (re.compile(r"\b(?:be|is it|its|it is) done\b"), "ready"),
    # What is to be paid is a price; how to pay is a matter.
    (re.compile(r"\b(?:what|how much) (?:do|will|would|must|should) (?:i|we) (?:have to |need to )?pay\b"), "how much"),
    (re.compile(r"\b(?:was|wie ?viel) (?:muss|müsste|müssen) (?:ich|man|wir)\b(.*)\b(?:be)?zahlen\b"), r"wieviel \1"),
)
"""Sayings that mean something else than their words, and what they mean."""
_DISCLOSING = re.compile(
    r"\b(?:sell|share|give|pass on|store|save|keep|use|protect|need|see|sees|verkauft?|gebt|teilt|speichert|nutzt"
    r"|schützt|braucht|sieht|mit|with|gets|bekommt|kriegt|hat)(?: ihr| du| you)? "
    r"((?:my|our|meiner?|meinen|unsere) )((?:e ?mail ?|mail)?(?:data|address|daten|adresse)|e ?mail|mail)\b"
    r"(?: (?:to|with) \w+| weiter\b| for\b)?"
)
"""What may be done with data is asked of all of it."""
_HOMOGRAPHS = frozenset(("book", "store", "present", "post", "order", "return"))
"""Words that name a thing, or do something behind :data:`_DOERS`: “the book”, “I book”."""
_DOERS = frozenset(("i", "we", "you", "to", "they", "id", "ill"))


_FRAME = re.compile(
    r"\b(?:i (?:just |only )?(?:wanted|want|would like|like) to (?:ask|know)|id like to (?:ask|know)"
    r"|(?:i was |was |im |i am )?(?:just )?wondering|do you know|can you tell me|tell me"
    r"|(?:i have |ive )?(?:a |one )?(?:quick |short |little )?question|(?:ive |i )?(?:heard|read) (?:about|of)"
    r"|ich (?:wollte|möchte|würde|hätte|wüsste)(?: nur| mal| gern| gerne)*(?: fragen| wissen| gewusst)?(?= (?:ob|w))"
    r"|(?:sagt|sag|sagen sie) (?:mir |uns )?(?:doch |bitte |mal )*"
    r"|ich (?:habe? )?(?:mal )?(?:ne |eine )?(?:kurze )?frage|kurze frage)\b"
)
"""What leads up to a question, and makes one of a sentence."""
MOST_CHARACTERS = 1_000
"""Characters of a question that are read."""
_OF_TIME = re.compile(
    r"\d+(?:[ap]m|h|uhr|th|st|nd|rd)?|(?:mon|tues|wednes|thurs|fri|satur|sun|week|holi)days?"
    r"|(?:mid|fore|after)?(?:mornings?|noons?|evenings?|nights?|weekends?)"
    r"|(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|feiertag|werktag|wochentag)"
    r"(?:e|en|s|vormittags?|nachmittags?|mittags?|abends?|früh)?|(?:vor|nach)mittags?"
)
"""Days and parts of them, in all their forms."""
_COUNTING = frozenset((
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "couple", "zwei", "drei", "vier", "fünf",
    "sechs", "sieben", "acht", "neun", "zehn", "paar",
))  # fmt: skip
"""Numbers of things, which tell nothing of their matter: “two bikes”."""
_SHORT_SPELLINGS = {
    "wat": "what", "wen": "when", "whn": "when", "hw": "how", "u": "you", "r": "are", "ur": "your",
    "hrs": "hours", "tmrw": "tomorrow", "whens": "when is", "wheres": "where is", "hows": "how is",
    "2day": "today", "2moro": "tomorrow", "wan": "wann", "wieviele": "wie viele", "gibs": "gibts",
}  # fmt: skip
"""Words as they are typed in haste."""
_INTRODUCTION = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|moin|servus)\b[,!.\s]*(?:there\b|zusammen\b)?[,!.\s]*)?"
    r"(?:it['’]?s|it is|i['’]?m|i am|this is|my name is|hier ist|hier schreibt|ich bin|mein name ist"
    r"|ich hei(?:ß|ss)e)\s+"
    r"(?:die |der )?[^\W\d_]+(?:\s[^\W\d_]+)?\s*[,.!;:–-]+\s*",
    re.IGNORECASE,
)
"""“Hi, it's Mia, …”."""
_SIGN_OFF = re.compile(
    r"(?<=[\s,.!?])(?:lg|vg|mfg|(?:viele|liebe|beste|schöne|(?:mit )?freundlichen?)\s+gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss)"
    r"|(?:(?:kind|best|warm) )?regards|cheers|sincerely)[\s,.!]*(?:[^\W\d_]{1,30}(?:[\s.]+|$)){0,3}$",
    re.IGNORECASE,
)
"""“… LG Mia”."""
_EMAIL_ADDRESS = re.compile(r"\b(?:e ?mail|mail) ?(address|adresse)\b")


def read_question(text: str, most_words: int) -> tuple[str, bool]:
    """Return a text as it is compared, and whether it asks.

    It is normalised and cut, typed in full, and with sayings in the words that they mean.
    """
    words = normalize_text(_SIGN_OFF.sub("", _INTRODUCTION.sub("", text[:MOST_CHARACTERS]))).split()[:most_words]
    typed = _EMAIL_ADDRESS.sub(r"\1", " ".join(_SHORT_SPELLINGS.get(word, word) for word in words))
    bare = _FRAME.sub(" ", typed).strip()
    asks = bare != typed or is_question(text) or begins_as_question(bare) or begins_with_aspect(bare)
    for pattern, meaning in _SAYINGS:
        bare = pattern.sub(meaning, bare)
    return bare, asks


def list_matters(typed: str) -> list[str]:
    """Return the content words of a text, without those that only say what is asked of them."""
    words = typed.split()
    for at in range(1, len(words)):
        if words[at] in _HOMOGRAPHS and words[at - 1] in _DOERS:
            words[at] = f"to_{words[at]}"
    bare = strip_aspects(_DISCLOSING.sub(_name_data, " ".join(words)))
    return list(
        dict.fromkeys(
            word
            for word in list_content_words(bare.split())
            if word not in NEUTRAL_WORDS and word not in _COUNTING and not _OF_TIME.fullmatch(word)
        )
    )


def _name_data(found: re.Match[str]) -> str:
    # An email is asked about as an address.
    german = found[1].startswith(("mein", "unser"))
    data = found[2] if found[2] in ("data", "daten") else "adresse" if german else "address"
    return f"{found[1]}{data}"
