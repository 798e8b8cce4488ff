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

_LEAD = (
    "(?:(?:no|nope|nah|nö|nee|nein|sorry|ach|oh|please|bitte|danke|thanks|thank you|then|dann|ich|i|id|would|lieber"
    "|doch|rather|better|besser|eher) )*"
)
_TAIL = "(?: (?:please|bitte|danke|thanks|thank you|sorry|here|hier|angeben|nennen|geben|for now|right now|leider))*"
_MAILBOX = "(?:e ?mail ?adresse|mail ?adresse|adresse|e ?mail address|mail address|address|e ?mail|mail)"
_PHONE = (
    "(?:(?:telefon|handy|mobil|ruf) ?nummer|nummer|telefon|handy|(?:phone|mobile|cell|telephone) number|number|phone)"
)
_THINGS = {"email": _MAILBOX, "phone": _PHONE}
"""What a question asks for that people may rather keep to themselves, by the kind of the question."""
_REFUSALS = {
    kind: re.compile(
        rf"{_LEAD}(?:"
        rf"(?:keine|no|ohne(?: meine)?|without(?: my| an| a)?) {thing}"
        rf"|(?:(?:rather|prefer to|want to|like to) )?(?:not|dont|do not|wont|will not|wouldnt|prefer not|rather not)"
        rf"(?: (?:want|like|wish|care))?(?: to)? (?:give|share|tell|say|leave|type|enter|send)"
        rf"(?: (?:you|out|away))?(?: my| an| a| any| the)? {thing}"
        rf"|(?:möchte|will|mag|gebe?|nenne|sage?|verrate)(?: ich)?(?: (?:dir|euch|hier|lieber))?"
        rf" (?:meine|die|eine) {thing}(?: (?:lieber|hier|dir|euch))* nicht(?: (?:angeben|nennen|geben|sagen|verraten"
        rf"|teilen|hergeben|rausgeben|her|raus|an))?"
        rf"|(?:meine|die|eine) {thing} (?:möchte|will|mag|gebe?|nenne|sage?|verrate) ich(?: (?:lieber|hier|dir|euch))*"
        rf" nicht(?: (?:angeben|nennen|geben|sagen|verraten|teilen|hergeben|rausgeben|her|raus|an))?"
        rf"|(?:habe?|have|have got|got)(?: leider| gar)? (?:keine|no) {thing}"
        rf"|(?:dont|do not) have(?: got)? (?:an|a|any) {thing}"
        rf"){_TAIL}"
    )
    for kind, thing in _THINGS.items()
}


def refuses_to_give(typed: str, kind: str) -> bool:
    """Return True if a normalised text keeps back what this kind of question asks for: “lieber keine Mail”."""
    # “No mails, please” is no answer but a wish to stop, and is heard before.
    return kind in _REFUSALS and _REFUSALS[kind].fullmatch(typed) is not None


@remember_short_texts
def is_decline(typed: str) -> bool:
    """Return True if a normalised text declines and says nothing else."""
    # “Later” may be a time; “no sugar” and “no, Berlin” say more than no.
    return typed in _DECLINES or says_only_no(typed)
