"""Writes answers as the word lists know them: slang, dialect and playful spellings.

“Yessir”, “okily dokily”, “passt scho, schickts ma” and “that'd be grand” say in many spellings what a few words of
:mod:`flows.understanding.answer_words` say.
"""

import re

from flows.understanding.spellings.dialects import write_standard

_SLANG = {
    "Y": re.compile(
        r"y(?:e+|u|i)(?:h+|p+|s+|a+h*)+(?:ir|sir|um|ers?)?|ya+(?:h+|s+)+|yea*h*|j+a+h*|joa*h*|jo+u*|jaw(?:oi|oll|ohl"
        r"|ui)|j[eau]+pp*|nu klar"
    ),
    "y": re.compile(
        r"s(?:h|c)?u+r+e*|shore|sher|shuur|o+k+(?:a+y*|e+y*|i+e*|y+|h|il[iy]|idoki)?|alrighty|righto|rightio|righty"
        r"|roger|logen|(?:selbst|natür|freil|sicher)\w{0,4}lich"
    ),
}
"""By kind (:mod:`flows.understanding.agreement`), spellings of a yes that no list holds whole."""
_OKAY = re.compile(r"\bo+k+(?:a+y*|e+y*|i+e*|y+|il[iy])? ?d[oi]+h?(?:k(?:ie?|ey?|y|e|il[iy])?|li|ly)?(?:ly)?\b")
_WHY_NOT = re.compile(
    r"\b(?:why|warum|wieso|wiaso|weshalb|worum|warom) (?:eigentlich |denn )?(?:not|nicht|ned|net|nid|nöd|nich|nit)\b"
)
_BEING = (
    r"(?:(?:that|it|this|das|es|dit) )?(?:(?:would|wud|thatd|itd|d) (?:be )?|wäre? (?:es |das )?|(?:sounds?|klingt"
    r"|hört sich) )"
)
_HOW = (
    r"(?:(?:so|very|really|most|dead|proper|pretty|well|absolutely|simply|just|quite|rather|fei|eh|schon|echt|ganz"
    r"|richtig|voll|sehr|doch|halt|sogar|wirklich|total|absolut|mega|super|a|an|awful|awfully|right|real|terribly) )*"
)
_NICE = (
    "nice great good lovely cool perfect super grand ace fab mint smashing sweet handy brilliant awesome fantastic "
    "wonderful helpful ideal kind useful splendid deadly magic champion sound swell peachy lush braw amazing fine "
    "excellent dandy class bonzer bonza sick dope fein schön toll prima klasse leiwand gut nett lieb knorke dufte "
    "spitze jut bombig geil hilfreich praktisch perfekt wunderbar herrlich pfundig hervorragend urcool bärig bäumig "
    "lässig famos wunderschön großartig grossartig fantastisch"
)
_WOULD_BE_NICE = re.compile(
    rf"\b{_BEING}{_HOW}(?:{'|'.join(_NICE.split())})(?: (?:of you|von euch|von dir|von ihnen|from you|an))*\b"
)
_PLEASURE = re.compile(
    r"\bmit (?:dem |der )?(?:\w+[nmr] )?(?:vergnügen|freuden?)\b(?!.*\bnicht\b)"
    rf"|\b(?:i|we) (?:would|d|wud) be {_HOW}(?:grateful|obliged|delighted|thrilled|thankful)\b"
)
_SEND = re.compile(
    # Not “schick ihn nicht”.
    r"\b(?:schickt?|gebts?|gib|haut?|rückt?|reicht?) (?:(?:ihn|es|s|das|den|sie|mal|einfach|halt|doch|bitte|ruhig"
    r"|gerne?|schon|mir|uns|ihr|nur|den brief) )*(?:rüber|her|raus)\b(?!.*\b(?:nicht|nix|nichts|keine?n?|ned|net"
    r"|nie)\b)|\bschickt? (?:(?:ihn|es|s|mal|bitte|doch|halt) )*(?:mir|uns|ihn|es|s)\b(?!.*\b"
    r"(?:nicht|nix|nichts|keine?n?|ned|net|nie)\b)|\b(?:send|ship|shoot|fire|ping|sling|bung) "
    r"(?:(?:it|er|that|one|em|me) )*(?:over|away|my way|on over|across|through|here)\b(?: (?:here|to me|now|then))*"
    r"|\bship it\b|\bbring it on\b"
)
_ASKING_WHY = frozenset(("why", "warum", "wieso", "wiaso", "weshalb", "worum", "warom"))
_SENDING = frozenset((
    "schick", "schickt", "geb", "gebt", "gebts", "gib", "hau", "haut", "rück", "rückt", "reich", "reicht", "send",
    "ship", "shoot", "fire", "ping", "sling", "bung", "bring",
))  # fmt: skip
_GO_ON = re.compile(
    r"\b(?:(?:aw|ah|oh|well|yeh|ach) )+go on(?: then)?\b|\bgo on(?: then| so)*(?: (?:then|and send it|send it))+\b"
)
_PLEASE_DO = re.compile(
    # Not “please do not” or “please do tell me”.
    r"\b(?:pls|plz|plse|plss|please|kindly) (?:do so|do)\b(?! (?:not|nothing|no|tell|say|send|you|i|we|the|a|be)\b)"
    r"|\bdo please$"
)
_FRIENDLY_FORMS = (
    "mate m8 buddy bud pal leute team folks guys lads friend friends freunde kumpel spezl yall leudde jungs mädels "
    "burschen amigo amigos"
)
_BLUNT_FORMS = (
    "chef meister boss bro dude love sir maam madam miss honey hun queen king digga alter oida man brudi bruder "
    "sweetie darling dear champ chief fam junge schatz captain partner maestro kollege kollegen"
)
_FORMS = frozenset(_FRIENDLY_FORMS.split())
_ORDERING_FORMS = _FORMS.union(_BLUNT_FORMS.split())
"""Forms that beside a mere yes may mock (“yes, dear”), and beside an order do not (“send it over, chief”)."""
_ORDERS = re.compile(
    r"\b(?:send|ship|shoot|schickt?|schicks|her|rüber|gib|gebt|hau|please|bitte|count me in|sign me up)\b"
)
_DETERMINING = (
    "the my a your our mein meine meinem meiner meinen dem den der die das ein eine einem einen his her their to for "
    "an für with mit no of i would in"
)
_DETERMINERS = frozenset(_DETERMINING.split())
"""Words before one of these with which it is no form of address: “to my mate”."""


def spell_answer(typed: str) -> str:
    """Return a normalised answer in the spellings of the word lists."""
    typed = _strip_forms(write_standard(typed.split()))
    # Each pattern is slow beside a look for a piece that all its matches hold.
    if not _ASKING_WHY.isdisjoint(typed.split()):
        typed = _WHY_NOT.sub("warum nicht", typed)
    if "ok" in typed:
        typed = _OKAY.sub("okidoki", typed)
    if "mit " in typed or " be " in typed:
        typed = _PLEASURE.sub("would be nice", typed)
    if "d " in typed or "wär" in typed or "sound" in typed or "klingt " in typed or "hört sich " in typed:
        typed = _WOULD_BE_NICE.sub("would be nice", typed)
    if "go on" in typed:
        typed = _GO_ON.sub("go ahead", typed)
    if "do" in typed:
        typed = _PLEASE_DO.sub("please do", typed)
    return typed if _SENDING.isdisjoint(typed.split()) else _SEND.sub("her damit", typed)


def read_slang(word: str) -> str:
    """Return the kind of a word that is a yes in a spelling of its own (“yeeh”, “shure”); “x” if it is none."""
    return next((kind for kind, pattern in _SLANG.items() if pattern.fullmatch(word)), "x")


def _strip_forms(words: list[str]) -> str:
    """Return a text without whom it speaks to: “send it over, mate”, but not “send it to my mate”."""
    typed = " ".join(words)
    if not words or words[-1] not in _ORDERING_FORMS:
        return typed
    forms = _ORDERING_FORMS if _ORDERS.search(typed) else _FORMS
    while len(words) > 1 and words[-1] in forms and words[-2] not in _DETERMINERS:
        words.pop()
    return " ".join(words)
