"""What stands beside a yes and changes nothing of it: a remark, hours, since when, a habit; and that a problem is gone.

These are read where a plain reading found neither a yes nor a no.
"""

import re
from collections.abc import Iterator

_RELATIVES = (
    "mum mom mam mama mami mother dad papa papi father wife husband sister brother son daughter friend girlfriend "
    "boyfriend partner granny grandma gran grandpa nan nana uncle aunt cousin neighbour neighbor colleague boss kids "
    "family flatmate roommate other half mrs missus hubby mutter mutti vater frau mann schwester bruder sohn tochter "
    "freund freundin oma opa tante onkel kollege kollegin chef chefin nachbar nachbarin kinder familie mitbewohner "
    "mitbewohnerin kumpel vadda mudda omi opi gatte gattin schatz"
)
_SUPPORTING = (
    "says said thinks reckons told recommended suggested loves enjoys agrees too also already well both approves gets "
    "has reads fine ok okay yes meint sagt findets findet empfohlen erzählt auch schon ebenfalls freut liest bekommt "
    "kriegt beide hat mag"
)
_REMARK_WORDS = (
    "it its it s is this that me i should would could to about of and the a as well so very much good great nice love "
    "like read see get letter letters newsletter them one will want wants be happy delighted with idea cool was us we "
    "you your from every month always ja gut toll super klasse prima ihn das es den brief newsletter mir davon sich si "
    "drauf darauf will lesen haben gerne gern immer und ich wir uns euch sehr so ganz eure euren dass soll sollte "
    "könnte würde mit dabei mi wäre schön fein in ordnung passt"
)
_REMARK = re.compile(
    r"(?: (?:and|und|because|weil|since|denn|so|as|even|sogar|auch|plus))*"
    r" (?:my|our|a|one of my|mei|mein|meine|meinem|meiner|unsere?|ein|eine|der|die)(?: (?:dear|best|good|old|liebe"
    rf"|beste|guter|gute))? (?:{'|'.join(_RELATIVES.split())})(?P<does>(?: \w+)+)$"
)
_RELATIVE_SET = frozenset(_RELATIVES.split()) | {"half"}
_SUPPORTING_SET = frozenset(_SUPPORTING.split())
_REMARK_SET = _SUPPORTING_SET.union(_REMARK_WORDS.split())

_HOUR_WORDS = (
    "morning mornings evening evenings afternoon afternoons noon midday lunch lunchtime night nights weekday weekdays "
    "weekend weekends monday tuesday wednesday thursday friday saturday sunday mondays sundays saturdays fridays "
    "thursdays wednesdays tuesdays oclock pm am early late work dinner breakfast hour hours anytime "
    "vormittags nachmittags abends morgens mittags nachts vormittag nachmittag abend mittag früh spät uhr werktags "
    "wochenende wochenends montag dienstag mittwoch donnerstag freitag samstag sonntag montags dienstags mittwochs "
    "donnerstags freitags samstags sonntags feierabend arbeit mittagessen frühstück stunde stunden wochentags "
    "sonnabend sonnabends years ages months weeks decades jahren monaten wochen lange ewig ewigkeiten since seit"
)
_REACH_WORDS = (
    "home reachable available free there around erreichbar da daheim zuhause hause wach up awake phone handy mobile "
    "cell handynummer tagsüber telefon festnetz landline zu"
)
_BESIDE_WORDS = (
    "but aber though only nur bitte please not nicht erst außer ausser except at on in the before after from until "
    "till between and und to best am vor nach ab bis zwischen um gegen half past halb time if its it is wenns wenn es "
    "geht i im am ill be ich bin bins wir we re eh immer always mostly meist meistens then dann the any a an dem der "
    "den ins im vom von only my mein meinem auf by um so jederzeit usually normally best am besten only during während "
    "my the of for mehr zwar einfach gern gerne weekday preferably ideally lieber schon already"
)
_HOURS = frozenset(_HOUR_WORDS.split())
_REACH = frozenset(_REACH_WORDS.split())
_TELLING_HOURS = _HOURS | _REACH
_KNOWN_BESIDE = _TELLING_HOURS.union(_BESIDE_WORDS.split())
_GLAD_HABIT = re.compile(
    r"^(?P<yes>(?:(?:yes|yeah|ja|jo|sehr|very|most|oh|ach|so|bitte|please|sure|total|immer) )*"
    r"(?:gladly|gerne?|with pleasure|mit vergnügen|sure|klar|freilich|natürlich|of course|yes|ja|jo|yeah"
    r"|please do)(?: (?:danke|thanks"
    r"|thank you|bitte|please))*) (?:i|im|ive|ich|bin|hab|habe|always|immer|weil|denn|because|da ich|vergess\w*"
    r"|forget)\b(?P<rest>.*)$"
)
_TAKING_BACK = (
    "but aber if wenn falls unless not nicht dont no nein kein keine cant cannot wont or oder maybe vielleicht ned net "
    "guess suppose think weiß weiss would rather lieber only nur sondern want will möchte unsure unsicher"
)
_TAKES_BACK = frozenset(_TAKING_BACK.split())
_SOLVED = re.compile(
    r"(?:(?:yes|yeah|ja|jo|perfect|great|super|thanks|danke|thank you|that|it|its|is|all|now|jetzt|oh|ok|das|es|die"
    r"|mein|my|the|alles|sache|issue|hat|so|klasse|toll|prima|brilliant|lovely|i|ive|you|ihr|habt|have|has|problem|bike"
    r"|rad|schon|everything|cheers|ta|exactly|genau|sich|got|was|been|am|totally|finally|endlich|wieder|again) )*"
    r"(?:solved|resolved|fixed|sorted(?: out)?|(?:did|does) the (?:trick|job)|work(?:s|ed|ing)|runs|spot on|bingo"
    r"|nailed it|what i needed|wanted to know|saved (?:my|the) day|made my day|thats it|all clear|tip top|bang on"
    r"|problem solved|lifesaver|gelöst|behoben|läuft|funktioniert|klappt|geklappt|gegangen|das hab ich gebraucht"
    r"|habe? ich (?:gebraucht|gesucht)|das wars|volltreffer|gerettet|geregelt|erledigt|behebt|gefunden|repariert"
    r"|wiederbelebt|gepasst|worked out|cleared up|geklärt)(?: (?:now|again|thanks|thank you|danke|jetzt|wieder|super|ta"
    r"|cheers|mate|perfectly|perfekt|it|fine|great|well|a treat|like a charm|einwandfrei|bestens|prima|toll|endlich"
    r"|finally|you|euch|vielen dank|dankeschön|alles|everything|for me|bei mir|guys|leute|schön|good|out|all|perfect"
    r"|genau|exactly|brilliant|klasse|yes|ja|so much|sehr|with that|damit|the|my|problem|issue|it))*"
)
_UNSOLVED = re.compile(
    r"\b(?:not|nicht|no|nichts|never|nie|kein\w*|still|noch|didnt|doesnt|isnt|hasnt|half|halb|teils|partly|almost"
    r"|fast)\b"
)

_RESULT = re.compile(
    r"help|hilft|geholfen|hilfreich|work|solve|settled|sorted|fixed|funktion|klappt|läuft|gelöst|erledigt|geklärt"
    r"|behoben|repariert|found|gefunden|looking for|gesucht|problem|better|besser|okay now|in ordnung|trick",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:shall|may|should|can|could) (?:we|i)\b|\b(?:would|do) you (?:like|want|need)\b|\bwant us\b"
    r"|\b(?:soll|sollen|sollten|dürfen|darf|können|kann) (?:wir|ich)\b|\b(?:möchtest|willst|brauchst|möchten|wollen"
    r"|wollt|möchtet) (?:du|sie|ihr)\b",
    re.IGNORECASE,
)
"""Questions that offer to do something: “Shall we call you when the bike is fixed?”."""


def strip_remark(typed: str) -> str:
    """Return an answer without a remark about somebody who likes it, too: “yes, my mum says it's fine”."""
    found = None if _RELATIVE_SET.isdisjoint(typed.split()) else _REMARK.search(typed)
    if found is None:
        return typed
    said = set(found["does"].split())
    is_support = said <= _REMARK_SET and not said.isdisjoint(_SUPPORTING_SET)
    return typed[: found.start()] if is_support else typed


def split_hours(typed: str) -> Iterator[str]:
    """Yield what stands before the hours at the end of an answer: “yes” of “yes, but not before 10”."""
    words = typed.split()
    for at in range(1, len(words)):
        behind = words[at:]
        if all(word in _KNOWN_BESIDE or word.isdecimal() for word in behind) and any(
            word in _TELLING_HOURS or word.isdecimal() for word in behind
        ):
            yield " ".join(words[:at])


def tells_gladness(typed: str) -> bool:
    """Tell whether a glad yes goes on about its person, and takes nothing back: “gladly, I always forget these”."""
    found = _GLAD_HABIT.match(typed)
    return found is not None and _TAKES_BACK.isdisjoint(found["rest"].split())


def tells_solution(typed: str) -> bool:
    """Tell whether a text says that a problem is gone: “problem solved”, “läuft wieder”."""
    return _SOLVED.fullmatch(typed) is not None and _UNSOLVED.search(typed) is None


def asks_for_result(asked: str) -> bool:
    """Tell whether a question, as it is written, asks whether something helped, works or is settled."""
    return _RESULT.search(asked) is not None and _OFFER.search(asked) is None
