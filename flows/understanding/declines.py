"""Texts by which a person declines what is asked: “no thanks”, “I changed my mind”, “lieber nicht”."""

import re

from flows.language.remember import remember_short_texts
from flows.understanding.agreement import says_only_no
from flows.understanding.answer_words import NO_WORDS

_DECLINES = (NO_WORDS - {"später"}) | {
    "rather not", "id rather not", "i would rather not", "changed my mind", "i changed my mind", "never mind",
    "nevermind", "forget it", "no i changed my mind", "not anymore", "not interested", "i dont want to", "no way",
    "doch nicht", "lieber doch nicht", "ich habs mir anders überlegt", "ich habe es mir anders überlegt",
    "vergiss es", "kein interesse", "möchte ich nicht", "das möchte ich nicht", "will ich nicht", "nein lieber nicht",
}  # fmt: skip
_CHANGED_MIND = re.compile(
    r"(?:(?:ach|oh|hm+|na|ne|nee|nö|nein|naja|ok|sorry|ups|also|dann|jetzt|eigentlich|lieber|mag|will|möchte|ich) )+"
    r"doch (?:lieber )?(?:nicht|nich|ned|net|nid)(?: (?:sorry|danke|bitte|mehr))*"
    r"|(?:lieber|besser|eher|gar|überhaupt) (?:gar )?(?:nicht|nich|ned|net|nid)(?: (?:sorry|danke|bitte))*"
    r"|(?:(?:oh|hm+|um|no|nah|sorry|ok|well|wait|actually) )+(?:maybe |rather |better )not(?: (?:sorry|thanks|then))*"
)
"""“Ach ne doch nicht”, “lieber net”, “actually rather not”: nothing is denied but what was begun."""

_AROUND = re.compile(
    r"^(?:(?:actually|oh|h+m+|well|sorry|ok|okay|um|uh|nah|no|nope|you know what|ach|na|nein|nee|ne|nö|also"
    r"|weisst du was) )+"
    r"|(?: (?:sorry|thanks|thank you|then|danke|bitte|dann))+$"
)
"""What people say around a refusal: “actually nah, forget it”."""
_LEAD = (
    "(?:(?:no|nope|nah|nö|nee|nein|sorry|ach|oh|please|bitte|danke|thanks|thank you|then|dann|ich|i|id|would|lieber"
    "|doch|rather|better|besser|eher) )*"
)
_TAIL = "(?: (?:please|bitte|danke|thanks|thank you|sorry|here|hier|angeben|nennen|geben|for now|right now|leider))*"
_MAILBOX = "(?:e ?mail ?adresse|mail ?adresse|adresse|e ?mail address|mail address|address|e ?mail|mail)"
_PHONE = (
    "(?:(?:telefon|handy|mobil|ruf) ?nummer|nummer|telefon|handy|(?:phone|mobile|cell|telephone) number|number|phone)"
)
MOST_CHARACTERS = 120
"""Characters of a refusal; who writes more says more."""
_THINGS = {"email": _MAILBOX, "phone": _PHONE}
"""What a question asks for that people may rather keep to themselves, by the kind of the question."""
_ADVERBS = frozenset({
    "lieber", "hier", "euch", "dir", "ihnen", "doch", "einfach", "sicher", "bestimmt", "gar", "grundsätzlich",
    "eigentlich", "leider", "ungern", "echt", "wirklich", "ne", "nee", "really", "just", "actually", "simply",
    "honestly", "here", "online", "ehrlich", "du", "bitte", "please", "sorry", "danke", "thanks", "jetzt", "also",
    "ja", "eh", "definitely", "certainly", "absolutely", "so", "ganz", "mal", "halt", "eher", "mir", "überhaupt",
    "nun", "aber", "but", "ich", "i", "im", "id", "ill", "would", "am", "gesagt", "tbh", "lol", "ach", "hm", "äh",
    "um", "well",
})  # fmt: skip
"""Words that a refusal may hold anywhere, and that change nothing."""
_NOT = (
    "(?:not|dont|do not|wont|will not|wouldnt|never|cant|cannot|rather not|prefer not|not gonna|not going|not willing)"
)
_NICHT = "(?:nicht|nich|ned|net|nie|niemals)"
_GIVE = (
    "(?:give|giving|share|sharing|tell|telling|say|saying|leave|leaving|type|typing|enter|entering|send|sending|hand"
    "|handing|disclose|disclosing|reveal|revealing|provide|providing)"
)
_GEBEN = "(?:geb|gebe|gib|gibs|nenn|nenne|sag|sage|verrat|verrate|rück|rücke|teil|teile|schreib|schreibe|poste)"
_GIVEN = (
    "(?:angeben|nennen|geben|sagen|verraten|teilen|hergeben|rausgeben|herausgeben|preisgeben|weitergeben|schicken|her"
    "|raus|heraus|an|preis|weiter)"
)
_WILL = "(?:möcht|möchte|will|mag|wollte|würde|würd|werde|werd)"
_ANYBODY = (
    "(?: (?:to|with) (?:you|strangers|anyone|anybody|everyone|everybody|people|bots|a bot|a machine|companies|shops"
    "|this)| (?:strangers|anyone|anybody|everyone|bots|you))*"
)
_JEDEM = "(?: (?:jedem|jeder|allen|fremden|irgendwem|irgendjemandem|einem bot|keinem|niemandem|firmen|von))*"
_OWN = "(?: (?:my|an|a|any|the|that|this|it|personal|private|own))*"


def _compile_refusal(thing: str) -> re.Pattern[str]:
    meine = f"(?:(?:(?:meine|die|eine|keine) )?(?:private )?{thing}|die|das|sie|es|so ?was)"
    return re.compile(
        rf"(?:{_LEAD})(?:"
        rf"(?:keine|no|ohne(?: meine)?|without(?: my| an| a)?) {thing}"
        rf"|(?:rather|prefer to|want to|like to)? ?(?:{_NOT}|no way)(?: (?:want|like|wish|care|need|have|feel"
        rf"|comfortable|happy|ok|about|with))*(?: to)? {_GIVE}(?: (?:you|out|away|up))*{_OWN}(?: {thing})?{_ANYBODY}"
        rf"|(?:rather |prefer to |want to )?(?:keep|keeping) (?:my {thing}|it|that|this) (?:to myself|private|secret)"
        rf"|(?:(?:my |the )?{thing} is|thats|that is|its|it is|too|das ist|(?:meine |die )?{thing} (?:ist|bleibt)"
        r"|(?:ist|bleibt)|zu|that feels|feels)(?: (?:a bit|a little|very|too|ein bisschen|etwas|zu|sehr|mein))* "
        r"(?:private?|privat|privatsache|personal|persönlich|secret|geheim|confidential|vertraulich|my business"
        rf"|meine sache)|(?:(?:my )?{thing} is |thats |that is |its )?none of your (?:business|concern)"
        r"|(?:meine adresse |das )?geht(?: keinen| niemanden| dich| sie| euch| dir)*(?: nix| nichts"
        r"| nen feuchten)? an|not your business"
        r"|you(?:re| are)? (?:not|wont|dont|cant|will not|never)(?: (?:getting|get|have|having|gonna|going|to|be))+ "
        rf"(?:my {thing}|it|that)|{_WILL} {meine}{_JEDEM} {_NICHT}{_JEDEM}(?: {_GIVEN})?"
        rf"|{_WILL} {_NICHT} {meine}{_JEDEM}(?: {_GIVEN})?|{meine} {_WILL}{_JEDEM} {_NICHT}{_JEDEM}(?: {_GIVEN})?"
        rf"|{_GEBEN} {meine}{_JEDEM} {_NICHT}{_JEDEM}(?: {_GIVEN})?|{_GEBEN} {_NICHT}{_JEDEM} {meine}(?: {_GIVEN})?"
        rf"|{meine} {_GEBEN}{_JEDEM} {_NICHT}{_JEDEM}(?: {_GIVEN})?|{_GEBEN} {_JEDEM} {_NICHT} {meine}(?: {_GIVEN})?"
        rf"|{meine} (?:kriegt|bekommt|habt|kriegst|bekommst|kriegen|bekommen)(?: ihr| sie)?(?: von)? {_NICHT}"
        rf"|(?:habe?|have|have got|got) (?:keine|no) {thing}|(?:dont|do not) have(?: got)? (?:an|a|any) {thing}"
        rf"|{_GEBEN} (?:keine[mn]?|nicht) (?:meine )?{thing}{_JEDEM}(?: {_GIVEN})?|{_GEBEN} {_NICHT}(?: {_GIVEN})?"
        rf"|keine lust(?: (?:meine|die|eine) {thing})?(?: (?:anzugeben|herzugeben|rauszugeben|zu \\w+))?"
        rf"|bekomm\w* keine {thing}|kriegt (?:ihr )?(?:keine|nicht) {thing}"
        rf"){_TAIL}"
    )


_REFUSALS = {kind: _compile_refusal(thing) for kind, thing in _THINGS.items()}


def refuses_to_give(typed: str, kind: str) -> bool:
    """Return True if a normalised text keeps back what this kind of question asks for: “lieber keine Mail”."""
    # “No mails, please” is no answer but a wish to stop, and is heard before.
    if kind not in _REFUSALS or len(typed) > MOST_CHARACTERS:
        return False
    told = " ".join(word for word in typed.split() if word not in _ADVERBS)
    return any(_REFUSALS[kind].fullmatch(form) for form in (typed, told))


@remember_short_texts
def is_decline(typed: str) -> bool:
    """Return True if a normalised text declines and says nothing else."""
    # “Later” may be a time; “no sugar” and “no, Berlin” say more than no.
    core = _AROUND.sub("", typed)
    return typed in _DECLINES or core in _DECLINES or says_only_no(typed) or _CHANGED_MIND.fullmatch(typed) is not None
