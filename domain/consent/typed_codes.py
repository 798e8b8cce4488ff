"""Six digits in what a person typed: a code only when they can be one.

Rules, in the order in which they apply:

1. Signs nobody sees, other scripts' digits and other dashes are made plain (U+200B, U+00A0, U+2212, “１２３”, “١٢٣”).
2. A currency sign, “#”, “+”, “%”, “/”, “@” or “:” beside a digit belongs to a price, an order, a telephone or a time.
3. Exactly one number must be left; “6-digit” is none.
4. It is six digits, written as one group, in threes (“123 456”, “123-456”), or as pairs, fours or single digits with
   spaces or dashes, as long as these cannot be a date (“24-12-26”, “24 12 2026”); never with a dot or a comma inside
   (“123.456” is a number of thousands).
5. The words around it are words that people put around a code.  While a confirmation is pending, any words do if “code”
   is among them; never a word of orders, prices, telephones or places (“my order 123456 is late”).
6. While one is pending, digits may be dictated as words (“one two three …”, “double five”): four or more in a row;
   or six in numbers of two digits (“four eighty-two nine thirteen”).
7. While one is pending, letters that look like 0 and 1 among at least four digits are these (“4829l3”, “48O913”).

A number that fails is no try: tries are limited, so a wrong one would cost the person their confirmation.  Which codes
fit is never asked here: a sentence that is tried only if it fits would be a free guess.
"""

import re
import unicodedata
from typing import Literal

from domain.consent.dictated_groups import SPOKEN_DIGITS, write_groups

LENGTH = 6
"""Digits of a code."""
MOST_CHARACTERS = 200
"""A code stands in a short text; longer ones cost time for nothing."""
NEARLY = range(4, 9)
"""Digits of a number that was probably meant as a code."""

CodeShape = Literal["code", "nearly", "other"]

_DIGIT = re.compile(r"\d")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d_]")
_COUNT = re.compile(r"\b(?:6|six|sechs)[\s-]*(?:digits?|ziffern?|stellig\w*|numbers?|zahlen?)\b")
"""“the 6-digit code is 123456” holds one number."""
_NUMBER = re.compile(r"\d(?:[\s.,-]{0,3}\d)*")
_FOREIGN = re.compile(r"[€$£¥#%+/@]\s*\d|\d\s*[€$£¥%/@]|\d:\d|\d(?:--|[.,]-)|\b(?:my|meine)\s+(?:number|nummer)\b")
"""Signs that make a number a price, an order, a telephone, a date or a time; and “my number”, which is a telephone."""
_SIGNATURE = re.compile(r"\n\s*(?:--|sent from|get outlook|gesendet von|von meinem).*", re.IGNORECASE | re.DOTALL)
"""What phones and mail programs put below a text."""
_SCREEN = re.compile(r"\b(?:my|mein|the)? ?(?:phone|handy) (?:says|shows|sagt|zeigt)\b")
"""“My phone says 123456” names no telephone."""
_SIGN_OFF = re.compile(r"[\s,.!]+(?:cheers|regards|thanks|thx|danke|lg|vg|gruß|grüße|best)[\s,]+[^\W\d_]+[\s.!]*$")
_SENTENCE = re.compile(r"(?<!\bnr)(?<!\bno)[.!?;\n]+(?=\s|$)|\s[-–]\s")
_TIMES = {"double": 2, "doppel": 2, "zweimal": 2, "triple": 3, "dreimal": 3}
_SIGHS = ("oh", "o")
_SPOKEN_WORD = rf"(?:(?:{'|'.join(_TIMES)})[\s-]+)?(?:{'|'.join(SPOKEN_DIGITS)}|\d)"
_SPOKEN = re.compile(rf"\b{_SPOKEN_WORD}(?:[\s,.-]+(?:and |und |then |dann )?{_SPOKEN_WORD}){{3,}}\b")
_SPOKEN_PART = re.compile(rf"(?:({'|'.join(_TIMES)})[\s-]+)?\b({'|'.join(SPOKEN_DIGITS)}|\d)\b")
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
_LOOKALIKES = re.compile(r"\b(?=(?:[a-z]*\d){4})[\doli]{5}[\do]\b")
"""A code with letters for 0 and 1, as they are copied from a screen; “10000l” are litres."""
_LOOKALIKE_DIGITS = str.maketrans("oli", "011")
_LABELLED = re.compile(r"\b(code|pin|otp|zahl|number)\s*(?:[:=#]\s*|is\s*:\s*)+")
"""“code: 123456”, “Code #123456”."""
_WORD = re.compile(r"[^\W\d_]+")

_DIGIT_GROUPS = re.compile(r"\d+")
_MOST_DAY, _MOST_MONTH = 31, 12
_YEARS = range(1900, 2100)
_GROUPS = {(6,), (3, 3)}
"""Lengths of groups that are a code."""
_LOOSE_GROUPS = {(2, 2, 2), (2, 4), (4, 2), (1, 5), (5, 1), (1, 1, 1, 1, 1, 1)}
"""Lengths of groups that are a code unless they can be a date."""

_CODE_WORDS = frozenset({
    "code", "bestätigungscode", "bestaetigungscode", "confirmation", "verification", "otp", "sicherheitscode",
})  # fmt: skip
"""Words that say that the number is the code."""
_LONE_WORDS = frozenset({
    "my", "the", "is", "it", "its", "s", "here", "this", "that", "please", "pls", "thanks", "thank", "you", "hi",
    "hello", "der", "mein", "ist", "lautet", "hier", "das", "bitte", "danke", "hallo", "es", "digits", "ziffern", "die",
    "sechs", "six",
})  # fmt: skip
"""Words around a number in a message that is nothing but a code."""
_PLAIN_WORDS = _LONE_WORDS | {
    "heres", "thats", "number", "a", "and", "i", "got", "have", "found", "from", "mail", "email", "e", "says", "in",
    "your", "sent", "me", "ok", "okay", "yes", "so", "hey", "thx", "cheers", "sorry", "oops", "now", "again", "one",
    "new", "should", "be", "think", "was", "enter", "try", "there", "go", "right", "correct", "then", "well", "just",
    "finally", "came", "arrived", "of", "with", "numbers", "wait", "no", "den", "dem", "meine", "also", "ja",
    "nein", "habe", "hab", "ich", "bekommen", "steht", "da", "dort", "zahl", "zahlen", "ziffer", "aus", "und", "nun",
    "jetzt", "nochmal", "noch", "mal", "neue", "neuer", "im", "er", "moin", "dieser", "dir", "schön", "vielen", "dank",
    "richtig", "kam", "gekommen", "postfach", "inbox", "für", "dich", "euch", "na", "gut", "endlich", "sollte", "sein",
    "glaube", "war", "wäre", "von", "mit", "heißt", "heisst", "lg", "nummer",
    "um", "uh", "erm", "hm", "hmm", "ähm", "äh", "are", "sind", "received", "get", "erhalten", "ihn", "sie", "maybe",
    "perhaps", "vielleicht", "ging", "schnell", "quick", "quickly", "fast", "wohl", "probably", "wahrscheinlich",
    "bestätigungsmail", "message", "nachricht", "read", "reads", "lese", "stand", "stehen", "told", "as", "follows",
    "at", "last", "phew", "puh", "great", "super", "perfect", "done", "fertig", "voila", "voilà", "welcome", "all",
    "alle", "nur", "only", "or", "oder", "gefunden", "see", "sehe", "can", "folgt", "wie",
    "u", "alright", "ooh", "course", "thing", "possibly", "klar", "klaro", "hast", "du", "isse", "nach", "suchen",
    "langem", "auf", "logo", "freilich", "mei", "entered", "eingegeben", "mine", "cool", "nice", "hurra", "juhu", "sec",
    "moment", "minutes", "minuten", "min", "schau", "schaut", "waren", "leider", "erst",
    "for", "t", "shouldn", "couldn", "wouldn", "could", "would", "might", "may", "must", "shouldnt", "wouldnt",
    "couldnt", "say", "guess", "believe", "seems", "looks",
    "like", "what", "about", "to", "hope", "hopefully", "works", "work", "does", "fits", "fit", "this", "that",
    "them", "not", "sure", "yay", "but", "lol", "inside", "subject", "line", "betreff", "spam", "junk", "folder",
    "spamordner", "promotions", "werbung", "ordner", "delay", "delayed", "took", "while", "ages", "hiding", "checked",
    "looked", "checking", "ah", "aha", "oh", "ach", "eh", "haha", "wow", "bit", "long", "late", "it's", "had",
    "könnte", "kannt", "könnt", "kann", "würde", "würd", "dürfte", "müsste", "müßte", "muss", "sagen", "tippe", "tipp",
    "evtl", "eventuell", "möglicherweise", "hoffe", "hoff", "hoffentlich", "stimmt", "passt", "sieht", "das", "dass",
    "des", "geht", "klappt", "bitteschön", "bittesehr", "sehr", "glaub", "denke", "denk", "lag",
    "kriegt", "gekriegt", "hob", "gelandet", "angekommen", "gedauert", "hat", "dauerte", "isser", "isses", "hier",
    "scheint", "vermutlich", "nicht", "sicher", "genau", "gern", "gerne",
    "weiss", "weiß", "know", "dont", "where", "posteingang", "drin", "drinnen", "phone", "handy", "display",
    "screen", "hidden", "sofort", "gerade", "grad", "eben", "huhu", "servus", "bot", "dear", "sending",
    "typing", "type", "use", "using", "has", "been", "gotten", "gave", "gives", "give", "following", "folgende",
    "folgender", "is", "wär", "waere", "gell", "ne", "gelle", "wa", "oki", "jo", "jup", "yep", "yup",
}  # fmt: skip
"""Words that people put around the code they wait for, and that say nothing else."""
_DENIED = re.compile(r"\b(?:not|nicht|dont|kein|keine)\b(?! (?:sure|sicher|know|ganz))")
"""“Not 123456”, where a code is not given; “not sure” gives one."""
_OTHER_STEMS = (
    "order", "bestell", "invoice", "rechnung", "kunde", "customer", "ticket", "track", "sendung", "paket", "parcel",
    "package", "shipment", "phone", "mobile", "handy", "telefon", "call", "anruf", "zip", "plz", "postc", "postl",
    "postal", "price", "preis", "euro", "dollar", "cent", "franken", "pound", "iban", "discount", "voucher", "coupon",
    "promo", "gutschein", "rabatt", "vorwahl", "article", "artikel", "birth", "born", "geburt", "geboren", "datum",
    "refund", "reference", "auftrag", "rahmen", "serie", "serial", "konto", "account", "member", "mitglied",
    "vertrag", "contract", "frame", "booking", "buchung", "passport", "kennzeichen", "plate", "street", "straße",
    "strasse", "zimmer",
)  # fmt: skip
"""Beginnings of words that say what else a number is."""
_OTHER_WORDS = frozenset({"eur", "usd", "chf", "gbp", "area", "date", "qr", "bar", "room", "raum", "tel", "case"})
"""Whole words that do."""


def read_code(text: str) -> str:
    """Return the six digits of a code while one is pending (“the code you sent is 123 456”); empty if there is none."""
    shape, digits = judge_code(text, pending=True)
    return digits if shape == "code" else ""


def read_lone_code(text: str) -> str:
    """Return the six digits of a message that is nothing but a code (“my code is 123456”); empty if it is more."""
    shape, digits = judge_code(text, pending=False)
    return digits if shape == "code" else ""


def judge_code(text: str, *, pending: bool) -> tuple[CodeShape, str]:
    """Tell whether a text holds a code, ``nearly`` one (“12345”), or none; and the digits of a code."""
    spelled = _plain_text(text)
    if pending:
        spelled = _SPOKEN.sub(_write_digits, write_groups(spelled, LENGTH))
        spelled = _LOOKALIKES.sub(lambda found: found[0].translate(_LOOKALIKE_DIGITS), spelled)
    if not _DIGIT.search(spelled):
        return "other", ""
    plain = _LABELLED.sub(r"\1 ", _COUNT.sub(" ", spelled))
    if pending:
        plain = _DRAWN.sub(r"\1", _SIGN_OFF.sub("", _SCREEN.sub(" ", plain)))
    numbers = list(_NUMBER.finditer(plain))
    if len(numbers) != 1 or _FOREIGN.search(plain) or not _words_allow(plain, pending=pending):
        return "other", ""
    number = numbers[0][0]
    digits = "".join(_DIGIT.findall(number))
    if len(digits) == LENGTH:
        return ("code", digits) if _is_grouped_like_code(number) else ("other", "")
    is_plain = not {".", ","} & set(number) and not _can_be_date(number)
    return ("nearly" if is_plain and len(digits) in NEARLY else "other"), ""


def _plain_text(text: str) -> str:
    """Return a text with plain digits, dashes and spaces, in small letters, without signs that nobody sees."""
    shown = text[:MOST_CHARACTERS]
    if not shown.isascii():
        # Cf is the class of invisible format signs.  “\d” also matches “١”, and codes are compared in ASCII.
        shown = unicodedata.normalize("NFKC", "".join(char for char in shown if unicodedata.category(char) != "Cf"))
        shown = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in shown)
    return _SIGNATURE.sub("", _DASHES.sub("-", shown)).casefold()


def _write_digits(dictated: re.Match[str]) -> str:
    """Return dictated digits as one number: “one two double three four five” is 123345."""
    parts = _SPOKEN_PART.findall(dictated[0])
    # “Six digits: 1 2 3 4 5 6” and a number in groups are read as they stand.
    if all(word.isdecimal() for _, word in parts):
        return dictated[0]
    digits = "".join(SPOKEN_DIGITS.get(word, word) * _TIMES.get(times, 1) for times, word in parts)
    # “Oh, 1 2 3 4 5 6” begins with a sigh, and no zero.
    is_sigh = parts[0][1] in _SIGHS and not parts[0][0] and len(digits) == LENGTH + 1
    return f"{dictated[0][: len(parts[0][1])]} {digits[1:]}" if is_sigh else digits


def _words_allow(plain: str, *, pending: bool) -> bool:
    """Tell whether the words around the number of a text let it be a code."""
    rest = _NUMBER.sub(" ", plain)
    words = set(_WORD.findall(rest))
    # “Promotions” is a folder of mailboxes.
    if words & _OTHER_WORDS or any(word.startswith(_OTHER_STEMS) for word in words - {"promotions"}):
        return False
    if not pending:
        return words <= _LONE_WORDS | _CODE_WORDS
    if words & _CODE_WORDS or (words <= _PLAIN_WORDS and not _DENIED.search(rest)):
        return True
    # “Found it in the spam folder! 123456”: in a sentence of its own a number is the answer.
    own = next(part for part in _SENTENCE.split(plain) if _DIGIT.search(part))
    own_words = set(_WORD.findall(_NUMBER.sub(" ", own)))
    return own != plain and own_words <= _PLAIN_WORDS and not _DENIED.search(rest)


def _is_grouped_like_code(number: str) -> bool:
    """Tell whether six digits are grouped as people group a code."""
    groups = _DIGIT_GROUPS.findall(number)
    lengths = tuple(map(len, groups))
    # “123.456” is a hundred and twenty-three thousand, written in German.
    if len(groups) > 1 and not {".", ","}.isdisjoint(number):
        return False
    return lengths in _GROUPS or (lengths in _LOOSE_GROUPS and not _can_be_date(number))


def _can_be_date(number: str) -> bool:
    """Tell whether groups of digits can be a date: “24 12 26”, “2026-12-24”, “24-12”, “12-2026”."""
    groups = [int(group) for group in _DIGIT_GROUPS.findall(number)]
    years = [group for group in groups if group in _YEARS]
    small = [group for group in groups if group not in _YEARS]
    match len(groups):
        case 2:
            return max(small, default=0) <= _MOST_DAY and min(small, default=0) <= _MOST_MONTH
        case 3 if years:
            return len(years) == 1 and min(small) <= _MOST_MONTH and max(small) <= _MOST_DAY
        case 3:
            # Day, month and a year of two digits, in any of the orders that people write.
            ends = (groups[:2], groups[1:])
            return any(0 < min(pair) <= _MOST_MONTH and max(pair) <= _MOST_DAY for pair in ends)
        case _:
            return False
