"""A choice by what it means, in other words than the label's: “ruf mich an” is “By phone”, “me and my wife” a couple.

The meanings of a matter are read only where at least two choices of a question speak of it (one for the matters of
:data:`_LONE`), and only if the text names one of them and holds nothing else: “my wife hates phones” chooses nothing.
"""

import re
from collections.abc import Mapping

from flows.understanding.contact_ways import CONTACT_WAYS, are_plain
from flows.understanding.small_talk import read_small_talk
from flows.understanding.small_talk_words import BYE, GREETING, HOW_ARE_YOU, WAIT

_WORDS: Mapping[str, Mapping[str, str]] = {
    "contact": CONTACT_WAYS,
    "company": {
        "alone": r"alone|solo|(?:just|only) (?:me|myself)|by myself|on my own|allein\w*|nur ich|nur für mich",
        "couple": r"couples?|partner(?:in|s)?|wife|husband|hubby|girlfriend|gf|boyfriend|bf|missus|fiancee?"
        r"|(?:other|better) half|spouse|paare?|pärchen|frau|mann|freundin|zu zweit"
        r"|(?:two|both) of us|wir (?:zwei|beide)",
        "family": r"famil(?:y|ies|ie|ien)|kids?|child(?:ren)?|toddlers?|sons?|daughters?|kind(?:er|ern)?|sohn|tochter"
        r"|söhnen?|töchtern?",
        "friends": r"friends|mates|buddies|pals|freunden?|freundinnen|kumpels?|mädels|jungs",
    },
    "getting": {
        "collect": r"pick(?:ing)? ?(?:it )?up|collect\w*|fetch|come and get it|abhol\w*|abzuholen|selbstabholung"
        r"|hols?(?: (?:ich|es|sie|ihn|mir|selbst|selber))* ab|ich hols",
        "deliver": r"deliver\w*|ship(?:ped|ping)?|courier|(?:to|at) my (?:door|place|house)|liefer\w*|geliefert"
        r"|(?:zu)?schick\w*|zugeschickt|versand|zusenden|(?:send|bring) it",
    },
    "payment": {
        "cash": r"cash|coins|bar|bargeld|barzahlung",
        "card": r"cards?|visa|mastercard|amex|debit|credit|karten?|ec|girocard|kreditkarte|kartenzahlung",
        "transfer": r"(?:bank )?transfer|wire|überweis\w*",
        "invoice": r"invoice|bill|rechnung",
    },
    "transport": {
        "car": r"cars?|driv(?:e|ing)|auto|wagen|pkw",
        "bike": r"bikes?|bicycle|cycl(?:e|ing)|rad|radl|fahrrad|velo",
        "foot": r"walk(?:ing)?|(?:on )?foot|fuss|laufe?n?|spazier\w*",
        "public": r"bus|train|tram|metro|subway|tube|public transport|bahn|zug|öffis?|öffentlich\w*|öpnv|strassenbahn",
    },
    "level": {
        "beginner": r"beginners?|newbie|noob|rookie|novice|newcomer|(?:totally |completely |very )?new (?:to|at) "
        r"(?:it|this|that|all this)|anfänger\w*|anfängerin|neuling|einsteiger\w*",
        "intermediate": r"intermediate|average|some experience|mittel|etwas erfahrung",
        "advanced": r"advanced|experts?|pro|professional|experienced|(?:for|since) (?:many )?years|profi"
        r"|fortgeschritten\w*|erfahren\w*|seit (?:vielen )?jahren|alter hase|experte|expertin",
    },
    "often": {
        "daily": r"daily|every ?day|each day|all the time|täglich|tagtäglich|jeden tag|ständig",
        "weekly": r"weekly|(?:once a|every|each) week|wöchentlich|(?:jede|pro|die) woche",
        "monthly": r"monthly|(?:once a|every|each) month|monatlich|jeden monat|(?:im|pro) monat",
        "rarely": r"rarely|seldom|hardly(?: ever)?|now and then|once in a (?:blue moon|while)|occasionally|sometimes"
        r"|ab und zu|manchmal|selten|hin und wieder|gelegentlich",
    },
    "haste": {
        "now": r"asap|as soon as possible|(?:right|straight) away|right now|immediately|(?<!not )urgent(?:ly)?|sofort"
        r"|schnellstmöglich|so (?:schnell|bald) wie möglich|(?<!nicht )(?:dringend|eilig)",
        "relaxed": r"no (?:rush|hurry)|not urgent|whenever|some ?day|eventually|hat (?:noch )?zeit|keine eile"
        r"|irgendwann|nicht (?:eilig|dringend)",
    },
    "person": {
        "man": r"mr|male|(?:a|im|am|for) m[ae]n|boy|guy|gentleman|herr|mann|männlich|junge|kerl",
        "woman": r"mrs|ms|female|woman|women|girl|lady|frau|frauen|weiblich|mädchen|dame",
    },
    "request": {
        "repair": r"repair\w*|fix(?:ed)?|broken|maintenance|workshop|repar\w*|kaputt\w*|defekt|werkstatt|wartung",
        "sales": r"buy(?:ing)?|sales?|purchase|kauf\w*|verkauf",
        "rental": r"rent(?:al|ing)?|hire|hiring|borrow|verleih|leih\w*|(?:aus)?leihen|miet\w*",
        "advice": r"advice|consult\w*|recommend\w*|help(?: me)? (?:choos\w+|pick\w*|decid\w+)|berat\w*|empfehl\w*"
        r"|hilfe bei der auswahl",
    },
    "purpose": {
        "work": r"work|business|commut\w*|geschäftlich|dienstlich|beruflich|arbeit",
        "leisure": r"leisure|fun|(?<!with )pleasure|holidays?|vacation|privat(?:e|ely)?|spass|urlaub|freizeit",
    },
    "daypart": {
        "morning": r"mornings?|vormittags?|morgens|früh|before (?:noon|lunch)",
        "noon": r"noon|midday|lunch ?time|mittags?|mittagspause",
        "afternoon": r"afternoons?|nachmittags?|after lunch|nach dem mittag(?:essen)?",
        "evening": r"evenings?|tonight|abends?|after (?:work|dinner)|nach (?:der )?arbeit|nach feierabend|feierabend",
        "night": r"nights?|nachts?",
    },
    "week": {
        "weekday": r"weekdays?|werktags?|wochentags?|unter der woche|(?:during|in) the week|mo fr|mon fri",
        "weekend": r"weekends?|wochenendes?|am we",
    },
    "language": {
        "english": r"english|englisch\w*",
        "german": r"german|deutsch\w*",
        "french": r"french|französisch\w*|français",
        "spanish": r"spanish|spanisch\w*|español",
        "italian": r"italian|italienisch\w*|italiano",
        "turkish": r"turkish|türkisch\w*|türkçe",
    },
    "day": {
        "today": r"today|2day|tonight|heute?|heit",
        "tomorrow": r"tomorrow|tmrw|tmr|2mor+ow|2moro|morgen",
        "this week": r"this (?:week|wk)|(?:diese|dieser) woche",
        "next week": r"next (?:week|wk)|(?:nächste|nächster|kommende|kommender) woche",
    },
    "mood": {
        "good": r"happy|satisfied|great|good|awesome|zufrieden|gut|super|toll|prima",
        "neutral": r"neutral|meh|so so|so lala|geht so|(?:joa? )?geht(?: so)?|average|mediocre|mittel|mässig"
        r"|passt(?: schon)?$",
        "bad": r"unhappy|unsatisfied|dissatisfied|bad|terrible|awful|unzufrieden|schlecht|mies|furchtbar",
    },
    "role": {
        "teacher": r"teach\w*|lehrer(?:in)?|lehrkraft",
        "student": r"students?|studying|schüler(?:in| in)?|studier\w*|student(?:in| in)?",
        "parent": r"parents?|mom|mum|mama|mother|dad|papa|father|mutter|vater|eltern(?:teil)?",
    },
    "diet": {
        "vegan": r"vegan\w*|(?:nix|nichts|nothing) (?:vom tier|from animals)|plant ?based|pflanzlich",
        "vegetarian": r"veggie|vegetar\w*|meat ?free|fleischlos",
        "everything": r"everything(?! ok| okay| fine)|anything|omnivore|meat|alles(?! klar| gut| ok)|fleisch",
    },
    "trip": {
        "single": r"one ?way|single|nur hin|einfach|hinfahrt|hinflug",
        "return": r"return|round ?trip|both ways|there and back|hin und (?:zurück|her|rück\w*)",
    },
    "electric": {
        "electric": r"electric|elektr\w*|e ?bikes?|pedelecs?|mit motor",
    },
    "browsing": {
        "browsing": r"brows(?:e|ing)|look(?:ing)? around|looking|(?:just|only)(?: a| to)? look|guck\w*|schau\w*"
        r"|stöber\w*|umsehen|umschauen|umgucken|umzusehen|umzuschauen",
    },
    "experience": {
        "never": r"never(?: ever)?|nie(?:mals)?|not (?:once|ever|yet)|(?:noch|ganz) nicht|no(?: not)? never"
        r"|kein einziges mal",
    },
    "silence": {
        "withheld": r"(?:prefer|rather) not(?: to)?(?: (?:say|tell|answer|share))?|(?:dont|do not|wont)"
        r"(?: (?:want|wish|like|care) to)? (?:say|tell|answer|share)|no (?:answer|comment)|none of your business"
        r"|keine angaben?|(?:möchte|will|mag|sage?)(?: (?:ich|das|es|dazu|lieber))* (?:nicht|nichts|ned|nix)"
        r"(?: (?:sagen|angeben|verraten|beantworten|preisgeben))?|(?:lieber nicht|nicht) (?:sagen|angeben|verraten)"
        r"|lieber nicht|geht (?:euch|dich|sie|keinen) (?:nichts|nix) an",
    },
}
_LONE = frozenset(("browsing", "electric", "experience", "silence"))
"""Matters of which one choice alone may speak: “Just browsing”, “Never tried it”."""
_READERS = {
    matter: {meaning: re.compile(rf"\b(?:{words})\b") for meaning, words in meanings.items()}
    for matter, meanings in _WORDS.items()
}
_DAYS = r"(?:mon|tues|wednes|thurs|fri)days?|(?:mon|diens|donners|frei)tags?|mittwochs?"
_SAID_ONLY: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "week": {
        "weekday": re.compile(rf"\b(?:{_DAYS})\b"),
        "weekend": re.compile(r"\b(?:(?:satur|sun)days?|(?:sams|sonn)tags?|sonnabends?)\b"),
    },
    "experience": {
        "never": re.compile(
            r"\b(?:newbie|noob|rookie|beginner|novice|first time|(?:new|newcomer) (?:to|at) (?:it|this|that)"
            r"|anfänger(?:in)?|neuling|erstes mal|(?:ganz|komplett|total) neu)\b"
        )
    },
    "person": {"man": re.compile(r"^m$"), "woman": re.compile(r"^[fw]$")},
    "language": {"english": re.compile(r"^en$"), "german": re.compile(r"^(?:de|ger)$")},
}
"""Words that mean a choice where they are typed, and none where they are a label: “Saturday” of “Monday, Saturday”."""
_COVERED = {("couple", "family"): "family", ("alone", "couple"): "couple"}
"""What two meanings are together: “my wife and the kids” are a family."""
_ELSE = {"sms": "chat"}
"""What is meant where no choice has the meaning: “text me” among phone, mail and chat."""
_AROUND_WORDS = (
    "tried did before done own cause cuz coz bin am bei selbst selber wohl per via zu way someone instead better been "
    "total totally absolute completely komplett absoluter totaler "
    "speak speaking spreche broke bike rad fahrrad thing ding hilfe help "
    "doing stattdessen besser fahr fahre mitm ums gmacht gemacht probiert ausprobiert vorbei ma ne bissi bisschen just "
    "bissl only purely merely hob hab"
)
_AROUND = frozenset(_AROUND_WORDS.split())
_NO_BEFORE = re.compile(r"^(?:nah|no|nope|nein|nö|nee|ne|na) ")
_SAID_IN_PASSING = frozenset((GREETING, BYE, HOW_ARE_YOU, WAIT))
MOST_WORDS = 12


Meanings = Mapping[str, Mapping[str, frozenset[int]]]
"""Numbers of choices by matter and meaning."""


def index_meanings(labels: Mapping[str, int]) -> Meanings:
    """Return what normalised labels mean, for the matters of which the question is."""
    found: dict[str, dict[str, set[int]]] = {}
    for label, number in labels.items():
        for matter in _READERS if number >= 0 else ():
            if meaning := _read_meaning(label, matter):
                found.setdefault(matter, {}).setdefault(meaning, set()).add(number)
    # Two choices make it the matter of the question.
    return {
        matter: {meaning: frozenset(numbers) for meaning, numbers in meanings.items()}
        for matter, meanings in found.items()
        if len(meanings) > 1 or matter in _LONE
    }


def find_meaning(typed: str, meanings: Meanings) -> int | None:
    """Return the one choice that has the one meaning of a normalised text; None if there is none."""
    # “Guten Morgen” names no part of the day, and “alles gut” does not eat everything.
    if not meanings or len(typed.split()) > MOST_WORDS or read_small_talk(typed) in _SAID_IN_PASSING:
        return None
    for matter, numbers in meanings.items():
        meaning = _read_meaning(typed, matter) or _read_said(typed, matter)
        chosen = numbers.get(meaning) or numbers.get(_ELSE.get(meaning, ""), frozenset())
        if len(chosen) == 1 and _says_no_more(typed, matter):
            return next(iter(chosen))
    return None


def names_several(typed: str, meanings: Meanings) -> bool:
    """Tell whether a normalised text names several meanings that choices have: “english or german”."""
    return any(
        sum(reader.search(typed) is not None for meaning, reader in _READERS[matter].items() if meaning in numbers) > 1
        for matter, numbers in meanings.items()
    )


def _read_meaning(typed: str, matter: str) -> str:
    """Return the one meaning of a matter that a normalised text or label names; empty if none, or several."""
    named = [meaning for meaning, reader in _READERS[matter].items() if reader.search(typed)]
    if len(named) == 2:  # noqa: PLR2004  two may be one together
        return _COVERED.get((named[0], named[1]), "")
    return named[0] if len(named) == 1 else ""


def _read_said(typed: str, matter: str) -> str:
    named = [meaning for meaning, reader in _SAID_ONLY.get(matter, {}).items() if reader.search(typed)]
    return named[0] if len(named) == 1 else ""


def _says_no_more(typed: str, matter: str) -> bool:
    # “Nah, only browsing” denies that there is more to it.
    rest = _NO_BEFORE.sub("", typed) if matter in _LONE else typed
    for reader in (*_READERS[matter].values(), *_SAID_ONLY.get(matter, {}).values()):
        rest = reader.sub(" ", rest)
    # “Don't call me” chooses no call.
    return are_plain(rest.split(), _AROUND)
