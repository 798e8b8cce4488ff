"""Wishes about how mails should be, said beside an address or a code: “mia@example.com, but don't spam me”.

They are conditions on which somebody gives, so what is given is taken.  A word that ends (“stop”, “abmelden”) is no
wish, nor is a denial that holds the address itself: “don't write to mia@example.com”.
"""

import re

from flows.language.matching import normalize_text

MOST_CHARACTERS = 300
"""Characters of a text in which wishes are looked for; longer ones are no answers."""
_ADDRESS = r"\S*\S@\S+"
_PIECES = re.compile(
    rf"({_ADDRESS}|[.,;!?:\n()…]+(?=\s|$)|\s[-–—]+\s|\b(?:but|aber|and|und|though|allerdings|jedoch|nur|only|just"
    r"|solange|as long as|wenn|if|provided|sofern)\b)",
    re.IGNORECASE,
)
_EDGES = re.compile(r"^(?:[\s,;:.–—-]|(?:but|aber|and|und)\s)+|(?:[\s,;:–—-]|\s(?:but|aber|and|und))+$", re.IGNORECASE)
"""What joined a wish to the rest."""
_AROUND = (
    "please pls plz bitte bidde thanks thx danke ok okay so just only nur aber but and und also also then dann though "
    "kindly hey lol haha right gell ne ja yeah mir me ihr you doch mal halt echt really ever btw übrigens promise "
    "versprochen dafür damit dort there here hier ruhig euch im gegenzug remember denkt dran wehe if wenn gern gerne "
    "hope hoffe ich i dass that auch auf it es das with mit to zu wirklich bloß bloss ja schön"
)
_AROUND_WORDS = frozenset(_AROUND.split())
_A = rf"(?:(?:{'|'.join(_AROUND.split())}) )*"
_B = rf"(?: (?:{'|'.join(_AROUND.split())}))*"
_MAILS = (
    r"(?:e ?mails?|mails?|newsletters?|letters?|messages|msgs|stuff|nachrichten|post|briefe|e mails|things|sachen"
    r"|of (?:them|those|these)|davon|werbemails|werbung|spam|updates)"
)
_OFTEN = (
    r"(?:(?:too|so|that|zu|allzu|all zu|sooo?) (?:many|much|often|frequently|oft|viel|viele|häufig|frequent)"
    rf"(?: {_MAILS})?|(?:every|each) (?:single )?(?:day|hour|week|minute|5 minutes|five minutes)|daily|hourly"
    r"|constantly|all the time|all day(?: long)?|at night|on sundays|nonstop|non stop|to death"
    r"|more (?:often )?than \w+(?: times?)?(?: mails?| emails?)?(?: (?:a|per|every|each|in a) (?:day|week|month|year))?"
    r"|jede[nrs]? (?:tag|stunde|woche|minute)|täglich|stündlich|dauernd|ständig|andauernd|tag und nacht|nachts"
    r"|am laufenden band|öfter als \w+(?: (?:im|pro|in der|die|am) \w+)?|mehr als \w+(?: \w+)?"
    r"(?: (?:im|pro|in der|die|am) \w+)?)"
)
_ONLY = (
    r"(?:(?:max|maximal|maximum|höchstens|at most|no more than|not more than|nicht mehr als|nicht öfter als|rather"
    r"|lieber) )?(?:once|twice|one|1|einmal|zweimal|1x|1 mal|2x|ein mal|eine|(?:one|1|eine|two|zwei) (?:e ?mails?"
    r"|mails?)|a few|ein paar|monthly|weekly|monatlich|wöchentlich)(?: (?:a|per|every|each|im|pro|in der|die|in|am)"
    r" (?:day|week|month|year|while|tag|woche|monat|jahr))?(?: (?:is|reicht|genügt|max|maximal|höchstens|fine"
    r"|enough|at most|tops|mail|mails|schreiben|mailen|melden))*"
)
_TOUCHED = r"(?:(?:(?:me|us|my (?:inbox|mailbox|postfach|phone)|mich|uns|mir|mein postfach|mein handy|my \w+)) ?)"
_IT = (
    r"(?:it|this|that|them|these|(?:my|the|meine|die|this|diese) (?:e ?mail|mail|address|e ?mail address|mail address"
    r"|data|number|details|info|adresse|mailadresse|daten|nummer)|sie|die|das|es|meine|mine|any of it)"
)
_TO_OTHERS = (
    r"(?:(?:on|away|out|around|to|with|for|an|mit|für|any ?one|any ?body|else|other|others|third parties|people"
    r"|advertisers|companies|strangers|facebook|google|dritte|niemanden?|andere|anderen|firmen|irgendwen|the public"
    r"|anything|anderes|etwas|ads|advertising|werbung|marketing|werbezwecke|public|publicly|weiter) ?)*"
)
_NOISE = (
    r"(?:spam\w*|junk|ads?|advert\w*|advertising|(?:phone |sales |cold |marketing )?calls?|texts|sms|nonsense|rubbish"
    r"|bullshit|crap|promos?|promotions?|rubbish|funny business|tricks|daily (?:mails|emails|spam)|werbung"
    r"|(?:werbe|telefon|kontroll)?anrufe?|telefonwerbung|telefonterror|mist|quatsch|müll|schrott|dauerbeschuss|flut"
    r"|mailflut|spamflut|tracking|drama|weitergabe|bombardement|unsinn|blödsinn|scheiss|scheiß)"
)
_DENY = r"(?:dont|do not|never|wont|not|please dont|not ever|you wont|you dont|ye dont|u dont|no)"
_NICHT = r"(?:nicht|nie|niemals|ned|net|nid|nöd|nich|bloß nicht|bloss nicht|auf keinen fall)"
_WISHES = (
    (
        rf"(?:no|zero|not any|without|0|kein|keine|keinen|ohne|null|koan|koa|koane|nix|nich so viel) (?:more |mehr )?"
        rf"{_NOISE}(?:(?: (?:or|oder|und|and|no|kein\w*)) {_NOISE})*"
    ),
    (
        rf"{_DENY} (?:spam\w*|flood|bombard|overload|bury|swamp|drown|annoy|pester|nag|phone|ring|text|call|sms"
        rf"|whatsapp)(?: {_TOUCHED})?(?: (?:with|w) [\w ]+)?(?: (?:{_OFTEN}|ok|up|at all|at work))?"
    ),
    (
        rf"{_DENY} (?:sell|share|give|pass|hand|forward|lend|leak|publish|post|misuse|abuse|lose|show|trade|spread"
        rf"|store|use|tell)(?: {_IT})? ?{_TO_OTHERS}"
    ),
    (
        rf"(?:{_DENY} )?(?:dont|not|never|no|nicht|ned|net)(?: (?:write|mail|email|message|contact|send)"
        r"(?: to)?(?: me| us)?"
        rf"(?: {_MAILS})?)? {_OFTEN}(?: (?:schreiben|mailen|schicken|senden|schickt|melden|nerven))?"
    ),
    rf"{_ONLY}",
    (
        r"(?:keep it|make it|go|be) (?:short|rare|low|civil|nice|gentle|easy|decent|down)(?: (?:on|with) (?:the )?"
        rf"{_MAILS}| {_ONLY})?"
    ),
    r"(?:dont|do not|nicht|ned) (?:overdo it|go overboard|go crazy|übertreiben|zu viel)|übertreibts? (?:es )?nicht",
    # “Stop asking for my phone”: it ends no mails.
    (
        r"(?:stop|quit|no more|dont|do not|enough) (?:keep )?(?:asking|calling|ringing|phoning|begging|ask)"
        rf"(?: {_TOUCHED})?(?: ?(?:for|about|on|at) [\w ]+)?|hör\w* auf (?:(?:mich|nach \w+ \w+|nach \w+|dauernd) )*"
        r"(?:zu fragen|anzurufen|zu telefonieren)"
    ),
    (
        rf"(?:{_IT} )?(?:(?:an|mit) (?:dritte|andere|niemanden?|keinen|anderen) )?(?:{_NICHT}|niemandem)"
        rf" (?:(?:an|mit|für) \w+ )?(?:weitergeben|weiterverkaufen|verkaufen|teilen|veröffentlichen|anrufen|zuspammen"
        r"|vollspammen|zumüllen|spammen|missbrauchen|weiterleiten|telefonieren|zuballern|bombardieren|zuschütten|nerven"
        r"|verraten|weitersagen|verlieren|rausgeben|herausgeben|weiterreichen|zumailen)"
    ),
    (
        rf"(?:gebts?|gib|geben sie|verkaufe?n?t?s?|teilt?|leitet?|reicht|verratet?) (?:{_IT} )?"
        rf"(?:(?:bitte|aber|ja|bloss|sie|die|das|mir) )*(?:{_NICHT}|niemandem|an niemanden|keinem|nirgends)"
        r"(?: (?:weiter|raus|heraus|her|an \w+(?: weiter)?|mit \w+))?"
    ),
    rf"rufe?n?t?s? (?:sie |mich |mi |uns |bitte )*{_NICHT} an",
    (
        r"(?:spamm?t?|spamme|müllt?|ballert?|schüttet?|bombardiert?|nervt?|nerv) (?:(?:mich|mi|mir|uns|mein postfach"
        rf"|das postfach|bitte) )*{_NICHT}(?: (?:zu|voll|damit|mit \w+))?"
    ),
    # “If you promise not to spam”, “solange ihr mich nicht zuspammt”, “I can unsubscribe any time, right?”
    (
        r"(?:you |ihr |u )?(?:promise|swear|versprecht|versprich|schwört)(?: me| mir)?(?: to)?"
        r"(?: not| never| nicht| nie| kein\w*)"
        r"(?: ever)?(?: to| mich| mir| zu)*(?: \w+){0,5}"
    ),
    (
        r"(?:as long as|solange|if|wenn|provided|sofern)(?: that)?(?: you| ihr| du| u| i| ich)(?: guys)?"
        r"(?: mich| me| mir| das| sie)*"
        r"(?: dont| do not| never| wont| not| nicht| nie| kein\w*)(?: \w+){0,5}"
    ),
    (
        r"(?:i|ich) (?:can|could|will|may|might|ll|would|kann|werde)(?: mich| always| still| ja| also| doch| then)* "
        r"(?:stop|unsubscribe|cancel|opt out|leave|jederzeit|immer)(?: it| that)?(?: (?:if|any ?time|whenever|when"
        r"|later|again|wieder|abmelden|kündigen|abbestellen|austragen)(?: \w+){0,6})+"
    ),
    (
        r"(?:i|ich|we|wir) (?:(?:already|just|really|schon|eh|sowieso) )*(?:get|have|bekomme?|krieg\w?|habe?|hate"
        r"|hasse?)(?: (?:already|just|way|far|schon|eh|viel|way|sowieso|really))*(?: (?:enough|too many|too much"
        rf"|so many|so much|genug|zu viele?|so viele?))?(?: {_MAILS})?(?: already| as it is| every day| schon)*"
    ),
    rf"schrei\w+ (?:mir |mi |bitte )*{_NICHT} {_OFTEN}",
    rf"(?:ihr |you )?(?:spamm?t|spam)(?: mich| me)?(?: {_NICHT})?(?: zu| voll)?",
)
_WISH = re.compile(rf"{_A}(?:{'|'.join(_WISHES)}){_B}")
_TELLING = re.compile(
    r"\b(?:no|zero|not|without|0|kein\w*|ohne|null|koan?e?|nix|dont|don.t|never|won.?t|nicht|nie\w*|ned|net|nid|nöd"
    r"|nich|only|just|nur|max\w*|höchstens|at most|once|twice|any ?time|jederzeit"
    r"|genug|too many|too much|hate|hasse|unsub\w*|einmal|zweimal|1x|2x|keep|go|stop|quit|enough|hör\w*"
    r"|spam\w*|übertreib\w*|monthly|monatlich|weekly|wöchentlich)\b",
    re.IGNORECASE,
)
"""Words without one of which a text holds no wish."""
_POLITE_ENDS = frozenset(("please", "bitte", "pls", "plz", "spam", "ok", "okay", "thanks", "danke"))


def strip_wishes(text: str) -> str:
    """Return a text, as it was typed, without its wishes about how mails should be."""
    if len(text) > MOST_CHARACTERS or _TELLING.search(text) is None:
        return text
    pieces = _PIECES.split(text)
    kept: list[str] = []
    at = 0
    while at < len(pieces):
        # Joining words may belong to the wish (“only once a month”), so the longest run is tried first.
        length = next((length for length in (5, 3, 1) if _is_wish(pieces, at, length)), 0)
        if length:
            kept.append(" ")
        else:
            kept.append(pieces[at])
        at += length or 1
    return _EDGES.sub("", "".join(kept)) if kept != pieces else text


def holds_only_wishes(text: str) -> bool:
    """Tell whether a text says how mails should be, and nothing else: “please don't spam me”."""
    stripped = strip_wishes(text)
    return stripped != text and _AROUND_WORDS.issuperset(normalize_text(stripped).split())


def _is_wish(pieces: list[str], at: int, length: int) -> bool:
    """Tell whether so many pieces from here on are one wish, and none of them is an address."""
    run = pieces[at : at + length]
    if len(run) < length or any("@" in piece for piece in run):
        return False
    wish = normalize_text("".join(run))
    if not wish or _WISH.fullmatch(wish) is None:
        return False
    # “Never call mia@example.com” denies the address behind it.
    behind = pieces[at + length] if at + length < len(pieces) else ""
    return "@" not in behind or wish.split()[-1] in _POLITE_ENDS
