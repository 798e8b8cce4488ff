"""Sayings that choose a label in other words than its own, and remarks beside a choice that speak against nothing.

“Hm no clue tbh” is “Not sure”, “I don't own any” is “I have none”, “havent decided yet” is “Not yet decided”; “Hamburg,
not far” is Hamburg.
"""

import re
from collections.abc import Callable, Collection, Mapping

from flows.language.remember import remember_short_texts
from flows.understanding.choosing.indifference import is_indifferent

_AT_LOSS = re.compile(
    r"\b(?:no|not (?:a|the (?:slightest|faintest|foggiest))|(?:havent|dont have|have not) "
    r"(?:a|any|the (?:slightest|faintest|foggiest))|zero|without a) (?:clue|idea|plan)\b"
    r"|\b(?:dont|do not|dun) (?:really |rly |actually )?know\b|\bdunno\b|\bidk\b|\biono\b|\b(?:not|aint|isnt) "
    r"(?:really |rly |so |too |that |quite |very |all that |entirely )*(?:sure|certain)\b|\bunsure\b|\bbeats me\b"
    r"|\bsearch me\b|\bhard to (?:say|tell)\b|\b(?:couldnt|cant|could not|cannot) (?:really )?(?:tell(?: you)?|say)\b"
    r"|\bwouldnt know\b|\bwho knows\b|\bclueless\b|\buncertain\b|\bk ?a\b|\bkp\b|\bkeine?n? (?:blassen |leisesten )?"
    r"(?:ahnung|plan|schimmer|dunst|peil|blassen|idee)\b|\bnull (?:ahnung|plan|peil)\b|\b(?:wei(?:ß|ss)|woa(?:ß|ss)"
    r"|woas|wees) (?:ich |i |ick )?(?:es |das |grad |gerade |leider |gar |echt |selber )*(?:nicht|nich|ned|net|nit)\b"
    r"|\b(?:nicht|nich|ned|net) (?:so |ganz |ganz so |wirklich |hundertprozentig )*sicher\b|\bunsicher\b"
    r"|\b(?:kann|könnte) (?:ich |i )?(?:grad |gerade |jetzt |so |dir |euch )*(?:nicht|ned|net|nich) "
    r"(?:sagen|beurteilen|einschätzen)\b|\bschwer zu sagen\b|\bwer wei(?:ß|ss)\b|\bahnungslos\b"
)
_LOSS_AROUND_WORDS = (
    "hm hmm hmmm puh tbh honestly really rly ehrlich gesagt lol haha sorry good question gute frage i im ich ick "
    "actually mate man bro so at all grad gerade gar überhaupt da leider oh um uh uff well ja also ganz genau just rn "
    "to be honest but aber right now yet yo na ach äh ähm echt jetzt is is it its the about that this es das bin if am "
    "anymore hon like kind of wirklich selber noch still sadly unfortunately hier bei mir for no not sicher sure tja "
    "eigentlich momentan zurzeit completely absolutely totally either auch nich ne dear mal bissl kurz moment "
    "ehrlicherweise"
)
_LOSS_AROUND = frozenset(_LOSS_AROUND_WORDS.split())
_UNDECIDED = re.compile(
    r"\b(?:not|havent|have not|didnt|never|hasnt|aint|not yet|still not|cant|cannot|couldnt)(?: \w+){0,2} "
    r"(?:decided?|made up|make up|settled|chosen|choose)\b(?: my mind)?|\b(?:un|in)decided\b"
    r"|\bstill (?:deciding|thinking|choosing|undecided|open|on the fence)\b|\bon the fence\b|\bnot yet\b"
    r"|\bnoch (?:nicht|ned|net|nich|gar nicht|keine) (?:\w+ )?(?:entschieden|entschlossen|festgelegt|entscheidung"
    r"|sicher|klar)\b|\b(?:noch )?(?:unentschieden|unentschlossen)\b|\b(?:nicht|ned|net|nich) "
    r"(?:entscheiden|entschieden|entschlossen)\b|\bnoch offen\b|\b(?:wei(?:ß|ss)|woa(?:ß|ss)) (?:ich |i |es )?noch "
    r"(?:nicht|ned|net|nich)\b|\bschwanke noch\b"
)
_UNDECIDED_AROUND_WORDS = (
    "yet have ive hab habe hob mich mi noch keine i kann kaum zwischen getroffen on anything one bin have had it dazu "
    "darüber finally richtig mir was myself completely"
)
_UNDECIDED_AROUND = _LOSS_AROUND | frozenset(_UNDECIDED_AROUND_WORDS.split())
_NO_ONE = re.compile(
    r"^(?:(?:i|we|im|ive|no|nope|nah|hm|um|sorry|well|actually|sadly) )*(?:(?:dont|do not|havent|have not|aint|didnt"
    r"|never|no longer)(?: \w+)?? ?(?:own|have|got|possess|ride|use|had|drive|owned)(?: got)?"
    r"|(?:have|own|got|ive|had|possess|am without|without)(?: got)? (?:none|no|nothing|zero|not a single|neither)|none"
    r"|(?P<no>no))\b(?P<rest>.*)$|^(?:(?:ich|i|mir|wir|nö|nee|nein|hm|na|leider|also|sorry) )*"
    r"(?:(?:hab|habe|hob|ham|haben|besitz|besitze|besitzen|fahr|fahre|nutz|nutze|benutze) )?(?:(?:i|ich|leider|gar|noch"
    r"|überhaupt|aktuell|derzeit|zurzeit|selber|selbst|grad|gerade|eh|ja|wir|absolut) )*(?:keins|keines|keinen|keine"
    r"|kein|koans|koan|koa|keens|keen|keener|nix|nichts|nie)\b(?P<rest_de>.*)$"
)
_NONE_AROUND_WORDS = (
    "any one a an none it at all yet of them those these the own right now sorry unfortunately sadly anymore myself "
    "tbh here lol ones so far currently for mir davon mehr leider noch so was etwas dergleichen eigenes eigene eigenen "
    "grad gerade zurzeit aktuell bisher im moment haben habe hab ich i only just really either auch bislang fahren "
    "besitzen have got momentan whatsoever personally"
)
_NONE_AROUND = frozenset(_NONE_AROUND_WORDS.split())
LEAST_TAIL = 3
"""Letters that the names of a thing share: the “rad” of “Stadtrad”, “Elektrorad” and “Fahrrad”."""
_NEGATED = re.compile(
    r"(?: (?:is|its|it is|thats|that is|isnt|ist|is|das ist|des is|liegt|liegts|da|aint|are|wasnt|which is|und|and|wär"
    r"|wäre|und das ist|die|der))*(?:(?: (?:not|nicht|ned|net|nich|gar nicht|ja nicht))|(?<=isnt)|(?<=aint))"
    r"(?: (?:that|so|too|very|really|all that|sehr|allzu|zu|ganz so|even|gar so|gar))*"
    r" (?:far|weit|expensive|pricey|teuer|bad|schlecht|schlimm|boring|langweilig|entfernt|distant)\b"
    r"(?: (?:away|off|weg|entfernt|at all|out))*(?: (?:from|von|vo) (?:me|here|home|us|mir|hier|uns|zuhause|zu hause"
    r"|daheim|my place|where i live|meiner wohnung|work))?"
)
"""“Not far”: a denial of what would speak against a choice."""
_NEW_TO_IT = re.compile(
    r"(?<=\w) (?:(?:i|ive|because|as|since|cause|denn|weil|ich|hab|habe|das|sowas|es) )*"
    r"(?:never (?:done|tried|did|had|been)|noch nie)\b"
    r"(?: (?:it|this|that|one|any|before|das|sowas|gemacht|probiert|ausprobiert|hatte|habe|hab|dort|there))*$"
)
"""“…, never done it before”: a reason."""


@remember_short_texts
def is_at_loss(typed: str) -> bool:
    """Tell whether a normalised text says “I don't know”, with whatever fills it, and nothing else."""
    return _says_only(typed, _AT_LOSS, _LOSS_AROUND)


@remember_short_texts
def says_undecided(typed: str) -> bool:
    """Tell whether a normalised text says that somebody has not decided yet, and nothing else."""
    return _says_only(typed, _UNDECIDED, _UNDECIDED_AROUND)


def _says_only(typed: str, pattern: re.Pattern[str], around: Collection[str]) -> bool:
    found = pattern.search(typed)
    return found is not None and all(
        word in around for word in f"{typed[: found.start()]} {typed[found.end() :]}".split()
    )


def says_has_none(typed: str, labels: Collection[str] = ()) -> bool:
    """Tell whether a normalised text says that somebody has none of what is asked for: “I don't own any bike”.

    The thing may be named by what the words of at least two labels end with.
    """
    found = _NO_ONE.match(typed)
    if found is None:
        return False
    rest = (found["rest"] or found["rest_de"] or "").split()
    things = {word for word in rest if word not in _NONE_AROUND}
    # “No, sorry” names no thing, and says no more than no.
    return (bool(things) or not found["no"]) and all(_is_thing_of(word, labels) for word in things)


def _is_thing_of(word: str, labels: Collection[str]) -> bool:
    tails = (word[at:] for at in range(len(word) - LEAST_TAIL + 1))
    return any(sum(label.endswith(tail) or f"{tail} " in label for label in labels) > 1 for tail in tails)


def find_saying(typed: str, labels: Mapping[str, int], unsure: int | None) -> int | None:
    """Return the choice that a saying means: that of no decision, no idea, no matter which, or none; None if none."""
    if says_undecided(typed) and (number := find_only(labels, says_undecided)) is not None:
        return number
    if is_at_loss(typed):
        return unsure if unsure is not None else find_only(labels, says_undecided)
    # “Egal” is “I don't mind”, where one choice says so.
    if is_indifferent(typed):
        return find_only(labels, is_indifferent)
    if says_has_none(typed, [label for label, number in labels.items() if number >= 0]):
        return find_only(labels, says_has_none)
    return None


def find_only(labels: Mapping[str, int], says: Callable[[str], bool]) -> int | None:
    """Return the one choice whose label says something; None if none does, or several."""
    numbers = {number for label, number in labels.items() if number >= 0 and says(label)}
    return numbers.pop() if len(numbers) == 1 else None


def drop_remark(typed: str) -> str:
    """Return a normalised text without a remark that denies what would speak against a choice: “…, not far”."""
    return _NEW_TO_IT.sub("", _NEGATED.sub("", typed)) if " " in typed else typed
